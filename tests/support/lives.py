"""What a process does that is about to be killed, and what one sees that looks at what is left.

Both are forked from a process that has imported everything and has no thread, so that a life takes about a second.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import sys
import tempfile
import traceback
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import numpy as np
import sklearn.linear_model
import sklearn.model_selection  # noqa: F401 - what is imported late in the bot need not be in each life anew

from bot import app
from bot.cogs.gateway import stop_on_signals
from bot.core.models import GuildId
from bot.settings import Settings
from bot.storage.database import Database
from support.everyday import act, acts_of, guild_of, rehearsed, view
from support.parts import WordEmbedder
from support.small import small_pack

READY, SWEEPING, CLOSING = b"r", b"s", b"c"
"""What a process tells about where it is."""
REST_SECONDS = 0.05
"""Between two looks for what is too old to be kept; each empties the database's log."""


def small_content() -> app.Content:
    """Return the shipped sentences around the small FAQ."""
    shipped = app.load_content(Settings(_env_file=None))
    return replace(shipped, texts=replace(shipped.texts, starters=("burnout",)), pack=small_pack())


def forked(job) -> int:
    """Begin a job in a process of its own; return its id."""
    child = os.fork()
    if child:
        return child
    try:
        job()
    except BaseException:  # noqa: BLE001 - a child must never go on with what its parent does
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def computed(job, *arguments):
    """Return what a job returns, as JSON, from a process of its own."""
    with tempfile.NamedTemporaryFile("r") as file:
        child = forked(lambda: Path(file.name).write_text(json.dumps(job(*arguments)), encoding="utf-8"))
        if os.waitpid(child, 0)[1]:
            raise RuntimeError(f"{job.__name__} failed; see above.")
        return json.load(file)


@asynccontextmanager
async def running(content, folder):
    """Start the bot's inside in a folder, and let it do what it does first; yield it, and a way into its database."""
    path = folder / "lantern.db"
    async with app.lantern(content, path, path, WordEmbedder) as bot:
        await bot.notices.drop_unfinished()
        await bot.queue.catch_up()
        await bot.queue.settled()
        database = await Database.open(path)
        try:
            yield bot, database
        finally:
            await database.close()


def live(content, folder, journal, pipe, *, people, start) -> None:
    """Let people, each with their role, number and next act, do what they do, until they are done or SIGTERM comes.

    What is begun and what is acknowledged is written into the journal, where the process is into the pipe.
    """
    lines = os.open(journal, os.O_WRONLY | os.O_APPEND)

    def write(**told) -> None:
        os.write(lines, f"{json.dumps(told)}\n".encode())

    def told(where) -> None:
        with suppress(BrokenPipeError):
            os.write(pipe, where)

    async def everything(bot) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_sweep(bot, told))
            for role, number, step in people:
                tasks.create_task(_do(bot, role, number, step))

    async def _do(bot, role, number, step) -> None:
        for each in range(step, len(acts_of(role))):
            write(number=number, done=False)
            await act(bot, role, number, each, start=start, tell=lambda text: write(told=text))
            write(number=number, done=True)

    async def main() -> None:
        async with running(content, folder) as (bot, _):
            told(READY)
            with stop_on_signals() as stop:
                doing = asyncio.create_task(everything(bot))
                await stop.wait()
                told(CLOSING)
                doing.cancel()
                await asyncio.wait({doing})

    asyncio.run(main())


async def _sweep(bot, told) -> None:
    while True:
        told(SWEEPING)
        await bot.keeping.sweep(datetime.now(UTC))
        await asyncio.sleep(REST_SECONDS)


def look(content, folder, numbers, indexed) -> dict:
    """Start the bot in a folder; return what is stored of each of these people's servers, and what is wrong.

    `indexed`: whose FAQ is compared with one that is indexed, and of the first also calibrated, from the entries alone.
    """
    problems = _faults_of_files(folder)

    async def main() -> dict:
        async with running(content, folder) as (bot, database):
            if bot.keyring.is_locked:
                problems.append(f"locked: {bot.keyring.why_locked}")
            views = [await view(database, bot.keyring, number) for number in numbers]
            counts = await _compare_indexes(content, folder, bot, indexed, problems)
        return {"views": views, "problems": problems, **counts}

    return asyncio.run(main())


