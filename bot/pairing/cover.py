"""Near-exact solutions with a proven bound, for more people than blossoms can serve: the bipartite double cover.

Each vertex stands once on the left and once on the right, each edge once in both directions. The best matching there
is a fractional one of the graph itself, so it bounds every matching from above, and it is half-integral (Balinski
1965): it falls into pairs, paths and cycles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bot.pairing.exact import covered_by_halves, matching

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.pairing.graph import Split

EXACT_FLOAT = 2**53
TOGETHER, NEIGHBOURS = 20, 2_500
"""So many of those who were left out are helped at once, among at most so many vertices: about a second."""


def solve_by_cover(split: Split) -> tuple[NDArray[np.int64], int]:
    """Return a matching, as indices into `split.edge`, and a proven bound on the people that any matching covers."""
    if not len(split.edge):
        return np.empty(0, np.int64), 0
    found = _integral(split, _cover(split, split.weights))
    return mend(split, found), split.people_bound(_most_covered(split))


def _cover(split: Split, weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each vertex of the left side the copy of an edge it is matched by, -1 for none; shape (size,).

    A copy below len(edge) leads from u to v, one above from v to u. Raises OverflowError where floats could not tell
    the weights apart.
    """
    from scipy.sparse import csr_array  # noqa: PLC0415 - solvers are loaded only in the process that solves
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching  # noqa: PLC0415

    size = split.size
    if int(weights.max()) * 4 >= EXACT_FLOAT:
        raise OverflowError("the weights are too large for floating point")
    left, right = np.concatenate((split.u, split.v)), np.concatenate((split.v, split.u))
    cost = int(weights.max()) + 1 - np.concatenate((weights, weights))
    # A column of its own for each row, dearer than any edge, keeps the matching full.
    rows = np.concatenate((left, np.arange(size)))
    columns = np.concatenate((right, size + np.arange(size)))
    costs = np.concatenate((cost, np.full(size, int(weights.max()) + 1))).astype(np.float64)
    matrix = csr_array((costs, (rows, columns)), shape=(size, 2 * size))
    matched = min_weight_full_bipartite_matching(matrix)[1]
    copy = np.full(size, -1, np.int64)
    key = left * size + right
    order = np.argsort(key)
    real = np.flatnonzero(matched < size)
    copy[real] = order[np.searchsorted(key[order], real * size + matched[real])]
    return copy


