"""Who asked to be written to a day later, and nothing about why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.models import GuildId, UserId
from bot.storage.columns import written

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import sqlite_utils

    from bot.storage.database import Database


@dataclass(frozen=True, slots=True)
class CheckBack:
    """Somebody to write to.

    `guild`: where they asked for it, 0 for direct messages; `country`: whose lines to show; `at`: when, as it is kept.
    """

    guild: GuildId
    user: UserId
    country: str
    at: str


class CheckBacks:
    """Reads and writes the table `check_backs`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, guild: GuildId, user: UserId, at: datetime, country: str) -> None:
        """Note that somebody wants to be written to at a moment (UTC); what they asked for before is replaced."""

        def keep(db: sqlite_utils.Database) -> None:
            row = {"user": user, "guild": guild, "at": written(at), "country": country}
            db.table("check_backs").upsert(row, pk="user")

        await self._database.run(keep)

    async def due(self, now: datetime) -> Sequence[CheckBack]:
        """Return whom to write to by `now`, the longest due first."""
        sql = "SELECT guild, user, country, at FROM check_backs WHERE at <= ? ORDER BY at, user"
        rows = await self._database.read(sql, [written(now)])
        return [CheckBack(GuildId(guild), UserId(user), country, at) for guild, user, country, at in rows]

    async def drop(self, one: CheckBack) -> None:
        """Forget that somebody wanted it."""
        where = "user = ? AND at = ?"  # they may have asked for another day meanwhile
        await self._database.run(lambda db: db.table("check_backs").delete_where(where, [one.user, one.at]))
