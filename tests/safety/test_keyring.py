"""One key for each person and server: what it opens, that dropping it is for good, and that processes share it."""

from __future__ import annotations

import contextlib
import stat
import subprocess
import sys
from itertools import product
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.errors import RingLockedError, SealBrokenError
from bot.core.models import GuildId, UserId
from bot.storage.keyring import Keyring, Use
from bot.storage.keys import MasterKey

HERE, THERE = GuildId(11), GuildId(12)
NOOR, SAM, KIM = UserId(101), UserId(102), UserId(103)
PEOPLE = (NOOR, SAM, KIM)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys.db"


@contextlib.contextmanager
def ring_in(path, **given):
    """Open a ring as the bot does, with its master key in a file beside it."""
    ring = Keyring.open(path, MasterKey(path.with_name("lantern.key")), **given)
    try:
        yield ring
    finally:
        ring.close()


def opens(sealer, sealed) -> bool:
    try:
        return sealer.open(sealed, "here") == b"words"
    except SealBrokenError:
        return False


@given(
    st.lists(st.tuples(st.sampled_from((HERE, THERE)), st.sets(st.sampled_from(PEOPLE), min_size=1)), max_size=6),
    st.sets(st.tuples(st.sampled_from((HERE, THERE)), st.sampled_from(PEOPLE))),
)
def test_what_people_sealed_together_opens_as_long_as_none_of_them_was_forgotten(told, forgotten):
    """Statement 46: in whatever order they are named; and nobody else's is lost."""
    ring = Keyring.open(None, MasterKey())
    sealed = [ring.sealer(guild, *people).seal("words", "here") for guild, people in told]
    for guild, user in forgotten:
        ring.forget(guild, user)

    for (guild, people), one in zip(told, sealed, strict=True):
        is_there = not any((guild, user) in forgotten for user in people)
        assert is_there == opens(ring.sealer(guild, *sorted(people, reverse=True)), one)


def test_no_other_people_and_no_other_server_open_it():
    ring = Keyring.open(None, MasterKey())
    sealed = ring.sealer(HERE, NOOR, SAM).seal("words", "here")
    for guild, user in product((HERE, THERE), PEOPLE):
        ring.sealer(guild, user).seal("words", "here")

    for people in ((NOOR,), (SAM,), (NOOR, KIM), (), PEOPLE):
        assert not opens(ring.sealer(HERE, *people), sealed)
    assert not opens(ring.sealer(THERE, NOOR, SAM), sealed)
    assert not opens(ring.words(HERE, ring.author(HERE, NOOR)), sealed)


def test_opening_makes_no_key(path):
    with ring_in(path) as ring:
        assert not opens(ring.sealer(HERE, NOOR), b"\x01" * 60)
        assert [] == ring.held()


def test_leaving_the_matching_keeps_ones_words_for_the_faq(path):
    with ring_in(path) as ring:
        story = ring.sealer(HERE, NOOR).seal("words", "here")
        question = ring.words(HERE, ring.author(HERE, NOOR)).seal("words", "here")
        ring.forget(HERE, NOOR, Use.MEETING)

        assert not opens(ring.sealer(HERE, NOOR), story)
        assert opens(ring.words(HERE, ring.author(HERE, NOOR)), question)


def test_who_is_forgotten_everywhere_is_so_on_every_server_and_may_begin_anew(path):
    """Statement 46: what is sealed afterwards says nothing about what was sealed before."""
    with ring_in(path) as ring:
        sealed = {guild: ring.sealer(guild, NOOR).seal("words", "here") for guild in (HERE, THERE)}
        ring.forget_everywhere(NOOR)
        again = ring.sealer(HERE, NOOR).seal("words", "here")

        assert not any(opens(ring.sealer(guild, NOOR), one) for guild, one in sealed.items())
        assert opens(ring.sealer(HERE, NOOR), again)


def test_a_server_that_is_forgotten_takes_everybodys_keys_along_and_no_other_servers(path):
    """Statement 52: its shared key, too."""
    with ring_in(path) as ring:
        here, shared = ring.sealer(HERE, NOOR).seal("words", "here"), ring.words(HERE, None).seal("words", "here")
        there = ring.sealer(THERE, NOOR).seal("words", "here")
        ring.forget_guild(HERE)

        assert (False, False) == (opens(ring.sealer(HERE, NOOR), here), opens(ring.words(HERE, None), shared))
        assert opens(ring.sealer(THERE, NOOR), there)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 400), st.integers(0, 2**32)), min_size=2, max_size=6))
