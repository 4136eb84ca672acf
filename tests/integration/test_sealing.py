"""What is sealed opens with its own key, in its own place, and nowhere else."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import SealBrokenError, StorageError
from bot.storage.sealing import NONCE_BYTES, VERSION, Sealer, derived

KEY, OTHER_KEY = bytes(32), bytes(31) + b"\x01"
STORY = "They praised my work and then never wrote again."


@given(st.binary(max_size=300), st.text(max_size=40))
def test_what_is_sealed_opens_again(content, context):
    assert content == Sealer(KEY).open(Sealer(KEY).seal(content, context), context)


@given(st.text(max_size=300))
def test_text_comes_back_as_utf8(text):
    assert text.encode(errors="replace") == Sealer(KEY).open(Sealer(KEY).seal(text, "here"), "here")


def test_the_same_is_never_sealed_to_the_same():
    sealed = {Sealer(KEY).seal(STORY, "here") for _ in range(100)}

    assert 100 == len(sealed)
    assert 100 == len({one[1 : 1 + NONCE_BYTES] for one in sealed})


def test_sealed_words_do_not_show():
    assert not any(word.encode() in Sealer(KEY).seal(STORY, "here") for word in STORY.split())


def test_a_version_byte_stands_first():
    assert Sealer(KEY).seal(STORY, "here").startswith(VERSION)


@pytest.mark.parametrize("context", ["there", "here ", "", "peers:1:2"])
def test_what_is_moved_to_another_place_does_not_open(context):
    with pytest.raises(SealBrokenError):
        Sealer(KEY).open(Sealer(KEY).seal(STORY, "here"), context)


def test_another_key_opens_nothing_and_says_what_may_be_wrong():
    with pytest.raises(SealBrokenError, match=r"keys\.db is not the one that belongs") as caught:
        Sealer(OTHER_KEY).open(Sealer(KEY).seal(STORY, "here"), "here")

    assert isinstance(caught.value, StorageError)
    assert "error.sealed" == caught.value.text_key


@given(st.data())
def test_a_changed_or_cut_byte_anywhere_is_noticed(data):
    sealed = bytearray(Sealer(KEY).seal(STORY, "here"))
    position = data.draw(st.integers(0, len(sealed) - 1))
    if data.draw(st.booleans()):
        sealed[position] ^= data.draw(st.integers(1, 255))
    else:
        del sealed[position:]

    with pytest.raises(SealBrokenError):
        Sealer(KEY).open(bytes(sealed), "here")


def test_a_key_for_one_purpose_is_that_of_the_standard():
    """HKDF (RFC 5869), as the library has it."""
    for purpose in ("wraps", "", "lantern sealed"):
        standard = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(KEY)
        assert standard == derived(KEY, purpose)
    assert derived(KEY, "wraps") != derived(KEY, "sealed")
