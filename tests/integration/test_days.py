"""What happened on which day is counted once each, without names, and told apart by server."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest

from bot.core.models import EntryId, GuildId
from bot.core.upkeep import SHOWN, DayCount
from bot.storage.database import Database
from bot.storage.days import DayStore

HERE, THERE = GuildId(1), GuildId(2)
LETTERS, VISAS = EntryId("letters"), EntryId("visas")
TODAY = date(2026, 11, 24)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
async def database(tmp_path):
    """An empty database in a file."""
    opened = await Database.open(tmp_path / "lantern.db")
    yield opened
    await opened.close()


@pytest.fixture
def days(database) -> DayStore:
    """The store under test."""
    return DayStore(database)


async def test_the_same_is_counted_in_one_row_with_an_entry_and_without(days):
    for _ in range(3):
        await days.count(HERE, TODAY, "answer", LETTERS)
        await days.count(HERE, TODAY, "unknown", None)

    assert [
        DayCount(TODAY, "answer", LETTERS, 3),
        DayCount(TODAY, "unknown", None, 3),
    ] == await days.counts(HERE, TODAY)


async def test_many_at_once_are_all_counted(days):
    await asyncio.gather(*(days.count(HERE, TODAY, "answer", LETTERS) for _ in range(40)))

    assert [40] == [each.count for each in await days.counts(HERE, TODAY)]


async def test_counts_come_from_a_day_on_the_oldest_first_and_from_one_server(days):
    for guild, day in ((HERE, TODAY), (HERE, YESTERDAY), (HERE, YESTERDAY - timedelta(days=1)), (THERE, TODAY)):
        await days.count(guild, day, "choices", None)

    assert [YESTERDAY, TODAY] == [each.day for each in await days.counts(HERE, YESTERDAY)]


async def test_an_entry_was_last_used_on_the_last_day_it_was_shown_in_whatever_way(days):
    await days.count(HERE, YESTERDAY, "answer", LETTERS)
    await days.count(HERE, TODAY, SHOWN, LETTERS)
    await days.count(HERE, YESTERDAY, SHOWN, VISAS)
    await days.count(HERE, TODAY, "unknown", None)
    await days.count(THERE, TODAY, "answer", VISAS)

    assert {LETTERS: TODAY, VISAS: YESTERDAY} == await days.last_used(HERE)


async def test_counting_began_on_the_first_day_of_anything(days):
    assert await days.began(HERE) is None

    await days.count(HERE, TODAY, "answer", LETTERS)
    await days.count(HERE, YESTERDAY, "unknown", None)

    assert YESTERDAY == await days.began(HERE)
    assert await days.began(THERE) is None
