"""How much each view of an entry counts, learnt from phrasings left out of the FAQ.

A conditional logit (McFadden 1974): the weights under which the phrasings most probably lead to their own entries,
none below 0. A FAQ whose answers say little weighs its phrasings, one with few phrasings its answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bot.search.scoring import DEFAULT_WEIGHTS, VIEWS, fuse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from bot.search.left_out import LeftOut

RIVALS = 31
"""Entries beside the right one that a phrasing is told apart from: the hardest ones. The others are far behind."""
START = 10.0
"""About the weight of all views together, before scaling, on every set tried."""


def learn_weights(phrasings: Iterable[LeftOut]) -> tuple[float, ...]:
    """Return weights of the VIEWS that sum to 1; DEFAULT_WEIGHTS where there is nothing to learn from."""
    from scipy.optimize import minimize  # noqa: PLC0415 - a third of a second, and only when fitting

    behind = [_behind(phrasing) for phrasing in phrasings]
    if not any(len(rows) for rows in behind):
        return DEFAULT_WEIGHTS
    table = np.zeros((len(behind), RIVALS, len(VIEWS)))
    counts = np.zeros((len(behind), RIVALS))  # 0 where a small FAQ has fewer rivals
    for number, rows in enumerate(behind):
        table[number, : len(rows)] = rows
        counts[number, : len(rows)] = 1
    found = minimize(
        _loss, np.array(DEFAULT_WEIGHTS) * START, (table, counts), jac=True, bounds=[(0.0, 100.0)] * len(VIEWS)
    )
    total = float(found.x.sum())
    return tuple((found.x / total).tolist()) if total > 0 else DEFAULT_WEIGHTS


def _behind(phrasing: LeftOut) -> NDArray[np.float32]:
    """Return by how much each of the hardest rivals is above the right entry, shape (at most RIVALS, VIEWS)."""
    scores = fuse(phrasing.views, DEFAULT_WEIGHTS)
    scores[phrasing.owner] = -np.inf
    rivals = np.argsort(-scores, kind="stable")[: min(RIVALS, len(scores) - 1)]
    return np.asarray((phrasing.views[:, rivals] - phrasing.views[:, [phrasing.owner]]).T)


def _loss(
    weights: NDArray[np.float64], table: NDArray[np.float64], counts: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """Return the mean of -log P(right entry) and its gradient."""
    odds = np.exp(np.minimum(table @ weights, 50.0)) * counts
    against = odds.sum(axis=1)
    shares = odds / (1 + against)[:, None]
    return float(np.log1p(against).mean()), np.einsum("nr,nrv->v", shares, table) / len(table)
