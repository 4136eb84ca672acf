"""The nouns of upkeep, and what it needs from the outside."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
    from datetime import date

    from bot.core.links import KnownLink, LinkReport
    from bot.core.models import EntryId, GuildId

SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class DayCount:
    """How often something happened on one day (UTC).

    `what`: the Kind of what a question came to, or SHOWN for an entry that was opened in another way.
    """

    day: date
    what: str
    entry_id: EntryId | None
    count: int


class FindingKind(StrEnum):
    """What upkeep finds, in the order in which it asks for attention."""

    DEAD_LINK = "dead_link"
    PACK_CHANGED = "pack_changed"
    OVERDUE = "overdue"
    CONTRADICTION = "contradiction"
    DUPLICATE = "duplicate"
    LOW_RATED = "low_rated"
    MOVED_LINK = "moved_link"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class Dismissal:
    """A finding that is fine as it is. `other`: the second entry, or the link; `states`: of its entries then."""

    kind: FindingKind
    entry_id: EntryId
    other: str
    states: str


class Days(Protocol):
    """What happened on which day, by server, without anybody's name."""

    async def count(self, guild: GuildId, day: date, what: str, entry_id: EntryId | None) -> None:
        """Count something once more."""

    async def counts(self, guild: GuildId, since: date) -> Sequence[DayCount]:
        """Return what was counted from a day on, oldest first."""

    async def last_used(self, guild: GuildId) -> Mapping[EntryId, date]:
        """Return the last day on which each entry was shown."""

    async def began(self, guild: GuildId) -> date | None:
        """Return the first day on which anything was counted."""


class LinkNotes(Protocol):
    """What is known of links, whichever server they stand in."""

    async def links(self) -> Mapping[str, KnownLink]:
        """Return every link that was checked."""

    async def note_link(self, known: KnownLink) -> None:
        """Note what the last check found."""

    async def forget_links(self, links: Collection[str]) -> None:
        """Forget links that stand nowhere any more."""


class Checker(Protocol):
    """Asks whether links still lead somewhere."""

    def check(self, links: Iterable[str]) -> AsyncIterator[LinkReport]:
        """Yield a report of each distinct link, in the order in which they are ready."""


class UpkeepNotes(Protocol):
    """What moderators thought of findings, and what findings are made from."""

    async def dismissals(self, guild: GuildId) -> Sequence[Dismissal]:
        """Return the findings that were called fine as they are."""

    async def dismiss(self, guild: GuildId, dismissal: Dismissal) -> None:
        """Remember that a finding is fine as it is."""

    async def last_changed(self, guild: GuildId) -> Mapping[EntryId, date]:
        """Return the day (UTC) of the last change of each entry that was ever changed or verified on this server."""

    async def votes_since_edit(self, guild: GuildId) -> Mapping[EntryId, tuple[int, int]]:
        """Return (helped, did not help) by entry; votes on what an entry said before are left out."""

    async def copy_votes(self, guild: GuildId, gone: EntryId, kept: EntryId) -> None:
        """Let votes on one entry count for another, but for those of members who voted on that as well."""
