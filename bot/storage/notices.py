"""The outbox: what somebody is to be told, once. Its details may hold people's words, and are sealed."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.core.errors import RingLockedError, SealBrokenError
from bot.core.models import EntryId, GuildId, UserId
from bot.core.unanswered import MODERATORS, Notice, NoticeState
from bot.storage.columns import now

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import sqlite_utils

    from bot.storage.database import Database
    from bot.storage.keyring import Keyring

_COLUMNS = "id, guild, user, text_key, details, person, at"


class NoticeStore:
    """Implements the port Outbox."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def add_notice(self, notice: Notice, *, author: UserId | None = None) -> None:
        """Keep what somebody is to be told; the notice's own id is ignored.

        `author`: whose words its details hold; by default the reader's. Raises RingLockedError.
        """
        await self._database.run(insert_notice, self._keyring, notice, author=author)

    async def notices(self, state: NoticeState) -> Sequence[Notice]:
        """Return every server's notices in a state, oldest first. Raises RingLockedError."""
        sql = f"SELECT {_COLUMNS} FROM notices WHERE state = ? ORDER BY id"  # noqa: S608 - names of columns
        return list(self._opened(await self._database.read(sql, [state.value])))

    async def notices_for(self, guild: GuildId, user: UserId, state: NoticeState) -> Sequence[Notice]:
        """Return one person's notices of one server in a state, oldest first. Raises RingLockedError."""
        sql = f"SELECT {_COLUMNS} FROM notices WHERE user = ? AND state = ? AND guild = ? ORDER BY id"  # noqa: S608
        return list(self._opened(await self._database.read(sql, [user, state.value, guild])))

    async def take_notice(self, notice: Notice, was: NoticeState) -> bool:
        """Take a notice to send it; False where it is no longer in state `was`."""

        def take(db: sqlite_utils.Database) -> bool:
            sql = f"SELECT {_COLUMNS} FROM notices WHERE id = ? AND user = ? AND state = ?"  # noqa: S608
            rows = db.execute(sql, [notice.id, notice.user, was.value]).fetchall()
            # Ids are used again: the rest tells a newer notice from the one that was read.
            if notice not in self._opened(rows):
                return False
            db.execute("UPDATE notices SET state = ? WHERE id = ?", [NoticeState.SENDING.value, notice.id])
            return True

        return await self._database.run(take)

    async def put_back(self, notice: Notice, state: NoticeState) -> None:
        """Give a notice that was taken, and could not be told, another state."""
        sql = "UPDATE notices SET state = ? WHERE id = ? AND state = ?"
        values = [state.value, notice.id, NoticeState.SENDING.value]
        await self._database.run(lambda db: db.execute(sql, values))

    async def drop_notice(self, notice: Notice) -> None:
        """Forget a notice that was taken, because it was told."""
        where = "id = ? AND state = ?"
        values = [notice.id, NoticeState.SENDING.value]
        await self._database.run(lambda db: db.table("notices").delete_where(where, values))

    async def drop_unfinished(self) -> int:
        """Forget what was taken in an earlier life and perhaps told; return how many."""
        sql = "DELETE FROM notices WHERE state = ?"
        return await self._database.run(lambda db: db.execute(sql, [NoticeState.SENDING.value]).rowcount)

    def _opened(self, rows: Sequence[tuple[Any, ...]]) -> Iterator[Notice]:
        """Yield the notices in rows of _COLUMNS; what is in the words of somebody who was forgotten is not told."""
        for notice_id, guild, user, text_key, sealed, person, at in rows:
            try:
                kept = json.loads(self._keyring.words(GuildId(guild), person).open(sealed, _context(notice_id)))
            except RingLockedError:
                raise
            except SealBrokenError:
                continue
            entry_id = None if kept["entry"] is None else EntryId(kept["entry"])
            since = datetime.fromisoformat(at)
            yield Notice(notice_id, GuildId(guild), UserId(user), text_key, kept["details"], entry_id, since)


def insert_notice(db: sqlite_utils.Database, keyring: Keyring, notice: Notice, *, author: UserId | None = None) -> None:
    """Keep a notice (its own id is ignored), in the transaction of what it tells about. Raises RingLockedError.

    `author`: whose words its details hold; by default the reader's.
    """
    if author is None and notice.user != MODERATORS:
        author = notice.user
    person = keyring.author(notice.guild, author)
    ((number,),) = db.execute("SELECT coalesce(max(id), 0) + 1 FROM notices").fetchall()
    kept = json.dumps({"details": dict(notice.details), "entry": notice.entry_id}, ensure_ascii=False)
    row = {
        "id": number,
        "guild": notice.guild,
        "user": notice.user,
        "text_key": notice.text_key,
        "details": keyring.words(notice.guild, person).seal(kept, _context(number)),
        "person": person,
        "state": NoticeState.WAITING.value,
        "at": now(),
    }
    db.table("notices").insert(row)


def _context(number: int) -> str:
    return f"notices:{number}"
