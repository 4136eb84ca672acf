"""Finds the pairs that may be: all of few people, the best ones of many, and nobody's only ones are left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.pairing.graph import Graph
from bot.pairing.table import Pairs, Table

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from bot.core.matching import Candidate
    from bot.core.peers import PeerSettings

EVERYTHING = 1_000
"""Up to so many people every pair that may be is an edge."""
NEAREST = 20
"""Above, each has an edge to so many, the best ones: who has no more has all of theirs, so no story is too rare..."""
SPREAD = 10
"""... and to so many of the rest, from the best to the worst, so that the few whom all fit best are not everybody's
only choice: two random edges from each person already pair nearly all (Frieze 1986; for two sides Walkup 1980)."""
GOLDEN = (5**0.5 - 1) / 2
"""Its multiples are spread evenly over a circle."""
TIE = 1e-6
"""Less than any difference of fits that matters."""
BLOCK = 512
"""People compared with everybody at a time: 512 x 50,000 floats are 100 MB."""


@dataclass(frozen=True, slots=True)
class Found:
    """The pairs that may be. `is_all`: whether none was left out; `degree`: (n,) how many each person has in all."""

    graph: Graph
    degree: NDArray[np.int64]
    is_all: bool


class Search:
    """Looks for pairs among people, whose order is that of every array here."""

    def __init__(self, people: Sequence[Candidate], settings: PeerSettings, sensitive: Collection[str]) -> None:
        """`sensitive`: ids of setbacks that are no evidence of having been through the same."""
        self._table = Table.of(people, sensitive)
        self._settings = settings
        self._waited = np.asarray([one.waited for one in people], np.int64)
        self._count = len(people)

    def find(self) -> Found:
        """Return the pairs that may be, with their fits.

        Up to EVERYTHING people all of them; above, of each the NEAREST, and SPREAD of the rest.
        """
        count, is_all = self._count, self._count <= EVERYTHING
        found: list[Pairs] = []
        degree = np.zeros(count, np.int64)
        for start in range(0, count, BLOCK):
            rows = np.arange(start, min(count, start + BLOCK))
            for pairs in self._table.pairs(rows, self._settings.weights, self._settings.floor):
                degree += np.bincount(pairs.one, minlength=count)
                if pairs.mentoring:
                    degree += np.bincount(pairs.other, minlength=count)
                found.append(pairs if is_all else _nearest(pairs, rows, count))
        return Found(self._graph(found), degree, is_all)

    def every_edge_of(self, people: NDArray[np.int64], graph: Graph) -> Graph:
        """Return a graph with all the pairs of some people besides those it has."""
        known = Pairs.parts_of(graph.first, graph.second, graph.fit, graph.mentoring)
        found = [
            pairs
            for start in range(0, len(people), BLOCK)
            for pairs in self._table.pairs(
                people[start : start + BLOCK], self._settings.weights, self._settings.floor, also_as_mentor=True
            )
        ]
        return self._graph([*known, *found])

    def _graph(self, found: Sequence[Pairs]) -> Graph:
        """Return the graph of pairs; what was found from both sides is one edge."""
        one, other = (_joined([getattr(pairs, side) for pairs in found], np.int64) for side in ("one", "other"))
        mentoring = _joined([np.full(len(pairs.one), pairs.mentoring) for pairs in found], np.bool_)
        fit = _joined([pairs.fit for pairs in found], np.float64)
        low = np.where(mentoring, one, np.minimum(one, other))
        high = np.where(mentoring, other, np.maximum(one, other))
        _, once = np.unique((low * self._count + high) * 2 + mentoring, return_index=True)
        receives = self._table.peer | self._table.seeker
        columns = (low[once], high[once], mentoring[once], fit[once])
        return Graph(receives, self._table.slots, self._waited, *columns)


def _nearest(pairs: Pairs, rows: NDArray[np.int64], count: int) -> Pairs:
    """Return the pairs of consecutive rows that become edges; `count`: of all people.

    Where many fit as well, each person prefers those who come next after them in a circle, and the spread ones begin
    elsewhere for each, so that even people who all fit the same few best have edges to everybody.
    """
    circle = (pairs.other - pairs.one) % count / count
    order = np.argsort(pairs.one - 0.5 * pairs.fit + TIE * circle, kind="stable")  # by person, then by fit
    one = pairs.one[order]
    starts = np.searchsorted(one, rows)
    sizes = np.append(starts[1:], len(one)) - starts
    kept = np.arange(len(one)) - starts[one - rows[0]] < NEAREST
    begin = (rows * GOLDEN % 1)[:, None]
    places = starts[:, None] + (sizes[:, None] * (np.arange(SPREAD) + begin) / SPREAD).astype(np.int64)
    kept[places[sizes > 0]] = True
    chosen = order[kept]
    return Pairs(pairs.mentoring, pairs.one[chosen], pairs.other[chosen], pairs.fit[chosen])


def _joined(arrays: Sequence[NDArray[Any]], kind: type[Any]) -> NDArray[Any]:
    return np.concatenate(arrays).astype(kind) if arrays else np.zeros(0, kind)
