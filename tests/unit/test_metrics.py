"""Every figure against its definition, written out slowly."""

from __future__ import annotations

import math
import warnings
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.evaluation.metrics import (
    BINS,
    Interval,
    area_under_risk_coverage,
    average_precision,
    bootstrap,
    calibration_error,
    matthews,
    mean_interval,
    reciprocal_rank,
    reliability,
    right_at_false_rate,
    risk_coverage,
)

rank_lists = st.lists(st.integers(1, 40), unique=True, max_size=6).map(sorted)
confidences = st.sampled_from([0.1, 0.25, 0.5, 0.5, 0.75, 0.9]) | st.floats(0, 1)
answers = st.lists(st.tuples(st.booleans(), confidences), min_size=1, max_size=40)
names = st.sampled_from(["", "letters", "visas", "grades"])
pairs_of_names = st.lists(st.tuples(names, names), min_size=1, max_size=30)


def arrays(rows):
    """Return (right, confidence) of a list of pairs."""
    return np.array([right for right, _ in rows]), np.array([confidence for _, confidence in rows], float)


def surest_first(rows):
    """Return the pairs by falling confidence; equals stay in their order."""
    return sorted(rows, key=lambda row: -row[1])


class TestRanks:
    @given(rank_lists, st.integers(1, 40))
    def test_the_reciprocal_rank_is_one_over_the_place_of_the_first_that_serves(self, ranks, cutoff):
        shown = [place in ranks for place in range(1, cutoff + 1)]
        expected = 1 / (shown.index(True) + 1) if True in shown else 0

        assert expected == reciprocal_rank(ranks, cutoff)

    @pytest.mark.parametrize(("expected", "ranks"), [(1, [1, 9]), (1 / 3, [3]), (0.1, [10]), (0, [11]), (0, [])])
    def test_reciprocal_ranks_end_after_ten(self, expected, ranks):
        assert expected == reciprocal_rank(ranks)

    @given(rank_lists)
    def test_average_precision_is_the_mean_of_the_precision_wherever_one_serves(self, ranks):
        precisions = [sum(other <= rank for other in ranks) / rank for rank in ranks]
        expected = sum(precisions) / len(precisions) if precisions else 0

        assert pytest.approx(expected) == average_precision(ranks)

    def test_average_precision_by_hand(self):
        """At rank 1: 1 of 1; at rank 4: 2 of 4."""
        assert 0.75 == average_precision([1, 4])


class TestRiskAndCoverage:
    @given(answers)
    def test_each_point_is_the_share_answered_and_the_share_of_those_that_is_wrong(self, rows):
        ordered = surest_first(rows)
        counts = range(1, len(rows) + 1)
        coverage, risk = risk_coverage(*arrays(rows))

        assert pytest.approx([count / len(rows) for count in counts]) == coverage
        assert pytest.approx([sum(not right for right, _ in ordered[:count]) / count for count in counts]) == risk

    @given(answers)
    def test_the_area_is_the_mean_of_the_risks(self, rows):
        ordered = surest_first(rows)
        risks = [sum(not right for right, _ in ordered[:n]) / n for n in range(1, len(rows) + 1)]

        assert pytest.approx(sum(risks) / len(risks)) == area_under_risk_coverage(*arrays(rows))

    def test_by_hand(self):
        """Surest first: right, wrong, right, so 0 of 1, 1 of 2, 1 of 3 are wrong."""
        right, confidence = np.array([True, True, False]), np.array([0.2, 0.9, 0.5])

        assert pytest.approx((0 + 1 / 2 + 1 / 3) / 3) == area_under_risk_coverage(right, confidence)

    def test_who_is_always_right_has_no_risk_and_who_never_is_has_all(self):
        confidence = np.array([0.1, 0.5, 0.3])

        assert 0 == area_under_risk_coverage(np.array([True] * 3), confidence)
        assert 1 == area_under_risk_coverage(np.array([False] * 3), confidence)


class TestCalibrationError:
    @given(answers)
    def test_groups_hold_every_answer_once_in_order_of_confidence_and_are_of_nearly_one_size(self, rows):
        right, confidence = arrays(rows)
        said, was, sizes = reliability(right, confidence)

        assert min(BINS, len(rows)) == len(said) == len(was) == len(sizes)
        assert len(rows) == sizes.sum()
        assert sizes.max() - sizes.min() <= 1
        assert all(before <= after + 1e-12 for before, after in pairwise(said))
        assert pytest.approx(right.mean()) == np.average(was, weights=sizes)
        assert pytest.approx(confidence.mean()) == np.average(said, weights=sizes)

    @given(answers)
    def test_it_is_the_mean_gap_between_said_and_was_weighted_by_size(self, rows):
        ordered = sorted(rows, key=lambda row: row[1])
        size, longer = divmod(len(rows), BINS)
        ends = np.cumsum([size + (number < longer) for number in range(BINS)]).tolist()
        groups = [ordered[start:end] for start, end in zip([0, *ends], ends, strict=False) if end > start]
        gaps = [abs(sum(sure for _, sure in group) - sum(right for right, _ in group)) for group in groups]

        assert pytest.approx(sum(gaps) / len(rows)) == calibration_error(*arrays(rows))

    def test_by_hand(self):
        """Ten groups of two: nine as sure as right, one said 0.9 and was right once of two."""
        confidence = np.array([0.0] * 18 + [0.9] * 2)
        right = np.array([False] * 18 + [True, False])

        assert pytest.approx(0.4 * 2 / 20) == calibration_error(right, confidence)


