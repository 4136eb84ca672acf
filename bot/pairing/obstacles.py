"""What keeps from every partner those who have none: the constraint whose loosening alone would give them most."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bot.core.matching import Obstacle
from bot.peers.obstacles import EASIEST_FIRST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from bot.core.peers import PeerSettings
    from bot.pairing.table import Table

PAIRS = 2_000_000
"""Looked at together: some 100 MB."""
NEVER = 99


class Way(NamedTuple):
    """One thing two people could be to each other. `own`, `other`: (n,) who has the role that it takes of each."""

    own: NDArray[np.bool_]
    other: NDArray[np.bool_]
    mentoring: bool
    sign: int
    """1 where the other would be ahead, -1 where oneself would; 0 among peers, where it does not matter."""


def obstacles_of(table: Table, rows: NDArray[np.int64], settings: PeerSettings) -> list[Obstacle]:
    """Return for each of some people, by their place in the table, what keeps them from every partner.

    For each other person, and each thing that other is there for, it is counted what would have to be loosened; where
    one thing is enough for somebody, only those count for whom it is, else those for whom the fewest are.
    """
    step = max(1, PAIRS // len(table.stage))
    return [
        obstacle
        for start in range(0, len(rows), step)
        for obstacle in _obstacles(table, rows[start : start + step], settings)
    ]


def _obstacles(table: Table, rows: NDArray[np.int64], settings: PeerSettings) -> list[Obstacle]:
    there = np.tile(table.adult, (len(rows), 1))
    there[np.arange(len(rows)), rows] = False
    base = {
        Obstacle.TIME: ~table.have_time(rows),
        Obstacle.LANGUAGE: ~table.can_talk(rows),
        Obstacle.PAST: table.kept_apart(rows),
    }
    parts = table.likeness(rows)
    ways = []
    for way in _ways(table):
        possible = there & way.other
        fits = _fits(table, rows, way, settings, possible=possible, parts=parts)
        ways.append(_needed(table, rows, way, possible=possible, base={**base, Obstacle.FIT: ~fits}))
    fewest = np.min([number.min(axis=1) for number, _ in ways], axis=0)
    counted = np.sum(
        [[(flags[each] & (number == fewest[:, None])).sum(axis=1) for each in EASIEST_FIRST] for number, flags in ways],
        axis=0,
    )
    named = np.argmax(counted, axis=0).tolist()
    return [
        _named(EASIEST_FIRST[best], is_adult=is_adult, has_others=has_others, has_way=has_way)
        for best, is_adult, has_others, has_way in zip(
            named,
            table.adult[rows].tolist(),
            np.any(there, axis=1).tolist(),
            (fewest < NEVER).tolist(),
            strict=True,
        )
    ]


def _named(best: Obstacle, *, is_adult: bool, has_others: bool, has_way: bool) -> Obstacle:
    if not is_adult:
        return Obstacle.ADULT
    if not has_others:
        return Obstacle.NOBODY
    return best if has_way else Obstacle.ROLES


def _ways(table: Table) -> tuple[Way, ...]:
    mentors = table.slots > 0
    return (
        Way(table.peer, table.peer, mentoring=False, sign=0),
        Way(table.seeker, mentors, mentoring=True, sign=1),
        Way(mentors, table.seeker, mentoring=True, sign=-1),
    )


def _needed(
    table: Table,
    rows: NDArray[np.int64],
    way: Way,
    *,
    possible: NDArray[np.bool_],
    base: Mapping[Obstacle, NDArray[np.bool_]],
) -> tuple[NDArray[np.int64], Mapping[Obstacle, NDArray[np.bool_]]]:
    """Return how many things would have to be loosened for each pair, and which; each (rows, n).

    NEVER where the other is not there for this. `base`: what is the same whatever two people would be to each other.
    """
    flags = {
        **base,
        Obstacle.STAGE: ~table.ahead(rows, sign=way.sign) if way.sign else np.zeros_like(possible),
        Obstacle.ROLES: np.broadcast_to(~way.own[rows][:, None], possible.shape),
    }
    number = np.sum(list(flags.values()), axis=0, dtype=np.int64)
    return np.where(possible, number, NEVER), flags


def _fits(
    table: Table,
    rows: NDArray[np.int64],
    way: Way,
    settings: PeerSettings,
    *,
    possible: NDArray[np.bool_],
    parts: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]],
) -> NDArray[np.bool_]:
    """Return which pairs fit well enough in this way, shape (rows, n)."""
    at = np.nonzero(table.evidence(rows, parts[0]) & possible)
    one, other = rows[at[0]], at[1]
    if way.sign < 0:
        one, other = other, one
    fit = table.fit(one, other, *(part[at] for part in parts), weights=settings.weights, mentoring=way.mentoring)
    fits = np.zeros_like(possible)
    fits[at] = fit >= settings.floor
    return fits
