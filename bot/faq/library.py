"""Which entries a guild reads: the shipped pack, read through, with the guild's own edits winning."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core.errors import EntryGoneError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.core.models import Entry, EntryId, GuildId, Pack, Topic, TopicId
    from bot.core.moderation import Change, ChangeId
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
    negatives: Mapping[str, frozenset[EntryId]] = field(default_factory=dict)
    """Questions, normalised, with the entries that moderators confirmed not to answer them."""

    def entry(self, entry_id: EntryId) -> Entry:
        """Return an entry. Raises EntryGoneError."""
        if entry_id not in self.entries:
            raise EntryGoneError("There is no such entry in this FAQ.")
        return self.entries[entry_id]


class Library:
    """Every guild's FAQ; remembers what it has read until `forget`."""

    def __init__(self, pack: Pack, edits: GuildEdits) -> None:
        self.pack = pack
        self.pack_entries = {entry.id: entry for entry in pack.entries}
        self._edits = edits
        self._topics = {topic.id: topic for topic in pack.topics}
        self.pack_shelf = Shelf(self.pack_entries, self._topics, is_pack=True)
        self._shelves: dict[GuildId, Shelf] = {}
        self._writes = 0

    async def shelf(self, guild: GuildId) -> Shelf:
        """Return the guild's FAQ."""
        known = self._shelves.get(guild)
        if known is None:
            writes = self._writes
            known = await self._read(guild)
            if writes == self._writes:  # what was read while somebody wrote may be old already
                known = self._shelves.setdefault(guild, known)  # many may have asked at once: all get the same
        return known

    async def edited(self) -> Sequence[GuildId]:
        """Return the guilds whose FAQ is not the pack."""
        return await self._edits.guilds()

    async def apply(self, guild: GuildId, change: Change) -> ChangeId:
        """Make a change to the guild's FAQ, all of it or nothing; the next `shelf` shows it.

        Raises ConflictError where an entry is no longer in the state the change was made from.
        """
        touched = {edit.entry_id for edit in change.edits}
        pack = {entry_id: entry for entry_id, entry in self.pack_entries.items() if entry_id in touched}
        try:
            return await self._edits.record(guild, change, pack)
        finally:
            self.forget(guild)

    def forget(self, guild: GuildId | None = None) -> None:
        """Read a guild's FAQ anew next time, or every guild's: somebody else may have written."""
        self._writes += 1
        if guild is None:
            self._shelves.clear()
        else:
            self._shelves.pop(guild, None)

    async def _read(self, guild: GuildId) -> Shelf:
        edits, negatives = await self._edits.edits_of(guild), await self._edits.negatives_of(guild)
        if not edits and not negatives:
            return self.pack_shelf
        topics = self._topics | {topic.id: topic for topic in await self._edits.topics_of(guild)}
        entries = {entry.id: entry for entry in merge(self.pack.entries, edits)}
        return Shelf(entries, topics, is_pack=False, negatives=negatives)
