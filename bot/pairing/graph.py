"""A round as a graph: people with the places they have, and the pairs that are possible."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIT_STEPS = 10_000
"""A fit counts in steps of so small a part: four digits are more than anybody can tell apart."""


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """n people and m possible pairs. All arrays are indexed by person or by edge.

    `receives`: (n,) whether somebody may be given one introduction, as a peer or as one who seeks a mentor.
    `slots`: (n,) free places as a mentor. `waited`: (n,) rounds without a match.
    `first`, `second`: (m,) the two people; `mentoring`: (m,) whether `second` would be the mentor of `first`, else both
    are peers. `fit`: (m,) from 0 to 1.
    """

    receives: NDArray[np.bool_]
    slots: NDArray[np.int64]
    waited: NDArray[np.int64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    mentoring: NDArray[np.bool_]
    fit: NDArray[np.float64]

    def edges(self, chosen: NDArray[Any]) -> Graph:
        """Return the same people with some of the edges: indices or a mask, shape (m,)."""
        columns = (self.first[chosen], self.second[chosen], self.mentoring[chosen], self.fit[chosen])
        return Graph(self.receives, self.slots, self.waited, *columns)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a solver found. `pairs`: indices of edges, ascending. `floor`: the worst fit among them, 1.0 for none.

    `matched`: how many people are in a pair; `upper_bound`: how many could be at most, proven.
    `note`: why a better solver was left, for the log; empty where none was.
    """

    pairs: tuple[int, ...]
    matched: int
    upper_bound: int
    solver: str
    note: str
    seconds: float
    floor: float

    @property
    def gap(self) -> float:
        """How far below the bound this is, as a part of it."""
        return (self.upper_bound - self.matched) / self.upper_bound if self.upper_bound else 0.0


class Split:
    """The graph with each mentor split into one vertex for each free place: there, pairs are a plain matching.

    The split is exact, because the other side of a mentor has one place only (matching.md 3.1). Of two people who
    could mentor each other only the better fitting direction is kept, so that no pair is made twice.
    """

    def __init__(self, graph: Graph, grace: int) -> None:
        self.graph = graph
        n = len(graph.receives)
        usable = np.minimum(graph.slots, np.bincount(graph.second[graph.mentoring], minlength=n))
        self.first_slot = n + np.concatenate(([0], np.cumsum(usable)))[:-1]
        self.size = n + int(usable.sum())
        """How many vertices: a receiver of each person, then the places of mentors."""
        self.person = np.concatenate((np.arange(n), np.repeat(np.arange(n), usable)))
        """(size,) whose vertex it is."""
        self.is_place = np.arange(self.size) >= n
        self.is_first = np.zeros(self.size, np.bool_)
        self.is_first[self.first_slot[usable > 0]] = True
        self.rank = self._ranks(graph, grace)
        """(size,) what covering a vertex counts for: only the order matters (see `solve`)."""
        edge = _one_direction(graph)
        peers, mentors = edge[~graph.mentoring[edge]], edge[graph.mentoring[edge]]
        places = usable[graph.second[mentors]]
        copies = np.repeat(mentors, places)
        offset = np.arange(len(copies)) - np.repeat(np.cumsum(places) - places, places)
        self.u = np.concatenate((graph.first[peers], graph.first[copies]))
        self.v = np.concatenate((graph.second[peers], self.first_slot[graph.second[copies]] + offset))
        self.edge = np.concatenate((peers, copies))
        """(e,) the edge of the graph that (u, v) is a copy of."""
        self.steps = np.rint(graph.fit[self.edge] * FIT_STEPS).astype(np.int64)
        """(e,) the fit in steps."""

    def _ranks(self, graph: Graph, grace: int) -> NDArray[np.int64]:
        """Return the priority p = 1 + max(0, waited - grace) of each vertex as a dense rank from 2.

        A mentor's further places rank 1: they follow every person, and still count, so that no pair is left out.
        """
        priority = 1 + np.maximum(0, graph.waited - grace)
        _, rank = np.unique(priority, return_inverse=True)
        ranks = np.asarray(rank[self.person] + 2, np.int64)
        ranks[self.is_place & ~self.is_first] = 1
        return ranks

    @cached_property
    def weights(self) -> NDArray[np.int64]:
        """(e,) `W * (rank_u + rank_v) + fit`: no sum of fits is worth one step of a rank."""
        return np.asarray(self.unit * (self.rank[self.u] + self.rank[self.v]) + self.steps, np.int64)

    @cached_property
    def unit(self) -> int:
        """W: more than all the fits that a matching can add up."""
        return FIT_STEPS * (self.size // 2 + 1) + 1

    def plan(self, matched: NDArray[np.int64], solver: str, *, bound: int | None = None, seconds: float = 0.0) -> Plan:
        """Return a matching, as indices into `edge`, as a plan; without a bound it is that of an exact solution."""
        graph, chosen = self.graph, np.unique(self.edge[matched])
        people = len(np.unique(np.concatenate((graph.first[chosen], graph.second[chosen]))))
        if bound is None:
            bound = self.people_bound(self.covers(matched))
        floor = float(graph.fit[chosen].min()) if len(chosen) else 1.0
        return Plan(tuple(map(int, chosen)), people, max(bound, people), solver, "", seconds, floor)

    def covers(self, matched: NDArray[np.int64]) -> int:
        """Return how many vertices that stand for a person, not for a further place, a matching covers."""
        ends = np.concatenate((self.u[matched], self.v[matched]))
        return int(np.count_nonzero(~self.is_place[ends] | self.is_first[ends]))

    def people_bound(self, vertices: int) -> int:
        """Return how many people can be matched where at most so many vertices that stand for a person can be.

        Somebody who both receives and mentors is two of those, so that this may be above what can be reached.
        """
        graph = self.graph
        return min(vertices, len(np.unique(np.concatenate((graph.first, graph.second)))))


def _one_direction(graph: Graph) -> NDArray[np.int64]:
    """Return the edges in an order of their own, without the worse of two directions, or copies, of the same pair."""
    low, high = np.minimum(graph.first, graph.second), np.maximum(graph.first, graph.second)
    order = np.lexsort((graph.first, -graph.fit, graph.mentoring, high, low))
    key = np.stack((low, high, graph.mentoring))[:, order]
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = np.any(key[:, 1:] != key[:, :-1], axis=0)
    return order[is_first]
