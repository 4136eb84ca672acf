"""Through the whole bot, what members tell reaches no file and no log in the clear."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from bot import app
from bot.core.matching import Kind, Pair
from support.databases import files_in
from support.parts import WordEmbedder
from support.peers import HERE, NOOR, NOW, OLD_ACCOUNT, SAM, make_profile
from support.small import small_pack

CANARIES = {
    "story": "Wombat-story: they praised my work and then never wrote again.",
    "sentence": "quokka was left waiting too",
    "languages": frozenset({"zz"}),
    "zone": "Pacific/Kiritimati",
    "setbacks": frozenset({"ghosting", "limited-energy"}),
}


@pytest.fixture
async def told(content, tmp_path, caplog):
    """Let two people opt in, be candidates, and have cards; return what is in the files, and in the log."""
    caplog.set_level(logging.DEBUG)
    path = tmp_path / "lantern.db"
    async with app.lantern(replace(content, pack=small_pack()), path, path, WordEmbedder) as lantern:
        for user in (NOOR, SAM):
            await lantern.membership.join(HERE, user, is_adult=True, now=NOW)
            await lantern.membership.change(
                HERE, user, lambda _: make_profile(**CANARIES), now=NOW, account=OLD_ACCOUNT
            )
            await lantern.membership.finish(HERE, user, NOW)
        candidates = await lantern.membership.candidates(HERE, NOW)
        pair = Pair(str(NOOR), str(SAM), Kind.PEER, 0.9, ())
        assert [None] != await lantern.membership.cards(HERE, [pair], NOW)
        yield b"".join(files_in(tmp_path).values()), candidates[0].vector, caplog.text


def test_no_file_holds_a_word_or_a_vector_of_what_was_told(told):
    """Statement 45, with the search and its stored vectors, while the bot runs."""
    raw, vector, _ = told

    assert b"peer_ties" in raw
    for word in ("Wombat", "quokka", "Kiritimati", "limited-energy", "praised my work"):
        assert word.encode() not in raw
    assert vector
    assert vector not in raw


def test_no_log_holds_a_word_or_an_id(told):
    """Statement 48: not at any level."""
    *_, log = told

    assert not any(word in log for word in ("Wombat", "quokka", "Kiritimati", str(NOOR), str(SAM)))
