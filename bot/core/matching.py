"""The nouns of a round: who could be paired, who is, and what keeps the rest. Frozen, like those of `models`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.core.peers import Role


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody as the matching sees them, in one round. All ids are of one namespace.

    `slots`: free places as a mentor. `vector`: of the story, float32, unit length, empty for none.
    `stage`: steps from 0. `utc_offset`: hours. `adult`: None = unknown, so not matched.
    `blocks`, `past`, `same`: ids they block, were introduced to too lately, or are declared to be the same person as.
    """

    id: str
    roles: frozenset[Role]
    slots: int = 0
    setbacks: frozenset[str] = frozenset()
    vector: bytes = field(default=b"", repr=False)
    outlook: frozenset[str] = frozenset()
    stage: int | None = None
    languages: frozenset[str] = frozenset()
    utc_offset: float = 0.0
    hours: tuple[tuple[float, float], ...] = ()
    asynchronous: bool = False
    adult: bool | None = None
    waited: int = 0
    blocks: frozenset[str] = frozenset()
    past: frozenset[str] = frozenset()
    same: frozenset[str] = frozenset()


class Kind(StrEnum):
    """What two people are to each other. In a `mentor` pair, the second is the mentor."""

    PEER = "peer"
    MENTOR = "mentor"


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a fit in one plain sentence: a key of prompts/ with its values (ids of setbacks, codes of languages).

    `values`: shown by the view with the labels that people chose from.
    """

    text_key: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people who may be introduced, and why."""

    first: str
    second: str
    kind: Kind
    fit: float
    because: tuple[Reason, ...]


class Obstacle(StrEnum):
    """The hard constraint that keeps somebody from every partner: the one whose loosening would give most partners."""

    ADULT = "adult"
    NOBODY = "nobody"
    """Nobody else is there."""
    ROLES = "roles"
    LANGUAGE = "language"
    TIME = "time"
    STAGE = "stage"
    FIT = "fit"
    """Nobody went through something near enough yet."""
    PAST = "past"
    """They met everybody who would fit, or one of both said no to it (blocks too: nobody can tell)."""
    FULL = "full"
    """There are partners, and all of them are taken this round."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Somebody without a pair in a round, and the constraint that binds."""

    id: str
    obstacle: Obstacle


@dataclass(frozen=True, slots=True)
class Shortage:
    """What administrators may know of those who wait: how many lack whom, never who. Fewer than k people are merged."""

    people: int
    lacks: Kind
    """A peer, or a mentor."""
    obstacle: Obstacle
    language: str
    """The language most of them speak."""
    from_offset: float
    to_offset: float
    """Their UTC offsets in hours."""
    setback: str
    """What most of them went through; empty where that would single somebody out."""


@dataclass(frozen=True, slots=True)
class RoundResult:
    """What a round came to. `matched`, `upper_bound`: people. `note`: what was tried and given up, for the log."""

    pairs: tuple[Pair, ...]
    matched: int
    upper_bound: int
    unmatched: tuple[Unmatched, ...]
    solver: str
    note: str
    seconds: float

    @property
    def gap(self) -> float:
        """How far below the proven bound this is, as a part of it."""
        return (self.upper_bound - self.matched) / self.upper_bound if self.upper_bound else 0.0


@dataclass(frozen=True, slots=True)
class RoundRecord:
    """What is kept of a round, without anybody in it.

    `waited`: of those matched, by rounds waited; `waiting`: of those still waiting, by rounds waited so far.
    `shortages`: see `Shortage`. `input_hash`: same input, same result.
    """

    number: int
    at: datetime
    people: int
    pairs: int
    matched: int
    upper_bound: int
    solver: str
    note: str
    seconds: float
    input_hash: str
    waited: Mapping[int, int]
    waiting: Mapping[int, int]
    shortages: tuple[Shortage, ...] = ()
