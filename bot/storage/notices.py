"""The outbox: what somebody is to be told, once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.core.models import EntryId, GuildId, UserId
from bot.core.unanswered import Notice, NoticeState
from bot.storage.columns import now

if TYPE_CHECKING:
    from collections.abc import Sequence

    import sqlite_utils

    from bot.storage.database import Database

_COLUMNS = "id, guild, user, text_key, details"


class NoticeStore:
    """Implements the port Outbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_notice(self, notice: Notice) -> None:
        """Keep what somebody is to be told; the notice's own id is ignored."""
        await self._database.run(insert_notice, notice)

    async def notices(self, state: NoticeState) -> Sequence[Notice]:
        """Return every server's notices in a state, oldest first."""
        sql = f"SELECT {_COLUMNS} FROM notices WHERE state = ? ORDER BY id"  # noqa: S608 - names of columns
        return [_notice(row) for row in await self._database.read(sql, [state.value])]

    async def notices_for(self, guild: GuildId, user: UserId, state: NoticeState) -> Sequence[Notice]:
        """Return one person's notices of one server in a state, oldest first."""
        sql = f"SELECT {_COLUMNS} FROM notices WHERE user = ? AND state = ? AND guild = ? ORDER BY id"  # noqa: S608
        return [_notice(row) for row in await self._database.read(sql, [user, state.value, guild])]

    async def take_notice(self, notice: Notice, was: NoticeState) -> bool:
        """Take a notice to send it; False where it is no longer in state `was`."""
        sql = "UPDATE notices SET state = ?, at = ? WHERE id = ? AND user = ? AND details = ? AND state = ?"
        # Ids are used again: the rest tells a newer notice from the one that was read.
        known = [notice.id, notice.user, _json(notice), was.value]
        values = [NoticeState.SENDING.value, now(), *known]
        return await self._database.run(lambda db: bool(db.execute(sql, values).rowcount))

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


def insert_notice(db: sqlite_utils.Database, notice: Notice) -> None:
    """Keep a notice (its own id is ignored), in the transaction of what it tells about."""
    row = {
        "guild": notice.guild,
        "user": notice.user,
        "text_key": notice.text_key,
        "details": _json(notice),
        "state": NoticeState.WAITING.value,
        "at": now(),
    }
    db.table("notices").insert(row)


def _json(notice: Notice) -> str:
    return json.dumps({"details": dict(notice.details), "entry": notice.entry_id}, ensure_ascii=False)


def _notice(row: tuple[Any, ...]) -> Notice:
    notice_id, guild, user, text_key, text = row
    kept = json.loads(text)
    entry_id = None if kept["entry"] is None else EntryId(kept["entry"])
    return Notice(notice_id, GuildId(guild), UserId(user), text_key, kept["details"], entry_id)
