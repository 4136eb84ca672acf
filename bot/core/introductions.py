"""The nouns of two people who are introduced, and of what may go wrong. Frozen, like those of `models`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.core.matching import Kind, Reason
    from bot.core.models import GuildId, UserId
    from bot.core.peers import Help, Stage

IntroductionId = NewType("IntroductionId", int)
ReportId = NewType("ReportId", int)


@dataclass(frozen=True, slots=True)
class Card:
    """What somebody is shown of somebody else before both agreed. No field leads to a person.

    `topics`: ids of setbacks both named; `stage`, `hours`: None, and fewer topics, where they would single somebody
    out. `hours`: how many hours a day both have; 0 = asynchronous.
    """

    kind: Kind
    is_mentor: bool
    """Whether the person on the card is the mentor: a volunteer, unverified."""
    topics: tuple[str, ...]
    languages: tuple[str, ...]
    helps: tuple[Help, ...]
    sentence: str
    stage: Stage | None = None
    hours: int | None = None


class IntroductionState(StrEnum):
    """Where an introduction stands. Names are known from REVEALED on, and not before."""

    OFFERED = "offered"
    AGREED = "agreed"
    """Both said yes; both learn it at the same hour."""
    REVEALED = "revealed"
    FROZEN = "frozen"
    """Somebody reported it; nothing happens until a moderator has looked."""
    CLOSED = "closed"


class End(StrEnum):
    """Why an introduction ended. Kept for counts; whoever it happened to reads the same sentence for all of them."""

    SILENCE = "silence"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    """Somebody paused or left."""
    BLOCKED = "blocked"
    REPORTED = "reported"
    STOPPED = "stopped"
    """Somebody ended it after names were known, without having to say why."""
    RELEASED = "released"
    """"Not yet" twice: let go gently."""
    DONE = "done"


class Answer(StrEnum):
    """What somebody said to an offer."""

    YES = "yes"
    NO = "no"


class CheckIn(StrEnum):
    """What somebody says on day 3 and 14."""

    MET = "met"
    TALKING = "talking"
    NOT_YET = "not-yet"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two people in an introduction. `is_out`: they ended it themselves, and hear no more of it."""

    user: UserId
    answer: Answer | None = None
    is_out: bool = False


@dataclass(frozen=True, slots=True)
class Introduction:
    """Two people who were offered each other. `sides`: in a mentor introduction the second is the mentor.

    `cards`: what the first, and what the second is shown (the other's card), as it was when it was offered.
    `told_at`: when whatever came of the offer is told to both, the same for every outcome but a yes of both.
    `thread`: the private thread they talk in; None where there is none (yet).
    """

    id: IntroductionId
    guild: GuildId
    round: int
    kind: Kind
    state: IntroductionState
    sides: tuple[Side, Side]
    cards: tuple[Card, Card]
    because: tuple[Reason, ...]
    offered_at: datetime
    told_at: datetime
    is_reminded: bool = False
    revealed_at: datetime | None = None
    thread: int | None = None
    check_ins: int = 0
    """How many check-ins were sent: 0, 1 (day 3), 2 (day 14)."""
    not_yets: int = 0
    end: End | None = None

    def side_of(self, user: UserId) -> Side:
        """Return somebody's own side. Raises KeyError for somebody who is not in it."""
        return self.sides[self.index_of(user)]

    def other_of(self, user: UserId) -> Side:
        """Return the other's side. Raises KeyError."""
        return self.sides[1 - self.index_of(user)]

    def card_for(self, user: UserId) -> Card:
        """Return the card that somebody is shown: the other's. Raises KeyError."""
        return self.cards[self.index_of(user)]

    def index_of(self, user: UserId) -> int:
        """Return 0 or 1. Raises KeyError."""
        for index, side in enumerate(self.sides):
            if side.user == user:
                return index
        raise KeyError(user)


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing in somebody's inbox: a sentence of prompts/ with its values, and what it is about.

    `is_pinged`: they were told, neutrally, that something is there. `is_read`: they saw it.
    """

    id: int
    guild: GuildId
    user: UserId
    text_key: str
    details: Mapping[str, str]
    introduction: IntroductionId | None
    at: datetime
    is_pinged: bool = False
    is_read: bool = False


class ReportReason(StrEnum):
    """What felt wrong."""

    MONEY = "money"
    SEXUAL = "sexual"
    PRESSURE = "pressure"
    PRETENDS = "pretends"
    """Pretends to be staff, a recruiter, a supervisor."""
    ELSEWHERE = "elsewhere"
    """Wanted to leave Discord quickly."""
    OTHER = "other"


class ReportState(StrEnum):
    """What moderators made of a report."""

    OPEN = "open"
    UNFOUNDED = "unfounded"
    """Both go on as before."""
    REMOVED = "removed"
    """The reported person is taken out of the matching."""
    SETTLED = "settled"
    """Looked at and dealt with; the pair stays closed, and both may be introduced to others."""


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody reported. Only moderators see it; the reported person never learns by whom.

    `reporters`: how many reports of this reporter were found unfounded before.
    """

    id: ReportId
    guild: GuildId
    introduction: IntroductionId
    reporter: UserId
    reported: UserId
    reason: ReportReason
    text: str
    state: ReportState
    at: datetime
    unfounded_before: int = 0
