"""Rounds of ready edges, so that the solver can be looked at alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bot.core.matching import Kind, Obstacle, Pair, RoundResult, Unmatched
from bot.core.peers import Role
from bot.pairing.graph import Graph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.matching import Candidate
    from bot.pairing.graph import Plan


def graph_of_edges(people: Sequence[Candidate], edges: Sequence[tuple[str, str, float]]) -> Graph:
    """Return the graph of people and ready edges between them: two ids, and the fit. Roles decide what an edge is.

    Two who are both peers may be peers; one who seeks and one who mentors may be that, and where either could mentor
    the other, whose stage, or else id, is higher does. An edge that no role allows is none.
    """
    place = {one.id: index for index, one in enumerate(people)}
    peer, seeker = (np.asarray([role in one.roles for one in people], np.bool_) for role in (Role.PEER, Role.SEEKER))
    slots = np.asarray([one.slots for one in people], np.int64)
    stage = np.asarray([one.stage or 0 for one in people], np.int64)
    a = np.asarray([place[first] for first, _, _ in edges], np.int64)
    b = np.asarray([place[second] for _, second, _ in edges], np.int64)
    fit = np.asarray([fit for *_, fit in edges], np.float64)
    low, high = np.minimum(a, b), np.maximum(a, b)
    order = np.lexsort((-fit, high, low))
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = (low[order][1:] != low[order][:-1]) | (high[order][1:] != high[order][:-1])
    best = order[fresh]
    low, high, fit = low[best], high[best], fit[best]
    up, down = seeker[low] & (slots[high] > 0), seeker[high] & (slots[low] > 0)
    up &= ~down | (stage[high] >= stage[low])
    down &= ~up
    peers = peer[low] & peer[high]
    return Graph(
        peer | seeker,
        slots,
        np.asarray([one.waited for one in people], np.int64),
        np.concatenate((low[peers], low[up], high[down])),
        np.concatenate((high[peers], high[up], low[down])),
        np.concatenate((np.zeros(int(peers.sum()), np.bool_), np.ones(int(up.sum()) + int(down.sum()), np.bool_))),
        np.concatenate((fit[peers], fit[up], fit[down])),
    )


def result_of(people: Sequence[Candidate], graph: Graph, plan: Plan) -> RoundResult:
    """Return a plan by people's ids; why two fit is not known of a ready edge."""
    chosen = list(plan.pairs)
    first, second = graph.first[chosen].tolist(), graph.second[chosen].tolist()
    kinds = [Kind.MENTOR if mentoring else Kind.PEER for mentoring in graph.mentoring[chosen]]
    fits = graph.fit[chosen].tolist()
    rows = zip(first, second, kinds, fits, strict=True)
    pairs = tuple(Pair(people[a].id, people[b].id, kind, fit, ()) for a, b, kind, fit in rows)
    matched, reachable = {*first, *second}, {*graph.first.tolist(), *graph.second.tolist()}
    unmatched = tuple(
        Unmatched(one.id, Obstacle.FULL if index in reachable else Obstacle.FIT)
        for index, one in enumerate(people)
        if index not in matched
    )
    return RoundResult(pairs, plan.matched, plan.upper_bound, unmatched, plan.solver, plan.note, plan.seconds)
