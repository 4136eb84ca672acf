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
from bot.search.calibration import MORE_LIKELY_RIGHT, Calibration, fingerprint_of, fit
from bot.search.index import build_index, text_hash
from bot.search.scoring import FEATURES, features_of, fuse, views_of
from bot.search.tokens import words_of
from support.parts import WordEmbedder, make_entry
from support.scoring import indexed


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
    means=rows_of(st.floats(-1e6, 1e6)),
    scales=rows_of(st.floats(1e-9, 1e6)),
    weights=rows_of(st.floats(-1e6, 1e6)),
    bias=st.floats(-1e6, 1e6),
    thresholds=st.builds(Thresholds, st.floats(0, 1), st.floats(0, 1)),
)


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
    return WordEmbedder().embed(list(OFF_TOPIC))


@pytest.fixture(scope="module")
def fitted(index, off_topic):
    return fit(index, off_topic, OFF_TOPIC, "model@1", "data")


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


def test_a_fit_is_bound_to_its_model_and_data_and_its_thresholds_are_in_order(fitted):
    assert (fitted.model, fitted.fingerprint) == ("model@1", "data")
    assert 0 <= fitted.thresholds.choices <= fitted.thresholds.answer <= 1
    assert fitted.thresholds.answer >= MORE_LIKELY_RIGHT
    assert json.loads(fitted.to_json())["weights"] == list(fitted.weights)


def test_the_same_labels_give_the_same_fit(fitted, index, off_topic):
    assert fit(index, off_topic, OFF_TOPIC, "model@1", "data") == fitted


def test_a_question_of_the_faq_is_more_probable_than_one_off_topic(fitted, index, off_topic):
    def probability(text):
        (vector,) = WordEmbedder().embed([text])
        views = views_of(index, vector, words_of(text))
        nearest = float((off_topic @ vector).max())
        return fitted.probability(features_of(index, views, fuse(views), words_of(text), nearest))

    assert probability("worried about my visas") > probability("which bicycle is best")


def without_phrasing(entries, left_out):
    """Return the entries with one phrasing taken away."""
    return tuple(
        dataclasses.replace(entry, phrasings=tuple(each for each in entry.phrasings if each != left_out))
        for entry in entries
    )


def test_the_label_of_a_phrasing_is_made_as_if_it_were_not_in_the_faq(entries, index, off_topic):
    """The same features and verdict as from an index built anew without the phrasing."""
    labelled = calibrations._self_labelled(index, off_topic, OFF_TOPIC)
    in_scope = iter(range(0, len(labelled.right) - len(OFF_TOPIC), 2))
    for owner, entry in enumerate(entries):
        for phrasing in entry.phrasings:
            rebuilt = indexed(WordEmbedder(), without_phrasing(entries, phrasing))
            (vector,) = WordEmbedder().embed([phrasing.text])
            words = words_of(phrasing.text)
            views = views_of(rebuilt, vector, words)
            scores = fuse(views)
            expected = features_of(rebuilt, views, scores, words, float((off_topic @ vector).max()))
            row = next(in_scope)

            assert labelled.features[row].tolist() == pytest.approx(expected, abs=1e-5)
            assert labelled.right[row] == (scores.argmax() == owner)
            assert labelled.groups[row] == owner


def test_with_its_entry_left_out_nothing_is_right_and_the_best_other_entry_is_judged(entries, index, off_topic):
    labelled = calibrations._self_labelled(index, off_topic, OFF_TOPIC)
    near_misses = iter(range(1, len(labelled.right) - len(OFF_TOPIC), 2))
    for owner, entry in enumerate(entries):
        for phrasing in entry.phrasings:
            (vector,) = WordEmbedder().embed([phrasing.text])
            scores = fuse(views_of(index, vector, words_of(phrasing.text)))
            first, second, *_ = sorted(np.delete(scores, owner).tolist(), reverse=True)
            row = next(near_misses)

            assert labelled.features[row, :2].tolist() == pytest.approx([first, first - second], abs=1e-5)
            assert not labelled.right[row]
            assert labelled.groups[row] == owner


