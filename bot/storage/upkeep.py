"""What moderators thought of findings, and what findings are made from."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.core.models import EntryId
from bot.core.moderation import ChangeKind
from bot.core.upkeep import Dismissal, FindingKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from bot.core.models import GuildId
    from bot.storage.database import Database

_VOTES = """
    WITH states AS (
        SELECT versions.id, entry_id, json_extract(entry, '$.answer') AS answer, at
        FROM versions JOIN changes ON changes.id = change WHERE versions.guild = :guild AND entry IS NOT NULL
    ),
    newest AS (SELECT entry_id, answer, max(id) FROM states GROUP BY entry_id),
    others AS (
        SELECT entry_id, max(states.id) AS id FROM states JOIN newest USING (entry_id)
        WHERE states.answer != newest.answer GROUP BY entry_id
    ),
    since AS (
        SELECT entry_id, min(at) AS at FROM states JOIN others USING (entry_id)
        WHERE states.id > others.id GROUP BY entry_id
    )
    SELECT votes.entry_id, count(*) FILTER (WHERE helped), count(*) FILTER (WHERE NOT helped)
    FROM votes LEFT JOIN since ON since.entry_id = votes.entry_id
    WHERE guild = :guild AND votes.at >= coalesce(since.at, '') GROUP BY votes.entry_id
"""
"""`since`: when each answer that was ever another became what it is."""


class UpkeepStore:
    """Implements the port UpkeepNotes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def dismissals(self, guild: GuildId) -> Sequence[Dismissal]:
        """Return the findings that were called fine as they are."""
        sql = "SELECT kind, entry_id, other, states FROM dismissals WHERE guild = ? ORDER BY kind, entry_id, other"
        rows = await self._database.read(sql, [guild])
        return [Dismissal(FindingKind(kind), EntryId(entry), other, states) for kind, entry, other, states in rows]

    async def dismiss(self, guild: GuildId, dismissal: Dismissal) -> None:
        """Remember that a finding is fine as it is."""
        row = {
            "guild": guild,
            "kind": dismissal.kind.value,
            "entry_id": dismissal.entry_id,
            "other": dismissal.other,
            "states": dismissal.states,
        }
        key = ("guild", "kind", "entry_id", "other")
        await self._database.run(lambda db: db.table("dismissals").upsert(row, pk=key))

    async def last_changed(self, guild: GuildId) -> Mapping[EntryId, date]:
        """Return the day (UTC) of the last change of each entry that was ever changed or verified on this server."""
        sql = """
            SELECT entry_id, max(at) FROM versions JOIN changes ON changes.id = change
            WHERE versions.guild = ? AND kind != ? GROUP BY entry_id
        """
        rows = await self._database.read(sql, [guild, ChangeKind.SHIPPED.value])
        return {EntryId(entry): datetime.fromisoformat(at).date() for entry, at in rows}

    async def votes_since_edit(self, guild: GuildId) -> Mapping[EntryId, tuple[int, int]]:
        """Return (helped, did not help) by entry; votes on what an entry said before are left out."""
        rows = await self._database.read(_VOTES, {"guild": guild})
        return {EntryId(entry): (helped, not_helped) for entry, helped, not_helped in rows}

    async def copy_votes(self, guild: GuildId, gone: EntryId, kept: EntryId) -> None:
        """Let votes on one entry count for another, but for those of members who voted on that as well."""
        sql = (
            "INSERT OR IGNORE INTO votes (guild, entry_id, user, helped, at) "
            "SELECT guild, ?, user, helped, at FROM votes WHERE guild = ? AND entry_id = ?"
        )
        await self._database.run(lambda db: db.execute(sql, [kept, guild, gone]))
