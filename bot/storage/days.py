"""What happened on which day, by server: figures, and nobody's name."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bot.core.models import EntryId
from bot.core.upkeep import DayCount
from bot.storage.together import Together

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.models import GuildId
    from bot.storage.database import Database


class DayStore:
    """Implements the port Days."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._together = Together(database)

    async def count(self, guild: GuildId, day: date, what: str, entry_id: EntryId | None) -> None:
        """Count something once more."""
        sql = (
            "INSERT INTO days (guild, day, what, entry_id, count) VALUES (?, ?, ?, ?, 1) "
            "ON CONFLICT (guild, day, what, entry_id) DO UPDATE SET count = count + 1"
        )
        # No entry is written as an empty text: two NULLs would never be the same row.
        await self._together.execute(sql, [guild, day.isoformat(), what, entry_id or ""])

    async def counts(self, guild: GuildId, since: date) -> Sequence[DayCount]:
        """Return what was counted from a day on, oldest first."""
        sql = "SELECT day, what, entry_id, count FROM days WHERE guild = ? AND day >= ? ORDER BY day, what, entry_id"
        rows = await self._database.read(sql, [guild, since.isoformat()])
        return [
            DayCount(date.fromisoformat(day), what, EntryId(entry_id) if entry_id else None, number)
            for day, what, entry_id, number in rows
        ]

    async def last_used(self, guild: GuildId) -> Mapping[EntryId, date]:
        """Return the last day on which each entry was shown."""
        sql = "SELECT entry_id, max(day) FROM days WHERE guild = ? AND entry_id != '' GROUP BY entry_id"
        return {EntryId(entry): date.fromisoformat(day) for entry, day in await self._database.read(sql, [guild])}

    async def began(self, guild: GuildId) -> date | None:
        """Return the first day on which anything was counted."""
        ((day,),) = await self._database.read("SELECT min(day) FROM days WHERE guild = ?", [guild])
        return date.fromisoformat(day) if day else None
