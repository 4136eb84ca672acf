"""The search above 1,000 people, where not every pair becomes an edge: nobody is left out by that."""

from __future__ import annotations

import numpy as np
import pytest

from bot.core.peers import PeerSettings
from bot.pairing.candidates import EVERYTHING, NEAREST, SPREAD, Search
from bot.pairing.rounds import widened
from bot.pairing.solve import Solver, solve
from support.candidates import SENSITIVE, somebody

SETTINGS = PeerSettings()
MANY = EVERYTHING + 100
ALIKE = [somebody(f"p{number:04}", "rejection", "ghosting", stage=1) for number in range(MANY)]


def found(people):
    """Return what the search finds."""
    return Search(people, SETTINGS, SENSITIVE).find()


def edges_of(graph, person):
    """Return the positions of those somebody has an edge to."""
    return {*graph.second[graph.first == person].tolist(), *graph.first[graph.second == person].tolist()}


def by_angles(angles):
    """Return people whose stories are as far from each other as their angles."""
    vectors = [np.asarray([np.cos(angle), np.sin(angle)], np.float32) for angle in angles]
    return [somebody(f"p{place:04}", f"own{place}", vector=each.tobytes()) for place, each in enumerate(vectors)]


def ranked_alike():
    """Return people of whom everybody fits the last best, then the one before, and so on."""
    drawn = np.linspace(0.74, 0.86, MANY)
    people = []
    for place, near in enumerate(drawn):
        vector = np.zeros(MANY + 1, np.float32)
        vector[[0, 1 + place]] = near, np.sqrt(1 - near**2)
        people.append(somebody(f"p{place:04}", setbacks=frozenset(), vector=vector.tobytes()))
    return people


def test_those_whom_everybody_fits_best_are_not_everybodys_only_choice():
    """Already before the second pass."""
    assert MANY == solve(found(ranked_alike()).graph, solver=Solver.COVER).matched


def test_people_who_are_all_alike_have_about_as_many_edges_each():
    """Everybody fits everybody as well: the nearest must not be the same ones for all."""
    graph = found(ALIKE).graph
    edges = np.bincount(np.concatenate((graph.first, graph.second)), minlength=MANY)

    assert edges.max() <= 3 * (NEAREST + SPREAD)
    assert MANY == solve(graph).matched


def test_whoever_was_left_out_is_looked_at_with_all_their_pairs():
    """As if the search had missed the pairs of the first four."""
    result = found(ALIKE)
    narrow = result.graph.edges((result.graph.first > 3) & (result.graph.second > 3))
    plan = solve(narrow)
    _, mended = widened(ALIKE, SETTINGS, SENSITIVE, left_out=np.arange(4), graph=narrow, plan=plan)

    assert (MANY - 4, MANY) == (plan.matched, mended.matched)


@pytest.mark.parametrize("partners", [1, NEAREST])
def test_whoever_has_few_partners_has_an_edge_to_each(partners):
    rare = somebody("a", "family", stage=1)
    few = [somebody(f"b{number}", "family", "rejection", "ghosting", stage=1) for number in range(partners)]
    graph = found([rare, *few, *ALIKE]).graph

    assert set(range(1, 1 + partners)) == edges_of(graph, 0)


def test_edges_are_few_and_reach_the_best_and_the_rest():
    """Fits fall from person 0 on: each has the best ones, and some others."""
    people = by_angles(np.linspace(0, 0.5, MANY))
    result = found(people)
    far = [max(edges_of(result.graph, person)) for person in range(5)]

    assert not result.is_all
    assert len(result.graph.fit) <= MANY * (NEAREST + SPREAD)
    assert set(range(1, NEAREST + 1)) <= edges_of(result.graph, 0)
    assert min(far) > MANY // 2


def test_the_number_of_partners_counts_those_without_an_edge_too():
    assert [MANY - 1] * MANY == found(ALIKE).degree.tolist()
