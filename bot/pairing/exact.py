"""Exact solutions: blossoms in rustworkx, whose integers cannot overflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.pairing.graph import Split

FLOOR_PEOPLE = 2_000
"""Above so many people the worst pair is not bettered (matching.md 3.5): that can take a dozen solutions."""


def solve_exactly(split: Split) -> NDArray[np.int64]:
    """Return the best matching, as indices into `split.edge`.

    First the vertices covered: most of them, those of highest rank first. Covered sets of vertices are a matroid
    (Edmonds and Fulkerson 1965), so the set of largest weight is also one of most vertices, and depends on the order
    of the weights only. Then, up to FLOOR_PEOPLE, the highest floor of fit that keeps this; then the sum of fits.
    """
    everything = np.arange(len(split.edge))
    if not len(everything) or len(split.graph.receives) > FLOOR_PEOPLE:
        return matching(split, everything, split.weights)
    return _with_best_floor(split)


def matching(split: Split, chosen: NDArray[np.int64], weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the matching of largest weight among the chosen edges, as indices into `split.edge`, ascending."""
    import rustworkx  # noqa: PLC0415 - solvers are loaded only in the process that solves

    ends = np.concatenate((split.u[chosen], split.v[chosen]))
    vertices, place = np.unique(ends, return_inverse=True)
    u, v = place[: len(chosen)], place[len(chosen) :]
    graph = rustworkx.PyGraph(multigraph=False, node_count_hint=len(vertices), edge_count_hint=len(chosen))
    graph.add_nodes_from(range(len(vertices)))
    graph.add_edges_from(list(zip(u.tolist(), v.tolist(), range(len(chosen)), strict=True)))
    weight = weights[chosen].tolist()
    pairs = rustworkx.max_weight_matching(graph, max_cardinality=False, weight_fn=weight.__getitem__)
    return np.sort(chosen[np.fromiter((graph.get_edge_data(a, b) for a, b in pairs), np.int64, len(pairs))])


def covered_by_halves(split: Split, chosen: NDArray[np.int64]) -> int:
    """Return how many vertices the largest matching of the double cover of some edges covers (see cover.py).

    No matching of these edges covers more, and this takes milliseconds (Hopcroft and Karp 1973).
    """
    from scipy.sparse import csr_array  # noqa: PLC0415 - as above
    from scipy.sparse.csgraph import maximum_bipartite_matching  # noqa: PLC0415

    u, v = split.u[chosen], split.v[chosen]
    ends = (np.concatenate((u, v)), np.concatenate((v, u)))
    cover = csr_array((np.ones(2 * len(chosen), np.bool_), ends), shape=(split.size, split.size))
    return int(np.count_nonzero(maximum_bipartite_matching(cover) >= 0))


def _with_best_floor(split: Split) -> NDArray[np.int64]:
    """Return the best matching at or above the highest floor under which the same ranks are covered.

    Mostly that floor is the highest one under which halves would still cover as many, so this is tried first; where it
    lets everybody be covered, nothing can be better.
    """
    everything, ranks, steps = np.arange(len(split.edge)), split.rank[split.u] + split.rank[split.v], split.steps
    floors = np.unique(steps)
    everybody = len(np.unique(np.concatenate((split.u, split.v))))
    if covered_by_halves(split, everything) == everybody:
        high = _ceiling(split, floors, 0, everybody)
        found = matching(split, np.flatnonzero(steps >= floors[high]), split.weights)
        if 2 * len(found) == everybody:
            return found
    best = matching(split, everything, ranks)
    goal = int(ranks[best].sum())
    low = int(np.searchsorted(floors, steps[best].min()))
    middle = high = _ceiling(split, floors, low, 2 * len(best))
    while low < high:
        found = matching(split, np.flatnonzero(steps >= floors[middle]), ranks)
        if int(ranks[found].sum()) == goal:
            low = int(np.searchsorted(floors, steps[found].min()))
        else:
            high = middle - 1
        middle = (low + high + 1) // 2
    return matching(split, np.flatnonzero(steps >= floors[low]), split.weights)


def _ceiling(split: Split, floors: NDArray[np.int64], low: int, vertices: int) -> int:
    """Return the last of the floors, from `low`, under which halves would still cover so many vertices."""
    high = len(floors) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if covered_by_halves(split, np.flatnonzero(split.steps >= floors[middle])) >= vertices:
            low = middle
        else:
            high = middle - 1
    return low
