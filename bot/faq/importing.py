"""A whole FAQ out, and one in: first what would change, then all of it as one change that can be undone."""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.models import Bundle, Topic
from bot.core.moderation import Change, ChangeKind, Edit, revision_of
from bot.faq.forms import topic_of
from bot.safety.text import normalise

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from bot.core.models import Entry, EntryId, GuildId, UserId
    from bot.core.moderation import ChangeId
    from bot.faq.editing import Editing
    from bot.faq.library import Library, Shelf


@dataclass(frozen=True, slots=True)
class Clash:
    """A wording of an entry in the file that is the wording of another entry, which the file leaves as it is."""

    entry: Entry
    wording: str
    owner: Entry


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do. `changed`: before and after; `clashes`: entries that stay out, with the reason.

    `topics`: new ones; `kept_titles`: topics that have another title in the file, as they are and stay.
    """

    added: tuple[Entry, ...]
    changed: tuple[tuple[Entry, Entry], ...]
    removed: tuple[Entry, ...]
    same: int
    clashes: tuple[Clash, ...]
    topics: tuple[Topic, ...]
    kept_titles: tuple[Topic, ...]

    @property
    def edits(self) -> tuple[Edit, ...]:
        """What is saved, made from the state the plan was made from."""
        return (
            *(Edit(entry.id, revision_of(entry), None) for entry in self.removed),
            *(Edit(before.id, revision_of(before), after) for before, after in self.changed),
            *(Edit(entry.id, "", entry) for entry in self.added),
        )

    @property
    def size(self) -> int:
        """How many entries it changes."""
        return len(self.removed) + len(self.changed) + len(self.added)

    @property
    def fingerprint(self) -> str:
        """What tells this plan from one made after somebody edited, 16 hex digits."""
        told = [(edit.entry_id, edit.expected, revision_of(edit.entry)) for edit in self.edits]
        return hashlib.sha256(repr(sorted(told)).encode()).hexdigest()[:16]


def plan(shelf: Shelf, bundle: Bundle, *, replace: bool) -> Plan:
    """Return what bringing in `bundle` would change; `replace`: entries that are not in it are removed. Pure."""
    held, incoming = shelf.entries, {entry.id: entry for entry in bundle.entries}
    removed = [entry for entry in held.values() if replace and entry.id not in incoming]
    leaving = {entry.id for entry in removed}
    new = {entry_id: entry for entry_id, entry in incoming.items() if held.get(entry_id) != entry}
    clashes = _clashes([entry for entry in held.values() if entry.id not in leaving | new.keys()], new, held)
    coming = [entry for entry in new.values() if entry.id not in clashes]
    return Plan(
        added=tuple(entry for entry in coming if entry.id not in held),
        changed=tuple((held[entry.id], entry) for entry in coming if entry.id in held),
        removed=tuple(removed),
        same=len(incoming) - len(new),
        clashes=tuple(clashes[entry_id] for entry_id in new if entry_id in clashes),
        topics=_new_topics(shelf, bundle, coming),
        kept_titles=tuple(
            known
            for topic in bundle.topics
            if (known := shelf.topics.get(topic.id)) is not None and known.title != topic.title
        ),
    )


def _clashes(
    staying: Collection[Entry], new: Mapping[EntryId, Entry], held: Mapping[EntryId, Entry]
) -> dict[EntryId, Clash]:
    """Return those of `new` that want a wording of an entry that stays as it is."""
    wanted: dict[str, list[tuple[Entry, str]]] = defaultdict(list)
    for entry in new.values():
        for text in entry.texts:
            wanted[normalise(text)].append((entry, text))
    clashes: dict[EntryId, Clash] = {}
    owners = list(staying)
    while owners:
        owner = owners.pop()
        for entry, text in (each for wording in owner.texts for each in wanted.get(normalise(wording), ())):
            if entry.id not in clashes:
                clashes[entry.id] = Clash(entry, text, owner)
                # It keeps its present wordings, which others of the file may want.
                owners += [held[entry.id]] if entry.id in held else []
    return clashes


def _new_topics(shelf: Shelf, bundle: Bundle, coming: Sequence[Entry]) -> tuple[Topic, ...]:
    titled = {topic.id: topic for topic in bundle.topics}
    needed = dict.fromkeys(entry.topic for entry in coming if entry.topic not in shelf.topics)
    return tuple(titled.get(topic, Topic(topic, topic)) for topic in needed)


class Importing:
    """The use cases of `/faq export` and `/faq import`."""

    def __init__(self, library: Library, editing: Editing) -> None:
        self._library = library
        self._editing = editing

    async def everything(self, guild: GuildId) -> Bundle:
        """Return a guild's whole FAQ, entries of one topic together, topics in their order."""
        shelf = await self._library.shelf(guild)
        places = {topic: place for place, topic in enumerate(shelf.topics)}
        # An update of the pack may have dropped a topic in which this guild has an entry.
        entries = sorted(shelf.entries.values(), key=lambda entry: (places.get(entry.topic, len(places)), entry.topic))
        used = {entry.topic for entry in entries}
        return Bundle(tuple(topic for topic in shelf.topics.values() if topic.id in used), tuple(entries))

    async def topic(self, guild: GuildId, title: str) -> Topic:
        """Return the topic of entries that name none: the one with a title or id, or a new one."""
        return topic_of(title, await self._library.shelf(guild))[0]

    async def plan(self, guild: GuildId, bundle: Bundle, *, replace: bool) -> Plan:
        """Return what an import would change now."""
        return await asyncio.to_thread(plan, await self._library.shelf(guild), bundle, replace=replace)

    async def carry_out(self, guild: GuildId, by: UserId | None, planned: Plan, note: str) -> ChangeId:
        """Save a plan, all of it or nothing. Raises ConflictError where somebody edited since it was made."""
        return await self._editing.apply(guild, Change(ChangeKind.IMPORTED, by, planned.edits, note, planned.topics))
