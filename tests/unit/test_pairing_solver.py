"""The solver against brute force, on every graph that is small enough."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pairing.graph import FIT_STEPS
from bot.pairing.solve import SPARE_TRIED, Solver, bettered, solve, spare_pairs
from support.pairing import assert_possible, best_by_brute_force, graph_of, graphs, value_of

GRACE = 2
FAST = [Solver.COVER, Solver.GREEDY]


@settings(deadline=None)
@given(graphs())
def test_nobody_has_more_introductions_than_places_and_no_pair_is_made_twice(graph):
    """Also: no pair that is not an edge is ever made, because a plan names edges."""
    for solver in Solver:
        assert_possible(graph, solve(graph, grace=GRACE, solver=solver).pairs)


@settings(deadline=None)
@given(graphs())
def test_the_plan_is_the_best_there_is(graph):
    """Statement 22, and all four objectives in their order: most pairs and people, longest overdue, floor, fit."""
    plan = solve(graph, grace=GRACE)

    assert value_of(graph, plan.pairs, GRACE) == best_by_brute_force(graph, GRACE)


@settings(deadline=None)
@given(graphs())
def test_whoever_waits_longest_and_has_an_edge_is_matched(graph):
    """Statement 23, where one person waits longer than all others."""
    if not len(graph.first):
        return
    with_edges = np.unique(np.concatenate((graph.first, graph.second)))
    waited = graph.waited.copy()
    longest = with_edges[np.argmax(waited[with_edges])]
    waited[longest] = waited.max() + GRACE + 1
    plan = solve(graph_of(graph, waited=waited), grace=GRACE)
    chosen = list(plan.pairs)

    assert longest in {*graph.first[chosen].tolist(), *graph.second[chosen].tolist()}


@settings(deadline=None)
@given(graphs(), st.randoms(use_true_random=False))
def test_the_order_of_edges_changes_nothing(graph, random):
    """Statement 27: same input, same result."""
    order = list(range(len(graph.first)))
    random.shuffle(order)
    shuffled = graph.edges(np.asarray(order, np.int64))
    for solver in Solver:
        pairs = solve(graph, grace=GRACE, solver=solver).pairs
        again = solve(shuffled, grace=GRACE, solver=solver).pairs

        assert sorted(named(graph, pairs)) == sorted(named(shuffled, again))


def named(graph, pairs):
    """Return pairs by the people in them."""
    return [(int(graph.first[one]), int(graph.second[one]), bool(graph.mentoring[one])) for one in pairs]


@settings(deadline=None)
@given(graphs())
def test_an_edge_more_never_means_a_pair_less(graph):
    for without in range(len(graph.first)):
        fewer = graph.edges(np.arange(len(graph.first)) != without)

        assert len(solve(fewer, grace=GRACE).pairs) <= len(solve(graph, grace=GRACE).pairs)


@settings(deadline=None)
@given(graphs())
def test_no_solver_exceeds_a_bound_that_any_of_them_proves(graph):
    plans = [solve(graph, grace=GRACE, solver=solver) for solver in Solver]

    assert max(plan.matched for plan in plans) <= min(plan.upper_bound for plan in plans)
    assert all(0 <= plan.gap <= 1 for plan in plans)


@settings(deadline=None)
@given(graphs(mentors_only=True))
def test_between_those_who_seek_and_mentors_the_cover_is_exact(graph):
    """There the double cover is the graph itself, twice: SciPy's solution is worth what rustworkx's is."""
    exact, cover = (solve(graph, grace=GRACE, solver=solver) for solver in (Solver.EXACT, Solver.COVER))
    pairs, people, waiting, _floor, _fit = value_of(graph, exact.pairs, GRACE)

    assert (pairs, people, waiting) == value_of(graph, cover.pairs, GRACE)[:3]
    assert cover.matched == cover.upper_bound or has_both_roles(graph)


def has_both_roles(graph) -> bool:
    """Tell whether somebody who is given a mentor is one, too: such a person counts twice in a bound."""
    return bool((graph.receives & (graph.slots > 0)).any())


@settings(deadline=None)
@given(graphs())
def test_the_cover_falls_short_by_less_than_the_greedy_way(graph):
    cover, greedy = (solve(graph, grace=GRACE, solver=solver) for solver in FAST)

    assert len(cover.pairs) >= len(greedy.pairs)


@settings(deadline=None)
@given(graphs(), st.data())
def test_more_edges_for_those_left_out_never_cost_a_pair(graph, data):
    keys = (graph.first * len(graph.receives) + graph.second) * 2 + graph.mentoring
    wider = graph.edges(np.argsort(keys))
    some = data.draw(st.sets(st.integers(0, max(0, len(keys) - 1)))) if len(keys) else ()
    narrower = wider.edges(np.asarray(sorted(some), np.int64))
    for solver in (Solver.EXACT, Solver.COVER):
        before = solve(narrower, GRACE, solver)
        after = bettered(narrower, before, wider, GRACE)

        assert len(before.pairs) <= len(after.pairs)
        assert_possible(wider, after.pairs)


def test_nobody_and_no_edge_make_an_empty_plan():
    for people in (0, 3):
        for solver in Solver:
            plan = solve(graph_of(people=people), solver=solver)

            assert ((), 0, 0, 1.0, 0.0) == (plan.pairs, plan.matched, plan.upper_bound, plan.floor, plan.gap)


def test_the_worst_pair_is_bettered_before_the_sum():
    """A path of four: its ends alone sum to more, but one of them fits worse."""
    square = graph_of(people=4, edges=[(0, 1, 0.9), (2, 3, 0.3), (0, 2, 0.5), (1, 3, 0.5)])

    assert (2, 3) == solve(square).pairs


def test_the_worst_pair_is_bettered_also_where_nobody_can_spare_the_odd_one():
    ring = graph_of(people=5, edges=[(0, 1, 0.9), (1, 2, 0.5), (2, 3, 0.3), (3, 4, 0.2), (0, 4, 0.5)])

    assert (1, 4) == solve(ring).pairs


@settings(deadline=None)
@given(st.permutations(range(6)))
def test_the_best_floor_is_found_below_the_one_that_halves_would_have(names):
    """Two triangles: halves would cover all above .5, but people need one of the two bridges."""
    edges = [(0, 1, 0.6), (0, 2, 0.9), (1, 2, 0.9), (3, 4, 0.9), (3, 5, 0.9), (4, 5, 0.6), (2, 3, 0.5), (1, 4, 0.3)]
    bridged = graph_of(people=6, edges=[(names[a], names[b], fit) for a, b, fit in edges])

    assert (0, 5, 6) == solve(bridged).pairs


def test_a_further_place_of_a_mentor_is_used_where_that_makes_a_pair_more():
    """As many people either way."""
    seekers = [(0, 3, 0.4, True), (1, 3, 0.4, True), (2, 3, 0.4, True)]
    graph = graph_of(people=4, edges=[*seekers, (0, 1, 0.9)], slots=[0, 0, 0, 3])

    assert (0, 1, 2) == solve(graph).pairs


def test_within_the_grace_fit_decides_and_after_it_whoever_waits():
    three = [(0, 1, 0.4), (0, 2, 0.8)]
    for waited, pair in ((0, 1), (GRACE, 1), (GRACE + 1, 0)):
        graph = graph_of(people=3, edges=three, waited=[0, waited, 0])

        assert (pair,) == solve(graph, grace=GRACE).pairs


@pytest.mark.parametrize("waited", [0, 2**40])
def test_even_the_longest_wait_and_the_finest_fit_are_told_apart(waited):
    """Ranks, not weights, keep the numbers small: the cover computes in floating point."""
    graph = graph_of(people=4, edges=[(0, 1, 1.0), (0, 2, 1.0), (0, 3, 1.0 - 1 / FIT_STEPS)], waited=[0, 0, 0, waited])
    for solver in (Solver.EXACT, Solver.COVER):
        (pair,) = solve(graph, grace=GRACE, solver=solver).pairs

        assert (pair == 2) == bool(waited)


class TestSpare:
    def test_a_pair_is_spare_where_the_round_loses_nobody(self):
        """Statement: on demand from spare capacity only."""
        path = graph_of(people=4, edges=[(0, 1, 0.5), (1, 2, 0.9), (2, 3, 0.5)])

        assert [0] == spare_pairs(path, 0)
        assert [0] == spare_pairs(path, 1)
        assert [2] == spare_pairs(path, 2)

    def test_a_place_that_somebody_waits_for_longer_is_not_spare(self):
        one_mentor = graph_of(people=3, edges=[(0, 2, 0.9, True), (1, 2, 0.5, True)], waited=[0, 9, 0], slots=[0, 0, 1])

        assert [] == spare_pairs(one_mentor, 0, grace=GRACE)
        assert [1] == spare_pairs(one_mentor, 1, grace=GRACE)

    @settings(deadline=None)
    @given(graphs())
    def test_a_pair_is_spare_exactly_where_the_best_value_stays_reachable(self, graph):
        best = best_by_brute_force(graph, GRACE)[:3]
        for person in range(len(graph.receives)):
            own = np.flatnonzero((graph.first == person) | (graph.second == person)).tolist()
            if len(own) <= SPARE_TRIED:
                spare = spare_pairs(graph, person, grace=GRACE)

                assert {edge for edge in own if best_by_brute_force(graph, GRACE, using=edge)[:3] == best} == set(spare)
                assert sorted(spare, key=lambda edge: -graph.fit[edge]) == spare
