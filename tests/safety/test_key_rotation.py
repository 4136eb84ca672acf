"""A new master key: killed at any step, one of both opens everything; who runs meanwhile writes nothing with the old."""

from __future__ import annotations

import secrets

import pytest

from bot.core.errors import Exit, RingLockedError
from bot.core.models import GuildId, UserId
from support.databases import make_database
from support.killing import killed_at_each_step, ring_in
from support.terminal import lantern

HERE, NOOR, SAM = GuildId(11), UserId(101), UserId(102)


def no_news(_key):
    """Where the key is in a file, nobody need be told it."""
    raise AssertionError


@pytest.fixture
def before(tmp_path):
    """A folder with a ring, whose master key is in a file, and something sealed."""
    folder = tmp_path / "before"
    ring = ring_in(folder)
    (folder / "sealed").write_bytes(ring.sealer(HERE, NOOR).seal("words", "here"))
    ring.close()
    return folder


def opened(ring, folder) -> bytes:
    return ring.sealer(HERE, NOOR).open((folder / "sealed").read_bytes(), "here")


def test_killed_at_any_step_everything_opens_and_one_key_is_left(before, tmp_path):
    """Statement 50: with the master key in its file."""
    old, ends = (before / "lantern.key").read_text(), []
    for folder in killed_at_each_step(before, tmp_path / "killed", "rotate"):
        ring = ring_in(folder)
        assert b"words" == opened(ring, folder)
        assert ring.source.found() == [bytes.fromhex((folder / "lantern.key").read_text())]
        ring.close()
        ends.append(old == (folder / "lantern.key").read_text())

    assert [True, False] == sorted(set(ends), reverse=True), "some were killed before, and some after"
    assert ends == sorted(ends, reverse=True)
    assert len(ends) > 20


def test_killed_at_any_step_the_old_key_or_the_one_that_was_told_opens_everything(before, tmp_path):
    """Statement 50: with the master key in LANTERN_KEY."""
    old, ends = bytes.fromhex((before / "lantern.key").read_text()), []
    (before / "given").write_text(old.hex())
    for folder in killed_at_each_step(before, tmp_path / "killed", "rotate_given"):
        known = [old, *([bytes.fromhex(told)] if (told := _read(folder / "told")) else [])]
        rings = [ring for key in known if not (ring := ring_in(folder, key)).is_locked]
        assert [b"words"] == [opened(ring, folder) for ring in rings]
        ends.append(rings[0].source.given == old)

    assert ends == sorted(ends, reverse=True)
    assert {True, False} == set(ends)


def _read(path) -> str:
    return path.read_text() if path.exists() else ""


def test_a_copy_of_the_keys_opens_with_the_master_key_and_takes_the_place_of_the_one_before(before, tmp_path):
    """Also while somebody has them open; a copy that would not open is not made."""
    copy = tmp_path / "elsewhere.db"
    copy.write_text("an old copy")
    ring = ring_in(before)
    done = lantern(tmp_path, "key", "copy", copy, state=before)
    ring.close()
    copied = copy.read_bytes()
    refused = lantern(tmp_path, "key", "copy", copy, state=before, key="ab" * 32)
    kept = copy.read_bytes()
    copy.rename(before / "keys.db")

    assert Exit.OK == done.returncode, done.stderr
    assert b"words" == opened(ring_in(before), before)
    assert Exit.STORAGE == refused.returncode
    assert copied == kept
    assert [] == list(tmp_path.glob(".*"))


def test_the_old_key_opens_nothing_any_more(before):
    old = bytes.fromhex((before / "lantern.key").read_text())
    ring_in(before).rotate(no_news)

    assert "is not the key it was locked with" in ring_in(before, old).why_locked
    assert old not in (before / "keys.db").read_bytes()


def test_pseudonyms_stay_the_same(before):
    """Else nobody would stay blocked."""
    ring = ring_in(before)
    names, author = ring.names, ring.author(HERE, NOOR)
    ring.rotate(no_news)

    assert (names, author) == (ring_in(before).names, ring_in(before).author(HERE, NOOR))


def test_a_bot_that_runs_goes_on_with_the_new_key_of_the_file(before):
    bot = ring_in(before)
    opened(bot, before)
    ring_in(before).rotate(no_news)
    sealed = bot.sealer(HERE, SAM).seal("later", "here")

    assert b"words" == opened(bot, before)
    assert b"later" == ring_in(before).sealer(HERE, SAM).open(sealed, "here")


def test_a_bot_that_runs_with_the_old_lantern_key_says_to_restart_and_writes_nothing(before):
    """Statement 50: neither for somebody new, nor for somebody whose key it had in memory."""
    old = bytes.fromhex((before / "lantern.key").read_text())
    bot = ring_in(before, old)
    opened(bot, before)
    ring_in(before, old).rotate(lambda _: None)
    raw = (before / "keys.db").read_bytes()

    for user in (NOOR, SAM):
        with pytest.raises(RingLockedError, match="Restart Lantern, with the new key in LANTERN_KEY"):
            bot.sealer(HERE, user).seal("later", "here")
    assert raw == (before / "keys.db").read_bytes()


def test_two_rotations_at_once_leave_one_key_that_opens(before):
    """Each waits for the other; the last one's key is in the file."""
    first, second = ring_in(before), ring_in(before)
    first.rotate(no_news)
    second.rotate(no_news)
    first.rotate(no_news)

    assert b"words" == opened(ring_in(before), before)


async def test_the_command_tells_the_new_key_and_the_doctor_which_one_fits(tmp_path):
    """Statement 50: the key comes from the environment, and no sentence repeats one that is wrong."""
    await make_database(tmp_path / "state" / "lantern.db")
    old = secrets.token_hex(32)
    rotated = lantern(tmp_path, "key", "rotate", key=old)
    (new,) = [line.removeprefix("LANTERN_KEY=") for line in rotated.stdout.splitlines() if "LANTERN_KEY=" in line]
    with_old, with_new = (lantern(tmp_path, "key", "status", "--json", key=key) for key in (old, new))
    with_none = lantern(tmp_path, "key", "status", key="abc" * 30)

    assert (Exit.OK, Exit.PROBLEMS, Exit.OK) == (rotated.returncode, with_old.returncode, with_new.returncode)
    assert "LANTERN_KEY is not the key it was locked with" in with_old.stdout
    assert not (tmp_path / "state" / "lantern.key").exists()
    assert Exit.CONFIGURATION == with_none.returncode
    assert "LANTERN_KEY" in with_none.stderr
    assert "abcabc" not in with_none.stderr
