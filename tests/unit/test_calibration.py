"""How sure an answer is, learnt from labels the FAQ makes for itself."""

import dataclasses
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import SmallPackError
from bot.core.models import Phrasing, Thresholds
from bot.search import calibration as calibrations
from bot.search.calibration import (
    CHANGED_ENOUGH,
    MORE_LIKELY_RIGHT,
    OFF_TOPIC_ANSWERED,
    OFF_TOPIC_OFFERED,
    OFF_TOPIC_UNASKED,
    Calibration,
    OffTopic,
    digest_of,
    fingerprint_of,
    fit,
)
from bot.search.fusion import learn_weights
from bot.search.index import build_index, text_hash, texts_to_embed
from bot.search.labels import CLASS_SHARES, collected, self_labelled
from bot.search.left_out import left_out
from bot.search.negatives import NO_NEGATIVES
from bot.search.reading import Reader
from bot.search.scoring import DEFAULT_WEIGHTS, FEATURES, VIEWS, features_of, fuse, views_of
from bot.search.tokens import terms_of
from support.parts import WordEmbedder, make_entry
from support.scoring import indexed, without_phrasing


def rows_of(numbers):
    """Return a strategy for one number per feature."""
    return st.tuples(*[numbers] * len(FEATURES))


OFF_TOPIC = tuple(f"which {thing} is best" for thing in ("pizza", "car", "phone", "song", "film", "dog", "cat", "game"))
finite = st.floats(allow_nan=False, allow_infinity=False)
extreme = finite | st.sampled_from([math.inf, -math.inf, 1e308, -1e308, 0.0])
calibrations_made = st.builds(
    Calibration,
    model=st.text(),
    fingerprint=st.text(),
    entries=st.lists(st.text(), max_size=3).map(tuple),
    fusion=st.tuples(*[st.floats(0, 1)] * len(VIEWS)),
    recall=st.floats(0, 1),
    means=rows_of(st.floats(-1e6, 1e6)),
    scales=rows_of(st.floats(1e-9, 1e6)),
    weights=rows_of(st.floats(-1e6, 1e6)),
    bias=st.floats(-1e6, 1e6),
    thresholds=st.builds(Thresholds, st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)),
    negatives=st.text(),
)


def bank(texts):
    """Return off-topic questions with their vectors."""
    return OffTopic(texts, WordEmbedder().embed(list(texts)))


@pytest.fixture(scope="module")
def entries():
    subjects = ("letters", "visas", "grades", "reviews", "grants", "thesis")
    return tuple(
        make_entry(
            name,
            f"What about {name}?",
            f"tell me about {name}",
            f"{name} please",
            f"so worried about {name} now",
        )
        for name in subjects
    )


@pytest.fixture(scope="module")
def index(entries):
    return indexed(WordEmbedder(), entries)


@pytest.fixture(scope="module")
def off_topic():
    return bank(OFF_TOPIC)


@pytest.fixture(scope="module")
def fitted(index, entries, off_topic):
    return fit(index, entries, off_topic, "model@1")


@pytest.fixture(scope="module")
def labelled(index, off_topic):
    return self_labelled(index, list(left_out(index)), off_topic, NO_NEGATIVES, DEFAULT_WEIGHTS)


@given(calibrations_made)
def test_a_calibration_is_read_back_equal(calibration):
    assert Calibration.from_json(calibration.to_json()) == calibration


@given(calibrations_made, rows_of(extreme))
def test_a_probability_is_a_number_in_0_to_1_whatever_the_features(calibration, features):
    assert 0 <= calibration.probability(features) <= 1


@given(rows_of(st.floats(-2, 2)))
def test_a_probability_is_the_logistic_function_of_the_standardised_features(fitted, features):
    standard = (np.array(features) - fitted.means) / fitted.scales
    total = np.clip(standard @ fitted.weights + fitted.bias, -30, 30)

    assert fitted.probability(features) == pytest.approx(1 / (1 + np.exp(-total)))


def test_a_feature_too_few_is_an_error_and_no_guess(fitted):
    with pytest.raises(ValueError, match="zip"):
        fitted.probability([0.5] * (len(FEATURES) - 1))