def test_an_off_topic_question_is_compared_with_the_other_ones_only(index, off_topic):
    labelled = calibrations._self_labelled(index, off_topic, OFF_TOPIC)
    nearest = labelled.features[labelled.is_off_topic, FEATURES.index("off_topic")]
    others = [max(float(a @ b) for b in np.delete(off_topic, number, axis=0)) for number, a in enumerate(off_topic)]

    assert nearest.tolist() == pytest.approx(others, abs=1e-5)
    assert not labelled.right[labelled.is_off_topic].any()


def test_the_canonical_question_is_no_label_because_the_document_holds_it(entries, index, off_topic):
    labelled = calibrations._self_labelled(index, off_topic, OFF_TOPIC)

    assert len(labelled.right) == 2 * sum(len(entry.phrasings) for entry in entries) + len(OFF_TOPIC)


def test_the_classes_weigh_what_a_help_channel_sees(index, off_topic):
    labelled = calibrations._self_labelled(index, off_topic, OFF_TOPIC)
    share = labelled.weights[labelled.is_off_topic].sum() / labelled.weights.sum()

    assert share == pytest.approx(0.2)
    assert labelled.weights.sum() == pytest.approx(len(labelled.weights))


@given(st.lists(st.floats(0, 0.999), min_size=1, max_size=60), st.floats(0, 0.5))
def test_a_bound_is_exceeded_by_no_more_than_its_share(probabilities, share):
    bound = calibrations._bound(np.array(probabilities), share)

    assert sum(value >= bound for value in probabilities) <= share * len(probabilities)


@pytest.mark.parametrize(
    "change",
    [
        lambda first: dataclasses.replace(first, question="Another question?"),
        lambda first: dataclasses.replace(first, answer="Another answer."),
        lambda first: dataclasses.replace(first, phrasings=(*first.phrasings, Phrasing("one more wording"))),
        lambda first: dataclasses.replace(first, id="renamed"),
    ],
    ids=["question", "answer", "phrasing", "id"],
)
def test_whatever_the_search_sees_of_an_entry_changes_the_fingerprint(entries, change):
    changed = (change(entries[0]), *entries[1:])

    assert fingerprint_of(changed, OFF_TOPIC) != fingerprint_of(entries, OFF_TOPIC)


def test_what_the_search_does_not_see_keeps_the_fingerprint(entries):
    reviewed = (dataclasses.replace(entries[0], review_after_days=30), *entries[1:])

    assert fingerprint_of(reviewed, OFF_TOPIC) == fingerprint_of(entries, OFF_TOPIC)
    assert fingerprint_of(entries, OFF_TOPIC[1:]) != fingerprint_of(entries, OFF_TOPIC)


@pytest.mark.parametrize(("kept", "asked"), [(1, 8), (2, 2)])
def test_a_pack_too_small_to_learn_from_says_so(entries, off_topic, kept, asked):
    small = indexed(WordEmbedder(), entries[:kept])

    with pytest.raises(SmallPackError, match=rf"^{kept} entries and {asked} off-topic questions are too few"):
        fit(small, off_topic[:asked], OFF_TOPIC[:asked], "model@1", "data")


def test_a_model_that_tells_nothing_apart_is_not_calibrated(entries):
    """Every text in one direction, every phrasing led to the first entry: right in one group alone."""
    entries = tuple(dataclasses.replace(entry, question="?", answer="!") for entry in entries)
    same = np.array([1, 0], np.float32)
    texts = {text_hash(text): same for entry in entries for text in (*entry.texts, f"{entry.question}\n{entry.answer}")}

    with pytest.raises(SmallPackError):
        fit(build_index(entries, texts), np.stack([same] * len(OFF_TOPIC)), OFF_TOPIC, "model@1", "data")
