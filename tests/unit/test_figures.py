"""From outcomes to figures, counted by hand and by slow definitions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.models import Kind
from bot.evaluation.contest import Outcome
from bot.evaluation.figures import arrays, deciding, lead, ranking
from bot.evaluation.questions import Labelled

ASK = (Kind.ANSWER, Kind.CHOICES, Kind.UNKNOWN)


def question(*relevant, kind="all"):
    """Return a question that the named entries serve; none = out of scope."""
    return Labelled("?", frozenset(relevant), kind)


def outcome(kind, ranks=(), confidence=0.5, first="a"):
    """Return what became of a question whose serving entries stand at `ranks`."""
    return Outcome(tuple(ranks), (first, "y", "z"), confidence, kind)


TEN = [
    (question("a"), outcome(Kind.ANSWER, [1], 0.9)),
    (question("a", "b"), outcome(Kind.ANSWER, [1, 4], 0.8)),
    (question("b"), outcome(Kind.ANSWER, [2], 0.7, first="c")),
    (question("a"), outcome(Kind.CHOICES, [1], 0.6)),
    (question("b"), outcome(Kind.CHOICES, [3], 0.5)),
    (question("b"), outcome(Kind.CHOICES, [4], 0.4)),
    (question("b"), outcome(Kind.UNKNOWN, [1], 0.1)),
    (question("b"), outcome(Kind.UNKNOWN, [20], 0.1)),
    (question(), outcome(Kind.ANSWER, (), 0.65)),
    (question(), outcome(Kind.UNKNOWN, (), 0.2)),
]
"""Eight in scope, two not."""


def split(pairs):
    """Return questions and outcomes."""
    return [one for one, _ in pairs], [other for _, other in pairs]


def test_the_figures_of_deciding_by_hand():
    found = deciding(*split(TEN), is_probability=True)

    assert (2 / 8, 1 / 8) == (found.answered_right, found.answered_wrong)
    assert (2 / 8, 1 / 8) == (found.offered_right, found.offered_wrong)
    assert 2 / 8 == found.unknown
    assert 4 / 8 == found.served
    assert (1 / 2, 0, 1 / 2) == (found.stray_answered, found.stray_offered, found.stray_recall)
    assert 2 / 10 == found.false_answers.value
    assert 2 / 4 == found.precision


def test_the_figures_of_ordering_by_hand():
    inside = [held for asked, held in TEN if asked.relevant]
    found = ranking(inside)

    assert 4 / 8 == found.recall_at_1.value
    assert 6 / 8 == found.recall_at_3.value
    assert pytest.approx((4 + 1 / 2 + 1 / 3 + 1 / 4) / 8) == found.mrr_at_10.value
    ordered = [1, (1 + 2 / 4) / 2, 1 / 2, 1, 1 / 3, 1 / 4, 1, 1 / 20]
    assert pytest.approx(sum(ordered) / 8) == found.mean_average_precision.value


def test_who_does_not_say_a_probability_has_no_calibration_error():
    assert deciding(*split(TEN), is_probability=False).calibration_error is None
    assert deciding(*split(TEN), is_probability=True).calibration_error is not None


def test_without_any_answer_precision_is_whole_and_without_strays_none_is_answered():
    found = deciding([question("a")], [outcome(Kind.UNKNOWN, [1])], is_probability=False)

    assert (1.0, 0.0) == (found.precision, found.stray_answered)


def test_of_several_entries_that_serve_the_one_that_was_said_counts_for_matthews():
    pairs = [
        (question("a", "b"), outcome(Kind.ANSWER, [1, 2], first="b")),
        (question("c"), outcome(Kind.ANSWER, [1], first="c")),
    ]

    assert 1 == deciding(*split(pairs), is_probability=False).matthews


def test_what_is_out_of_scope_is_right_when_it_is_not_answered():
    pairs = [(question("a"), outcome(Kind.ANSWER, [1])), (question(), outcome(Kind.CHOICES))]
    answered = [(question("a"), outcome(Kind.ANSWER, [1])), (question(), outcome(Kind.ANSWER))]

    assert 1 == deciding(*split(pairs), is_probability=False).matthews
    assert deciding(*split(answered), is_probability=False).matthews < 1


@pytest.mark.parametrize(
    ("kind", "ranks", "is_first", "is_served"),
    [
        (Kind.ANSWER, (1, 5), True, True),
        (Kind.ANSWER, (2,), False, False),
        (Kind.CHOICES, (3,), False, True),
        (Kind.CHOICES, (4,), False, False),
        (Kind.UNKNOWN, (1,), True, False),
        (Kind.ANSWER, (), False, False),
        (Kind.CHOICES, (), False, False),
    ],
)
def test_an_answer_serves_when_it_is_first_and_choices_when_it_is_among_three(kind, ranks, is_first, is_served):
    assert (is_first, is_served) == (outcome(kind, ranks).is_first, outcome(kind, ranks).is_served)


confidences = st.sampled_from([0.1, 0.3, 0.3, 0.6, 0.9])
pairs_of = st.lists(
    st.tuples(st.lists(st.integers(1, 12), unique=True, max_size=3).map(sorted), st.sampled_from(ASK), confidences),
    min_size=1,
    max_size=15,
)
SOME = settings(max_examples=20, deadline=None)  # hundreds of draws each


def made(rows):
    """Return questions and outcomes; one that no entry serves is out of scope."""
    held = [outcome(kind, ranks, confidence, first="a" if 1 in ranks else "c") for ranks, kind, confidence in rows]
    return [question(*(["a"] if ranks else [])) for ranks, _, _ in rows], held


@given(pairs_of)
@SOME
def test_shares_in_scope_sum_to_one_and_false_answers_are_those_in_and_out_of_scope(rows):
    questions, outcomes = made(rows)
    found = deciding(questions, outcomes, is_probability=True)
    inside = sum(bool(each.relevant) for each in questions)
    shares = (
        found.answered_right,
        found.answered_wrong,
        found.offered_right,
        found.offered_wrong,
        found.unknown,
    )
    false = found.answered_wrong * inside + found.stray_answered * (len(rows) - inside)

    assert pytest.approx(1 if inside else 0) == sum(shares)
    assert pytest.approx(false / len(rows)) == found.false_answers.value


@given(pairs_of)
@SOME
def test_nobody_is_ahead_of_themselves_in_order(rows):
    questions, outcomes = made(rows)
    found = lead(questions, outcomes, outcomes)
    if any(each.relevant for each in questions):
        assert (0, 0, 0) == (found.recall_at_1.value, found.recall_at_1.low, found.recall_at_1.high)
    else:
        assert found.recall_at_1 is None


@given(pairs_of, st.data())
@SOME
def test_a_lead_is_what_we_answer_right_at_their_rate_of_wrong_answers_less_what_they_do(rows, data):
    questions, ours = made(rows)
    theirs = [
        outcome(data.draw(st.sampled_from(ASK)), data.draw(st.sampled_from([(1,), (2,)])) if each.relevant else ())
        for each in questions
    ]
    size = len(rows)
    they_wrong = sum(each.kind is Kind.ANSWER and not each.is_first for each in theirs) / size
    they_right = sum(each.kind is Kind.ANSWER and each.is_first for each in theirs) / size
    best = max(
        (
            sum(each.is_first for each in ours if each.confidence >= limit) / size
            for limit in (0.1, 0.3, 0.6, 0.9)
            if sum(not each.is_first for each in ours if each.confidence >= limit) / size <= they_wrong + 1e-12
        ),
        default=0,
    )

    assert pytest.approx(best - they_right) == lead(questions, ours, theirs).answered_right.value


def test_a_lead_in_order_is_counted_in_scope_only():
    questions = [question("a"), question("a"), question()]
    ours = [outcome(Kind.ANSWER, [1]), outcome(Kind.ANSWER, [2]), outcome(Kind.ANSWER)]
    theirs = [outcome(Kind.ANSWER, [2]), outcome(Kind.ANSWER, [2]), outcome(Kind.ANSWER)]

    assert 1 / 2 == lead(questions, ours, theirs).recall_at_1.value


def test_arrays_tell_whether_the_first_serves_and_how_sure_it_is():
    right, confidence = arrays([held for _, held in TEN])

    assert [True, True, False, True, False, False, True, False, False, False] == right.tolist()
    assert [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.1, 0.1, 0.65, 0.2] == confidence.tolist()
