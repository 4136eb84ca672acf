"""Whether to answer, to offer choices, or to say that there is no answer."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.models import EntryId, Evidence, Hit, Kind, Thresholds
from bot.faq.decision import decide

FIRMNESS = [Kind.UNKNOWN, Kind.CHOICES, Kind.ANSWER]
probabilities = st.floats(0, 1)
hits = st.lists(st.builds(Hit, st.text(min_size=1).map(EntryId), st.floats(0, 1.5)), max_size=10).map(tuple)
thresholds = st.builds(Thresholds, answer=probabilities, choices=probabilities)


@given(hits, probabilities, probabilities, thresholds)
def test_a_greater_probability_never_makes_the_bot_less_firm(found, one, other, limits):
    lower, higher = (decide(Evidence(found, value, limits)).kind for value in sorted((one, other)))

    assert FIRMNESS.index(lower) <= FIRMNESS.index(higher)


@given(hits, probabilities, thresholds)
def test_an_entry_is_named_for_an_answer_and_for_nothing_else(found, probability, limits):
    decision = decide(Evidence(found, probability, limits))

    assert decision.entry == (found[0].entry_id if decision.kind is Kind.ANSWER else None)


@given(hits, probabilities, thresholds)
def test_the_three_best_hits_are_the_candidates_in_their_order(found, probability, limits):
    assert decide(Evidence(found, probability, limits)).candidates == found[:3]


@given(probabilities, thresholds)
def test_nothing_found_is_unknown_however_probable(probability, limits):
    assert decide(Evidence((), probability, limits)).kind is Kind.UNKNOWN


@given(hits.filter(bool), probabilities, st.tuples(probabilities, probabilities).map(sorted))
def test_each_threshold_is_the_first_probability_of_its_side(found, probability, limits):
    choices, answer = limits
    expected = FIRMNESS[(probability >= choices) + (probability >= answer)]

    assert decide(Evidence(found, probability, Thresholds(answer, choices))).kind is expected


@given(hits, probabilities, thresholds)
def test_the_probability_is_passed_on(found, probability, limits):
    assert decide(Evidence(found, probability, limits)).probability == probability
