"""What is measured while the bot runs, and what whoever runs it may know of what waits. Counts, never of whom."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime

    from bot.core.models import Kind


class Stage(StrEnum):
    """What takes time."""

    ACKNOWLEDGE = "acknowledge"
    """From when Discord made an interaction until it has the first answer; it gives 3 s."""
    WHOLE = "whole"
    """From when Discord made a question until it has the answer."""
    EMBED = "embed"
    SCORE = "score"
    READ = "read"
    WRITE = "write"
    """The last four with the wait for the thread that does it."""


class Came(StrEnum):
    """How an interaction came in."""

    COMMAND = "command"
    AUTOCOMPLETE = "autocomplete"
    CLICK = "click"
    FORM = "form"


class Gateway(StrEnum):
    """What became of the connection on which Discord tells what happens."""

    READY = "ready"
    RESUMED = "resumed"
    LOST = "lost"


class Outcome(StrEnum):
    """How Discord answered a request."""

    OK = "ok"
    REFUSED = "refused"
    """4xx, but 429."""
    TOO_FAST = "too_fast"
    """429."""
    FAILED = "failed"
    """5xx."""
    UNREACHABLE = "unreachable"


class Meter(Protocol):
    """Takes figures. What is said of an event is one of few values, so that nothing of anybody can get in."""

    def came(self, how: Came) -> None:
        """Count an interaction."""

    def asked(self, kind: Kind) -> None:
        """Count a question by what it came to. Whether help came first is not counted: that would be about people."""

    def took(self, stage: Stage, seconds: float) -> None:
        """Note how long a stage took."""

    def timed(self, stage: Stage) -> AbstractContextManager[object]:
        """Return what notes how long its block takes."""

    def requested(self, outcome: Outcome) -> None:
        """Count a request to Discord."""

    def gateway(self, event: Gateway) -> None:
        """Count what became of the connection, and remember whether there is one."""

    def follow(self, *, latency: Callable[[], float], servers: Callable[[], int]) -> None:
        """Take what is asked when somebody looks: seconds until Discord answers a heartbeat, servers the bot is on."""


class Unmetered:
    """Implements the port Meter where nobody looks: in the terminal, the demo, and by default."""

    def came(self, how: Came) -> None:
        """Drop it."""

    def asked(self, kind: Kind) -> None:
        """Drop it."""

    def took(self, stage: Stage, seconds: float) -> None:
        """Drop it."""

    def timed(self, stage: Stage) -> AbstractContextManager[object]:  # noqa: ARG002 - the port has it
        """Return what notes nothing."""
        return nullcontext()

    def requested(self, outcome: Outcome) -> None:
        """Drop it."""

    def gateway(self, event: Gateway) -> None:
        """Drop it."""

    def follow(self, *, latency: Callable[[], float], servers: Callable[[], int]) -> None:
        """Drop it."""


UNMETERED = Unmetered()


class Queue(StrEnum):
    """What waits for somebody. The last three should never wait long."""

    QUESTIONS = "questions"
    """Without an answer, for the moderators."""
    DRAFTS = "drafts"
    """Of an entry, for somebody who may publish it."""
    SUGGESTIONS = "suggestions"
    """Of members, for the moderators."""
    OFFERS = "offers"
    """Of somebody to meet, for both to answer."""
    LETTERS = "letters"
    """In inboxes, unread."""
    NOTICES = "notices"
    """To be sent by the bot."""
    REPORTS = "reports"
    """Of people, for the moderators."""
    CHECK_BACKS = "check_backs"
    """Messages after a hard moment that are due, to be sent by the bot."""
    ROUNDS = "rounds"
    """That were announced and are due, to be held by the bot."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits; `since`: the longest of it, UTC, None where nothing does."""

    length: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """The rounds of a time, on all servers together. `seconds`: the longest took.

    `matched`: people who were looking for somebody, by the round in which somebody was found, 1 = their first;
    `left_out`: those for whom nobody was.
    """

    rounds: int
    pairs: int
    matched: Mapping[int, int]
    left_out: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Census:
    """What there is, on all servers together.

    `people`: opted in, by state; `waiting`: people who take part now, by rounds they waited for nothing so far.
    """

    queues: Mapping[Queue, Waiting]
    held: Held
    people: Mapping[str, int]
    waiting: Mapping[int, int]
    bytes: int


class CensusTaker(Protocol):
    """Counts what there is."""

    async def census(self, now: datetime) -> Census:
        """Return what there is at a moment (UTC), with the rounds of the seven days before."""
