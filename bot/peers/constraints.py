"""What forbids a pair. A forbidden pair does not exist; it is never only expensive. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.matching import Kind, Obstacle
from bot.core.peers import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.matching import Candidate

MINIMUM_HOURS = 1.0
"""A day: less than an hour in common is no time to talk [assumed]."""
STEPS_AHEAD = range(1, 4)
"""How far a mentor is ahead: "two or three steps" (ADPList's guide), and one, so that early mentors can help."""
DAY = 24.0


def kinds_of(one: Candidate, other: Candidate) -> Iterator[tuple[Kind, Candidate, Candidate]]:
    """Yield what two people could be to each other by their roles: the kind, who receives, and who is met.

    As mentor and seeker only where the mentor is STEPS_AHEAD of the other, or either did not say where they stand.
    """
    if Role.PEER in one.roles and Role.PEER in other.roles:
        yield Kind.PEER, one, other
    for seeker, mentor in ((one, other), (other, one)):
        wants = Role.SEEKER in seeker.roles and Role.MENTOR in mentor.roles and mentor.slots > 0
        if wants and is_ahead(mentor, seeker):
            yield Kind.MENTOR, seeker, mentor


def is_ahead(mentor: Candidate, seeker: Candidate) -> bool:
    """Tell whether somebody is far enough ahead to mentor somebody, and not too far; unknown stages forbid nothing."""
    if mentor.stage is None or seeker.stage is None:
        return True
    return mentor.stage - seeker.stage in STEPS_AHEAD


def forbidding(one: Candidate, other: Candidate) -> frozenset[Obstacle]:
    """Return every constraint, besides roles and fit, that forbids a pair of two people; none where it may be."""
    found = set()
    if one.adult is not True or other.adult is not True:
        found.add(Obstacle.ADULT)
    if not languages_of(one) & languages_of(other):
        found.add(Obstacle.LANGUAGE)
    if not have_time(one, other):
        found.add(Obstacle.TIME)
    if are_kept_apart(one, other):
        found.add(Obstacle.PAST)
    return frozenset(found)


def are_kept_apart(one: Candidate, other: Candidate) -> bool:
    """Tell whether two are one person, were introduced too lately, or either does not want to meet the other."""
    return (
        one.id == other.id
        or other.id in one.blocks | one.past | one.same
        or one.id in other.blocks | other.past | other.same
    )


def languages_of(somebody: Candidate) -> frozenset[str]:
    """Return the codes of somebody's languages, in one spelling."""
    return frozenset(code.strip().casefold() for code in somebody.languages)


def have_time(one: Candidate, other: Candidate) -> bool:
    """Tell whether both like to write at any time, or have at least MINIMUM_HOURS of the day in common."""
    if one.asynchronous and other.asynchronous:
        return True
    return common_hours(one, other) >= MINIMUM_HOURS


def common_hours(one: Candidate, other: Candidate) -> float:
    """Return how many hours of a day two people are both free."""
    return sum(
        max(0.0, min(end, other_end) - max(begin, other_begin))
        for begin, end in utc_spans(one)
        for other_begin, other_end in utc_spans(other)
    )


def utc_spans(somebody: Candidate) -> list[tuple[float, float]]:
    """Return when somebody is free, in hours of the UTC day: ascending spans that neither overlap nor pass midnight."""
    cut: list[tuple[float, float]] = []
    for begin, end in somebody.hours:
        length = DAY if end - begin >= DAY else (end - begin) % DAY
        start = (begin - somebody.utc_offset) % DAY
        cut += [(start, min(DAY, start + length)), (0.0, max(0.0, start + length - DAY))]
    merged: list[tuple[float, float]] = []
    for begin, end in sorted(cut):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        elif end > begin:
            merged.append((begin, end))
    return merged
