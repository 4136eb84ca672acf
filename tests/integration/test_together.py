"""Small writes of many people at once share a transaction, and each is written all the same."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from bot.core.errors import StorageError
from bot.core.models import EntryId, GuildId, UserId
from bot.storage.activity import ActivityStore
from bot.storage.database import Database
from bot.storage.days import DayStore
from bot.storage.together import Together

HERE, ENTRY = GuildId(1), EntryId("letters")
MANY = 300


@pytest.fixture
async def database(tmp_path):
    opened = await Database.open(tmp_path / "lantern.db")
    yield opened
    await opened.close()


async def test_whoever_waited_for_a_vote_or_a_count_finds_it_written(database, tmp_path):
    activity, days, day = ActivityStore(database), DayStore(database), date(2026, 1, 1)
    votes = [activity.vote(HERE, ENTRY, UserId(user), helped=user % 3 > 0) for user in range(MANY)]
    counts = [days.count(HERE, day, "answer", ENTRY) for _ in range(MANY)]
    uses = [activity.count_use(HERE, EntryId(f"entry-{number % 7}")) for number in range(MANY)]
    await asyncio.gather(*votes, *counts, *uses)

    other = await Database.open(tmp_path / "lantern.db")
    assert (MANY * 2 // 3, MANY // 3) == await ActivityStore(other).votes_on(HERE, ENTRY)
    assert [MANY] == [each.count for each in await DayStore(other).counts(HERE, day)]
    assert [(MANY,)] == await other.read("SELECT sum(count) FROM uses")
    await other.close()


async def test_many_at_once_take_few_transactions(database):
    written = []
    await database.run(lambda db: db.conn.set_trace_callback(written.append))
    days = DayStore(database)
    await asyncio.gather(*(days.count(HERE, date(2026, 1, 1), "answer", ENTRY) for _ in range(MANY)))
    await database.run(lambda db: db.conn.set_trace_callback(None))

    assert MANY == sum(each.startswith("INSERT INTO days") for each in written)
    assert len([each for each in written if each == "COMMIT"]) < MANY / 10


async def test_whose_writes_failed_together_learn_it_and_the_next_one_is_written(database):
    together = Together(database)
    sql = "INSERT INTO claims (what, at) VALUES (?, '')"
    failed = await asyncio.gather(
        together.execute(sql, ["one"]), together.execute("INSERT INTO nothing VALUES (?)", [1]), return_exceptions=True
    )
    await together.execute(sql, ["two"])

    assert [StorageError] * 2 == [type(each) for each in failed]
    assert [("two",)] == await database.read("SELECT what FROM claims")


async def test_whoever_leaves_takes_no_write_from_others(database):
    together = Together(database)
    sql = "INSERT INTO claims (what, at) VALUES (?, '')"
    leaving, staying = (asyncio.create_task(together.execute(sql, [what])) for what in ("one", "two"))
    await asyncio.sleep(0)
    leaving.cancel()
    await staying

    assert [("one",), ("two",)] == await database.read("SELECT what FROM claims ORDER BY what")
