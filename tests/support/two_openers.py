"""Run as a program: wait for a starting shot, open the database given, count something in it many times, close it.

`python two_openers.py DATABASE SHOT TIMES`
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot.core.models import EntryId, GuildId
from bot.core.unanswered import Recorded
from bot.storage.activity import ActivityStore
from bot.storage.database import Database
from bot.storage.queue import QueueStore
from bot.storage.resealing import open_keyring


async def main(path: Path, shot: Path, times: int) -> None:
    print("ready", flush=True)
    while not shot.exists():
        await asyncio.sleep(0)
    database = await Database.open(path)
    activity, queue = ActivityStore(database), QueueStore(database, await open_keyring(database))
    for _ in range(times):
        await activity.count_use(GuildId(1), EntryId("letters"))
        await queue.note(GuildId(1), Recorded(0, "Same?", b"\x00\x00\x80?", "model"))
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
