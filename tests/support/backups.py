"""Backups in tests: folders with a database, its keys and copies, and what differs between two of them."""

from __future__ import annotations

import contextlib
import sqlite3

from bot.storage.backup import backups_in, make_backup
from bot.storage.holdings import HOLDINGS
from bot.storage.restoring import prepare, put_in_place

SET_BY_A_RESTORE = ("unused keys until",)
"""Facts that a restored database has, and its backup has not."""


def silently(*_) -> None:
    """Report nothing."""


def back_up(folder, now):
    """Make a backup of the database in a folder."""
    return make_backup(folder / "lantern.db", folder / "backups", now, silently)


async def put_back(backup, folder, now, **options):
    """Restore a backup as `lantern restore --yes`; return what was prepared, and where the old one is."""
    prepared = await prepare(backup, folder / "lantern.db", None, now, silently, **options)
    return prepared, put_in_place(prepared, folder / "lantern.db", now)


def every_row(path) -> dict[str, list[tuple]]:
    """Return every row of every table of a file; a damaged one fails here. Facts that a restore sets are left out."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert [("ok",)] == connection.execute("PRAGMA integrity_check").fetchall()
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        rows = {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for (name,) in names}
    rows["facts"] = [row for row in rows["facts"] if row[0] not in SET_BY_A_RESTORE]
    return rows


def names_in(folder) -> list[str]:
    """Return the names of the backups in a folder."""
    return [each.path.name for each in backups_in(folder / "backups")]


def fill_what_is_empty(path) -> None:
    """Put a row into each table that has none, so that no table can be forgotten."""
    sealed = {holding.table: holding.sealed for holding in HOLDINGS}
    with contextlib.closing(sqlite3.connect(path)) as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'"
        )
        for (name,) in names.fetchall():
            if not connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]:
                columns = connection.execute(f"SELECT name, type FROM pragma_table_info('{name}')").fetchall()
                values = [
                    b"x" if each in sealed[name] else {"INTEGER": 7, "BLOB": b"x"}.get(kind, "x")
                    for each, kind in columns
                ]
                connection.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(values))})", values)
        connection.commit()
