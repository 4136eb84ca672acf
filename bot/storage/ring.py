"""The file `keys.db`: data keys by server and name, each wrapped (AES-256-GCM) under the master key."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.core.errors import KeyFileError, SealBrokenError
from bot.core.models import GuildId
from bot.storage.database import BUSY_SECONDS, named_failures
from bot.storage.sealing import Sealer, derived

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bot.storage.keys import MasterKey

RING_FILE = "keys.db"
OWN = GuildId(-1)
"""Stands as the server of the ring's own keys: `names`, and `before` until all that an older Lantern sealed is sealed
anew."""
NAMES, BEFORE, SHARED = "names", "before", "shared"
SELECT = "SELECT wrapped FROM keys WHERE guild = ? AND name = ?"

_TABLES = """
    CREATE TABLE IF NOT EXISTS keys (
        guild INTEGER NOT NULL, name TEXT NOT NULL, wrapped BLOB NOT NULL, PRIMARY KEY (guild, name)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS ring (id TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS deletions (id INTEGER PRIMARY KEY, guild INTEGER, user BLOB, at TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class RingState:
    """What `look` found. `place`: where the master key is; `keys`: how many there are, 0 where that cannot be told."""

    is_fine: bool
    text: str
    place: str
    keys: int


def connect(path: Path | None) -> sqlite3.Connection:
    """Open the file, its owner's alone, made where it is missing; None = in memory. Raises StorageError.

    What is deleted is overwritten, and leaves no journal behind.
    """
    with named_failures(path):
        if path is not None and not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        db = sqlite3.connect(path or ":memory:", timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            for setting in ("journal_mode = DELETE", "secure_delete = ON", "synchronous = FULL", "temp_store = MEMORY"):
                db.execute(f"PRAGMA {setting}")
            db.executescript(_TABLES)
        except BaseException:
            db.close()
            raise
        return db


def wrapped(master: bytes, guild: int, name: str, key: bytes) -> bytes:
    """Return a data key, encrypted under the master key and bound to its place."""
    return _wrapper(master).seal(key, f"{guild}:{name}")


def unwrapped(master: bytes, guild: int, name: str, sealed: bytes) -> bytes:
    """Return a data key. Raises SealBrokenError for another master key, or another place."""
    return _wrapper(master).open(sealed, f"{guild}:{name}")


def opening(db: sqlite3.Connection, masters: Sequence[bytes]) -> bytes | None:
    """Return the first of these master keys that opens the ring, None for none."""
    row = db.execute(SELECT, [OWN, NAMES]).fetchone()
    for master in masters if row else ():
        with contextlib.suppress(SealBrokenError):
            unwrapped(master, OWN, NAMES, row[0])
            return master
    return None


def id_of(db: sqlite3.Connection) -> str | None:
    """Return what tells a ring from another, None for one that is empty."""
    row = db.execute("SELECT id FROM ring").fetchone()
    return row[0] if row else None


def must_belong(path: Path | None, known: str | None, belongs_to: str | None) -> None:
    """Raise KeyFileError where a database was written with another ring than the one at `path`, whose id is known."""
    if belongs_to is not None and known is None:
        raise KeyFileError(f"{path} is missing: it holds the keys to what people told. Restore it from its backup.")
    if belongs_to not in {None, known}:
        raise KeyFileError(f"{path} is not the one that belongs to this database. Restore that one from its backup.")


def why_not(path: Path | None, source: MasterKey) -> KeyFileError:
    """Return what is wrong where no master key opens the ring at `path`. Raises KeyFileError."""
    why = "is not the key it was locked with" if source.found() else "is missing"
    return KeyFileError(f"{path} does not open: {source.place} {why}.")


def look(path: Path, source: MasterKey, belongs_to: str | None) -> RingState:
    """Look at a ring as a start would find it, and change nothing. Raises StorageError."""
    unmade = RingState(is_fine=True, text=f"{path} is not there yet; the first start makes it.", place="", keys=0)
    if not path.exists():
        must_belong(path, None, belongs_to)
        return unmade
    with (
        named_failures(path),
        contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db,
    ):
        is_begun = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'ring'").fetchone()
        known = id_of(db) if is_begun else None
        must_belong(path, known, belongs_to)
        if known is None:  # the first start was killed
            return unmade
        if opening(db, source.found()) is None:
            raise why_not(path, source)
        ((keys,),) = db.execute("SELECT count(*) FROM keys WHERE guild <> ?", [OWN]).fetchall()
    text = f"{path} opens with {source.place}, and holds {keys} keys."
    return RingState(is_fine=True, text=text, place=source.place, keys=keys)


@lru_cache(4)
def _wrapper(master: bytes) -> Sealer:
    return Sealer(derived(master, "lantern wraps"))
