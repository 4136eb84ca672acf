"""The disk is full, a real one: everybody reads why, answers go on, nothing is lost, and it recovers by itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from bot.core.errors import DiskFullError, StorageError
from bot.core.models import GuildId, UserId
from support.everything import ASKED, DRAFTED, SUGGESTED, erase, opened
from support.meeting import YES, Meeting
from support.small import ANSWERED, question_of
from support.small_disk import filled, small_disk
from support.worlds import buttons_in, open_world, texts_in

FULL = "error.storage_full"


@pytest.fixture
async def world(start_small, tmp_path):
    """A server whose notes and keys are on a small disk, on which two people were offered each other."""
    with small_disk(tmp_path / "disk") as disk:
        async with start_small(disk / "notes.db") as lantern, open_world(lantern) as opened_world:
            opened_world.disk = disk
            opened_world.meeting = await Meeting(opened_world).turn_on()
            await opened_world.meeting.opt_in(opened_world.noor, opened_world.sam)
            await opened_world.meeting.offer(opened_world.noor, opened_world.sam)
            opened_world.let_anybody_be_fast()
            yield opened_world


async def press(world, message, label, who=None):
    """Let somebody press a button; return all that they were told by it."""
    result = await (who or world.noor).click(message, label=label)
    return "\n".join(map(texts_in, result.followups)) or texts_in(message)


async def suggest(world):
    """Let a member suggest an entry; return what they are told."""
    form = await world.ines.slash(world.channel, "suggest")
    result = await world.ines.submit_modal(form, {"question": SUGGESTED, "answer": DRAFTED, "why": "For a friend."})
    return "\n".join(map(texts_in, filter(None, [result.response, *result.followups])))


async def test_whoever_wants_something_kept_reads_that_there_is_no_room_and_can_do_it_later(world):
    unknown = await world.ask(ASKED)
    answer = await world.ask(ANSWERED, who=world.sam)
    with filled(world.disk):
        told = {
            "wish": await press(world, unknown, "Tell me when this is answered"),
            "vote": await press(world, answer, "That helped", world.sam),
            "suggestion": await suggest(world),
            "yes": await press(world, await world.meeting.inbox(world.noor), YES),
        }
        asked = await world.ask("the moon landing of a capybara", who=world.sam)
        answered = texts_in(await world.ask(ANSWERED))
    again = await press(world, unknown, "Tell me when this is answered"), await suggest(world)
    await press(world, await world.meeting.inbox(world.noor), YES)

    assert dict.fromkeys(told, True) == {key: world.says(FULL) in text for key, text in told.items()}, told
    assert world.says("unknown.not_queued") in texts_in(asked)
    assert "Tell me when this is answered" not in buttons_in(asked)
    assert f"## {question_of('letters')}" in answered
    assert world.says("unknown.notified") in again[0]
    assert world.says(FULL) not in again[1]


async def test_what_was_kept_before_is_there_afterwards_and_no_file_is_damaged(world):
    await world.ask(ASKED)
    with filled(world.disk):
        for number in range(3):
            await world.ask(f"the moon landing of zebra{number} gnu{number}", who=world.sam)
    kept = [one.question for one in await world.queue()]
    for name in ("notes.db", "keys.db"):
        with closing(sqlite3.connect(world.disk / name)) as db:
            assert [("ok",)] == db.execute("PRAGMA integrity_check").fetchall()
            assert [] == db.execute("PRAGMA foreign_key_check").fetchall()

    assert [ASKED] == kept
    assert not world.lantern.keyring.is_locked


async def test_whoever_deletes_everything_is_gone_or_reads_that_they_are_not(world):
    """What is deleted needs little room, and sometimes none."""
    guild, sam = GuildId(world.guild.id), UserId(world.sam.id)
    asked = (await world.sam.slash(world.channel, "mydata delete")).response
    with filled(world.disk):
        told = await press(world, asked, "Delete everything", world.sam)
        member = await world.lantern.membership.member(guild, sam)
    await erase(world, world.sam)

    assert (member is not None) == (world.says(FULL) in told)
    assert await world.lantern.membership.member(guild, sam) is None


async def test_nobody_is_pinged_again_and_again_while_that_cannot_be_noted(world):
    with filled(world.disk):
        for _ in range(3):
            await world.meeting.tick()
        meanwhile = world.pinged()
    for _ in range(3):
        await world.meeting.tick()

    assert [] == meanwhile
    assert len({*world.pinged()}) == len(world.pinged())


async def test_who_asked_to_be_written_to_on_a_hard_day_is_written_to_once_all_the_same(world):
    guild, ines, now = GuildId(world.guild.id), UserId(world.ines.id), datetime.now(UTC)
    await world.lantern.check_backs.keep(guild, ines, now, "DE")
    with filled(world.disk):
        for _ in range(3):
            await world.meeting.tick(hours=1)
        meanwhile = [texts_in(each) for each in world.ines.user.dm_channel.history()]
    await world.meeting.tick(hours=1)

    assert 1 == len(meanwhile) == len(list(world.ines.user.dm_channel.history()))
    assert "You asked me yesterday" in meanwhile[0]
    assert [] == await world.lantern.check_backs.due(now)


async def test_a_new_key_that_cannot_be_kept_leaves_nothing_sealed_with_it(world):
    """Whoever opts in gets a key of their own, in a file of its own on the same disk."""
    membership, user, guild, now = world.lantern.membership, UserId(77), GuildId(world.guild.id), datetime.now(UTC)
    with filled(world.disk):
        with pytest.raises(DiskFullError):
            await membership.join(guild, user, is_adult=True, now=now)
        nobody = await membership.member(guild, user)
    await membership.join(guild, user, is_adult=True, now=now)

    assert nobody is None
    assert await membership.member(guild, user) is not None


async def test_it_does_not_start_on_a_full_disk_and_says_why(start_small, tmp_path):
    with small_disk(tmp_path / "disk") as disk:
        with filled(disk), pytest.raises(StorageError, match=r"no room|notes\.db"):
            async with start_small(disk / "notes.db"):
                pass
        async with start_small(disk / "notes.db"), opened(disk / "notes.db") as database:
            assert [("ok",)] == await database.read("PRAGMA integrity_check")
