"""What was deleted for good, noted beside the keys, so that an older copy of the database never gives it back.

Each note has a number, and a database says (in `facts`) up to which it has done what they say. A backup that is brought
back, by `lantern restore` or by hand, has not: whoever opens it with the keys does the rest again. Notes live as long
as backups do; a person's id in them is encrypted, and its key is derived from the one that never changes.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from bot.core.errors import RingLockedError, StorageError
from bot.core.models import GuildId, UserId
from bot.storage.columns import written
from bot.storage.erasing import erase, erase_guild, erase_member
from bot.storage.sealing import Sealer, derived

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import sqlite_utils

    from bot.storage.database import Database
    from bot.storage.keyring import Keyring

MARK = "deletions"
"""The fact that says up to which number a database has seen the notes."""
_IS_EMPTY = "guild IS NULL AND user IS NULL"
"""A note that was emptied: of it, and all before, it is no longer known what they said."""
_SEEN = "INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)"

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Deletion:
    """Somebody's data on every server, or (with `guild`) what they told there to be introduced; or a whole server's."""

    user: UserId | None = None
    guild: GuildId | None = None


async def deleting(
    database: Database,
    keyring: Keyring,
    job: Callable[[sqlite_utils.Database, Callable[[Deletion], None]], T],
    now: datetime,
) -> T:
    """Run `job(db, note)`, which deletes and notes what, as one transaction; where it fails, nothing is noted.

    Killed between, what is noted is deleted by the next start. While the ring is locked, nothing can be noted.
    """
    notes: list[int] = []

    def noted(db: sqlite_utils.Database) -> T:
        result = job(db, lambda gone: None if keyring.is_locked else notes.append(_note(keyring, gone, now)))
        if notes:
            db.execute(_SEEN, [MARK, str(notes[-1])])
        return result

    try:
        return await database.run(noted)
    except Exception:
        with suppress(StorageError):  # then the next start deletes what was asked for
            await asyncio.to_thread(_withdraw, keyring, notes)
        raise


async def do_again(database: Database, keyring: Keyring, now: datetime) -> int:
    """Delete what was deleted since this copy of the database was made; return how many notes that took.

    Does nothing while the ring is locked. Keys that nothing is sealed with any more are for `drop_unused_keys`.
    """
    if keyring.is_locked:
        return 0

    def again(db: sqlite_utils.Database) -> int:
        done = seen_in(db)
        if done < forgotten(keyring):
            log.error("This database is older than the deletions that are known. Restore a newer backup.")
        notes = noted_after(keyring, done)
        for _, gone in notes:
            _delete(db, keyring, gone, now)
        if notes:
            db.execute(_SEEN, [MARK, str(notes[-1][0])])
        _number_on(keyring, done)
        return len(notes)

    count = await database.run(again)
    if count:
        log.warning("%d deletions from after this database was copied were done again", count)
        await database.read("PRAGMA wal_checkpoint(TRUNCATE)")  # the log beside the file still holds the old rows
    return count


def seen_in(db: sqlite_utils.Database) -> int:
    """Return the number of the last note whose deletion this database has seen, 0 for none."""
    row = db.execute("SELECT value FROM facts WHERE name = ?", [MARK]).fetchone()
    return int(row[0]) if row else 0


def noted_after(keyring: Keyring, number: int) -> list[tuple[int, Deletion]]:
    """Return what was deleted after a note, with the numbers, in order. Raises RingLockedError, SealBrokenError."""
    sql = f"SELECT id, guild, user FROM deletions WHERE id > ? AND NOT ({_IS_EMPTY}) ORDER BY id"  # noqa: S608
    with keyring.batch() as file:
        rows = file.execute(sql, [number]).fetchall()
    return [(each, Deletion(_opened(keyring, user, guild), guild and GuildId(guild))) for each, guild, user in rows]


def forgotten(keyring: Keyring) -> int:
    """Return up to which number it is no longer known what was deleted: a database that has seen less is too old."""
    with keyring.batch() as file:
        ((number,),) = file.execute(f"SELECT coalesce(max(id), 0) FROM deletions WHERE {_IS_EMPTY}")  # noqa: S608
    return int(number)


def forget_before(keyring: Keyring, moment: datetime) -> None:
    """Empty the notes from before a moment, when no backup is left that could need them. Raises RingLockedError.

    The last of them stays, empty, for its number.
    """
    sql = f"""
        SELECT max(id) FROM deletions WHERE id < coalesce(
            (SELECT min(id) FROM deletions WHERE at >= ? AND NOT ({_IS_EMPTY})), (SELECT max(id) + 1 FROM deletions))
    """  # noqa: S608 - our own condition
    with keyring.batch() as file:
        ((last,),) = file.execute(sql, [written(moment)])
        file.execute("DELETE FROM deletions WHERE id < ?", [last])
        file.execute("UPDATE deletions SET guild = NULL, user = NULL WHERE id = ?", [last])


def _note(keyring: Keyring, gone: Deletion, now: datetime) -> int:
    sealed = None if gone.user is None else _sealer(keyring).seal(str(gone.user), _context(gone.guild))
    with keyring.batch() as file:
        sql = "INSERT INTO deletions (guild, user, at) VALUES (?, ?, ?)"
        return int(file.execute(sql, [gone.guild, sealed, written(now)]).lastrowid or 0)


def _withdraw(keyring: Keyring, notes: list[int]) -> None:
    with keyring.batch() as file:
        file.executemany("DELETE FROM deletions WHERE id = ?", [[number] for number in notes])


def _number_on(keyring: Keyring, done: int) -> None:
    """Go on after a number that was given already: an older keys.db was brought back, and does not know of it."""
    with keyring.batch() as file:
        ((last,),) = file.execute("SELECT coalesce(max(id), 0) FROM deletions")
        if last < done:
            file.execute("INSERT INTO deletions (id, at) VALUES (?, '')", [done])


def _delete(db: sqlite_utils.Database, keyring: Keyring, gone: Deletion, now: datetime) -> None:
    if gone.guild is not None and gone.user is not None:
        erase_member(db, keyring, gone.guild, gone.user, now)
    elif gone.guild is not None:
        erase_guild(db, gone.guild)
    elif gone.user is not None:
        erase(db, keyring, gone.user, now)


def _opened(keyring: Keyring, user: bytes | None, guild: int | None) -> UserId | None:
    return None if user is None else UserId(int(_sealer(keyring).open(user, _context(guild))))


def _sealer(keyring: Keyring) -> Sealer:
    if keyring.names is None:
        raise RingLockedError(keyring.why_locked or "")
    return Sealer(derived(keyring.names, "lantern deletions"))


def _context(guild: Any) -> str:
    return f"deletions:{guild}"
