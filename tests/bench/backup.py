"""How long a backup takes, and whether the bot's writes wait for it: `make bench-backup`, with MB=200 by default.

Prints Markdown for docs/backup.md. The database is written to all the time, through the bot's own connection, while a
backup is made in another thread, as the bot does, and in another process, as `lantern backup` does.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

from bot.storage.backup import make_backup  # noqa: E402 - after the path
from bot.storage.database import Database  # noqa: E402

VECTOR_BYTES, ROWS_AT_ONCE = 1536, 10_000
PAUSE_SECONDS, IDLE_SECONDS = 0.002, 5.0


async def main(megabytes: int) -> None:
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as folder:
        path = Path(folder) / "state" / "lantern.db"
        database = await filled(path, megabytes)
        size = path.stat().st_size / 10**6
        print(f"| {size:.0f} MB, {os.cpu_count()} cores | seconds | writes | p50 ms | p99 ms | longest ms |")
        print("| --- | ---: | ---: | ---: | ---: | ---: |")
        await measured("no backup", database, asyncio.sleep(IDLE_SECONDS))
        now = datetime.now(UTC)
        await measured(
            "a backup by the bot", database, asyncio.to_thread(make_backup, path, Path(folder), now, lambda *_: None)
        )
        await measured("`lantern backup` beside it", database, in_process(path.parent))
        await database.close()


async def filled(path, megabytes) -> Database:
    """Make a database of that size, most of it vectors, as a real one is."""
    database = await Database.open(path)
    while path.stat().st_size < megabytes * 10**6:
        rows = [
            {"model": "m", "revision": "1", "hash": os.urandom(16).hex(), "vector": os.urandom(VECTOR_BYTES)}
            for _ in range(ROWS_AT_ONCE)
        ]
        await database.run(lambda db, rows=rows: db.table("vectors").insert_all(rows))
        await database.read("PRAGMA wal_checkpoint(TRUNCATE)")
    return database


async def measured(name, database, work) -> None:
    """Write again and again while `work` runs; print how long each write took."""
    writing = asyncio.create_task(write(database))
    begun = time.perf_counter()
    await work
    seconds = time.perf_counter() - begun
    writing.cancel()
    with suppress(asyncio.CancelledError):
        await writing
    took = 1000 * np.array(write.took)
    p50, p99 = np.percentile(took, [50, 99])
    print(f"| {name} | {seconds:.1f} | {len(took)} | {p50:.1f} | {p99:.1f} | {took.max():.1f} |")


async def write(database) -> None:
    write.took = []
    while True:
        begun = time.perf_counter()
        vote = {"guild": 1, "entry_id": f"e{len(write.took)}", "user": 5, "helped": 1, "at": "2026-11-28"}
        await database.run(lambda db, vote=vote: db.table("votes").upsert(vote, pk=("guild", "entry_id", "user")))
        write.took.append(time.perf_counter() - begun)
        await asyncio.sleep(PAUSE_SECONDS)


async def in_process(state) -> None:
    environment = {**os.environ, "LANTERN_STATE": str(state), "PYTHONPATH": str(ROOT)}
    done = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "backup", cwd=state, env=environment)
    assert await done.wait() == 0


if __name__ == "__main__":
    asyncio.run(main(int(os.environ.get("MB", "200"))))
