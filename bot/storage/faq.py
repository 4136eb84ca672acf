"""A guild's own entries: copy on write over the shipped pack."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

from bot.core.models import Entry, EntryId, GuildId, Phrasing, Source, TopicId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.storage.database import Database


class GuildEntries:
    """Implements the port GuildEdits."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def edits_of(self, guild: GuildId) -> Mapping[EntryId, Entry | None]:
        """Return what this guild changed or added, by id; None where it removed an entry of the pack."""
        sql = "SELECT entry_id, entry FROM guild_entries WHERE guild = ? ORDER BY entry_id"
        rows = await self._database.read(sql, [guild])
        return {EntryId(entry_id): entry_from_json(text) if text else None for entry_id, text in rows}

    async def guilds(self) -> Sequence[GuildId]:
        """Return the guilds that changed anything."""
        rows = await self._database.read("SELECT DISTINCT guild FROM guild_entries ORDER BY guild", [])
        return [GuildId(guild) for (guild,) in rows]

    async def save_edit(self, guild: GuildId, entry_id: EntryId, entry: Entry | None) -> None:
        """Keep this guild's version of an entry; None removes it here and nowhere else."""
        row = {"guild": guild, "entry_id": entry_id, "entry": entry_to_json(entry) if entry else None}
        await self._database.run(lambda db: db.table("guild_entries").upsert(row, pk=("guild", "entry_id")))


def entry_to_json(entry: Entry) -> str:
    """Return an entry as JSON that `entry_from_json` reads back to an equal one."""
    return json.dumps(asdict(entry), default=date.isoformat, ensure_ascii=False, sort_keys=True)


def entry_from_json(text: str) -> Entry:
    """Return the entry that `entry_to_json` wrote."""
    row: dict[str, Any] = json.loads(text)
    return Entry(
        id=EntryId(row["id"]),
        topic=TopicId(row["topic"]),
        question=row["question"],
        phrasings=tuple(Phrasing(**phrasing) for phrasing in row["phrasings"]),
        answer=row["answer"],
        setbacks=tuple(row["setbacks"]),
        lived_experience=row["lived_experience"],
        sources=tuple(Source(**source) for source in row["sources"]),
        reviewed_on=date.fromisoformat(row["reviewed_on"]),
        review_after_days=row["review_after_days"],
        related=tuple(EntryId(other) for other in row["related"]),
    )
