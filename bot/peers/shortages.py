"""What a server lacks: those who wait, merged until nobody can be told apart. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import astuple
from typing import TYPE_CHECKING, NamedTuple

from bot.core.matching import Kind, Shortage
from bot.core.peers import Role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from bot.core.matching import Candidate, Obstacle, Unmatched

BAND_HOURS = 4.0
"""Time zones that are so near count as one: whoever lives there has evenings in common."""


class Traits(NamedTuple):
    """What people in one row share. `language`, `band` (of time zones) and `setback` may be left open."""

    lacks: Kind
    obstacle: Obstacle
    language: str = ""
    band: float = 0.0
    setback: str = ""


COARSER = (("setback",), ("setback", "band"), ("setback", "band", "language"))
"""What is left open, step by step, of groups that are too small."""


def shortages(
    people: Iterable[Candidate], unmatched: Iterable[Unmatched], *, sensitive: Collection[str], k: int
) -> tuple[Shortage, ...]:
    """Return how many people lack whom, most first. Each person is in one row at most, and no row holds fewer than k.

    People are merged by what they lack, why, language, time zone, and what they went through; where that makes fewer
    than k, without the setback, then over all time zones, then whatever they speak. Who even then is among fewer than
    k is in no row, and only counted in the record of the round. Sensitive setbacks are never named.
    """
    known = {one.id: one for one in people}
    rest = [(known[one.id], one.obstacle) for one in unmatched if known[one.id].roles & {Role.PEER, Role.SEEKER}]
    languages = _commonest(one.languages for one, _ in rest)
    setbacks = _commonest(frozenset(one.setbacks.difference(sensitive)) for one, _ in rest)
    rows: list[Shortage] = []
    for left_open in ((), *COARSER):
        groups: defaultdict[Traits, list[tuple[Candidate, Obstacle]]] = defaultdict(list)
        for one, obstacle in rest:
            traits = Traits(
                _lacking(one),
                obstacle,
                languages[one.languages],
                one.utc_offset // BAND_HOURS,
                setbacks[frozenset(one.setbacks.difference(sensitive))],
            )
            groups[traits._replace(**{name: Traits._field_defaults[name] for name in left_open})].append(
                (one, obstacle)
            )
        rows += [_row(traits, group) for traits, group in groups.items() if len(group) >= k]
        rest = [one for group in groups.values() if len(group) < k for one in group]
    return tuple(sorted(rows, key=lambda row: (-row.people, astuple(row))))


def _lacking(somebody: Candidate) -> Kind:
    """Return whom somebody lacks; of who would take either the mentor, who is harder to find."""
    return Kind.MENTOR if Role.SEEKER in somebody.roles else Kind.PEER


def _commonest(sets: Iterable[frozenset[str]]) -> Mapping[frozenset[str], str]:
    """Return for each set that word of it which most others have too, empty for none."""
    every = list(sets)
    times = Counter(word for words in every for word in words)
    return {words: min(words, key=lambda word: (-times[word], word), default="") for words in every}


def _row(traits: Traits, group: Collection[tuple[Candidate, Obstacle]]) -> Shortage:
    offsets = [one.utc_offset for one, _ in group]
    return Shortage(
        people=len(group),
        lacks=traits.lacks,
        obstacle=traits.obstacle,
        language=traits.language,
        from_offset=min(offsets),
        to_offset=max(offsets),
        setback=traits.setback,
    )
