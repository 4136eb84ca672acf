"""Brings a backup back: made ready beside the database, then put in its place in one step.

Killed anywhere, the old database is there, whole, or the new one is.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.backups import REPLACED_DAYS
from bot.core.errors import DatabaseCorruptError, KeyFileError, StorageError, UsageError
from bot.storage.backup import MOMENT, copy_database, rows_in_file, sync_folder
from bot.storage.columns import written
from bot.storage.database import BUSY_SECONDS, Database, fact_in, inspect_file, named_failures, rows_in
from bot.storage.deletions import MARK as SEEN
from bot.storage.deletions import forgotten, noted_after
from bot.storage.erasing import erase_people
from bot.storage.inspection import faults_in
from bot.storage.resealing import KEPT, open_keyring, places_of
from bot.storage.resealing import MARK as RING
from bot.storage.ring import look

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import sqlite_utils

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite may leave beside a database, by the end of its name."""
LOST = (
    "Bring back the keys.db and the master key that belong to it, and try again. If they are lost for good, "
    "`--without-people` brings back the FAQ and the servers' settings, and nothing of any person."
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A backup that is ready to be put in place, in the file `draft`.

    `before`, `after`: rows by table, of the database as it is now (None: there is none that can be read) and then;
    `deleted`: how many deletions since the backup were done again.
    """

    draft: Path
    before: Mapping[str, int] | None
    after: Mapping[str, int]
    deleted: int


async def prepare(
    backup: Path,
    database: Path,
    given: bytes | None,
    now: datetime,
    progress: Callable[[str, int, int], None],
    *,
    without_people: bool = False,
) -> Prepared:
    """Make a copy of a backup ready beside the database: migrated, and rid of what was deleted since.

    `given`: the master key of LANTERN_KEY; `without_people`: bring back nothing of any person, which needs no keys.
    Changes nothing else. Raises UsageError, StorageError with what to do.
    """
    progress("Checking the backup", 0, 0)
    _must_be_a_backup(backup)
    if not without_people:
        _must_have_keys(backup, database, given)
    draft = database.with_name(f"{database.name}.restoring")
    try:
        with named_failures(draft):
            draft.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _drop(draft)
            copy_database(backup, draft, progress)
        deleted = await _made_ready(draft, given, now, without_people=without_people)
        with named_failures(draft), draft.open("rb") as file:
            os.fsync(file.fileno())
        return Prepared(draft, _rows_now(database), rows_in_file(draft), deleted)
    except BaseException:
        _drop(draft)
        raise


def put_in_place(prepared: Prepared, database: Path, now: datetime) -> Path | None:
    """Let what is prepared take the database's place; return where the old one is now, None where there was none.

    Raises StorageError where another program has it open.
    """
    aside = database.with_name(f"{database.name}.replaced-{now.astimezone(UTC).strftime(MOMENT)}Z")
    with named_failures(database):
        for other in replaced_beside(database):
            if database.exists() and other.samefile(database):
                other.unlink()  # a restore was killed just before the old one was replaced
        with _settled(database):
            was_there = database.exists()
            if was_there:
                aside.hardlink_to(database)
            for end in BESIDE:  # what is left of a damaged one must not be read into the new one
                with contextlib.suppress(FileNotFoundError):
                    database.with_name(database.name + end).replace(aside.with_name(aside.name + end))
            prepared.draft.replace(database)
        sync_folder(database.parent)
    return aside if was_there else None


def discard(prepared: Prepared) -> None:
    """Leave everything as it was."""
    _drop(prepared.draft)


def replaced_beside(database: Path, *, before: datetime | None = None) -> Sequence[Path]:
    """Return the databases that restores replaced; `before`: only those that were replaced before that moment."""
    start = f"{database.name}.replaced-"
    edge = None if before is None else before.astimezone(UTC).strftime(MOMENT)
    found = sorted(database.parent.glob(f"{start}*"))
    return [path for path in found if edge is None or path.name.removeprefix(start) < edge]


def _must_be_a_backup(backup: Path) -> None:
    if not backup.is_file():
        raise UsageError(f"There is no backup at {backup}. `lantern backups` lists those there are.")
    try:
        inspect_file(backup)
        is_whole = not faults_in(backup)
    except DatabaseCorruptError:
        is_whole = False
    if not is_whole or not rows_in(backup, "_sqlite_migrations", "SELECT 1 FROM _sqlite_migrations"):
        raise DatabaseCorruptError(
            f"{backup} is damaged, or is no backup of Lantern's. Choose another one (`lantern backups` lists them); "
            "nothing was changed."
        )


def _must_have_keys(backup: Path, database: Path, given: bytes | None) -> None:
    ring, source = places_of(database, given)
    try:
        if ring is not None:
            look(ring, source, fact_in(backup, RING))
    except StorageError as error:
        raise KeyFileError(f"{error} {LOST}") from error


async def _made_ready(draft: Path, given: bytes | None, now: datetime, *, without_people: bool) -> int:
    """Migrate the copy, and delete again what was deleted since; return how many deletions that were."""
    opened = await Database.open(draft)
    try:
        await opened.run(_begin, now)
        if without_people:
            await opened.run(erase_people)
            await opened.run(lambda db: db.execute("DELETE FROM facts WHERE name IN (?, ?)", [RING, SEEN]))
            return 0
        seen = int(fact_in(draft, SEEN) or 0)
        keyring = await open_keyring(opened, given)
        try:
            if seen < forgotten(keyring):
                raise UsageError(
                    "This backup is so old that it is no longer known who deleted their data since. Choose a newer one "
                    "(`lantern backups` lists them), or `--without-people`; nothing was changed."
                )
            return len(noted_after(keyring, seen))
        finally:
            keyring.close()
    finally:
        await opened.close()


def _begin(db: sqlite_utils.Database, now: datetime) -> None:
    """Keep the keys that only the replaced database needs, for a while; and tell Discord the commands anew."""
    until = written(now.astimezone(UTC) + timedelta(days=REPLACED_DAYS))
    db.table("facts").insert({"name": KEPT, "value": until}, pk="name", replace=True)
    db.execute("DELETE FROM facts WHERE name LIKE 'commands:%'")


def _rows_now(database: Path) -> Mapping[str, int] | None:
    try:
        return rows_in_file(database) if database.exists() else None
    except StorageError:
        return None


@contextlib.contextmanager
def _settled(database: Path) -> Iterator[None]:
    """Hold a database that nobody else has open, all of it in one file; one that is damaged or missing, as it is."""
    if not database.exists():
        yield
        return
    address = f"{database.absolute().as_uri()}?mode=rw"
    with contextlib.closing(
        sqlite3.connect(address, timeout=BUSY_SECONDS, uri=True, isolation_level=None)
    ) as connection:
        try:
            with named_failures(database):
                connection.execute("PRAGMA journal_mode = DELETE")  # fails where anybody else has it open
                connection.execute("BEGIN EXCLUSIVE")
        except DatabaseCorruptError:
            connection.close()
        yield


def _drop(draft: Path) -> None:
    for end in ("", *BESIDE):
        draft.with_name(draft.name + end).unlink(missing_ok=True)
