"""The keys of what people told: one for each person and server, in a file apart from the database.

Envelope encryption: `keys.db` holds random data keys, each wrapped (AES-256-GCM) under the master key. To drop a key
is to make everything that was sealed with it unreadable, also in every copy of the database made before
(crypto-shredding, ../shared/safety.md 6.2). Without the master key the ring is locked: the rest of the bot goes on.
"""

from __future__ import annotations

import contextlib
import hmac
import secrets
import threading
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Self

from bot.core.errors import DatabaseCorruptError, RingLockedError, SealBrokenError, StorageError
from bot.core.models import GuildId
from bot.safety.pseudonyms import Pseudonyms
from bot.safety.text import normalise
from bot.storage.database import named_failures
from bot.storage.keys import KEY_BYTES
from bot.storage.ring import (
    BEFORE,
    NAMES,
    OWN,
    SELECT,
    SHARED,
    connect,
    id_of,
    must_belong,
    opening,
    unwrapped,
    why_not,
    wrapped,
)
from bot.storage.sealing import KeyedSealer, Sealer, derived

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from bot.core.models import UserId
    from bot.storage.keys import MasterKey

MOST_NAMES = 65_536
"""Names of people that are kept in memory, about 10 MB; each takes 4 µs to compute."""

_STALE = "The master key was changed while Lantern was running. Restart Lantern"
_ADVICE = (
    "Bring back the right key and start Lantern again. Until then the FAQ works as always; nothing that people told "
    "can be read, and nothing new of it is stored. If the key is lost for good: lantern key start-over"
)


class Use(StrEnum):
    """What a person's key is for; each person has one of either on each server."""

    MEETING = "peers"
    """What they told to be introduced; dropped when they leave that."""
    WORDS = "author"
    """What they asked, proposed and drafted for the FAQ."""


