"""Another program holds the database for longer than anybody can wait: everybody reads so soon, and nobody waits twice."""

from __future__ import annotations

import asyncio
import sqlite3
import time

import pytest

from bot.core.errors import DatabaseLockedError
from bot.storage.database import BUSY_SECONDS, Database

MANY = 20


async def add(database, name) -> None:
    await database.run(lambda db: db.table("facts").insert({"name": name, "value": "x"}))


@pytest.fixture
async def database(tmp_path):
    """A database in a file."""
    opened = await Database.open(tmp_path / "lantern.db")
    yield opened
    await opened.close()


@pytest.fixture
def writer(database):
    """Another connection that writes and does not finish."""
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


async def test_many_who_write_at_once_do_not_wait_one_after_the_other_and_neither_does_who_reads(database, writer):
    """Each alone would wait BUSY_SECONDS in the one thread that all share."""
    began = time.monotonic()
    everybody = [asyncio.create_task(add(database, f"fact {number}")) for number in range(MANY)]
    facts = await database.read("SELECT name FROM facts")
    ends = await asyncio.gather(*everybody, return_exceptions=True)
    waited = time.monotonic() - began

    assert [DatabaseLockedError] * MANY == [type(end) for end in ends]
    assert [] == facts
    assert waited < MANY * BUSY_SECONDS / 3


async def test_once_it_is_let_go_everything_is_written_again_and_waits_as_before(database, writer):
    for _ in range(2):
        with pytest.raises(DatabaseLockedError):
            await add(database, "colour")
    impatient = await database.read("PRAGMA busy_timeout")
    writer.execute("ROLLBACK")
    await add(database, "colour")

    assert [("colour",)] == await database.read("SELECT name FROM facts")
    assert impatient < await database.read("PRAGMA busy_timeout") == [(round(1000 * BUSY_SECONDS),)]


async def test_a_power_cut_takes_nothing_either(database):
    """FULL: a commit is on the disk before it is told. In WAL mode, NORMAL would leave the last ones in memory."""
    assert [(2,)] == await database.read("PRAGMA synchronous")
