"""The one door to SQLite: one connection, owned by one thread, in WAL mode."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Self, TypeVar

import sqlite_utils

from bot.core.errors import (
    DatabaseCorruptError,
    DatabaseLockedError,
    DatabaseNewerError,
    DatabaseReadOnlyError,
    DiskFullError,
    StorageError,
)
from bot.core.ports.watch import UNMETERED, Stage
from bot.storage.migrations import known_names, migrations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from bot.core.ports.watch import Meter

BUSY_SECONDS = 2.0
"""How long a statement waits for another process. Below Discord's 3 s, so that the person still gets a sentence."""
BUSY_AGAIN_SECONDS = 0.05
"""The same after one that waited in vain, until something is written again: reading waits behind every such statement.
"""
PAUSE_SECONDS = 0.01

P = ParamSpec("P")
T = TypeVar("T")


class Database:
    """Runs functions of a `sqlite_utils.Database` in the thread that owns it, and names its failures."""

    def __init__(
        self, path: Path | None, db: sqlite_utils.Database, executor: ThreadPoolExecutor, meter: Meter = UNMETERED
    ) -> None:
        self.path = path
        self._meter = meter
        self._db = db
        self._executor = executor
        self._data_version = 0
        self._is_locked_out = False

    @classmethod
    async def open(cls, path: Path | None, meter: Meter = UNMETERED) -> Self:
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
        opened = cls(path, db, executor, meter)
        await opened.changed_elsewhere()
        return opened

    async def run(
        self, job: Callable[Concatenate[sqlite_utils.Database, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `job(db, ...)` as one transaction in the owning thread and return its result.

        It has the database to itself from its first line: SQLite waits for another process before a
        transaction, but fails at once where one has read and then wants to write.
        """

        def in_thread() -> T:
            with named_failures(self.path), self._patiently(), _exclusively(self._db):
                return job(self._db, *args, **kwargs)

        with self._meter.timed(Stage.WRITE):
            return await asyncio.get_running_loop().run_in_executor(self._executor, in_thread)

    async def read(self, sql: str, values: Sequence[object] | dict[str, object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT; no other process that writes keeps this waiting."""

        def in_thread() -> list[tuple[Any, ...]]:
            with named_failures(self.path):
                return self._db.execute(sql, values).fetchall()

        with self._meter.timed(Stage.READ):
            return await asyncio.get_running_loop().run_in_executor(self._executor, in_thread)

    async def changed_elsewhere(self) -> bool:
        """Tell whether another connection has written since this was asked last, or since the start.

        That is what SQLite's data_version tells: it stays as it is through all that this connection writes.
        """
        ((version,),) = await self.read("PRAGMA data_version")
        before, self._data_version = self._data_version, version
        return bool(version != before)

    async def close(self) -> None:
        """Close the connection once everything that was asked for is written."""
        await asyncio.get_running_loop().run_in_executor(self._executor, self._db.close)
        self._executor.shutdown()

    @contextlib.contextmanager
    def _patiently(self) -> Iterator[None]:
        """Wait for another process BUSY_SECONDS, but only once for one that does not let go."""
        try:
            yield
        except sqlite3.OperationalError as error:
            self._wait_for(BUSY_AGAIN_SECONDS if _is_busy(error) else BUSY_SECONDS)
            raise
        self._wait_for(BUSY_SECONDS)

    def _wait_for(self, seconds: float) -> None:
        is_locked_out = seconds < BUSY_SECONDS
        if is_locked_out is not self._is_locked_out:
            self._is_locked_out = is_locked_out
            self._db.execute(f"PRAGMA busy_timeout = {round(1000 * seconds)}")


def _open(path: Path | None) -> sqlite_utils.Database:
    give_up_at = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return _try_to_open(path)
        except DatabaseLockedError:
            # SQLite waits for other writers, but not while the journal mode changes, as on two first starts at once.
            if time.monotonic() > give_up_at:
                raise
            time.sleep(PAUSE_SECONDS)


def _try_to_open(path: Path | None) -> sqlite_utils.Database:
    with named_failures(path):
        if path is not None:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # people's questions are nobody else's
            if path.exists() and path.stat().st_size:
                inspect_file(path)
                path.open("r+b").close()  # SQLite would read a file it may not write, and leave two more beside it
        connection = sqlite3.connect(path or ":memory:", timeout=BUSY_SECONDS)
        try:
            db = sqlite_utils.Database(connection)
            db.execute("PRAGMA foreign_keys = ON")
            # So not even a power cut takes what somebody was told is saved (docs/reliability.md); most builds of SQLite
            # do this anyway.
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA secure_delete = ON")  # what people told is overwritten, not only forgotten
            db.enable_wal()
            # Writing is tried now, not when the first member votes; and two processes migrate one after the other.
            with _exclusively(db):
                if migrations.pending(db):
                    migrations.apply(db)
        except BaseException:
            connection.close()
            raise
    return db


def inspect_file(path: Path) -> None:
    """Look at the file; raise a StorageError where it is damaged, not Lantern's, or from a newer version.

    Changes nothing, and leaves no file beside it: one that nobody has open is read without taking part in its locks.
    """
    with named_failures(path):
        path.open("rb").close()  # says more than SQLite does of a folder, or of a file that must not be read
        with contextlib.closing(sqlite3.connect(_address(path), uri=True, timeout=BUSY_SECONDS)) as connection:
            ((verdict, *_), *_) = connection.execute("PRAGMA quick_check(1)").fetchall()
            if verdict != "ok":
                raise _damaged(path, verdict)
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            applied: set[str] = set()
            if "_sqlite_migrations" in tables:
                sql = "SELECT name FROM _sqlite_migrations WHERE migration_set = 'lantern'"
                applied = {name for (name,) in connection.execute(sql)}
    if tables - {"_sqlite_migrations"} and not applied:
        raise DatabaseCorruptError(
            f"{path} is a database, but not Lantern's. Set LANTERN_STATE to another folder; the file was not changed."
        )
    if newer := sorted(applied - known_names()):
        raise DatabaseNewerError(
            f"{path} was written by a newer Lantern (it has {newer[0]}). "
            "Update Lantern, or restore a backup from before; the file was not changed."
        )


@contextlib.contextmanager
def looking_into(path: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection to the file at `path` that changes nothing, as `inspect_file`. Raises StorageError."""
    with (
        named_failures(path),
        contextlib.closing(sqlite3.connect(_address(path), uri=True, timeout=BUSY_SECONDS)) as connection,
    ):
        yield connection


def rows_in(path: Path, table: str, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """Return the rows of a SELECT from a table of the file at `path`, none where the file or the table is missing.

    For looking at a database that is not opened: it changes nothing. Raises StorageError.
    """
    if not path.exists():
        return []
    with looking_into(path) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [table]).fetchone():
            return []
        return connection.execute(sql, values).fetchall()


def fact_in(path: Path, name: str) -> str | None:
    """Return a fact in the file at `path`, None where there is none; changes nothing, as `inspect_file`."""
    rows = rows_in(path, "facts", "SELECT value FROM facts WHERE name = ?", [name])
    return rows[0][0] if rows else None


def _address(path: Path) -> str:
    in_use = any(path.with_name(path.name + end).exists() for end in ("-wal", "-journal"))
    return f"{path.absolute().as_uri()}?mode=ro" + ("" if in_use else "&immutable=1")


@contextlib.contextmanager
def _exclusively(db: sqlite_utils.Database) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.commit()
    except BaseException:
        db.rollback()
        raise


@contextlib.contextmanager
def named_failures(path: Path | None) -> Iterator[None]:
    """Turn every failure of SQLite, or of the file at `path`, into the StorageError that names it."""
    try:
        yield
    except sqlite3.Error as error:
        raise _named(error, path) from error
    except OSError as error:
        raise DatabaseReadOnlyError(
            f"{path} cannot be used ({error.strerror}). Set LANTERN_STATE to a folder that Lantern may write."
        ) from error


def _is_busy(error: sqlite3.Error) -> bool:
    """Tell whether another process was in the way."""
    return _kind(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def _kind(error: sqlite3.Error) -> int:
    """Return the low byte of an error's code, its kind; the rest tells details. Python's own errors have no code."""
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF


def _named(error: sqlite3.Error, path: Path | None) -> StorageError:
    match _kind(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return DatabaseLockedError(
                f"{path} is in use by another program. Close that program, or wait until it is done, and try again."
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return DatabaseReadOnlyError(
                f"{path} cannot be written ({error}). Give Lantern's user write permission to the file and its folder, "
                "or set LANTERN_STATE to another folder."
            )
        case sqlite3.SQLITE_FULL:
            return DiskFullError(
                f"There is no room left to write {path}. Free some space; what was stored before is intact."
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return _damaged(path, str(error))
        case _:
            return StorageError(f"{path}: SQLite says: {error}. See the log; what was stored before is intact.")


def _damaged(path: Path | None, reason: str) -> DatabaseCorruptError:
    return DatabaseCorruptError(
        f"{path} is damaged or is not a database ({reason}). Stop Lantern and restore a backup (`lantern backups`, "
        "`lantern restore`); nothing was changed."
    )
