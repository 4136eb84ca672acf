"""Notes that cannot be written."""

from __future__ import annotations

import sqlite3
from contextlib import asynccontextmanager, closing


async def run(lantern, sql):
    """Run SQL on the bot's own connection."""
    return await lantern.activity._database.read(sql)


@asynccontextmanager
async def full(lantern, notes):
    """The file may not grow by a single page."""
    await run(lantern, "VACUUM")
    ((pages,),) = await run(lantern, "PRAGMA page_count")
    await run(lantern, f"PRAGMA max_page_count = {pages}")
    yield
    await run(lantern, "PRAGMA max_page_count = 1073741823")


@asynccontextmanager
async def read_only(lantern, notes):
    """The connection may not write."""
    await run(lantern, "PRAGMA query_only = 1")
    yield
    await run(lantern, "PRAGMA query_only = 0")


@asynccontextmanager
async def locked(lantern, notes):
    """Another program writes and does not finish."""
    with closing(sqlite3.connect(notes, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
