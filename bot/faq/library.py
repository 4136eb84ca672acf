"""Which entries a guild reads: the shipped pack, read through, with the guild's own edits winning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.core.models import Entry, EntryId, GuildId, Pack, Topic, TopicId
    from bot.core.ports import GuildEdits


def merge(pack: Iterable[Entry], edits: Mapping[EntryId, Entry | None]) -> tuple[Entry, ...]:
    """Return the pack with `edits` over it (None removes), then what the guild added, by id.

    Copy on write: an entry without an edit is the pack's own, so updates of the pack still reach it.
    """
    merged = {entry.id: entry for entry in pack}
    for entry_id in sorted(edits):
        entry = edits[entry_id]
        if entry is None:
            merged.pop(entry_id, None)
        else:
            merged[entry_id] = entry
    return tuple(merged.values())


@dataclass(frozen=True, slots=True)
class Shelf:
    """One guild's FAQ at one moment."""

    entries: Mapping[EntryId, Entry]
    topics: Mapping[TopicId, Topic]
    is_pack: bool
    """Whether nothing was edited, so that the pack's index serves."""


class Library:
    """Every guild's FAQ; remembers what it has read until `forget`."""

    def __init__(self, pack: Pack, edits: GuildEdits) -> None:
        self.pack = pack
        self._edits = edits
        self._topics = {topic.id: topic for topic in pack.topics}
        self.pack_shelf = self._shelf_of(pack.entries, is_pack=True)
        self._shelves: dict[GuildId, Shelf] = {}

    async def shelf(self, guild: GuildId) -> Shelf:
        """Return the guild's FAQ."""
        known = self._shelves.get(guild)
        if known is None:
            known = self.pack_shelf
            if edits := await self._edits.edits_of(guild):
                known = self._shelf_of(merge(self.pack.entries, edits), is_pack=False)
            self._shelves[guild] = known
        return known

    async def edited(self) -> Sequence[GuildId]:
        """Return the guilds whose FAQ is not the pack."""
        return await self._edits.guilds()

    async def edit(self, guild: GuildId, entry_id: EntryId, entry: Entry | None) -> None:
        """Keep the guild's own version of an entry (None removes it here); the next `shelf` shows it."""
        await self._edits.save_edit(guild, entry_id, entry)
        self._shelves.pop(guild, None)

    def _shelf_of(self, entries: Iterable[Entry], *, is_pack: bool) -> Shelf:
        return Shelf({entry.id: entry for entry in entries}, self._topics, is_pack)