class TestRightAtFalseRate:
    @given(answers, st.floats(0, 1))
    def test_it_is_the_most_that_any_confidence_to_answer_from_allows(self, rows, rate):
        """Whoever is as sure as another is answered with it: one limit cannot tell them apart."""
        allowed = [
            sum(right for right, sure in rows if sure >= limit) / len(rows)
            for limit in {sure for _, sure in rows}
            if sum(not right for right, sure in rows if sure >= limit) / len(rows) <= rate + 1e-12
        ]

        assert pytest.approx(max(allowed, default=0)) == right_at_false_rate(*arrays(rows), rate)[0]

    @given(answers, st.floats(0, 1))
    def test_answering_from_its_confidence_on_never_exceeds_the_rate(self, rows, rate):
        share, limit = right_at_false_rate(*arrays(rows), rate)
        answered = [right for right, sure in rows if sure >= limit]

        assert answered.count(False) / len(rows) <= rate + 1e-9
        assert pytest.approx(share) == answered.count(True) / len(rows)

    def test_a_tie_that_holds_one_mistake_too_many_is_not_answered_at_all(self):
        right, confidence = np.array([True, True, False]), np.array([0.9, 0.5, 0.5])

        assert (pytest.approx(1 / 3), 0.9) == right_at_false_rate(right, confidence, 0.0)
        assert (pytest.approx(2 / 3), 0.5) == right_at_false_rate(right, confidence, 1 / 3)

    def test_where_the_surest_is_wrong_and_nothing_may_be_nothing_is_answered(self):
        assert (0, math.inf) == right_at_false_rate(np.array([False, True]), np.array([0.9, 0.5]), 0.0)


def slow_matthews(gold, said):
    """Return the covariance of the two labellings over the root of their variances, class by class (Gorodkin)."""
    classes = {*gold, *said}
    size = len(gold)

    def covariance(left, right):
        means = [(left.count(name) / size, right.count(name) / size) for name in classes]
        both = sum(one == other for one, other in zip(left, right, strict=True)) / size
        return both - sum(one * other for one, other in means)

    scale = math.sqrt(max(0, covariance(gold, gold)) * max(0, covariance(said, said)))
    return covariance(gold, said) / scale if scale > 1e-9 else 0.0


class TestMatthews:
    @given(pairs_of_names)
    @settings(deadline=None)  # the first one loads scikit-learn
    def test_it_is_the_correlation_of_what_is_true_and_what_is_said(self, pairs):
        gold, said = [one for one, _ in pairs], [other for _, other in pairs]

        assert pytest.approx(slow_matthews(gold, said), abs=1e-9) == matthews(gold, said)

    def test_two_classes_by_hand(self):
        """TP 2, TN 1, FP 1, FN 0: (2 x 1 - 1 x 0) / sqrt(3 x 2 x 2 x 1)."""
        assert pytest.approx(2 / math.sqrt(12)) == matthews(["a", "a", "", ""], ["a", "a", "", "a"])

    def test_where_there_is_but_one_class_it_is_0_without_a_warning(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")

            assert 0 == matthews(["letters"], ["letters"])
            assert 0 == matthews(["", ""], ["", ""])


values = st.lists(st.integers(0, 1) | st.floats(-5, 5), min_size=1, max_size=30).map(lambda row: np.array(row, float))


class TestBootstrap:
    @given(values)
    @settings(max_examples=25, deadline=None)  # a thousand draws each
    def test_the_interval_of_a_mean_holds_the_mean(self, row):
        found = mean_interval(row)

        assert pytest.approx(sum(row.tolist()) / len(row)) == found.value
        assert found.low - 1e-9 <= found.value <= found.high + 1e-9

    @given(values)
    @settings(max_examples=25, deadline=None)  # a thousand draws each
    def test_it_is_the_same_every_time(self, row):
        assert mean_interval(row) == mean_interval(row.copy())

    def test_it_asks_for_all_questions_once_and_for_as_many_drawn_with_repeats(self):
        asked = []
        bootstrap(50, lambda rows: asked.append(rows) or 0.0, resamples=20)
        *drawn, whole = asked

        assert list(range(50)) == whole.tolist()
        assert [50] * 20 == [len(rows) for rows in drawn]
        assert all(0 <= rows.min() and rows.max() < 50 and len(set(rows.tolist())) < 50 for rows in drawn)
        assert len({tuple(rows.tolist()) for rows in drawn}) == 20

    def test_its_ends_are_where_a_fortieth_of_the_draws_lies_beyond(self):
        """Of a share of one half in 400: half a deviate of a normal law, 1.96 x 0.025, to either side."""
        found = mean_interval(np.array([0.0, 1.0] * 200))

        assert 0.5 == found.value
        assert pytest.approx((0.5 - 0.049, 0.5 + 0.049), abs=0.006) == (found.low, found.high)

    def test_what_never_changes_has_an_interval_without_width(self):
        assert Interval(0.25, 0.25, 0.25) == mean_interval(np.full(9, 0.25))
