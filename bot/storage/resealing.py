"""Brings a database and its keyring together: what an older Lantern stored is sealed, once; keys without use go."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.core.errors import DatabaseLockedError, SealBrokenError
from bot.core.models import EntryId, GuildId, UserId
from bot.core.unanswered import MODERATORS
from bot.storage.columns import now
from bot.storage.database import fact_in
from bot.storage.deletions import do_again
from bot.storage.introduction_rows import FORGOTTEN
from bot.storage.keyring import Keyring, Use
from bot.storage.keys import KEY_FILE, MasterKey
from bot.storage.proposals import negative_context
from bot.storage.reports import key_of_report
from bot.storage.ring import BEFORE, OWN, RING_FILE, SHARED, look
from bot.storage.wordings import Wording, Wordings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import sqlite_utils

    from bot.storage.database import Database
    from bot.storage.ring import RingState
    from bot.storage.sealing import KeyedSealer, Sealing

MARK = "keyring"
"""The fact that says which ring a database was written with."""
KEPT = "unused keys until"
"""The fact that says until when keys stay that nothing is sealed with: set by a restore."""
_IS_UNSEALED = """
    SELECT EXISTS (SELECT 1 FROM unanswered WHERE typeof(question) = 'text')
    OR EXISTS (SELECT 1 FROM wordings WHERE typeof(question) = 'text')
    OR EXISTS (SELECT 1 FROM proposals WHERE typeof(question) = 'text')
    OR EXISTS (SELECT 1 FROM negatives WHERE typeof(question) = 'text')
    OR EXISTS (SELECT 1 FROM drafts WHERE typeof(form) = 'text')
    OR EXISTS (SELECT 1 FROM notices WHERE typeof(details) = 'text')
"""
_UNREADABLE = (
    *("peers", "peer_ties", "check_ins", "introductions", "letters", "reports"),
    *("wordings", "askers", "waiters", "unanswered", "proposers", "proposals", "negatives"),
    *("drafts", "notices", "posts", "quiet"),
)
"""Tables whose rows are sealed, or lead to people by keyed hashes: worth nothing without the keys. Rows that others
point to come last."""
_AUTHORS = """
    SELECT guild, person FROM every_wording UNION SELECT guild, person FROM proposals
    UNION SELECT guild, person FROM negatives UNION SELECT guild, person FROM notices