def look_anew(content, folder) -> dict:
    """Start the bot in a folder in which nobody did anything since; return its questions and what is wrong."""
    problems = _faults_of_files(folder)

    async def main() -> dict:
        async with running(content, folder) as (bot, database):
            if bot.keyring.is_locked:
                problems.append(f"locked: {bot.keyring.why_locked}")
            ((applied,),) = await database.read("SELECT count(*) FROM _sqlite_migrations")
            guilds = [GuildId(guild) for (guild,) in await database.read("SELECT DISTINCT guild FROM unanswered")]
            asked = [one.question for guild in guilds for one in await bot.queue.waiting(guild)]
        return {"problems": problems, "asked": asked, "migrations": applied}

    return asyncio.run(main())


def rehearse(content, start) -> dict[str, list[str]]:
    """Return what is stored of somebody after each of their acts, by role, where nobody is killed."""

    async def main(folder):
        async with running(content, folder) as (bot, database):
            return await rehearsed(bot, database, start)

    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(main(Path(folder)))


def measure(content, folder) -> tuple[float, float]:
    """Return the seconds of the first start in a folder, and of another one."""

    async def time() -> float:
        began = monotonic()
        async with running(content, folder):
            return monotonic() - began

    return asyncio.run(time()), asyncio.run(time())


def _faults_of_files(folder) -> list[str]:
    """Return what SQLite has against the files as they were left."""
    found = []
    for name in ("lantern.db", "keys.db"):
        if (folder / name).exists():
            with closing(sqlite3.connect(folder / name)) as db:
                found += [f"{name}: {line}" for (line,) in db.execute("PRAGMA integrity_check") if line != "ok"]
                found += [f"{name}: {line} leads nowhere" for line in db.execute("PRAGMA foreign_key_check")]
    return found


async def _compare_indexes(content, folder, bot, numbers, problems) -> dict:
    """Compare each of these servers' index with one made of the entries alone."""
    with tempfile.TemporaryDirectory() as name:
        again = Path(name)
        for file in ("keys.db", "lantern.key"):
            shutil.copy(folder / file, again / file)
        with (
            closing(sqlite3.connect(folder / "lantern.db")) as db,
            closing(sqlite3.connect(again / "lantern.db")) as copy,
        ):
            db.backup(copy)
            copy.executescript("DELETE FROM vectors; DELETE FROM calibrations")
        async with app.lantern(content, again / "lantern.db", again / "lantern.db", WordEmbedder) as other:
            first, *_ = guilds = [guild_of(number) for number in numbers]
            if await _calibrated(bot.search, first) != await _calibrated(other.search, first):
                problems.append(f"server {first}: its calibration")
            for guild in guilds:
                here, there = [(await each.search._ready(guild)).reader for each in (bot, other)]
                problems += [f"server {guild}: {what} of its index" for what in _differing(here.index, there.index)]
    return {"indexes": len(guilds)}


async def _calibrated(search, guild):
    """Return what a server's questions are read with, once nothing is fitted any more."""
    await search.calibration(guild)
    await search.renewals()
    return await search.calibration(guild)


def _differing(here, there) -> list[str]:
    """Return the parts in which two indexes differ, in any bit."""
    arrays, plain = ("phrasings", "starts", "owners", "documents"), ("ids", "texts", "exact")
    parts = [name for name in arrays if not np.array_equal(getattr(here, name), getattr(there, name))]
    parts += [name for name in plain if getattr(here, name) != getattr(there, name)]
    both = here.discriminant, there.discriminant
    return parts + [
        name for name in ("projection", "centres") if not np.array_equal(*(getattr(one, name) for one in both))
    ]
