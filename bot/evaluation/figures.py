"""From outcomes to figures: one contender's, and how much better Lantern is than a rival on the same questions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.core.models import Kind
from bot.evaluation.metrics import (
    Interval,
    area_under_risk_coverage,
    average_precision,
    bootstrap,
    calibration_error,
    matthews,
    mean_interval,
    reciprocal_rank,
    right_at_false_rate,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from bot.evaluation.contest import Outcome
    from bot.evaluation.questions import Labelled

FEW_RESAMPLES = 200
"""For figures that sort all questions anew each time."""
NEAR = 3
"""Ranks counted by recall@3."""
NOTHING = ""
"""The class of a question that is out of scope, or is not answered."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """How well the entries are ordered, over the questions in scope; None where there are none."""

    recall_at_1: Interval
    recall_at_3: Interval
    mrr_at_10: Interval
    mean_average_precision: Interval


@dataclass(frozen=True, slots=True)
class Deciding:
    """What is done at the contender's own thresholds, and how well it knows when it is right.

    Shares of the questions in scope: `answered_right`, `answered_wrong`, `offered_right` (one of the choices serves),
    `offered_wrong`, `unknown`; of those out of scope: `stray_answered`, `stray_offered`. Of all: `false_answers`.
    `precision`: of what is answered. `calibration_error` only where the confidence is a probability.
    `matthews`: with not answering as the right class for what is out of scope.
    """

    answered_right: float
    answered_wrong: float
    offered_right: float
    offered_wrong: float
    unknown: float
    stray_answered: float
    stray_offered: float
    false_answers: Interval
    precision: float
    risk_coverage_area: Interval
    calibration_error: Interval | None
    matthews: float

    @property
    def served(self) -> float:
        """Share in scope served by the answer or by one of the choices."""
        return self.answered_right + self.offered_right

    @property
    def stray_recall(self) -> float:
        """Share out of scope that is not answered."""
        return 1 - self.stray_answered


@dataclass(frozen=True, slots=True)
class Lead:
    """By how much Lantern is ahead of a rival; above 0 is better, with 95 % intervals of the paired difference.

    `recall_at_1`: over questions in scope. `answered_right`: share of all questions answered right when Lantern may
    answer as many wrong as the rival does at its own threshold.
    """

    recall_at_1: Interval | None
    answered_right: Interval


def ranking(outcomes: Sequence[Outcome]) -> Ranking:
    """Return the figures of ordering; `outcomes` of questions in scope."""

    def over(figure: Callable[[Outcome], float]) -> Interval:
        return mean_interval(np.array([figure(outcome) for outcome in outcomes], float))

    return Ranking(
        over(lambda outcome: outcome.is_first),
        over(lambda outcome: outcome.ranks[0] <= NEAR),
        over(lambda outcome: reciprocal_rank(outcome.ranks)),
        over(lambda outcome: average_precision(outcome.ranks)),
    )


def deciding(questions: Sequence[Labelled], outcomes: Sequence[Outcome], *, is_probability: bool) -> Deciding:
    """Return the figures of deciding."""
    right, confidence = arrays(outcomes)
    answered = np.array([outcome.kind is Kind.ANSWER for outcome in outcomes])
    pairs = list(zip(questions, outcomes, strict=True))
    inside = Counter((outcome.kind, outcome.is_served) for question, outcome in pairs if question.relevant)
    outside = Counter(outcome.kind for question, outcome in pairs if not question.relevant)
    in_scope, strays = max(1, inside.total()), max(1, outside.total())
    error = None
    if is_probability:
        error = bootstrap(
            len(right), lambda rows: calibration_error(right[rows], confidence[rows]), resamples=FEW_RESAMPLES
        )
    return Deciding(
        answered_right=inside[Kind.ANSWER, True] / in_scope,
        answered_wrong=inside[Kind.ANSWER, False] / in_scope,
        offered_right=inside[Kind.CHOICES, True] / in_scope,
        offered_wrong=inside[Kind.CHOICES, False] / in_scope,
        unknown=inside[Kind.UNKNOWN, False] / in_scope,
        stray_answered=outside[Kind.ANSWER] / strays,
        stray_offered=outside[Kind.CHOICES] / strays,
        false_answers=mean_interval((answered & ~right).astype(float)),
        precision=float(right[answered].mean()) if answered.any() else 1.0,
        risk_coverage_area=bootstrap(
            len(right), lambda rows: area_under_risk_coverage(right[rows], confidence[rows]), resamples=FEW_RESAMPLES
        ),
        calibration_error=error,
        matthews=matthews(*_classes(pairs)),
    )


def lead(questions: Sequence[Labelled], ours: Sequence[Outcome], theirs: Sequence[Outcome]) -> Lead:
    """Return by how much `ours` are ahead of `theirs`, outcomes of the same questions."""
    in_scope = np.array([bool(question.relevant) for question in questions])
    right, confidence = arrays(ours)
    their_right, _ = arrays(theirs)
    they_answered = np.array([outcome.kind is Kind.ANSWER for outcome in theirs])
    ahead = right.astype(float) - their_right

    def more_answered(rows: NDArray[np.intp]) -> float:
        false_rate = float((they_answered & ~their_right)[rows].mean())
        answered_right, _ = right_at_false_rate(right[rows], confidence[rows], false_rate)
        return answered_right - float((they_answered & their_right)[rows].mean())

    return Lead(
        mean_interval(ahead[in_scope]) if in_scope.any() else None,
        bootstrap(len(right), more_answered, resamples=FEW_RESAMPLES),
    )


def arrays(outcomes: Sequence[Outcome]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return whether the first entry serves, and the confidence, shape (n,) both."""
    right = np.array([outcome.is_first for outcome in outcomes])
    return right, np.array([outcome.confidence for outcome in outcomes], np.float64)


def _classes(pairs: Sequence[tuple[Labelled, Outcome]]) -> tuple[list[str], list[str]]:
    """Return the true class of each question and the one said; of several that serve, the one said counts."""
    gold, said = [], []
    for question, outcome in pairs:
        answer = outcome.nearest[0] if outcome.kind is Kind.ANSWER else NOTHING
        gold.append(answer if answer in question.relevant else min(question.relevant, default=NOTHING))
        said.append(answer)
    return gold, said
