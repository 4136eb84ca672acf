"""`make survive`: 200 kills (SIGKILL) of a bot that many people use, or as many as are named; prints what came of them.

The figures in docs/reliability.md are from here.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import secrets
import statistics
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # a process that is forked must have no threads
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.core.models import EntryId, GuildId, UserId
from bot.storage.activity import ActivityStore
from bot.storage.database import Database
from support.survival import KINDS, Killing

KILLS = 200
SHOW_EVERY = 10
COMMITS, ROUNDS = 100, 9
"""Commits in a row, taken in turns with either setting so often."""


def main() -> None:
    """Kill, and print how far it is; at the end the figures, and everything that was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", nargs="?", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10_000))
    given = parser.parse_args()
    logging.getLogger().addHandler(logging.NullHandler())  # the lives log what they like; what counts is stored
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        killing = Killing(Path(folder) / "killed", given.seed)
        for number in range(given.kills):
            killing.kill(KINDS[number % len(KINDS)])
            if (number + 1) % SHOW_EVERY == 0:
                done, bad = killing.result.acknowledged, len(killing.result.problems)
                took = time.monotonic() - began
                print(
                    f"{number + 1:>5} of {given.kills} in {took:,.0f} s: {done} acknowledged, {bad} wrong", flush=True
                )
    result = killing.result
    kinds = ", ".join(f"{count} {kind}" for kind, count in result.kills.items())
    print(f"Seed {given.seed}. Kills: {kinds}; of these {result.too_late} came after the process had ended by itself.")
    print(f"Acknowledged: {result.acknowledged} acts, looked for again {result.checked:,} times.")
    print(
        f"Not acknowledged when killed: {result.whole} whole, {result.absent} absent, {result.late} with a part to come."
    )
    print(f"Indexes compared with one made anew: {result.indexes}. Told: {result.told} notices, each once.")
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        print(asyncio.run(cost_of_full(Path(folder))))
    for problem in result.problems:
        print(f"WRONG: {problem}")
    sys.exit(bool(result.problems))


async def cost_of_full(folder: Path) -> str:
    """Tell what a commit costs that a power cut does not take (synchronous = FULL), beside one that it may (NORMAL)."""
    database = await Database.open(folder / "commits.db")
    activity = ActivityStore(database)
    taken: dict[str, list[float]] = {"FULL": [], "NORMAL": []}
    for number in range(ROUNDS * len(taken)):
        setting = tuple(taken)[number % len(taken)]
        await database.read(f"PRAGMA synchronous = {setting}")
        began = time.perf_counter()
        for user in range(COMMITS):
            await activity.vote(GuildId(1), EntryId("letters"), UserId(user), helped=bool(number % 4))
        taken[setting].append((time.perf_counter() - began) / COMMITS)
    await database.close()
    full, normal = (1000 * statistics.median(taken[setting]) for setting in ("FULL", "NORMAL"))
    return f"A vote: {full:.2f} ms with synchronous = FULL, {normal:.2f} ms with NORMAL, {full / normal:.1f} times as long."


if __name__ == "__main__":
    main()
