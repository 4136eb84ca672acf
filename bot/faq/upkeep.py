"""What in a FAQ needs somebody's attention, and why; and what moderators decided about it."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain
from typing import TYPE_CHECKING

from bot.core.links import LinkState
from bot.core.moderation import ChangeKind, revision_of
from bot.core.upkeep import Dismissal, FindingKind
from bot.faq.statistics import ENOUGH_VOTES, rate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from bot.core.links import KnownLink
    from bot.core.models import Entry, EntryId, GuildId, Pair
    from bot.core.moderation import Change, ChangeId
    from bot.core.ports import Search
    from bot.core.upkeep import Days, LinkNotes, UpkeepNotes
    from bot.faq.editing import Editing
    from bot.faq.library import Library
    from bot.faq.statistics import Rate

UNUSED_DAYS = 180
"""Half a year holds every season of an academic year once: applications, teaching, reviews [assumed]."""
POOR = 0.5
"""An entry is low rated when it surely helps fewer than every second voter (upper bound of the Wilson interval)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at.

    `other`: the second entry of a pair; `link`: what is known of a dead or moved one; `rate`: of a low rated entry;
    `day`: since when an entry is overdue, or when it was last shown (None: never);
    `states`: what its entries say now, in one text.
    """

    kind: FindingKind
    entry_id: EntryId
    states: str
    other: EntryId | None = None
    link: KnownLink | None = None
    rate: Rate | None = None
    day: date | None = None

    @property
    def about(self) -> str:
        """What it is about besides its entry: another one, or a link."""
        return self.other or (self.link.report.link if self.link else "")

    @property
    def key(self) -> str:
        """12 hex digits that name it, as long as its entries say what they say now."""
        parts = f"{self.kind}\n{self.entry_id}\n{self.about}\n{self.states}"
        return hashlib.sha256(parts.encode("utf-8", "replace")).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Material:
    """All that findings are made from.

    `votes`: (helped, did not help) on what entries say now; `used`: when each entry was last shown, counted since
    `counting_since`; `changed`: when each was last changed or verified here.
    """

    entries: Mapping[EntryId, Entry]
    pairs: Sequence[Pair]
    outdated: Collection[EntryId]
    links: Mapping[str, KnownLink]
    votes: Mapping[EntryId, tuple[int, int]]
    used: Mapping[EntryId, date]
    changed: Mapping[EntryId, date]
    counting_since: date | None
    dismissals: Sequence[Dismissal] = ()


def due_on(entry: Entry) -> date:
    """Return the last day on which an entry counts as checked. The clock runs from the check, whatever its use."""
    return entry.reviewed_on + timedelta(days=entry.review_after_days)


def state_of(entry: Entry) -> str:
    """Return what tells two wordings of an entry apart; a check alone does not change it."""
    return revision_of(replace(entry, reviewed_on=date.min))


def findings(material: Material, today: date) -> list[Finding]:
    """Return what needs attention, the most urgent kind first, without what was called fine as it is. Pure."""
    fine = {(one.kind, one.entry_id, one.other): one.states for one in material.dismissals}
    found = chain(
        _links(material),
        _outdated(material),
        _overdue(material.entries, today),
        _pairs(material),
        _low_rated(material),
        _unused(material, today),
    )
    urgency = list(FindingKind)
    left = (each for each in found if fine.get((each.kind, each.entry_id, each.about)) != each.states)
    return sorted(left, key=lambda each: urgency.index(each.kind))


def _links(material: Material) -> Iterator[Finding]:
    for entry in material.entries.values():
        for link in links_of(entry):
            known = material.links.get(link)
            if known is None:
                continue
            if known.is_dead:
                yield Finding(FindingKind.DEAD_LINK, entry.id, state_of(entry), link=known)
            elif known.report.state is LinkState.MOVED:
                yield Finding(FindingKind.MOVED_LINK, entry.id, state_of(entry), link=known)


def links_of(entry: Entry) -> list[str]:
    """Return the links an entry rests on, each once."""
    return list(dict.fromkeys(source.link for source in entry.sources if source.link))


def _outdated(material: Material) -> Iterator[Finding]:
    """Yield what the pack changed under this server's own. What was removed here is settled."""
    for entry_id in sorted(material.outdated):
        if entry_id in material.entries:
            yield Finding(FindingKind.PACK_CHANGED, entry_id, state_of(material.entries[entry_id]))


