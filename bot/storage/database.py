"""The one door to SQLite: one connection, owned by one thread, in WAL mode."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, Self, TypeVar

import sqlite_utils

from bot.core.errors import (
    DatabaseCorruptError,
    DatabaseLockedError,
    DatabaseNewerError,
    DatabaseReadOnlyError,
    DiskFullError,
    StorageError,
)
from bot.storage.migrations import migrations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BUSY_SECONDS = 2.0
"""How long a statement waits for another process. Below Discord's 3 s, so that the person still gets a sentence."""

P = ParamSpec("P")
T = TypeVar("T")


class Database:
    """Runs functions of a `sqlite_utils.Database` in the thread that owns it, and names its failures."""

    def __init__(self, path: Path | None, db: sqlite_utils.Database, executor: ThreadPoolExecutor) -> None:
        self.path = path
        self._db = db
        self._executor = executor

    @classmethod
    async def open(cls, path: Path | None) -> Self:
        """Open and migrate the file at `path`, created where it is missing; None = in memory.

        The file is first read without writing: a corrupt or newer one is refused as it is.
        Raises the StorageError that names what is wrong.
        """
        executor = ThreadPoolExecutor(1, thread_name_prefix="database")
        try:
            db = await asyncio.get_running_loop().run_in_executor(executor, _open, path)
        except BaseException:
            executor.shutdown()
            raise
        return cls(path, db, executor)

    async def run(
        self, job: Callable[Concatenate[sqlite_utils.Database, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `job(db, ...)` as one transaction in the owning thread and return its result."""

        def in_thread() -> T:
            with _named_failures(self.path), self._db.atomic():
                return job(self._db, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._executor, in_thread)

    async def close(self) -> None:
        """Close the connection once everything that was asked for is written."""
        await asyncio.get_running_loop().run_in_executor(self._executor, self._db.close)
        self._executor.shutdown()


def _open(path: Path | None) -> sqlite_utils.Database:
    with _named_failures(path):
        if path is None:
            connection = sqlite3.connect(":memory:")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists() and path.stat().st_size:
                inspect_file(path)
            connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
        try:
            db = sqlite_utils.Database(connection)
            db.execute("PRAGMA foreign_keys = ON")
            db.enable_wal()
            if migrations.pending(db):
                migrations.apply(db)
        except BaseException:
            connection.close()
            raise
    return db


def inspect_file(path: Path) -> None:
    """Look at the file read-only; raise a StorageError where it is damaged or comes from a newer version."""
    address = f"{path.absolute().as_uri()}?mode=ro"
    with (
        _named_failures(path),
        contextlib.closing(sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS)) as connection,
    ):
        ((verdict, *_), *_) = connection.execute("PRAGMA quick_check(1)").fetchall()
        if verdict != "ok":
            raise sqlite3.DatabaseError(f"malformed: {verdict}")
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "_sqlite_migrations" not in tables:
            if tables:
                raise DatabaseCorruptError(
                    f"{path} is a database, but not Lantern's. "
                    "Set LANTERN_STATE to another folder; the file was not changed."
                )
            return
        rows = connection.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = 'lantern'")
        known = {migration.name for migration in migrations.pending(sqlite_utils.Database(memory=True))}
        if newer := sorted({name for (name,) in rows} - known):
            raise DatabaseNewerError(
                f"{path} was written by a newer Lantern (it has {newer[0]}). "
                "Update Lantern, or restore a backup from before; the file was not changed."
            )


@contextlib.contextmanager
def _named_failures(path: Path | None) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _named(error, path) from error
    except OSError as error:
        raise DatabaseReadOnlyError(
            f"The folder for {path} cannot be used ({error.strerror}). "
            "Set LANTERN_STATE to a folder that Lantern may write."
        ) from error


def _named(error: sqlite3.Error, path: Path | None) -> StorageError:
    reason = str(error)
    lowered = reason.lower()
    if "locked" in lowered or "busy" in lowered:
        return DatabaseLockedError(
            f"{path} is in use by another program. Close that program, or wait until it is done, and try again."
        )
    if "readonly" in lowered or "unable to open" in lowered:
        return DatabaseReadOnlyError(
            f"{path} cannot be written ({reason}). Give Lantern's user write permission to the file and its folder, "
            "or set LANTERN_STATE to another folder."
        )
    if "full" in lowered:
        return DiskFullError(
            f"There is no room left to write {path}. Free some space; what was stored before is intact."
        )
    if "malformed" in lowered or "not a database" in lowered:
        return DatabaseCorruptError(
            f"{path} is damaged or is not a database ({reason}). Move it away and restore a backup; "
            "the file was not changed."
        )
    return StorageError(f"{path}: SQLite says: {reason}. See the log; what was stored before is intact.")
