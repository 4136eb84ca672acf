"""What members did: which answers were shown, whether they helped; a name only with a vote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.models import EntryId, GuildId, UserId
from bot.storage.columns import now
from bot.storage.together import Together

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import sqlite_utils

    from bot.storage.database import Database


class ActivityStore:
    """Implements the port Activity; also keeps small facts for the bot itself."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._together = Together(database)

    async def count_use(self, guild: GuildId, entry_id: EntryId) -> None:
        """Count that an entry was shown."""
        sql = (
            "INSERT INTO uses (guild, entry_id, count) VALUES (?, ?, 1) "
            "ON CONFLICT (guild, entry_id) DO UPDATE SET count = count + 1"
        )
        await self._together.execute(sql, [guild, entry_id])

    async def most_used(self, guild: GuildId, limit: int) -> Sequence[EntryId]:
        """Return the pinned entries in their order, then the most shown ones."""
        sql = """
            SELECT entry_id, 0 AS rank, position AS place FROM pins WHERE guild = :guild
            UNION ALL
            SELECT entry_id, 1, -count FROM uses
            WHERE guild = :guild AND entry_id NOT IN (SELECT entry_id FROM pins WHERE guild = :guild)
            ORDER BY rank, place, entry_id LIMIT :limit
        """
        rows = await self._database.read(sql, {"guild": guild, "limit": limit})
        return [EntryId(entry_id) for entry_id, *_ in rows]

    async def pin(self, guild: GuildId, entry_ids: Sequence[EntryId]) -> None:
        """Replace this guild's pinned entries, first one first."""
        rows = [{"guild": guild, "entry_id": each, "position": place} for place, each in enumerate(entry_ids)]

        def job(db: sqlite_utils.Database) -> None:
            db.table("pins").delete_where("guild = ?", [guild])
            db.table("pins").insert_all(rows)

        await self._database.run(job)

    async def vote(self, guild: GuildId, entry_id: EntryId, user: UserId, *, helped: bool) -> None:
        """Record whether an answer helped; a member's last vote on an entry counts."""
        sql = (
            'INSERT INTO votes (guild, entry_id, "user", helped, at) VALUES (?, ?, ?, ?, ?) '
            'ON CONFLICT (guild, entry_id, "user") DO UPDATE SET helped = excluded.helped, at = excluded.at'
        )
        await self._together.execute(sql, [guild, entry_id, user, int(helped), now()])

    async def votes_on(self, guild: GuildId, entry_id: EntryId) -> tuple[int, int]:
        """Return how many members an entry helped, and how many it did not."""
        sql = "SELECT count(*) FILTER (WHERE helped), count(*) FILTER (WHERE NOT helped) FROM votes"
        where = " WHERE guild = ? AND entry_id = ?"
        ((helped, not_helped),) = await self._database.read(sql + where, [guild, entry_id])
        return helped, not_helped

    async def all_votes(self, guild: GuildId) -> Mapping[EntryId, tuple[int, int]]:
        """Return by entry how many members it helped, and how many it did not."""
        sql = """
            SELECT entry_id, count(*) FILTER (WHERE helped), count(*) FILTER (WHERE NOT helped)
            FROM votes WHERE guild = ? GROUP BY entry_id
        """
        rows = await self._database.read(sql, [guild])
        return {EntryId(entry_id): (helped, not_helped) for entry_id, helped, not_helped in rows}

    async def claim(self, what: str) -> bool:
        """Take a thing that may be done once; False when it was taken before."""
        sql = "INSERT INTO claims (what, at) VALUES (?, ?) ON CONFLICT (what) DO NOTHING"
        return await self._database.run(lambda db: bool(db.execute(sql, [what, now()]).rowcount))

    async def release(self, what: str) -> None:
        """Give a claim back, because what it was for failed."""
        await self._database.run(lambda db: db.table("claims").delete_where("what = ?", [what]))

    async def fact(self, name: str) -> str | None:
        """Return a small fact kept under `name`."""
        sql = "SELECT value FROM facts WHERE name = ?"
        rows = await self._database.read(sql, [name])
        return rows[0][0] if rows else None

    async def keep_fact(self, name: str, value: str) -> None:
        """Keep a small fact under `name`."""
        row = {"name": name, "value": value}
        await self._database.run(lambda db: db.table("facts").upsert(row, pk="name"))