def _overdue(entries: Mapping[EntryId, Entry], today: date) -> Iterator[Finding]:
    late = [entry for entry in entries.values() if due_on(entry) < today]
    for entry in sorted(late, key=lambda entry: (due_on(entry), entry.id)):
        yield Finding(FindingKind.OVERDUE, entry.id, state_of(entry), day=due_on(entry))


def _pairs(material: Material) -> Iterator[Finding]:
    entries = material.entries
    for pair in material.pairs:
        if pair.first in entries and pair.second in entries:
            kind = FindingKind.DUPLICATE if pair.is_duplicate else FindingKind.CONTRADICTION
            one, other = sorted((pair.first, pair.second))
            yield Finding(kind, one, f"{state_of(entries[one])} {state_of(entries[other])}", other=other)


def _low_rated(material: Material) -> Iterator[Finding]:
    found = []
    for entry_id, (helped, not_helped) in material.votes.items():
        rated = rate(helped, helped + not_helped)
        if entry_id in material.entries and rated.votes >= ENOUGH_VOTES and rated.high < POOR:
            found.append(Finding(FindingKind.LOW_RATED, entry_id, state_of(material.entries[entry_id]), rate=rated))
    yield from sorted(found, key=lambda each: (each.rate.high if each.rate else 0.0, each.entry_id))


def _unused(material: Material, today: date) -> Iterator[Finding]:
    long_ago = today - timedelta(days=UNUSED_DAYS)
    if material.counting_since is None or material.counting_since > long_ago:
        return  # nobody knows yet what is not used
    idle = [
        (material.used.get(entry_id, date.min), entry_id)
        for entry_id in material.entries
        if max(material.used.get(entry_id, date.min), material.changed.get(entry_id, date.min)) < long_ago
    ]
    for last, entry_id in sorted(idle):
        day = None if last == date.min else last
        yield Finding(FindingKind.UNUSED, entry_id, state_of(material.entries[entry_id]), day=day)


class Upkeep:
    """The use cases of upkeep. What a finding leads to goes through `Editing`, so that history and undo have it."""

    def __init__(
        self,
        library: Library,
        search: Search,
        editing: Editing,
        notes: UpkeepNotes,
        *,
        days: Days,
        links: LinkNotes,
    ) -> None:
        self._library = library
        self._search = search
        self._editing = editing
        self._notes = notes
        self._days = days
        self._links = links
        self._alike: dict[GuildId, tuple[object, Sequence[Pair]]] = {}
        editing.after_change.append(self._after_change)

    async def findings(self, guild: GuildId, today: date) -> list[Finding]:
        """Return what needs attention in a guild's FAQ, the most urgent kind first. Raises StorageError."""
        shelf = await self._library.shelf(guild)
        material = Material(
            shelf.entries,
            await self._pairs(guild, shelf.entries),
            await self._editing.outdated(guild),
            await self._links.links(),
            await self._notes.votes_since_edit(guild),
            await self._days.last_used(guild),
            await self._notes.last_changed(guild),
            await self._days.began(guild),
            await self._notes.dismissals(guild),
        )
        return await asyncio.to_thread(findings, material, today)

    async def dismiss(self, guild: GuildId, finding: Finding) -> None:
        """Remember that a finding is fine as it is, until one of its entries says something else."""
        await self._notes.dismiss(guild, Dismissal(finding.kind, finding.entry_id, finding.about, finding.states))

    async def _pairs(self, guild: GuildId, entries: Mapping[EntryId, Entry]) -> Sequence[Pair]:
        """Return entries that ask the same; compared anew, which takes a second, only where a text changed."""
        said = tuple((one.id, one.question, one.phrasings, one.answer) for one in entries.values())
        known = self._alike.get(guild)
        if known is None or known[0] != said:
            known = self._alike[guild] = (said, await self._search.alike(guild))
        return known[1]

    async def _after_change(self, guild: GuildId, _change_id: ChangeId, change: Change) -> None:
        """Let the votes on an entry that was merged into another count for that one; its own stay for an undo."""
        if change.kind is ChangeKind.MERGED:
            (kept,) = (edit.entry_id for edit in change.edits if edit.entry is not None)
            for edit in change.edits:
                if edit.entry is None:
                    await self._notes.copy_votes(guild, edit.entry_id, kept)
