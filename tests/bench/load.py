"""`make load` and `make soak`: the real bot, as a process, under more people than it will ever see.

A stand-in for Discord in this process sends what people do at moments drawn before the run, and counts each answer from
that moment: a bot that falls behind cannot slow the questions down (no coordinated omission). Both share the machine.

Writes a part of docs/reliability.md with --write.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]

from bench.load_bot import Bot, prepared  # noqa: E402 - after the path
from bench.load_data import entries_of, guild_id  # noqa: E402
from bench.load_mix import Kind, People, Planned, arrivals  # noqa: E402
from bench.load_report import ACKNOWLEDGE_SECONDS, Measured, Outcome, report  # noqa: E402
from bench.sections import put  # noqa: E402
from bot import app  # noqa: E402
from bot.settings import Settings  # noqa: E402
from support.busy_discord import Answered, BusyDiscord  # noqa: E402

PATIENCE_SECONDS = 20.0
"""After the last act, for what is still to be answered."""
FIRST_PATIENCE_SECONDS = 240.0
"""For the first answer on a server after a start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of everything there is, and for how long."""

    guilds: int = 50
    entries: int = 1000
    people: int = 10_000
    rate: float = 300.0
    seconds: float = 120.0
    warm_up: float = 60.0
    restart_every: float = 0.0
    """Seconds between two restarts, by turns with SIGTERM and SIGKILL; 0 = none."""


@dataclass
class Run:
    """One bot, one stand-in for Discord, and what people did."""

    discord: BusyDiscord
    people: People
    bot: Bot
    sent: list[tuple[Planned, float, Answered]] = field(default_factory=list)
    patience: float = ACKNOWLEDGE_SECONDS
    starts: list[float] = field(default_factory=list)
    """Seconds from each start to the first answer on every server."""
    verdict: str = ""
    """What SQLite says of the database afterwards."""
    unheard: int = 0
    """What people did while no bot was connected: Discord tells them itself that it does not answer."""

    async def one(self, planned: Planned, at: float, guild: int | None = None) -> Answered | None:
        """Let somebody do something now that was planned for `at`; None where no bot is connected."""
        if not self.discord.is_heard:
            self.unheard += 1
            return None
        token, event = self.people.act(planned.kind, guild)
        told = self.discord.told[token] = Answered(token, at + self.patience)
        await self.discord.send(event)
        self.sent.append((planned, at, told))
        return told

    async def greet(self, guilds: tuple[int, ...]) -> None:
        """Let somebody ask on each server, one after the other, and wait for each answer."""
        for guild in guilds:
            told = await self.one(Planned(0, Kind.ASK), time.perf_counter(), guild)
            await until(lambda told=told: told is None or told.finished is not None, FIRST_PATIENCE_SECONDS)

    async def rush(self, rate: float, seconds: float, seed: int) -> Outcome:
        """Let people do what they do, and return what came of it."""
        self.sent, self.unheard = [], 0
        plan = list(arrivals(rate, seconds, random.Random(seed)))
        used, own, began = self.bot.processor_seconds(), time.process_time(), time.perf_counter()
        for planned in plan:
            at = began + planned.at
            if (ahead := at - time.perf_counter()) > 0:
                await asyncio.sleep(ahead)
            await self.one(planned, at)
            self._tidy()
        took = time.perf_counter() - began
        used, own = self.bot.processor_seconds() - used, time.process_time() - own
        await until(lambda: all(told.is_settled() for _, _, told in self.sent), PATIENCE_SECONDS)
        rows = [
            Measured(
                planned.kind, at - began, *(moment and moment - at for moment in (told.acknowledged, told.finished))
            )
            for planned, at, told in self.sent
        ]
        return Outcome(rows, self.unheard, used / took, own / took, self.bot.memory_between(began, began + seconds))

    def _tidy(self) -> None:
        """Keep the answers whose buttons can be pressed, and let go of the others' text."""
        for token in self.discord.finished[:100]:
            told = self.discord.told[token]
            self.people.keep(token, told.card)
            told.card = b""
        del self.discord.finished[:100]


async def until(is_so, seconds: float) -> bool:
    """Look again and again until something is so; False where it took longer."""
    give_up_at = time.perf_counter() + seconds
    while not is_so():
        if time.perf_counter() > give_up_at:
            return False
        await asyncio.sleep(0.01)
    return True


async def measure(size: Size, folder: Path) -> tuple[list[Outcome], Run]:
    """Start the bot on a prepared folder, warm it up, and let people rush at it."""
    guilds = tuple(guild_id(place) for place in range(size.guilds))
    pack = app.load_content(Settings(_env_file=None)).pack
    faqs = {guild: entries_of(pack, place, size.entries) for place, guild in enumerate(guilds)}
    discord = BusyDiscord(guilds)
    await discord.listen()
    run = Run(discord, People(guilds, faqs, size.people // size.guilds), Bot(folder, discord.port))
    try:
        outcomes = await _measured(size, run, guilds)
    finally:
        await run.bot.stop()
        await discord.close()
    return outcomes, run


async def _measured(size: Size, run: Run, guilds: tuple[int, ...]) -> list[Outcome]:
    outcomes, left, number = [], size.seconds, 0
    while left > 0:
        began = time.perf_counter()
        await run.bot.start()
        await until(lambda: run.discord.is_heard, FIRST_PATIENCE_SECONDS)
        await run.greet(guilds)
        run.starts.append(time.perf_counter() - began)
        await run.rush(size.rate, size.warm_up, seed=-number - 1)
        seconds = min(left, size.restart_every or left)
        outcomes.append(await run.rush(size.rate, seconds, seed=number))
        left, number = left - seconds, number + 1
        if left > 0:
            for planned in arrivals(size.rate, 1, random.Random(number)):  # so that it ends in the middle of something
                await run.one(planned, time.perf_counter())
            await run.bot.stop(is_killed=number % 2 == 0)
    return outcomes


def main() -> None:
    """Measure, report, and exit 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("guilds", 50), ("entries", 1000), ("people", 10_000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    for name, default in (("rate", 300.0), ("seconds", 120.0), ("warm-up", 60.0), ("restart-every", 0.0)):
        parser.add_argument(f"--{name}", type=float, default=default)
    parser.add_argument("--data", type=Path, help="a folder that keeps the prepared servers for the next run")
    parser.add_argument("--write", metavar="SECTION", help="put the report into docs/reliability.md")
    given = vars(parser.parse_args())
    data, section = given.pop("data"), given.pop("write")
    size = Size(**given)
    with tempfile.TemporaryDirectory() as scratch:
        ready = prepared(data or Path(scratch) / "data", size.guilds, size.entries, size.people)
        folder = Path(scratch) / "state"
        shutil.copytree(ready, folder)
        outcomes, run = asyncio.run(measure(size, folder))
        with closing(sqlite3.connect(folder / "lantern.db")) as database:
            ((run.verdict,),) = database.execute("PRAGMA integrity_check(1)").fetchall()
        text, holds = report(size, outcomes, run)
    sys.stdout.write(text + "\n")
    if section:
        put(section, text, ROOT / "docs" / "reliability.md")
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
