"""A close look at a database file: every page, every reference, and which migrations it has. Changes nothing."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.storage.database import inspect_file, looking_into, rows_in
from bot.storage.migrations import known_names

if TYPE_CHECKING:
    from pathlib import Path

MOST_FAULTS = 5
"""One is enough to act upon; a few tell whether it is one page or the whole file."""
SQLITE = sqlite3.sqlite_version_info
NEEDED_SQLITE = (3, 35, 0)
"""The first that knows RETURNING."""


@dataclass(frozen=True, slots=True)
class FileState:
    """What `look_closely` found.

    `size`, `log_size`: bytes of the file and of its write-ahead log; `applied`: how many migrations it has; `pending`:
    those the next start applies; `faults`: what SQLite finds damaged; `orphans`: rows that refer to none, by table.
    """

    size: int
    log_size: int
    applied: int
    pending: tuple[str, ...]
    faults: tuple[str, ...]
    orphans: dict[str, int]


def look_closely(path: Path) -> FileState:
    """Read the whole file: 454 MB took 4.5 s on two busy cores. Raises StorageError, as `inspect_file`."""
    inspect_file(path)
    sql = "SELECT name FROM _sqlite_migrations WHERE migration_set = 'lantern'"
    applied = {name for (name,) in rows_in(path, "_sqlite_migrations", sql)}
    with looking_into(path) as connection:
        orphans = Counter(table for table, *_ in connection.execute("PRAGMA foreign_key_check"))
    log = path.with_name(f"{path.name}-wal")
    return FileState(
        size=path.stat().st_size,
        log_size=log.stat().st_size if log.exists() else 0,
        applied=len(applied),
        pending=tuple(sorted(known_names() - applied)),
        faults=faults_in(path),
        orphans=dict(orphans),
    )


def faults_in(path: Path) -> tuple[str, ...]:
    """Return what SQLite finds damaged in a whole file: its pages, its indexes, what columns must hold."""
    with looking_into(path) as connection:
        verdicts = [verdict for (verdict,) in connection.execute(f"PRAGMA integrity_check({MOST_FAULTS})")]
    return () if verdicts == ["ok"] else tuple(verdicts)
