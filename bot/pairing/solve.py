"""Solves a round: exactly where that is possible in time, else nearly, with a proven bound."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from bot.pairing.cover import mend, solve_by_cover
from bot.pairing.exact import matching, solve_exactly
from bot.pairing.graph import Split

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.pairing.graph import Graph, Plan

EXACT_PEOPLE = 5_000
"""Up to so many people blossoms are fast enough (matching.md 3.3: 7 s)."""
SPARE_TRIED = 10
"""On demand at most so many partners are tried: each takes a solution of its own."""
GRACE = 8


class Solver(StrEnum):
    """The ways to solve a round, best first."""

    EXACT = "exact (rustworkx)"
    COVER = "double cover (SciPy)"
    GREEDY = "best edge first"


def solve(graph: Graph, grace: int = GRACE, solver: Solver | None = None) -> Plan:
    """Return the pairs of a round; `grace`: rounds somebody may wait before they come first.

    The objective, in this order: most pairs, and so people, matched; the longest overdue first; the best worst pair;
    the best fit in all. The same graph gives the same plan, whatever the order of its edges.
    """
    started = time.perf_counter()
    split = Split(graph, grace)
    solver = solver or (Solver.EXACT if len(graph.receives) <= EXACT_PEOPLE else Solver.COVER)
    bound: int | None = None
    match solver:
        case Solver.EXACT:
            found = solve_exactly(split)
        case Solver.COVER:
            found, bound = solve_by_cover(split)
        case Solver.GREEDY:
            found, bound = best_edge_first(split, split.weights), split.people_bound(split.size)
    return split.plan(found, solver.value, bound=bound, seconds=time.perf_counter() - started)


def bettered(graph: Graph, plan: Plan, wider: Graph, grace: int = GRACE) -> Plan:
    """Return a plan for a graph with more edges, made from one for fewer; never fewer pairs.

    Up to EXACT_PEOPLE, where it was exact, it is solved anew; above, around those who were left out only. The bound
    is that of the narrower graph, so it says nothing of the wider one.
    """
    if plan.solver == Solver.EXACT:
        return solve(wider, grace, Solver.EXACT)
    started = time.perf_counter()
    split = Split(wider, grace)
    chosen = list(plan.pairs)
    before = np.searchsorted(_keys(wider), _keys(graph)[chosen])
    order = np.argsort(split.edge, kind="stable")
    firsts = np.searchsorted(split.edge[order], before)
    # The n-th pair of a mentor takes their n-th place: copies of an edge stand in the order of places.
    mentors = np.where(graph.mentoring[chosen], graph.second[chosen], -1 - np.arange(len(chosen)))
    _, inverse = np.unique(mentors, return_inverse=True)
    by_mentor = np.argsort(inverse, kind="stable")
    starts = np.searchsorted(inverse[by_mentor], np.arange(int(inverse.max()) + 1)) if chosen else np.zeros(0, np.int64)
    turn = np.zeros(len(chosen), np.int64)
    turn[by_mentor] = np.arange(len(chosen)) - starts[inverse[by_mentor]]
    found = mend(split, np.sort(order[firsts + turn]))
    seconds = plan.seconds + time.perf_counter() - started
    return split.plan(found, plan.solver, bound=plan.upper_bound, seconds=seconds)


def _keys(graph: Graph) -> NDArray[np.int64]:
    """Return a number for each edge by which it is found again in a graph of the same people; shape (m,)."""
    keys: NDArray[np.int64] = (graph.first * len(graph.receives) + graph.second) * 2 + graph.mentoring
    return keys


def best_edge_first(split: Split, weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the matching of the greedy way, as indices into `split.edge`; it always ends."""
    order = np.argsort(-weights, kind="stable")
    taken = bytearray(split.size)
    u, v, chosen = split.u.tolist(), split.v.tolist(), []
    for index in order.tolist():
        if not taken[u[index]] and not taken[v[index]]:
            taken[u[index]] = taken[v[index]] = 1
            chosen.append(index)
    return np.sort(np.asarray(chosen, np.int64))


def spare_pairs(graph: Graph, person: int, *, grace: int = GRACE) -> list[int]:
    """Return the edges of somebody that may be used at once, best fit first: the round loses nothing by them.

    An edge is spare where what it covers, and the best round without it, cover together what the best round of all
    would: the same ranks, so that nobody who waits loses a place. Fit does not count here.
    """
    split = Split(graph, grace)
    ranks = split.rank[split.u] + split.rank[split.v]
    everything = np.arange(len(split.edge))
    goal = _covered(split, everything, ranks)
    own = np.flatnonzero((graph.first == person) | (graph.second == person))
    own = own[np.lexsort((own, -graph.fit[own]))][:SPARE_TRIED]
    spare = []
    for edge in own.tolist():
        copies = np.flatnonzero(split.edge == edge)
        if not len(copies):
            continue
        taken = copies[np.argmax(ranks[copies])]
        ends = (split.u[taken], split.v[taken])
        rest = everything[~(np.isin(split.u, ends) | np.isin(split.v, ends))]
        if _covered(split, rest, ranks) + int(ranks[taken]) == goal:
            spare.append(edge)
    return spare


def _covered(split: Split, chosen: NDArray[np.int64], ranks: NDArray[np.int64]) -> int:
    return int(ranks[matching(split, chosen, ranks)].sum())
