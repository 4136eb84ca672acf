"""Copies of the database: made while the bot writes, whole or not at all, and looked at before they have a name.

SQLite's own online backup takes one snapshot, and writers wait for nothing: 200 MB in 1.3 s, with no write above 30 ms
(docs/backup.md). `VACUUM INTO` took as long, but held up a write for 170 ms, and gives rows other numbers.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import sqlite3
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.errors import DatabaseCorruptError, DiskFullError, StorageError
from bot.storage.database import BUSY_SECONDS, inspect_file, looking_into, named_failures
from bot.storage.inspection import faults_in
from bot.storage.ring import look

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from bot.storage.keys import MasterKey

    Progress = Callable[[str, int, int], None]
    """Is told what is done, how much of it, and of how much."""

NAME = re.compile(r"lantern-(\d{8}T\d{6})Z\.db")
MOMENT = "%Y%m%dT%H%M%S"
PAGES = 1024
"""Copied at once, 4 MB; then others may run."""
SYNC_EVERY = 4
"""Steps between two waits for the disk: all at once, they made a write of the bot wait for 140 ms."""
SPARE_BYTES = 50_000_000
"""Room that a backup leaves for the bot."""
DRAFT_SECONDS = 24 * 3600.0
"""After that long, a copy without a name is one whose process was killed."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup; `at`: when it was made, UTC, as its name says."""

    path: Path
    at: datetime
    size: int


def backups_in(folder: Path) -> Sequence[Backup]:
    """Return the backups in a folder, oldest first; none where there is no folder. Raises StorageError."""
    with _of_folder(folder):
        if not folder.exists():
            return []
        found = [(path, NAME.fullmatch(path.name)) for path in sorted(folder.iterdir())]
        return [
            Backup(path, datetime.strptime(name[1], MOMENT).replace(tzinfo=UTC), path.stat().st_size)
            for path, name in found
            if name is not None
        ]


def make_backup(database: Path, folder: Path, now: datetime, progress: Progress) -> Backup:
    """Copy the database into a folder, which is made where it is missing, and return the copy once it is proven.

    May run in any process beside the bot, whose writes wait for nothing. Killed anywhere, it leaves no copy with a name
    that is not whole. Raises StorageError, and then leaves nothing.
    """
    with _of_folder(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _clear(folder)
        _must_have_room(database, folder)
        path = folder / f"lantern-{now.astimezone(UTC).strftime(MOMENT)}Z.db"
        draft = folder / f".{path.name}.{secrets.token_hex(4)}"
        try:
            rows = copy_database(database, draft, progress)
            progress("Checking the copy", 0, 0)
            _must_be_whole(draft, rows)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        sync_folder(folder)
        return Backup(path, now, path.stat().st_size)


def copy_ring(ring: Path, source: MasterKey, target: Path) -> None:
    """Copy the keys (keys.db), also while the bot runs, in the place of the copy that is there: only the newest may be.

    An older copy is the power to read what was deleted since. Raises StorageError, and then leaves the one before.
    """
    with _of_folder(target.parent):
        draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            copy_database(ring, draft, lambda *_: None)
            look(draft, source, None)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
        sync_folder(target.absolute().parent)


def copy_database(source: Path, target: Path, progress: Progress) -> Mapping[str, int]:
    """Write one snapshot of a database to a new file, its owner's alone; return its rows by table.

    The copy is one file on the disk, without a log beside it. Raises StorageError.
    """
    descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    steps = 0

    def copied(_status: int, remaining: int, total: int) -> None:
        nonlocal steps
        steps += 1
        if steps % SYNC_EVERY == 0:
            os.fsync(descriptor)
        progress("Copying the database", total - remaining, total)

    try:
        with _opened(source) as origin, named_failures(target), _opened(target) as copy:
            for setting in ("journal_mode = OFF", "synchronous = OFF"):  # half a copy is thrown away, never mended
                copy.execute(f"PRAGMA {setting}")
            with named_failures(source):
                # The transaction holds the snapshot: what the bot writes meanwhile would begin the copy anew.
                origin.execute("BEGIN")
                rows = rows_by_table(origin)
            origin.backup(copy, pages=PAGES, progress=copied)
            with named_failures(source):
                origin.execute("COMMIT")
                # As long as the snapshot was read, the log beside the file could not be emptied of what was deleted.
                origin.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            copy.execute("PRAGMA journal_mode = DELETE")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return rows


def rows_by_table(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how many rows each table has."""
    tables = connection.execute(
        r"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name"
    )
    return {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - names of tables
        for (name,) in tables.fetchall()
    }


def rows_in_file(path: Path) -> Mapping[str, int]:
    """Return how many rows each table of a file has that nobody writes to. Raises StorageError."""
    with looking_into(path) as connection:
        return rows_by_table(connection)


def sync_folder(folder: Path) -> None:
    """Let the names in a folder outlast a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file that is there; SQLite would make one that is missing."""
    address = f"{path.absolute().as_uri()}?mode=rw"
    with (
        named_failures(path),
        contextlib.closing(
            sqlite3.connect(address, timeout=BUSY_SECONDS, uri=True, isolation_level=None, check_same_thread=False)
        ) as connection,
    ):
        yield connection


def _must_be_whole(draft: Path, rows: Mapping[str, int]) -> None:
    inspect_file(draft)
    if faults_in(draft) or rows_in_file(draft) != rows:
        raise DatabaseCorruptError(
            "The copy is damaged, so the database, or the disk, may be too. See `lantern doctor`; no backup was made, "
            "and those from before are untouched."
        )


def _must_have_room(database: Path, folder: Path) -> None:
    if not database.exists():
        raise StorageError(
            f"There is no database at {database}. Start the bot once, or set LANTERN_STATE to its folder."
        )
    log = database.with_name(f"{database.name}-wal")
    needed = database.stat().st_size + (log.stat().st_size if log.exists() else 0) + SPARE_BYTES
    if (free := shutil.disk_usage(folder).free) < needed:
        raise DiskFullError(
            f"There is no room for a backup in {folder}: {free // 10**6} MB are free, {needed // 10**6} MB needed. "
            "Free some space, or set LANTERN_BACKUPS to a folder on another disk."
        )


def _clear(folder: Path) -> None:
    for draft in folder.glob(".lantern-*"):
        with contextlib.suppress(FileNotFoundError):  # another process may be faster
            if time.time() - draft.stat().st_mtime > DRAFT_SECONDS:
                draft.unlink()


@contextlib.contextmanager
def _of_folder(folder: Path) -> Iterator[None]:
    """Name what is wrong with the folder."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{folder} cannot be used for backups ({error.strerror}). Give Lantern's user permission to write there, "
            "or set LANTERN_BACKUPS to another folder."
        ) from error