def test_a_fit_is_bound_to_its_model_and_data_and_its_thresholds_are_in_order(fitted, entries):
    assert ("model@1", fingerprint_of(entries, OFF_TOPIC)) == (fitted.model, fitted.fingerprint)
    assert 0 <= fitted.thresholds.choices <= fitted.thresholds.answer <= 1
    assert fitted.thresholds.answer >= MORE_LIKELY_RIGHT


def test_the_same_labels_give_the_same_fit(fitted, entries, index, off_topic):
    assert fitted == fit(index, entries, off_topic, "model@1")


def test_a_fit_weighs_the_views_as_the_left_out_phrasings_teach(fitted, index):
    assert learn_weights(left_out(index)) == fitted.fusion


def test_recall_is_the_share_of_left_out_phrasings_that_lead_to_their_own_entry(fitted, index):
    led = [fuse(one.views, fitted.fusion).argmax() == one.owner for one in left_out(index)]

    assert sum(led) / len(led) == fitted.recall


def test_a_question_of_the_faq_is_more_probable_than_one_off_topic(fitted, index, off_topic):
    def probability(text):
        (vector,) = WordEmbedder().embed([text])
        return Reader(index, fitted, off_topic).read(text, vector).probability

    assert probability("worried about my visas") > probability("which bicycle is best")


def test_with_nothing_left_to_read_nothing_answers(fitted, index, off_topic):
    (vector,) = WordEmbedder().embed(["visas"])
    reading = Reader(index, fitted, off_topic).read("visas", vector, range(len(index.ids)))

    assert 0 == reading.probability
    assert {-np.inf} == set(reading.scores.tolist())


def test_a_left_out_phrasing_is_read_as_in_a_faq_without_it(entries, index, fitted, off_topic):
    one = next(left_out(index))
    rebuilt = Reader(indexed(WordEmbedder(), without_phrasing(entries, 0, 0)), fitted, off_topic)
    expected = rebuilt.read(index.texts[one.row], one.vector)
    reading = Reader(index, fitted, off_topic).read_left_out(one)

    assert pytest.approx(expected.probability, abs=1e-5) == reading.probability
    assert pytest.approx(expected.scores, abs=1e-5) == reading.scores


def views_without(entries, owner, number):
    """Return the vector of a phrasing, and what an index built anew without it shows."""
    phrasing = entries[owner].phrasings[number].text
    (vector,) = WordEmbedder().embed([phrasing])
    rebuilt = indexed(WordEmbedder(), without_phrasing(entries, owner, number))
    return vector, views_of(rebuilt, vector, terms_of(phrasing))


def test_the_labels_of_a_phrasing_are_made_as_if_it_were_not_in_the_faq(entries, labelled, off_topic):
    """First its own entry is right or not; then that entry is left out, and the best other one is judged wrong."""
    rows = iter(range(len(labelled.right)))
    for owner, entry in enumerate(entries):
        for number in range(len(entry.phrasings)):
            vector, views = views_without(entries, owner, number)
            scores = fuse(views, DEFAULT_WEIGHTS)
            right = scores.argmax() == owner
            for verdict, is_in_scope in ((right, True), (False, False)):
                row = next(rows)
                expected = features_of(views, scores, off_topic.nearness(vector))

                assert pytest.approx(expected, abs=1e-3) == labelled.features[row].tolist()
                assert (verdict, is_in_scope, owner) == (
                    labelled.right[row],
                    labelled.is_in_scope[row],
                    labelled.groups[row],
                )
                scores[owner] = -np.inf


def test_an_off_topic_question_is_compared_with_the_other_ones_only(labelled, off_topic):
    nearest = labelled.features[labelled.is_off_topic, FEATURES.index("off_topic")]
    others = [bank(OFF_TOPIC[:n] + OFF_TOPIC[n + 1 :]).nearness(one) for n, one in enumerate(off_topic.vectors)]

    assert pytest.approx(others, abs=1e-5) == nearest.tolist()
    assert not labelled.right[labelled.is_off_topic].any()


def test_the_canonical_question_is_no_label_because_the_document_holds_it(entries, labelled):
    assert 2 * sum(len(entry.phrasings) for entry in entries) + len(OFF_TOPIC) == len(labelled.right)


