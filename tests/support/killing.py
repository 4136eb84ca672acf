"""Run as a program: does a job again and again, each time killed (SIGKILL) one step later.

Arguments: the folder before the job, the name of the job (`JOBS`), a folder, which gets one copy of the first for each
step, as it was left: 1, 2, ..., and of how many steps one is tried. Steps are SQL statements of every connection, and what happens to the copy's files.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import traceback
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from bot.core.models import UserId
from bot.storage.backup import backups_in, make_backup
from bot.storage.database import Database
from bot.storage.keyring import Keyring
from bot.storage.keys import MasterKey
from bot.storage.migrations import known_names
from bot.storage.personal import PersonalTable
from bot.storage.resealing import open_keyring
from bot.storage.restoring import Prepared, prepare, put_in_place

ROOT = Path(__file__).resolve().parents[2]
FILE_EVENTS = frozenset({"open", "os.rename", "os.link", "os.remove"})
"""What Python tells of files (PEP 578): opened, renamed, linked, removed."""


def killed_at_each_step(before, folder, job, every=1) -> list[Path]:
    """Return what was left of each attempt, the shortest first; the last one came to its end.

    `every`: of how many steps one is tried.
    """
    folder.mkdir()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    command = [sys.executable, "-m", "support.killing", before, job, folder, every]
    subprocess.run(list(map(str, command)), check=True, env=environment, capture_output=True)
    return sorted(folder.iterdir(), key=lambda path: int(path.name))


def ring_in(folder, given=None) -> Keyring:
    """Open the ring of a folder; its master key is in a file, or given."""
    return Keyring.open(folder / "keys.db", MasterKey(folder / "lantern.key", given))


def rotate(folder) -> None:
    ring_in(folder).rotate(print)


def rotate_given(folder) -> None:
    """The key is given, and the new one is written down where it was told."""
    ring_in(folder, bytes.fromhex((folder / "given").read_text())).rotate((folder / "told").write_text)


def start(folder) -> None:
    """Open a database and its ring, as the bot does."""

    async def once() -> None:
        database = await Database.open(folder / "lantern.db")
        (await open_keyring(database)).close()
        await database.close()

    asyncio.run(once())


def back_up(folder) -> None:
    make_backup(folder / "lantern.db", folder / "backups", datetime.now(UTC), lambda *_: None)


def put_back(folder) -> None:
    """Restore the backup that is there, as `lantern restore --yes`."""
    (backup,) = backups_in(folder / "backups")
    database, now = folder / "lantern.db", datetime.now(UTC)
    put_in_place(asyncio.run(prepare(backup.path, database, None, now, lambda *_: None)), database, now)


def replace(folder) -> None:
    """Do the last part of that: put what is ready in the database's place."""
    prepared = Prepared(folder / "lantern.db.restoring", None, {}, 0)
    put_in_place(prepared, folder / "lantern.db", datetime.now(UTC))


def erase(folder) -> None:
    """Let somebody delete everything, as `/mydata delete`."""

    async def once() -> None:
        database = await Database.open(folder / "lantern.db")
        keyring = await open_keyring(database)
        await PersonalTable(database, keyring).erase(UserId(int((folder / "who").read_text())), datetime.now(UTC))
        keyring.close()
        await database.close()

    asyncio.run(once())


JOBS = {job.__name__: job for job in (rotate, rotate_given, start, back_up, put_back, replace, erase)}


def _finish(step, copy, job) -> None:
    try:
        _die_at(step, str(copy))
        job(copy)
    except BaseException:  # noqa: BLE001 - the child must never go on with what its parent does
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _die_at(step, folder) -> None:
    numbers = count(1)

    def die(*_):
        if next(numbers) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def hear(event, arguments):
        if event in FILE_EVENTS and str(arguments[0]).startswith(folder):
            die()

    def connect(*arguments, **named):
        connection = plainly(*arguments, **named)
        connection.set_trace_callback(die)
        return connection

    plainly, sqlite3.connect = sqlite3.connect, connect
    sys.addaudithook(hear)


def main(before: str, job: str, folder: str, every: str) -> None:
    known_names()  # looked up once for all attempts: it happens in memory, where nothing can be left behind
    for step in count(1, int(every)):
        copy = Path(folder) / str(step)
        shutil.copytree(before, copy)
        child = os.fork()
        if not child:
            _finish(step, copy, JOBS[job])
        end = os.waitpid(child, 0)[1]
        if end == 0:
            return
        if end != signal.SIGKILL:
            sys.exit(f"Step {step} failed by itself.")


if __name__ == "__main__":
    main(*sys.argv[1:])