"""

log = logging.getLogger(__name__)


async def open_keyring(database: Database, given: bytes | None = None) -> Keyring:
    """Open the ring that belongs to a database, beside it, and seal what an older Lantern left unsealed.

    `given`: the master key of LANTERN_KEY. A ring that cannot be had is locked, and says why. Raises StorageError.
    """
    rows = await database.read("SELECT value FROM facts WHERE name = ?", [MARK])
    place, source = places_of(database.path, given)
    known = rows[0][0] if rows else None
    keyring = await asyncio.to_thread(Keyring.open, place, source, belongs_to=known)
    try:
        if not keyring.is_locked:
            row = {"name": MARK, "value": keyring.id}
            if known is None:
                await database.run(lambda db: db.table("facts").insert(row, pk="name", replace=True))
            await _reseal(database, keyring)
            await do_again(database, keyring, datetime.now(UTC))
            await drop_unused_keys(database, keyring)
    except BaseException:
        keyring.close()
        raise
    return keyring


def places_of(path: Path | None, given: bytes | None) -> tuple[Path | None, MasterKey]:
    """Return where the ring of the database at `path` is (None: in memory), and its master key."""
    if path is None:
        return None, MasterKey(None, given)
    return path.with_name(RING_FILE), MasterKey(path.with_name(KEY_FILE), given)


def look_at_keys(path: Path, given: bytes | None) -> RingState:
    """Look at the ring of the database at `path` as a start would find it; change nothing. Raises StorageError."""
    mark = fact_in(path, MARK) if path.exists() else None
    return look(path.with_name(RING_FILE), MasterKey(path.with_name(KEY_FILE), given), mark)


async def drop_unused_keys(database: Database, keyring: Keyring) -> int:
    """Drop the keys of whom, or of what, no row is left, and return how many.

    After a crash between deleting rows and dropping their key, this drops it. Does nothing while the ring is locked,
    nor for a while after a restore: the database that was replaced may be wanted back.
    """
    if keyring.is_locked:
        return 0

    def drop(db: sqlite_utils.Database) -> int:
        if db.execute("SELECT 1 FROM facts WHERE name = ? AND value > ?", [KEPT, now()]).fetchone():
            return 0
        # Keys are made inside transactions on this database, so none can be new here and not in use yet.
        used = {(guild, name) for guild, name in _used(db, keyring)}
        unused = [key for key in keyring.held() if key not in used]
        if unused:
            keyring.drop(unused)
        return len(unused)

    return await database.run(drop)


async def start_over(database: Database, given: bytes | None) -> None:
    """Delete everything that cannot be read without the lost keys, and begin with new ones. Raises StorageError."""

    def delete(db: sqlite_utils.Database) -> None:
        for table in _UNREADABLE:
            db.execute(f"DELETE FROM {table}")  # noqa: S608 - names of tables
        db.execute("DELETE FROM facts WHERE name = ?", [MARK])

    await database.run(delete)
    (await asyncio.to_thread(Keyring.anew, *places_of(database.path, given))).close()


async def lost(database: Database) -> dict[str, int]:
    """Return how many rows of which table `start_over` would delete."""
    counts = {}
    for table in _UNREADABLE:
        ((counts[table],),) = await database.read(f"SELECT count(*) FROM {table}")  # noqa: S608 - names of tables
    return {table: count for table, count in counts.items() if count}


async def _reseal(database: Database, keyring: Keyring) -> None:
    """Seal what an older Lantern left, each with its own key. Killed anywhere, the next start does it."""
    before = await asyncio.to_thread(keyring.before)
    ((is_unsealed,),) = await database.read(_IS_UNSEALED)
    if before is None and not is_unsealed:
        return
    log.info("What is stored is sealed with everybody's own keys, once.")

    def reseal(db: sqlite_utils.Database) -> None:
        with keyring.batch():
            _seal_words(db, keyring)
            for table, column, key, sealer, context in _sealed_before(db, keyring) if before is not None else ():
                _move(db, (table, column, key), before, (sealer, context))

    await database.run(reseal)
    with suppress(DatabaseLockedError):  # then the next start does it
        await database.read("VACUUM")  # what was stored in the clear is in no free page, nor in the log beside the file
        await database.read("PRAGMA wal_checkpoint(TRUNCATE)")
        await asyncio.to_thread(keyring.drop, [(OWN, BEFORE)])


def _move(
    db: sqlite_utils.Database, cell: tuple[str, str, int], before: Sealing | None, after: tuple[KeyedSealer, str]
) -> None:
    """Seal a cell anew that opens with the old key; what was sealed anew already, or opens with neither, stays."""
    table, column, rowid = cell
    sealer, context = after
    ((sealed,),) = db.execute(f"SELECT {column} FROM {table} WHERE rowid = ?", [rowid]).fetchall()  # noqa: S608
    with suppress(SealBrokenError):
        if before is not None and sealed:
            content = before.open(sealed, context)
            sql = f"UPDATE {table} SET {column} = ? WHERE rowid = ?"  # noqa: S608 - names of tables and columns
            db.execute(sql, [sealer.seal(content, context), rowid])


def _sealed_before(db: sqlite_utils.Database, keyring: Keyring) -> Iterator[tuple[str, str, int, KeyedSealer, str]]:
    """Yield every cell that an older Lantern sealed with one key for all, with what seals it now, and its context."""
    for rowid, guild, user in db.execute("SELECT rowid, guild, user FROM peers").fetchall():
        sealer = keyring.sealer(guild, user)
        yield "peers", "sealed", rowid, sealer, f"peers:{guild}:{user}"
        yield "peers", "sealed_vector", rowid, sealer, f"peers:{guild}:{user}:vector"
    for number, guild, *sides in db.execute("SELECT id, guild, first, second FROM introductions").fetchall():
        sealer = keyring.sealer(guild, *filter(None, sides))
        yield "introductions", "sealed", number, sealer, f"introductions:{guild}:{number}"
    for number, guild in db.execute("SELECT id, guild FROM reports").fetchall():
        yield "reports", "sealed", number, keyring.apart(guild, key_of_report(number)), f"reports:{guild}:{number}"


def _seal_words(db: sqlite_utils.Database, keyring: Keyring) -> None:
    """Seal questions, drafts and notices that stand in the clear. Whose questions they are, nobody knows any more."""
    wordings = Wordings(keyring)
    sql = "SELECT id, guild, question, vector, model FROM unanswered WHERE typeof(question) = 'text'"
    for number, guild, question, vector, model in db.execute(sql).fetchall():
        row = wordings.sealed(Wording(number, "", guild, None, question, vector, model))
        db.table("unanswered").update(number, row)
    sql = (
        "SELECT wordings.rowid, unanswered, guild, wordings.question, wordings.vector, model "
        "FROM wordings JOIN unanswered ON unanswered.id = unanswered WHERE typeof(wordings.question) = 'text'"
    )
    for rowid, number, guild, question, vector, model in db.execute(sql).fetchall():
        hashed = keyring.hash_of(guild, question)
        row = wordings.sealed(Wording(number, hashed, guild, None, question, vector, model))
        _set(db, "wordings", rowid, {**row, "hash": hashed})
    _seal_texts(db, keyring)


def _seal_texts(db: sqlite_utils.Database, keyring: Keyring) -> None:
    for rowid, guild, question in _plain(db, "proposals", "id, guild, question"):
        sealed = keyring.words(guild, None).seal(question, f"proposals:{rowid}")
        _set(db, "proposals", rowid, {"question": sealed, "hash": keyring.hash_of(guild, question)})
    for rowid, guild, entry, question in _plain(db, "negatives", "rowid, guild, entry_id, question"):
        hashed = keyring.hash_of(guild, question)
        sealed = keyring.words(guild, None).seal(question, negative_context(guild, EntryId(entry), hashed))
        _set(db, "negatives", rowid, {"question": sealed, "hash": hashed})
    for rowid, guild, by, form, note in _plain(db, "drafts", 'id, guild, "by", form, note', "form"):
        sealer = keyring.words(guild, keyring.author(guild, by))
        texts = {"form": form, "note": note or ""}
        _set(db, "drafts", rowid, {name: sealer.seal(text, f"drafts:{rowid}:{name}") for name, text in texts.items()})
    for rowid, guild, user, details in _plain(db, "notices", "id, guild, user, details", "details"):
        person = keyring.author(guild, None if user == MODERATORS else user)
        sealed = keyring.words(guild, person).seal(details, f"notices:{rowid}")
        _set(db, "notices", rowid, {"details": sealed, "person": person})


def _plain(db: sqlite_utils.Database, table: str, columns: str, text: str = "question") -> list[tuple[Any, ...]]:
    return db.execute(f"SELECT {columns} FROM {table} WHERE typeof({text}) = 'text'").fetchall()  # noqa: S608


def _set(db: sqlite_utils.Database, table: str, rowid: int, row: dict[str, Any]) -> None:
    columns = ", ".join(f"{column} = ?" for column in row)
    db.execute(f"UPDATE {table} SET {columns} WHERE rowid = ?", [*row.values(), rowid])  # noqa: S608


def _used(db: sqlite_utils.Database, keyring: Keyring) -> Iterator[tuple[GuildId, str]]:
    """Yield the server and name of every key with which something is sealed that is stored."""
    members = (
        "SELECT guild, user FROM peers UNION SELECT guild, first FROM introductions WHERE sealed <> :forgotten "
        "UNION SELECT guild, second FROM introductions WHERE sealed <> :forgotten"
    )
    for guild, user in db.execute(members, {"forgotten": FORGOTTEN}).fetchall():
        yield guild, keyring.name_of(guild, UserId(user), Use.MEETING)
    for guild, by in db.execute('SELECT DISTINCT guild, "by" FROM drafts').fetchall():
        yield guild, keyring.name_of(guild, UserId(by), Use.WORDS)
    for guild, person in db.execute(_AUTHORS).fetchall():
        yield guild, SHARED if person is None else f"{Use.WORDS}:{person}"
    for guild, number in db.execute("SELECT guild, id FROM reports").fetchall():
        yield guild, key_of_report(number)