@given(st.lists(st.sampled_from(sorted(CLASS_SHARES)), min_size=1, max_size=40))
def test_each_class_that_is_there_weighs_its_share_however_many_labels_it_has(classes):
    labelled = collected([([0.0], name == "right", name, 0) for name in classes])

    for name in set(classes):
        members = [each == name for each in classes]
        assert pytest.approx(CLASS_SHARES[name]) == labelled.weights[members].sum() / len(classes)


def test_the_classes_are_the_mixture_that_a_help_channel_sees(labelled):
    assert pytest.approx(1) == sum(CLASS_SHARES.values())
    for members, name in [(labelled.right, "right"), (labelled.is_off_topic, "off_topic")]:
        assert pytest.approx(CLASS_SHARES[name]) == labelled.weights[members].sum() / len(labelled.weights)


@given(st.lists(st.floats(0, 0.999), min_size=1, max_size=60), st.floats(0, 0.5))
def test_a_bound_is_exceeded_by_no_more_than_its_share(probabilities, share):
    bound = calibrations._bound(np.array(probabilities), share)

    assert sum(value >= bound for value in probabilities) <= share * len(probabilities)


labels_made = st.lists(st.tuples(st.sampled_from(sorted(CLASS_SHARES)), st.floats(0, 0.999)), max_size=60)


def thresholds_of(rows):
    """Return the thresholds for labels of a class, predicted with a probability."""
    predicted = np.array([probability for _, probability in rows])
    return calibrations._thresholds(predicted, collected([([0.0], name == "right", name, 0) for name, _ in rows]))


@given(labels_made)
def test_thresholds_are_in_order_and_few_off_topic_questions_reach_them(rows):
    rows = [*rows, ("off_topic", 0.1)]
    strays = [probability for name, probability in rows if name == "off_topic"]
    found = thresholds_of(rows)

    assert 0 <= found.choices <= found.answer <= found.unasked <= 1
    for threshold, share in [
        (found.choices, OFF_TOPIC_OFFERED),
        (found.answer, OFF_TOPIC_ANSWERED),
        (found.unasked, OFF_TOPIC_UNASKED),
    ]:
        assert sum(each >= threshold for each in strays) <= share * len(strays)


def test_it_answers_where_three_in_four_labels_are_right_and_unasked_where_nine_in_ten_are():
    """All right labels weigh .5 and the two wrong ones .1 each: .5 of .6 are five in six, .5 of .7 five in seven."""
    right = [("right", 0.9 + number / 100) for number in range(10)]
    found = thresholds_of([*right, ("wrong", 0.85), ("wrong", 0.8), ("off_topic", 0.1)])

    assert (0.85, 0.9) == (found.answer, found.unasked)


def test_where_nothing_is_precise_enough_it_never_speaks_unasked():
    assert thresholds_of([("wrong", 0.9), ("right", 0.8), ("off_topic", 0.1)]).unasked == 1


def test_a_calibration_from_before_there_was_an_unasked_threshold_is_read_and_is_never_unasked(fitted):
    row = json.loads(fitted.to_json())
    del row["thresholds"]["unasked"], row["negatives"]
    old = Calibration.from_json(json.dumps(row))

    assert (1.0, "") == (old.thresholds.unasked, old.negatives)
    assert fitted.thresholds.answer == old.thresholds.answer


MANY = tuple(make_entry(f"entry-{number}") for number in range(300))
SEEN = {
    "question": lambda first: dataclasses.replace(first, question="Another question?"),
    "answer": lambda first: dataclasses.replace(first, answer="Another answer."),
    "phrasing": lambda first: dataclasses.replace(first, phrasings=(*first.phrasings, Phrasing("one more wording"))),
    "id": lambda first: dataclasses.replace(first, id="renamed"),
}
"""Changes of what the search sees of an entry."""


@pytest.mark.parametrize("change", SEEN.values(), ids=SEEN)
def test_whatever_the_search_sees_of_an_entry_changes_the_fingerprint(entries, change):
    changed = (change(entries[0]), *entries[1:])

    assert fingerprint_of(changed, OFF_TOPIC) != fingerprint_of(entries, OFF_TOPIC)


def test_what_the_search_does_not_see_keeps_the_fingerprint(entries, fitted):
    reviewed = (dataclasses.replace(entries[0], review_after_days=30), *entries[1:])

    assert fingerprint_of(entries, OFF_TOPIC) == fingerprint_of(reviewed, OFF_TOPIC)
    assert 0 == fitted.change_to(reviewed)
    assert fingerprint_of(entries, OFF_TOPIC[1:]) != fingerprint_of(entries, OFF_TOPIC)