def test_no_byte_of_a_dropped_key_stays_in_the_file(tmp_path, rounds):
    """Statement 46: not even wrapped; though SQLite moves rows about between its pages."""
    path, dropped = tmp_path / f"{len(list(tmp_path.iterdir()))}.db", {}
    with ring_in(path) as ring:
        for number, (many, seed) in enumerate(rounds):
            random = Random(seed)
            with ring.batch():
                for user in range(1_000 * number, 1_000 * number + many):
                    ring.sealer(random.choice([HERE, THERE]), UserId(user)).seal("words", "here")
            kept = {(guild, name): blob for guild, name, blob in ring._db.execute("SELECT * FROM keys WHERE guild > 0")}
            gone = random.sample(sorted(kept), len(kept) // 2)
            ring.drop(gone)
            dropped |= {key: kept.pop(key) for key in gone}
        raw = path.read_bytes()

        assert [] == [key for key, blob in dropped.items() if blob[13:] in raw or key[1].encode() in raw]
        assert all(blob[13:] in raw for blob in kept.values())


def test_the_file_is_its_owners_alone_and_names_nobody(path):
    """Statement 48: Discord's ids stand in it nowhere; the key of pseudonyms is wrapped like all others."""
    user = UserId(123456789012345678)
    with ring_in(path) as ring:
        ring.sealer(HERE, user).seal("words", "here")
        raw, key = path.read_bytes(), path.with_name("lantern.key")

        assert [0o600, 0o600] == [stat.S_IMODE(each.stat().st_mode) for each in (path, key)]
        assert {"keys.db", "lantern.key"} == {each.name for each in path.parent.iterdir()}
        assert not any(secret in raw for secret in (str(user).encode(), ring.names, bytes.fromhex(key.read_text())))


def test_everything_opens_again_after_a_restart(path):
    with ring_in(path) as ring:
        sealed, names, number = ring.sealer(HERE, NOOR, SAM).seal("words", "here"), ring.names, ring.id
    with ring_in(path, belongs_to=number) as ring:
        assert opens(ring.sealer(HERE, NOOR, SAM), sealed)
        assert names == ring.names


class TestProcesses:
    def test_a_key_that_another_process_dropped_seals_nothing_here_any_more(self, path):
        with ring_in(path) as bot, ring_in(path) as other:
            sealed = bot.sealer(HERE, NOOR).seal("words", "here")
            assert opens(other.sealer(HERE, NOOR), sealed)
            bot.forget(HERE, NOOR)
            again = other.sealer(HERE, NOOR).seal("words", "here")

            assert not opens(other.sealer(HERE, NOOR), sealed)
            assert opens(bot.sealer(HERE, NOOR), again)

    def test_two_that_make_the_same_key_at_once_have_one(self, path):
        """Eight programs, at a starting shot: each seals with a key that none of them has yet; all open all."""
        program = (
            "import sys; from pathlib import Path; from bot.storage.keyring import Keyring; "
            "from bot.storage.keys import MasterKey; path = Path(sys.argv[1]); "
            "ring = Keyring.open(path, MasterKey(path.with_name('lantern.key'))); print('ready', flush=True); "
            "sys.stdin.readline(); print(ring.sealer(11, 101).seal('words', 'here').hex())"
        )
        children = [
            subprocess.Popen(
                [sys.executable, "-c", program, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            for _ in range(8)
        ]
        assert {"ready\n"} == {child.stdout.readline() for child in children}
        for child in children:
            child.stdin.write("\n")
            child.stdin.flush()
        sealed = [bytes.fromhex(child.communicate()[0]) for child in children]

        with ring_in(path) as ring:
            assert [True] * 8 == [opens(ring.sealer(HERE, NOOR), one) for one in sealed]

    def test_a_ring_that_is_taken_away_while_it_is_used_makes_no_new_one(self, path):
        with ring_in(path) as ring:
            ring.sealer(HERE, NOOR).seal("words", "here")
            path.unlink()
            with pytest.raises(RingLockedError, match="taken away"):
                ring.sealer(HERE, SAM).seal("words", "here")

            assert not path.exists()
