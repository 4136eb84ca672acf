"""Small rounds, and what they are worth, by trying everything."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from bot.pairing.graph import FIT_STEPS, Graph

FITS = [step / 10 for step in range(1, 10)]


def graph_of(template=None, *, people=0, edges=(), waited=None, slots=None, receives=None) -> Graph:
    """Return a graph; edges: (first, second, fit) or (first, second, fit, mentoring). Or a changed `template`."""
    if template is not None:
        return Graph(
            template.receives, template.slots, waited, template.first, template.second, template.mentoring, template.fit
        )
    rows = [(*edge, False)[:4] for edge in edges]
    first, second, fit, mentoring = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Graph(
        np.asarray([True] * people if receives is None else receives, np.bool_),
        np.asarray([0] * people if slots is None else slots, np.int64),
        np.asarray([0] * people if waited is None else waited, np.int64),
        np.asarray(first, np.int64),
        np.asarray(second, np.int64),
        np.asarray(mentoring, np.bool_),
        np.asarray(fit, np.float64),
    )


@st.composite
def graphs(draw, *, mentors_only=False):
    """Draw a round of up to nine places with up to twelve possible pairs; somebody may have every role.

    No two may mentor each other: a mentor is a step ahead.
    """
    people = draw(st.integers(2, 6))
    receives = draw(st.lists(st.booleans(), min_size=people, max_size=people))
    slots = draw(st.lists(st.integers(0, 2), min_size=people, max_size=people))
    while people + sum(slots) > 9:
        slots[slots.index(max(slots))] -= 1
    possible = [
        (a, b, mentoring)
        for a in range(people)
        for b in range(people)
        for mentoring in (False, True)
        if a != b and receives[a] and (slots[b] if mentoring else receives[b] and a < b and not mentors_only)
    ]
    way = st.lists(st.sampled_from(possible), unique_by=lambda edge: (frozenset(edge[:2]), edge[2]), max_size=12)
    edges = draw(way) if possible else []
    rows = [(a, b, draw(st.sampled_from(FITS)), mentoring) for a, b, mentoring in edges]
    waited = draw(st.lists(st.integers(0, 5), min_size=people, max_size=people))
    return graph_of(people=people, edges=rows, waited=waited, slots=slots, receives=receives)


def value_of(graph, pairs, grace):
    """Return what pairs are worth: how many, how many people, who waited longest first, floor, sum of fits in steps.

    Somebody who both receives and mentors stands for two here, as in the solver.
    """
    chosen = list(pairs)
    receivers = [*graph.first[chosen].tolist(), *graph.second[chosen][~graph.mentoring[chosen]].tolist()]
    mentors = set(graph.second[chosen][graph.mentoring[chosen]].tolist())
    waits = sorted((max(0, int(graph.waited[one]) - grace) for one in [*receivers, *mentors]), reverse=True)
    steps = np.rint(graph.fit[chosen] * FIT_STEPS).astype(int)
    return len(chosen), len(receivers) + len(mentors), waits, int(steps.min()) if len(steps) else 0, int(steps.sum())


def best_by_brute_force(graph, grace, using=None):
    """Return the best value of all choices of edges that are allowed; `using`: an edge that must be among them."""
    count = len(graph.first)
    best = None

    def go(index, chosen, receiving, mentoring):
        nonlocal best
        if index == count:
            if using is None or using in chosen:
                value = value_of(graph, chosen, grace)
                best = value if best is None else max(best, value)
            return
        go(index + 1, chosen, receiving, mentoring)
        a, b, is_mentoring = int(graph.first[index]), int(graph.second[index]), bool(graph.mentoring[index])
        pair = {a, b}
        if a in receiving or any(pair == {int(graph.first[one]), int(graph.second[one])} for one in chosen):
            return
        if is_mentoring and mentoring.count(b) < graph.slots[b]:
            go(index + 1, [*chosen, index], receiving | {a}, [*mentoring, b])
        elif not is_mentoring and b not in receiving:
            go(index + 1, [*chosen, index], receiving | {a, b}, mentoring)

    go(0, [], frozenset(), [])
    return best


def assert_possible(graph, pairs):
    """Check that everybody has at most as many introductions as places, and no pair is made twice."""
    chosen = list(pairs)
    mentoring = graph.mentoring[chosen]
    given_to = np.bincount(graph.first[chosen], minlength=len(graph.receives))
    given_to += np.bincount(graph.second[chosen][~mentoring], minlength=len(graph.receives))
    by_mentor = np.bincount(graph.second[chosen][mentoring], minlength=len(graph.receives))

    assert (given_to <= graph.receives).all()
    assert (by_mentor <= graph.slots).all()
    assert len(chosen) == len({frozenset((int(graph.first[one]), int(graph.second[one]))) for one in chosen})
