"""Figures about answers. Pure: arrays in, numbers out.

For n questions: `right` tells whether the first entry serves the question (never for one that is out of scope),
`confidence` is what the answer is decided by, higher is surer, shape (n,) both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

RESAMPLES = 1000
SEED = 20201124
BINS = 10


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


def reciprocal_rank(ranks: Sequence[int], cutoff: int = 10) -> float:
    """Return 1 / the best rank of a relevant entry, 0 beyond `cutoff`; ranks count from 1, ascending."""
    return 1 / ranks[0] if ranks and ranks[0] <= cutoff else 0.0


def average_precision(ranks: Sequence[int]) -> float:
    """Return the mean precision at each relevant entry; ranks count from 1, ascending."""
    return float(np.mean([number / rank for number, rank in enumerate(ranks, start=1)])) if ranks else 0.0


def risk_coverage(
    right: NDArray[np.bool_], confidence: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return coverage (share answered) and risk (share of the answered that is wrong), surest first, shape (n,).

    El-Yaniv and Wiener 2010.
    """
    order = np.argsort(-confidence, kind="stable")
    answered = np.arange(1, len(right) + 1)
    return answered / len(right), np.cumsum(~right[order]) / answered


def area_under_risk_coverage(right: NDArray[np.bool_], confidence: NDArray[np.float64]) -> float:
    """Return the mean risk over all coverages, 0..1, lower is better (Geifman, Uziel and El-Yaniv 2019)."""
    return float(risk_coverage(right, confidence)[1].mean())


def reliability(
    right: NDArray[np.bool_], confidence: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
    """Return mean confidence, share right and size of BINS groups of equal size, in order of confidence."""
    groups = [group for group in np.array_split(np.argsort(confidence, kind="stable"), BINS) if len(group)]
    return (
        np.array([confidence[group].mean() for group in groups]),
        np.array([right[group].mean() for group in groups]),
        np.array([len(group) for group in groups]),
    )


def calibration_error(right: NDArray[np.bool_], confidence: NDArray[np.float64]) -> float:
    """Return the expected calibration error over groups of equal size, 0..1 (Naeini, Cooper and Hauskrecht 2015)."""
    said, was, sizes = reliability(right, confidence)
    return float(np.average(np.abs(said - was), weights=sizes))


def right_at_false_rate(
    right: NDArray[np.bool_], confidence: NDArray[np.float64], false_rate: float
) -> tuple[float, float]:
    """Return the share answered right and the confidence to answer from, with at most `false_rate` answered wrong.

    Both are shares of all questions. Ties in confidence are answered together.
    """
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(~right[order]) / len(right)
    ends = np.append(np.flatnonzero(np.diff(confidence[order])), len(right) - 1)
    fitting = ends[wrong[ends] <= false_rate + 1e-12]
    if not len(fitting):
        return 0.0, np.inf
    last = int(fitting[-1])
    return float(right[order][: last + 1].sum() / len(right)), float(confidence[order][last])


def matthews(gold: Sequence[str], said: Sequence[str]) -> float:
    """Return Matthews' correlation coefficient for many classes (Gorodkin 2004), -1..1; 0 where there is only one."""
    if len({*gold, *said}) == 1:
        return 0.0  # what scikit-learn returns as well, with a warning
    from sklearn.metrics import matthews_corrcoef  # noqa: PLC0415 - half a second, and only here

    return float(matthews_corrcoef(gold, said))


def bootstrap(size: int, figure: Callable[[NDArray[np.intp]], float], resamples: int = RESAMPLES) -> Interval:
    """Return `figure(all questions)` with the 95 % percentile interval over resampled questions (Efron 1979)."""
    random = np.random.default_rng(SEED)
    drawn = [figure(random.integers(0, size, size)) for _ in range(resamples)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Interval(figure(np.arange(size)), float(low), float(high))


def mean_interval(values: NDArray[np.float64]) -> Interval:
    """Return the mean of per-question values with its bootstrap interval."""
    return bootstrap(len(values), lambda rows: float(values[rows].mean()))