class Keyring:
    """The data keys. May be used by any thread, and by several processes at once.

    What writes takes milliseconds: call it in a thread. Make it with `Keyring.open`.
    """

    def __init__(self, path: Path | None, source: MasterKey) -> None:
        self.path = path
        self.source = source
        self.why_locked: str | None = None
        """Why no key can be had, in a sentence; None where they can."""
        self.names: bytes | None = None
        """The key of pseudonyms. It stays the same for good, else nobody would stay blocked; None while locked."""
        self.id = ""
        """What tells this ring from another, so that a database knows its own."""
        self._lock = threading.RLock()
        self._keys: dict[tuple[int, str], bytes] = {}
        self._master = b""
        self._db: sqlite3.Connection | None = None
        self._depth = 0
        self._version = 0
        self._seen: tuple[int, ...] = ()
        self._named = lru_cache(MOST_NAMES)(self._name)

    @classmethod
    def open(cls, path: Path | None, source: MasterKey, *, belongs_to: str | None = None) -> Self:
        """Open the ring at `path`, made where it is missing; None = in memory, for this process alone.

        `belongs_to`: the id of the ring that a database was written with: no other will do, nor a new one. Whatever is
        wrong leaves the ring locked.
        """
        ring = cls(path, source)
        with ring._lock, ring._locking():
            if path is not None and not path.exists():
                must_belong(path, None, belongs_to)
            ring._db = connect(path)
            with ring._writing(checks=False):
                ring._begin(belongs_to)
        return ring

    @property
    def is_locked(self) -> bool:
        """Whether no key can be had."""
        return self.why_locked is not None

    def sealer(self, guild: GuildId, *users: UserId) -> KeyedSealer:
        """Return what seals what these people told to be introduced: it opens as long as each has a key.

        Nobody: the server's own key. Raises RingLockedError.
        """
        names = sorted(self.name_of(guild, user, Use.MEETING) for user in users)
        return KeyedSealer(self, guild, tuple(names or [SHARED]))

    def words(self, guild: GuildId, person: str | None) -> KeyedSealer:
        """Return what seals somebody's words for the FAQ, `person` being their `author`; None: the server's key."""
        return KeyedSealer(self, guild, (SHARED if person is None else f"{Use.WORDS}:{person}",))

    def apart(self, guild: GuildId, name: str) -> KeyedSealer:
        """Return what seals one thing with a key of its own, such as `report:{id}`."""
        return KeyedSealer(self, guild, (name,))

    def author(self, guild: GuildId, user: UserId | None) -> str | None:
        """Return what stands for a person in columns `person`: a keyed hash; None for nobody.

        Raises RingLockedError.
        """
        return None if user is None else self.name_of(guild, user, Use.WORDS).partition(":")[2]

    def hash_of(self, guild: GuildId, text: str) -> str:
        """Return a keyed hash of a text's normalised form, 64 hex digits: without the key nobody can guess the text.

        Two ways to write the same words have the same. Raises RingLockedError.
        """
        if self.names is None:
            raise RingLockedError(self.why_locked or "")
        return hmac.digest(self.names, f"text:{guild}:{normalise(text)}".encode(), "sha256").hex()

    def name_of(self, guild: GuildId, user: UserId, use: Use) -> str:
        """Return the name of a person's key. Raises RingLockedError."""
        return self._named(guild, user, use)

    def load(self, guild: GuildId) -> None:
        """Read all keys of a server at once, before those of many people are needed. Raises RingLockedError."""
        with self._lock:
            self._look()
            rows = self._file.execute("SELECT name, wrapped FROM keys WHERE guild = ?", [guild])
            self._keys.update({(guild, name): self._unwrapped(guild, name, sealed) for name, sealed in rows})

    def forget(self, guild: GuildId, user: UserId, *uses: Use) -> None:
        """Drop a person's keys on a server, or only those for these uses: what they sealed opens nowhere any more.

        Raises RingLockedError, StorageError.
        """
        self.drop([(guild, self.name_of(guild, user, use)) for use in uses or Use])

    def forget_everywhere(self, user: UserId) -> None:
        """Drop a person's keys on every server. Raises RingLockedError, StorageError."""
        self.drop([(guild, self.name_of(guild, user, use)) for guild in self.guilds() for use in Use])

    def forget_guild(self, guild: GuildId) -> None:
        """Drop every key of a server. Needs no master key. Raises StorageError."""
        self.drop([key for key in self.held() if key[0] == guild])

    def guilds(self) -> Collection[GuildId]:
        """Return the servers of which there are keys."""
        return sorted({guild for guild, _ in self.held()})

    def held(self) -> Sequence[tuple[GuildId, str]]:
        """Return the server and name of every key but the ring's own. Raises StorageError."""
        with self._lock, named_failures(self.path):
            rows = self._file.execute("SELECT guild, name FROM keys WHERE guild <> ? ORDER BY guild, name", [OWN])
            return [(GuildId(guild), name) for guild, name in rows]

    def drop(self, keys: Collection[tuple[GuildId, str]]) -> None:
        """Drop keys by server and name, and leave no byte of them in the file. Raises StorageError."""
        with self._lock, self._writing(checks=False):
            self._file.executemany("DELETE FROM keys WHERE guild = ? AND name = ?", keys)
            for key in keys:
                self._keys.pop(key, None)

    @contextlib.contextmanager
    def batch(self) -> Iterator[sqlite3.Connection]:
        """Make the keys of many people in one transaction, which yields the file: each alone waits for the disk."""
        with self._lock, self._writing():
            yield self._file

    def rotate(self, tell: Callable[[str], None]) -> None:
        """Wrap every key under a new master key, which takes the old one's place; killed anywhere, one of both opens.

        `tell` gets the new key, in hexadecimal digits, before it is needed, where it is not in a file.
        Raises RingLockedError, KeyFileError, StorageError.
        """
        new = secrets.token_bytes(KEY_BYTES)
        with self._lock:
            self._look()
            with self._writing():
                self.source.prepare(new, tell)
                rows = self._file.execute("SELECT guild, name, wrapped FROM keys").fetchall()
                keys = [(guild, name, self._unwrapped(guild, name, sealed)) for guild, name, sealed in rows]
                self._master = new
                self._keep(keys)
            with self._writing(checks=False):
                self.source.settle(new)

    @classmethod
    def anew(cls, path: Path | None, source: MasterKey) -> Self:
        """Drop every key, also that of pseudonyms, and return a ring with new ones; what is damaged is put aside.

        Raises KeyFileError, StorageError.
        """
        ring = cls(path, source)
        source.set_aside()
        try:
            ring._db = connect(path)
        except DatabaseCorruptError:
            if path is None:
                raise
            path.replace(path.with_name(f"{path.name}.damaged"))
            ring._db = connect(path)
        with ring._lock, ring._writing(checks=False):
            ring._file.execute("DELETE FROM keys")
            ring._file.execute("DELETE FROM ring")
            ring._file.execute("UPDATE deletions SET guild = NULL, user = NULL")  # nobody can read who it was
            ring._master = source.made()
            ring._fill(secrets.token_bytes(KEY_BYTES))
            source.settle(ring._master)
            ring._learn()
        return ring

    def before(self) -> Sealer | None:
        """Return what an older Lantern sealed with, as long as something may still be sealed so."""
        try:
            return Sealer(derived(self._key(OWN, BEFORE, makes=False), "lantern sealed"))
        except RingLockedError:
            raise
        except SealBrokenError:
            return None

    def lock(self, why: str) -> None:
        """Give no key any more, and say why."""
        self.why_locked = why
        self._keys.clear()
        self._master = b""

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._db is not None:
                self._db.close()

    def cipher(self, guild: GuildId, names: Sequence[str], *, makes: bool) -> Sealer:
        """Return the cipher of keys together; `makes`: those that are not there. Raises SealBrokenError."""
        with self._lock:
            self._look()
            keys = [self._key(guild, name, makes=makes) for name in names]
        return Sealer(keys[0] if len(keys) == 1 else derived(b"".join(keys), "lantern together"))

    @property
    def _file(self) -> sqlite3.Connection:
        if self._db is None:
            raise RingLockedError(self.why_locked or "")
        return self._db

    def _key(self, guild: GuildId, name: str, *, makes: bool) -> bytes:
        if key := self._keys.get((guild, name)):
            return key
        if self.is_locked:
            raise RingLockedError(self.why_locked or "")
        with named_failures(self.path):
            row = self._file.execute(SELECT, [guild, name]).fetchone()
            if row is not None:
                key = self._unwrapped(guild, name, row[0])
            elif makes:
                key = self._made(guild, name)
            else:
                raise SealBrokenError("Something was sealed with a key that was dropped: whoever told it left.")
        self._keys[guild, name] = key
        return key

    def _made(self, guild: GuildId, name: str) -> bytes:
        with self._writing():
            key = secrets.token_bytes(KEY_BYTES)
            sql = "INSERT OR IGNORE INTO keys (guild, name, wrapped) VALUES (?, ?, ?)"
            self._file.execute(
                sql, [guild, name, self._wrapped(guild, name, key)]
            )  # another process may have been faster
            row = self._file.execute(SELECT, [guild, name]).fetchone()
            return self._unwrapped(guild, name, row[0])

    def _keep(self, keys: Sequence[tuple[GuildId, str, bytes]]) -> None:
        rows = [(guild, name, self._wrapped(guild, name, key)) for guild, name, key in keys]
        self._file.executemany("INSERT OR REPLACE INTO keys (guild, name, wrapped) VALUES (?, ?, ?)", rows)

    def _begin(self, belongs_to: str | None) -> None:
        """Find the master key, inside a transaction; make the ring where it is new."""
        must_belong(self.path, id_of(self._file), belongs_to)
        if id_of(self._file) is None:
            old = self.source.in_file()
            self._master = self.source.made()
            self._fill(old or secrets.token_bytes(KEY_BYTES))
            if old is not None:
                self._keep([(OWN, BEFORE, old)])
        master = opening(self._file, [*self.source.found(), self._master])
        if master is None:
            raise why_not(self.path, self.source)
        self._master = master
        self.source.settle(master)  # a rotation that was killed comes to its end
        self._learn()

    def _fill(self, names: bytes) -> None:
        self._keep([(OWN, NAMES, names)])
        self._file.execute("INSERT INTO ring (id) VALUES (?)", [secrets.token_hex(16)])

    def _learn(self) -> None:
        self.id = id_of(self._file) or ""
        self.names = self._unwrapped(OWN, NAMES, self._file.execute(SELECT, [OWN, NAMES]).fetchone()[0])
        self._named.cache_clear()

    def _look(self) -> None:
        """Forget what is in memory where another process wrote, which may have dropped a key or the master's."""
        if self.is_locked:
            raise RingLockedError(self.why_locked or "")
        if self.path is None or self._depth:
            return
        try:
            found = self.path.stat()
        except OSError:
            found = None
        seen = () if found is None else (found.st_mtime_ns, found.st_size, found.st_ino)
        if seen == self._seen:
            return
        if found is None or (self._seen and found.st_ino != self._seen[2]):
            self.lock(f"{self.path} was taken away or replaced while Lantern was running. Restart Lantern.")
            raise RingLockedError(self.why_locked or "")
        with named_failures(self.path):
            self._check()
        self._seen = seen

    def _check(self) -> None:
        """See whether another process wrote; go on with a new master key where it can be had, else lock."""
        ((version,),) = self._file.execute("PRAGMA data_version").fetchall()
        if version == self._version:
            return
        self._keys.clear()
        masters = [self._master, *self.source.found()] if id_of(self._file) == self.id else []
        master = opening(self._file, masters)
        if master is None:
            self.lock(_STALE + (", with the new key in LANTERN_KEY." if self.source.given else "."))
            raise RingLockedError(self.why_locked or "")
        self._master, self._version = master, version

    @contextlib.contextmanager
    def _writing(self, *, checks: bool = True) -> Iterator[None]:
        """Hold the file for one transaction; `checks`: nobody changed the master key meanwhile."""
        if self._depth:
            yield
            return
        with named_failures(self.path):
            self._file.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                if checks:
                    self._check()
                yield
                self._file.execute("COMMIT")
            except BaseException:
                if self._file.in_transaction:  # on a full disk SQLite has rolled back by itself
                    self._file.execute("ROLLBACK")
                self._keys.clear()
                raise
            finally:
                self._depth -= 1

    @contextlib.contextmanager
    def _locking(self) -> Iterator[None]:
        """Lock the ring where it cannot be opened, instead of failing."""
        try:
            yield
        except StorageError as error:
            self.lock(f"{error} {_ADVICE}")

    def _name(self, guild: GuildId, user: UserId, use: Use) -> str:
        return f"{use}:{Pseudonyms(self.names).of(user, f'{use}:{guild}')}"

    def _wrapped(self, guild: int, name: str, key: bytes) -> bytes:
        return wrapped(self._master, guild, name, key)

    def _unwrapped(self, guild: int, name: str, sealed: bytes) -> bytes:
        return unwrapped(self._master, guild, name, sealed)
