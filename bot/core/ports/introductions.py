"""Where introductions, the letters about them and reports are kept; and what is seen of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime

    from bot.core.introductions import (
        Card,
        CheckIn,
        End,
        Introduction,
        IntroductionId,
        Letter,
        Report,
        ReportId,
        ReportState,
    )
    from bot.core.matching import Pair
    from bot.core.models import GuildId, UserId
    from bot.core.peers import MemberState

    Also = Callable[[Any], None]
    """Writes something else in the same transaction; given the open database by storage, which alone knows it."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits for somebody, oldest first. Of people whose names are not known yet, `offers` hold no id."""

    letters: tuple[Letter, ...]
    """Unread ones."""
    offers: tuple[Introduction, ...]
    current: tuple[Introduction, ...]
    """Those where names are known."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What introductions change of a member (see `Member`): what is not encrypted, so that no key is needed."""

    state: MemberState
    active_at: datetime
    why_paused: str = ""
    waited: int = 0
    rests: int = 0
    silences: int = 0
    introduced: int = 0


@dataclass(frozen=True, slots=True)
class Situation:
    """An introduction as a decision sees it, its cards left sealed.

    `said`: what was said to each check-in, by its number (1, 2) and person. `mentoring`: how many other introductions
    of its mentor are agreed or go on.
    """

    introduction: Introduction
    said: Mapping[tuple[int, UserId], CheckIn] = field(default_factory=dict)
    mentoring: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """What a decision makes of an introduction, with all that is written in the same transaction.

    `people`: what becomes of whose standing. `said`: what somebody says to the last check-in.
    """

    introduction: Introduction
    letters: tuple[Letter, ...] = ()
    people: tuple[tuple[UserId, Callable[[Standing], Standing]], ...] = ()
    said: tuple[UserId, CheckIn] | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """Two people who are to be offered each other. `places`: of the mentor, in all; it says nothing among peers."""

    pair: Pair
    cards: tuple[Card, Card]
    places: int = 1


class IntroductionStore(Protocol):
    """Introductions. Cards and reasons are stored encrypted. Whatever changes one is one transaction."""

    async def offer(
        self,
        guild: GuildId,
        offers: Sequence[tuple[Introduction, int]],
        letters: Sequence[Letter],
        also: Also | None,
    ) -> Sequence[Introduction]:
        """Keep new offers, each with the places of its mentor in all, and return those that may be.

        Left out, with their letters, are those of which somebody is not active any more, is held, is kept
        from the other, or has no place free. Each one kept ties both as `past`.
        """

    async def change(
        self, guild: GuildId, introduction: IntroductionId, decide: Callable[[Situation], Step | None], now: datetime
    ) -> Introduction:
        """Let `decide` look at an introduction, write what it makes of it (None: nothing); return it as it is then.

        Raises NoSuchIntroductionError, SealBrokenError, and what `decide` raises; then nothing is written.
        """

    async def advance(
        self, guild: GuildId, introduction: IntroductionId, decide: Callable[[Situation], Step | None], now: datetime
    ) -> None:
        """Do as `change` does, for the clock: cards stay sealed, so that no key is needed."""

    async def withdraw(self, guild: GuildId, user: UserId, end: End, now: datetime) -> None:
        """End what somebody is offered on a server, and nothing that goes on."""

    async def introduction(self, guild: GuildId, introduction: IntroductionId) -> Introduction:
        """Return one. Raises NoSuchIntroductionError, SealBrokenError."""

    async def of(self, guild: GuildId, user: UserId) -> Sequence[Introduction]:
        """Return every one of somebody's, oldest first, closed ones included. Raises SealBrokenError."""

    async def due(self, guild: GuildId, now: datetime) -> Sequence[IntroductionId]:
        """Return those of a server whose next step may be due."""

    async def without_thread(self, guild: GuildId) -> Sequence[Introduction]:
        """Return those that go on and have no thread, nor a reason for none; their cards stay sealed."""

    async def set_thread(self, introduction: IntroductionId, thread: int) -> bool:
        """Note the thread of one that goes on; False where there is one, or a reason for none."""

    async def lose_thread(self, introduction: IntroductionId) -> None:
        """Note that the thread of one is gone; those who write each other directly have none to lose."""

    async def to_reveal(self, guild: GuildId, now: datetime) -> Sequence[Introduction]:
        """Return those that both agreed to, and whose time has come; their cards stay sealed."""

    async def offered(self, guild: GuildId) -> Collection[UserId]:
        """Return who has an open offer as a peer or seeker."""

    async def mentoring(self, guild: GuildId) -> Mapping[UserId, int]:
        """Return how many places of each mentor are taken, by open offers and introductions that go on."""

    async def clean(self, guild: GuildId, now: datetime) -> None:
        """Forget a server's introductions, letters and reports that are older than they may be kept."""


class LetterStore(Protocol):
    """What waits in people's inboxes."""

    async def unread(self, guild: GuildId, user: UserId) -> Sequence[Letter]:
        """Return somebody's unread letters, oldest first."""

    async def last_of(self, guild: GuildId, user: UserId, text_keys: Collection[str]) -> Letter | None:
        """Return somebody's newest letter of some kinds, read or not, as long as letters are kept."""

    async def mark_read(self, guild: GuildId, user: UserId, letters: Collection[int]) -> None:
        """Note that somebody saw letters, by their ids; those of others stay as they are."""

    async def unpinged(self) -> Sequence[Letter]:
        """Return the unread letters of everybody who was not pinged since they last read, on every server."""

    async def pinged(self, letters: Collection[int], *, are_told: bool) -> None:
        """Note that people are told that these wait, or were not after all."""


class ReportStore(Protocol):
    """Reports. Their text is stored encrypted; only moderators are shown them."""

    async def add(self, report: Report, *, at_most: int, since: datetime) -> Report:
        """Keep a report, hold who is reported, and freeze the introduction, in one transaction.

        Returns it with who is reported; the same report made twice is one. Raises LimitError where the reporter made
        `at_most` since then, NoSuchIntroductionError.
        """

    async def open(self, guild: GuildId) -> Sequence[Report]:
        """Return those that wait for a moderator, oldest first; of one that does not open, the text is missing."""

    async def decide(self, guild: GuildId, report: ReportId, state: ReportState, by: UserId, now: datetime) -> Report:
        """Close an open report with all that follows, in one transaction. Raises VersionGoneError for any other."""

    async def barred(self, guild: GuildId) -> Collection[UserId]:
        """Return who is reported and not looked at yet, or was taken out lately."""
