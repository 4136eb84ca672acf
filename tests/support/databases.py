"""Databases in the states they must be refused in, or opened from."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import sqlite_utils

from bot.storage.database import Database
from bot.storage.migrations import migrations

ROOT = Path(__file__).resolve().parents[2]


async def make_database(path: Path) -> Path:
    """Make a database with a fact in it and close it."""
    database = await Database.open(path)
    await database.run(lambda db: db.table("facts").insert({"name": "colour", "value": "green"}))
    await database.close()
    return path


def migrated_until(path: Path, stop_before: str | None) -> Path:
    """Make a database as it was before a migration existed."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        migrations.apply(sqlite_utils.Database(connection), stop_before=stop_before)
        connection.commit()
    return path


def add_migration_row(path: Path, name: str) -> Path:
    """Make a database look as if a newer version had migrated it."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        sql = "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('lantern', ?, '2030-01-01')"
        connection.execute(sql, [name])
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@contextlib.contextmanager
def held_exclusively(path: Path):
    """Hold a database as another program does while it writes."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        yield


def files_in(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder with its bytes."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def run_unprivileged(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run Python code as somebody whom file permissions stop: root loses its right to ignore them."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    if os.geteuid() == 0:
        command = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", *command]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
