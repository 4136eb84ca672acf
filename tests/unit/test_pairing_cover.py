"""The parts of the double cover, each against trying everything; small rounds alone would be mended whole."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pairing import cover
from bot.pairing.cover import mend, solve_by_cover
from bot.pairing.exact import covered_by_halves, matching
from bot.pairing.graph import Split
from bot.pairing.solve import Solver, best_edge_first, bettered, solve
from support.pairing import assert_possible, graph_of, graphs, value_of

GRACE = 2
WEIGHTS = st.lists(st.integers(1, 9), min_size=1, max_size=8)


def heaviest(weights, neighbours):
    """Return the most that a choice without two neighbours weighs, by trying all."""
    choices = [set(some) for size in range(len(weights) + 1) for some in combinations(range(len(weights)), size)]
    return max(sum(weights[one] for one in some) for some in choices if not any({a, b} <= some for a, b in neighbours))


@settings(deadline=None)
@given(WEIGHTS)
def test_a_path_and_a_cycle_are_split_in_the_heaviest_way(weights):
    path = [(index, index + 1) for index in range(len(weights) - 1)]
    for ways, neighbours in ((cover._on_path, path), (cover._on_cycle, [*path, (len(weights) - 1, 0)])):
        chosen = ways(weights)
        is_one_edge_there_and_back = len(weights) == 1

        assert len(chosen) == len(set(chosen))
        assert is_one_edge_there_and_back or not any({a, b} <= set(chosen) for a, b in neighbours)
        assert is_one_edge_there_and_back or heaviest(weights, neighbours) == sum(weights[one] for one in chosen)


@settings(deadline=None)
@given(graphs())
def test_where_all_can_be_mended_the_cover_is_as_good_as_blossoms(graph):
    exact, near = (solve(graph, GRACE, solver) for solver in (Solver.EXACT, Solver.COVER))

    assert value_of(graph, exact.pairs, GRACE)[:3] == value_of(graph, near.pairs, GRACE)[:3]


def test_the_odd_ones_of_two_cycles_are_brought_together():
    """Halves like the triangles better, but each of them leaves one out."""
    triangles = [(0, 1, 0.9), (0, 2, 0.9), (1, 2, 0.9), (3, 4, 0.9), (3, 5, 0.9), (4, 5, 0.9)]
    bridged = graph_of(people=6, edges=[*triangles, (2, 3, 0.1)])

    assert (0, 5, 6) == solve(bridged, solver=Solver.COVER).pairs


@settings(deadline=None)
@given(graphs())
def test_what_the_cover_proves_is_above_every_plan(graph):
    """Statement: bound >= result; here before a plan could raise it."""
    split = Split(graph, GRACE)

    assert solve(graph, GRACE, Solver.EXACT).matched <= solve_by_cover(split)[1]
    best = matching(split, np.arange(len(split.edge)), split.weights)
    assert 2 * len(best) <= covered_by_halves(split, np.arange(len(split.edge)))


def test_the_bound_of_an_odd_ring_is_one_below_its_people():
    """Halves cover all five, but people come whole, two at a time."""
    ring = graph_of(people=5, edges=[(0, 1, 0.5), (1, 2, 0.5), (2, 3, 0.5), (3, 4, 0.5), (0, 4, 0.5)])
    plan = solve(ring, solver=Solver.COVER)

    assert (4, 4, 0.0) == (plan.matched, plan.upper_bound, plan.gap)


def test_the_bound_of_a_mentor_with_two_places_counts_the_mentor_once():
    pair_of_seekers = graph_of(people=3, edges=[(0, 2, 0.5, True), (1, 2, 0.5, True)], slots=[0, 0, 2])
    plan = solve(pair_of_seekers, solver=Solver.COVER)

    assert (3, 3) == (plan.matched, plan.upper_bound)


@settings(deadline=None)
@given(graphs(), st.integers(0, 4), st.data())
def test_mending_in_small_parts_never_loses_weight_nor_makes_an_impossible_plan(graph, neighbours, data):
    split = Split(graph, GRACE)
    weights = np.asarray(data.draw(st.permutations(range(1, len(split.edge) + 1))), np.int64)
    poor = best_edge_first(split, weights)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cover, "NEIGHBOURS", neighbours)
        patch.setattr(cover, "TOGETHER", 1)
        mended = mend(split, poor)

    ends = np.concatenate((split.u[mended], split.v[mended]))
    assert len(ends) == len(np.unique(ends))
    assert int(split.weights[poor].sum()) <= int(split.weights[mended].sum())


@settings(deadline=None)
@given(graphs(), st.integers(0, 4), st.data())
def test_more_edges_for_those_left_out_are_used_within_places_however_little_is_mended(graph, neighbours, data):
    wider = graph.edges(np.argsort((graph.first * len(graph.receives) + graph.second) * 2 + graph.mentoring))
    edges = range(len(graph.first))
    some = sorted(data.draw(st.sets(st.sampled_from(edges)))) if edges else []
    narrower = wider.edges(np.asarray(some, np.int64))
    before = solve(narrower, GRACE, Solver.COVER)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cover, "NEIGHBOURS", neighbours)
        little = bettered(narrower, before, wider, GRACE)
    much = bettered(narrower, before, wider, GRACE)

    assert_possible(wider, little.pairs)
    assert len(before.pairs) <= len(little.pairs) <= len(much.pairs)
    assert len(solve(wider, GRACE).pairs) == len(much.pairs)


def test_the_places_of_a_mentor_stay_taken_when_more_edges_come(monkeypatch):
    monkeypatch.setattr(cover, "NEIGHBOURS", 0)
    wider = graph_of(people=4, edges=[(seeker, 3, 0.5, True) for seeker in range(3)], slots=[0, 0, 0, 2])
    narrower = wider.edges(np.asarray([0, 1]))
    plan = bettered(narrower, solve(narrower, solver=Solver.COVER), wider)

    assert (0, 1) == plan.pairs


@settings(deadline=None)
@given(graphs())
def test_what_was_exact_is_exact_with_more_edges(graph):
    wider = graph.edges(np.argsort((graph.first * len(graph.receives) + graph.second) * 2 + graph.mentoring))
    half = wider.edges(np.arange(0, len(wider.first), 2))

    assert solve(wider, GRACE).pairs == bettered(half, solve(half, GRACE), wider, GRACE).pairs
