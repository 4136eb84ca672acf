"""The bot is told to stop while somebody's save is under way: it is finished, they read so, and only then it leaves."""

from __future__ import annotations

import asyncio
import threading
from contextlib import asynccontextmanager

import pytest

from bot.cogs import gateway
from bot.core.errors import LanternError
from bot.core.models import EntryId, GuildId
from support.small import ANSWERED
from support.worlds import open_world, texts_in

LETTERS = EntryId("letters")


@pytest.fixture
async def world(start_small, tmp_path):
    """A server whose notes are in a file."""
    async with start_small(tmp_path / "notes.db") as lantern, open_world(lantern) as opened:
        yield opened


def being_answered():
    """Return what is being done for people."""
    return [task for task in asyncio.all_tasks() if task.get_name().endswith(gateway.ANSWERING)]


async def begun(results) -> None:
    """Return once so many things are being done for people."""
    while len(being_answered()) < len(results):
        await asyncio.sleep(0)


@asynccontextmanager
async def held_up(lantern):
    """Let nothing be read or written until the end."""
    gate = threading.Event()
    holding = asyncio.create_task(lantern.activity._database.run(lambda _: gate.wait()))
    try:
        yield
    finally:
        gate.set()
        await holding


async def test_what_was_being_saved_is_saved_and_told_before_the_connection_is_closed(world):
    message = await world.ask(ANSWERED, visibility="public")
    async with held_up(world.lantern):
        results = [world.start_click(who, message, "That helped") for who in (world.noor, world.sam)]
        await begun(results)
        closing = asyncio.create_task(world.client.close())
        was_open = not world.client.is_closed()
    await closing
    told = [texts_in(result.followups[0]) for result in results]

    assert was_open
    assert [world.says("answer.thanks")] * 2 == told
    assert (2, 0) == await world.lantern.activity.votes_on(GuildId(world.guild.id), LETTERS)
    assert not being_answered()


async def test_a_save_that_does_not_come_to_an_end_holds_up_nobody_for_long(world, monkeypatch):
    message = await world.ask(ANSWERED, visibility="public")
    monkeypatch.setattr(gateway, "LAST_ANSWERS_SECONDS", 0.1)
    async with held_up(world.lantern):
        result = world.start_click(world.noor, message, "That helped")
        await begun([result])
        await world.client.close()
        is_closed = world.client.is_closed()

    assert is_closed
    assert not being_answered()


async def test_who_stopped_at_once_loses_nothing_either(start_small, tmp_path):
    """The inside is closed under a save that waits: it is done, or it is not and says so."""
    async with start_small(tmp_path / "notes.db") as lantern:
        vote = asyncio.create_task(lantern.activity.vote(GuildId(1), LETTERS, 5, helped=True))
        await asyncio.sleep(0)
    end = (await asyncio.gather(vote, return_exceptions=True))[0]
    async with start_small(tmp_path / "notes.db") as lantern:
        votes = await lantern.activity.votes_on(GuildId(1), LETTERS)

    assert ((1, 0), None) == (votes, end) or (votes == (0, 0) and isinstance(end, LanternError | RuntimeError))