def _integral(split: Split, copy: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the best matching within the pairs, paths and cycles of the cover."""
    count = len(split.edge)
    edge = np.where(copy >= 0, copy % count, -1)
    ends = np.concatenate((split.v, split.u))
    towards = np.where(copy >= 0, ends[copy], -1)
    comes_from = np.full(split.size, -1, np.int64)
    comes_from[towards[towards >= 0]] = np.flatnonzero(towards >= 0)
    seen = np.zeros(split.size, np.bool_)
    chosen: list[int] = []
    starts = [*np.flatnonzero((comes_from < 0) & (towards >= 0)).tolist(), *np.flatnonzero(towards >= 0).tolist()]
    for start in starts:
        if seen[start]:
            continue
        walk, at = [], start
        while at >= 0 and not seen[at]:
            seen[at] = True
            if towards[at] >= 0:
                walk.append(int(edge[at]))
            at = int(towards[at])
        weights = split.weights[walk].tolist() if walk else []
        is_cycle = at == start
        chosen += [walk[index] for index in (_on_cycle(weights) if is_cycle else _on_path(weights))]
    return np.unique(np.asarray(chosen, np.int64))


def _on_path(weights: list[int]) -> list[int]:
    """Return the heaviest choice of a path's edges of which no two are neighbours, as indices."""
    takes_it: list[bool] = []
    total = before = 0
    for weight in weights:
        takes_it.append(before + weight > total)
        before, total = total, max(total, before + weight)
    chosen, index = [], len(weights) - 1
    while index >= 0:
        if takes_it[index]:
            chosen.append(index)
            index -= 2
        else:
            index -= 1
    return chosen


def _on_cycle(weights: list[int]) -> list[int]:
    """Return the heaviest choice of a cycle's edges of which no two are neighbours, as indices."""
    if len(weights) <= 3:  # noqa: PLR2004 - a pair, there and back, or a triangle: one edge
        return [int(np.argmax(weights))]
    without_first = [index + 1 for index in _on_path(weights[1:])]
    with_first = [0, *(index + 2 for index in _on_path(weights[2:-1]))]
    return max(without_first, with_first, key=lambda chosen: sum(weights[index] for index in chosen))


def mend(split: Split, found: NDArray[np.int64]) -> NDArray[np.int64]:
    """Better a matching: those who were left out, those they could be with, and their pairs, are solved exactly."""
    found = _solved_within(split, found, _bridges(split, found))
    left_out = _left_out(split, found)
    for start in range(0, len(left_out), TOGETHER):
        found = _solved_within(split, found, _neighbourhood(split, found, left_out[start : start + TOGETHER]))
    return found


def _left_out(split: Split, found: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the vertices that have an edge and are not matched."""
    ends = np.unique(np.concatenate((split.u, split.v)))
    return np.setdiff1d(ends, np.concatenate((split.u[found], split.v[found])))


def _solved_within(split: Split, found: NDArray[np.int64], around: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return a matching that is the best there is within a mask of vertices which cuts no pair in two."""
    inside = np.flatnonzero(around[split.u] & around[split.v])
    if not len(inside):
        return found
    kept = found[~(around[split.u[found]] & around[split.v[found]])]
    return np.sort(np.concatenate((kept, matching(split, inside, split.weights))))


def _bridges(split: Split, found: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return a mask of those left out, and of pairs of which both could be with one of them; shape (size,).

    Where such a pair parts, two more people have somebody. Somebody with thousands of neighbours has plenty of them.
    """
    left_out = np.zeros(split.size, np.bool_)
    left_out[_left_out(split, found)] = True
    near = np.zeros(split.size, np.int64)
    for one, other in ((split.u, split.v), (split.v, split.u)):
        np.add.at(near, other[left_out[one]], 1)
    u, v = split.u[found], split.v[found]
    worth = np.minimum(near[u], near[v])
    best = np.argsort(-worth, kind="stable")[: NEIGHBOURS // 2]
    best = best[worth[best] > 0]
    around = left_out if int(left_out.sum()) <= NEIGHBOURS else np.zeros_like(left_out)
    around[u[best]] = around[v[best]] = True
    return around


def _neighbourhood(split: Split, found: NDArray[np.int64], seeds: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return a mask of vertices around some left out, shape (size,), that cuts no pair of a matching in two."""
    mate = np.arange(split.size)
    mate[split.u[found]], mate[split.v[found]] = split.v[found], split.u[found]
    around = np.zeros(split.size, np.bool_)
    around[seeds] = True
    while True:
        touched = around[split.u] | around[split.v]
        wider = around.copy()
        wider[split.u[touched]] = wider[split.v[touched]] = True
        wider[mate[wider]] = True
        if int(wider.sum()) in range(int(around.sum()) + 1, NEIGHBOURS + 1):
            around = wider
        else:
            return around


def _most_covered(split: Split) -> int:
    """Return how many vertices that stand for a person the cover can reach at most, rounded down.

    Each vertex of the cover that is matched stands for half of a vertex. Without further places of mentors that is a
    question of most edges; with them, of most edges by the people at their ends.
    """
    counts = ~split.is_place | split.is_first
    if counts.all():
        most = covered_by_halves(split, np.arange(len(split.edge)))
        return most - most % 2
    worth = counts[split.u].astype(np.int64) + counts[split.v]
    copies = _cover(split, worth)
    return int(worth[copies[copies >= 0] % len(worth)].sum()) // 2
