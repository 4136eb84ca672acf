"""The nouns of people who want to meet somebody. Frozen, like those of `models`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from bot.core.models import GuildId, UserId


class Role(StrEnum):
    """What somebody wants of an introduction."""

    PEER = "peer"
    SEEKER = "seeker"
    """Wants a mentor."""
    MENTOR = "mentor"


class Stage(IntEnum):
    """How far along somebody is; a mentor is one to three steps ahead."""

    OUTSIDE = 0
    """Before a first programme, or outside of academia."""
    STUDENT = 1
    DOCTORATE = 2
    EARLY = 3
    """Postdoc, or the first years in a job in research."""
    ESTABLISHED = 4


class Help(StrEnum):
    """What helps somebody."""

    LISTENING = "listening"
    IDEAS = "ideas"
    TOGETHER = "together"


class Pace(StrEnum):
    """How often somebody likes to talk."""

    OFTEN = "often"
    """Every few days."""
    SOMETIMES = "sometimes"
    """Now and then, without a plan."""


class Hope(StrEnum):
    """How somebody looks at research now."""

    BACK_IN = "back-in"
    UNSURE = "unsure"
    OTHERWISE = "otherwise"
    """Making peace with another way."""


class Contact(StrEnum):
    """Where two people talk once both know each other's name."""

    THREAD = "thread"
    DIRECT = "direct"
    EITHER = "either"


class Ping(StrEnum):
    """How somebody hears that there is something in their inbox."""

    DIRECT = "direct"
    CHANNEL = "channel"
    NONE = "none"
    """They look for themselves."""


@dataclass(frozen=True, slots=True)
class Setback:
    """One kind of setback people choose from.

    `is_sensitive`: a support topic that is on no card unless ticked, and never makes a pair alone.
    """

    id: str
    label: str
    is_sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """What somebody told for the purpose of being introduced. Nobody but the matching sees it; see `Card`.

    `story`: own words, never shown to anybody. `sentence`: for the card, shown after a lint.
    `shown`: the sensitive topics (of `setbacks`) they ticked to be shown on a card.
    `zone`: an IANA name (`Europe/Berlin`) or `UTC+05:30`; `hours`: spans (from, to) of the local day, 0 to 24, and
    past midnight where `to` < `from`. `asynchronous`: writing at any time is fine.
    `again_days`: after how long the same person may be suggested again; None = never.
    """

    roles: frozenset[Role] = frozenset()
    setbacks: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()
    story: str = ""
    sentence: str = ""
    helps: frozenset[Help] = frozenset()
    pace: Pace | None = None
    hope: Hope | None = None
    stage: Stage | None = None
    languages: frozenset[str] = frozenset()
    zone: str = ""
    hours: tuple[tuple[float, float], ...] = ()
    asynchronous: bool = False
    capacity: int = 1
    contact: Contact = Contact.EITHER
    ping: Ping = Ping.NONE
    again_days: int | None = None

    @property
    def outlook(self) -> frozenset[str]:
        """What helps, how often, and how they look at research, as one set of words that can be compared."""
        return frozenset({*self.helps, *filter(None, (self.pace, self.hope))})


class MemberState(StrEnum):
    """Where somebody's opting in stands."""

    UNFINISHED = "unfinished"
    """They agreed; the profile lacks something, so that nothing happens yet."""
    ACTIVE = "active"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who opted in on one server. Who did not has no such row, and is in nothing.

    `resumes_at`: when a pause ends by itself; None = when they say so. `why_paused`: the sentence of prompts/ that says
    why the bot paused them; empty where they did. `waited`: rounds in which they could have been matched and were not.
    `rests`: rounds a mentor still rests. `skips`: the number of the round they skip. `is_held`: somebody reported them
    and no moderator has looked yet, so no new introductions. `silences`: offers and check-ins in a row left unanswered.
    `introduced`: how many introductions as a mentor since the last rest.
    """

    guild: GuildId
    user: UserId
    state: MemberState
    profile: Profile
    consented_at: datetime
    active_at: datetime
    """When they last did something; after a long time without, they are asked."""
    resumes_at: datetime | None = None
    why_paused: str = ""
    waited: int = 0
    rests: int = 0
    skips: int = 0
    is_held: bool = False
    silences: int = 0
    introduced: int = 0


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part of a fit counts. Tags and outlook count no less than text: sad texts are all alike."""

    story: float = 0.3
    setbacks: float = 0.35
    outlook: float = 0.2
    stage: float = 0.15


@dataclass(frozen=True, slots=True)
class PeerSettings:
    """What a server decided about introductions. Off until an administrator turns it on."""

    is_on: bool = False
    channel: int | None = None
    """Where neutral pings and private threads go."""
    round_day: int = 2
    """0 = Monday."""
    round_hour: int = 18
    """UTC."""
    weights: Weights = field(default_factory=Weights)
    floor: float = 0.3
    """No pair below, ever."""
    grace: int = 8
    """Rounds somebody may wait before they come first."""
    k: int = 5
    """How many people must share what a card shows."""
    answer_hours: int = 72
    told_every_minutes: int = 60
    """Outcomes are told at full steps of this, so that the moment says nothing."""
    rest_after: int = 3
    """A mentor rests one round after so many introductions, and after any report."""
    budget_seconds: float = 120.0
    """For one solver; then the next, faster one takes over."""