CONSTANTS = [
    *("PRIOR", "SHARPNESS", "RIVALS", "K1", "B", "MOST_PHRASINGS"),
    *("OFF_TOPIC_ANSWERED", "OFF_TOPIC_OFFERED", "ANSWER_PRECISION", "MORE_LIKELY_RIGHT"),
    *("UNASKED_PRECISION", "OFF_TOPIC_UNASKED"),
]


@pytest.mark.parametrize("constant", CONSTANTS)
def test_another_method_has_another_fingerprint(monkeypatch, entries, constant):
    """A calibration of the same FAQ, but made with another constant, is made anew."""
    before = fingerprint_of(entries, OFF_TOPIC)
    monkeypatch.setattr(calibrations, constant, getattr(calibrations, constant) / 2)

    assert before != fingerprint_of(entries, OFF_TOPIC)


@pytest.mark.parametrize("name", CLASS_SHARES)
def test_another_mixture_of_questions_has_another_fingerprint(monkeypatch, entries, name):
    before = fingerprint_of(entries, OFF_TOPIC)
    monkeypatch.setitem(CLASS_SHARES, name, CLASS_SHARES[name] / 2)

    assert before != fingerprint_of(entries, OFF_TOPIC)


@pytest.mark.parametrize("change", SEEN.values(), ids=SEEN)
def test_an_entry_changed_is_a_change_of_one_entry(entries, fitted, change):
    assert pytest.approx(1 / 6) == fitted.change_to((change(entries[0]), *entries[1:]))


@pytest.mark.parametrize(
    ("edited", "expected"),
    [
        (lambda entries: entries[1:], 1 / 6),
        (lambda entries: (*entries, make_entry("new")), 1 / 7),
        (lambda entries: (*entries[:3], make_entry("new")), 3 / 6),
        (lambda entries: entries[::-1], 0),
        (lambda _: (make_entry("new"),), 1),
        (lambda _: (), 1),
    ],
    ids=["removed", "added", "removed and added", "put in another order", "all others", "all removed"],
)
def test_a_change_is_the_share_of_entries_that_are_not_on_both_sides(entries, fitted, edited, expected):
    assert pytest.approx(expected) == fitted.change_to(edited(entries))


@given(st.integers(1, len(MANY)))
def test_a_faq_is_outgrown_from_5_percent_on_exactly(size):
    """Rounding never moves the border."""
    row, entries, enough = (0.0,) * len(FEATURES), MANY[:size], -(-size // 20)
    digests = tuple(map(digest_of, entries))
    calibration = Calibration("model@1", "data", digests, DEFAULT_WEIGHTS, 1.0, row, row, row, 0.0, Thresholds(1, 1))
    renamed = tuple(dataclasses.replace(entry, id=f"other-{entry.id}") for entry in entries)
    outgrown = [
        calibration.change_to(renamed[:changed] + entries[changed:]) >= CHANGED_ENOUGH
        for changed in (enough - 1, enough)
    ]

    assert [False, True] == outgrown


@pytest.mark.parametrize(("kept", "asked"), [(1, 8), (2, 2)])
def test_a_pack_too_small_to_learn_from_says_so(entries, kept, asked):
    small = indexed(WordEmbedder(), entries[:kept])

    with pytest.raises(SmallPackError, match=rf"^{kept} entries and {asked} off-topic questions are too few"):
        fit(small, entries[:kept], bank(OFF_TOPIC[:asked]), "model@1")


def test_a_faq_in_which_nothing_is_told_apart_is_not_calibrated():
    """Every text in one direction and of the same words: no phrasing leads to its own entry."""
    entries = tuple(make_entry(f"entry-{number}", "?", "tell me", "please", answer="!") for number in range(6))
    same = np.array([1, 0], np.float32)
    vectors = {text_hash(text): same for text in texts_to_embed(entries)}
    off_topic = OffTopic(OFF_TOPIC, np.stack([same] * len(OFF_TOPIC)))

    with pytest.raises(SmallPackError):
        fit(build_index(entries, vectors), entries, off_topic, "model@1")
