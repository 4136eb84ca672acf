"""Questions that moderators confirmed an entry not to answer: who is left out, what is learnt, whom it concerns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search.calibration import OffTopic, fingerprint_of, fit
from bot.search.index import build_index, text_hash
from bot.search.labels import CLASS_SHARES, self_labelled
from bot.search.left_out import left_out
from bot.search.negatives import NO_NEGATIVES, Negatives
from bot.search.reading import Reader
from bot.search.scoring import BEST, DEFAULT_WEIGHTS, FEATURES, views_of
from bot.search.tokens import terms_of
from support.parts import WordEmbedder, make_entry
from support.scoring import embedded, faqs, seeds, unit_rows, with_random_vectors

OFF_TOPIC = tuple(f"which {thing} is best" for thing in ("pizza", "car", "phone", "song", "film", "dog", "cat", "game"))
SUBJECTS = ("letters", "visas", "grades", "reviews", "grants", "thesis")
ENTRIES = tuple(
    make_entry(name, f"What about {name}?", f"tell me about {name}", f"{name} please", f"so worried about {name} now")
    for name in SUBJECTS
)
ASKED = "visas for my cat"
LIKE_IT = "my cat visas"
PLAIN = "worried about my visas"


def embed(*texts):
    return {text_hash(text): vector for text, vector in zip(texts, WordEmbedder().embed(list(texts)), strict=True)}


@pytest.fixture(scope="module")
def index():
    return build_index(ENTRIES, embedded(WordEmbedder(), ENTRIES))


@pytest.fixture(scope="module")
def off_topic():
    return OffTopic(OFF_TOPIC, WordEmbedder().embed(list(OFF_TOPIC)))


@pytest.fixture(scope="module")
def negatives(index):
    return confirmed(index, {ASKED: {"visas"}})


@pytest.fixture(scope="module")
def without(index, off_topic):
    return Reader(index, fit(index, ENTRIES, off_topic, "model@1"), off_topic)


@pytest.fixture(scope="module")
def with_it(index, off_topic, negatives):
    return Reader(index, fit(index, ENTRIES, off_topic, "model@1", negatives), off_topic, negatives)


def confirmed(index, said):
    return Negatives.of(index, {text: frozenset(wrong) for text, wrong in said.items()}, embed(*said))


def read(reader, text):
    return reader.read(text, embed(text)[text_hash(text)])


def found(reader, text):
    return [hit.entry_id for hit in reader.evidence(text, embed(text)[text_hash(text)]).hits]


class TestAnswering:
    def test_the_entry_is_left_out_for_exactly_that_question_and_however_it_is_typed(self, without, with_it):
        for text in (ASKED, ASKED.upper(), f"  {ASKED} "):
            assert "visas" == found(without, text)[0]
            assert "visas" not in found(with_it, text)
        assert "visas" == found(with_it, LIKE_IT)[0]

    def test_a_wording_of_the_entry_is_certain_whatever_was_confirmed(self, index, without):
        """The FAQ itself says so, and moderators wrote it."""
        negatives = confirmed(index, {"tell me about visas": {"visas", "grades"}})
        reader = Reader(index, without.calibration, without.off_topic, negatives)

        assert ["visas"] == found(reader, "Tell me about visas")
        assert {"tell me about visas": {"grades"}} == negatives.wrong

    def test_what_was_missed_and_what_was_confirmed_are_left_out_together(self, with_it):
        evidence = with_it.evidence(ASKED, embed(ASKED)[text_hash(ASKED)], frozenset({"grades"}))

        assert {*SUBJECTS} - {"visas", "grades"} == {hit.entry_id for hit in evidence.hits}

    def test_many_questions_read_at_once_find_the_same(self, with_it):
        texts = [ASKED, LIKE_IT, PLAIN, "tell me about visas", "grades worry me"]
        vectors = WordEmbedder().embed(texts)
        one_by_one = [with_it.evidence(text, vector) for text, vector in zip(texts, vectors, strict=True)]
        at_once = list(with_it.evidence_of_all(texts, vectors))

        assert [e.thresholds for e in one_by_one] == [e.thresholds for e in at_once]
        for one, other in zip(one_by_one, at_once, strict=True):
            assert pytest.approx(one.probability, abs=1e-5) == other.probability
            assert pytest.approx([hit.score for hit in one.hits], abs=1e-5) == [hit.score for hit in other.hits]
            assert one.hits[0].entry_id == other.hits[0].entry_id


class TestHowSure:
    def test_that_question_and_those_like_it_become_less_probable(self, without, with_it):
        for text in (ASKED, LIKE_IT):
            assert read(with_it, text).probability < read(without, text).probability / 2

    def test_at_once_before_anything_is_fitted_anew(self, without, with_it):
        at_once = Reader(without.index, without.calibration, without.off_topic, with_it.negatives)

        assert read(at_once, LIKE_IT).probability < read(without, LIKE_IT).probability

    @pytest.mark.parametrize("text", [PLAIN, "worried about my grades", "grades for my cat", "which bicycle is best"])
    def test_questions_nearer_to_a_wording_of_the_entry_or_of_others_are_read_as_before(self, without, with_it, text):
        at_once = Reader(without.index, without.calibration, without.off_topic, with_it.negatives)

        assert read(without, text).probability == read(at_once, text).probability

    def test_no_score_of_any_entry_changes(self, without, with_it):
        assert without.calibration.fusion == with_it.calibration.fusion
        assert without.calibration.recall == with_it.calibration.recall
        for text in (ASKED, LIKE_IT, PLAIN):
            assert read(without, text).scores.tolist() == read(with_it, text).scores.tolist()


class TestLabels:
    def labels(self, index, off_topic, negatives):
        return self_labelled(index, list(left_out(index)), off_topic, negatives, DEFAULT_WEIGHTS)

    def test_a_negative_is_one_more_near_miss_of_its_entry(self, index, off_topic, negatives):
        before, after = (self.labels(index, off_topic, each) for each in (NO_NEGATIVES, negatives))
        near_misses = ~after.is_in_scope & ~after.is_off_topic
        vector = embed(ASKED)[text_hash(ASKED)]
        views = views_of(index, vector, terms_of(ASKED))

        assert len(before.right) + 1 == len(after.right)
        assert (False, False, SUBJECTS.index("visas")) == (after.right[-1], after.is_in_scope[-1], after.groups[-1])
        assert pytest.approx(CLASS_SHARES["near_miss"]) == after.weights[near_misses].sum() / len(after.right)
        assert 1 == len(set(after.weights[near_misses].tolist()))
        assert pytest.approx(views[BEST].max()) == after.features[-1][FEATURES.index("best_cosine")]
        assert pytest.approx(off_topic.nearness(vector)) == after.features[-1][FEATURES.index("off_topic")]

    def test_two_negatives_are_each_judged_by_the_other(self, index, off_topic):
        labels = self.labels(index, off_topic, confirmed(index, {ASKED: {"visas"}, LIKE_IT: {"visas"}}))
        one, other = embed(ASKED, LIKE_IT).values()

        for features in labels.features[-2:]:
            assert pytest.approx(float(one @ other)) == features[FEATURES.index("off_topic")]

    def test_where_another_entry_comes_first_nobody_said_that_it_is_wrong(self, index, off_topic):
        labels = self.labels(index, off_topic, confirmed(index, {ASKED: {"grades"}}))

        assert len(self.labels(index, off_topic, NO_NEGATIVES).right) == len(labels.right)


class TestFingerprint:
    def test_without_negatives_everything_is_as_if_there_were_no_such_thing(self, index, off_topic, without):
        none = confirmed(index, {})

        assert none is NO_NEGATIVES
        assert "" == none.digest == without.calibration.negatives
        assert fingerprint_of(ENTRIES, OFF_TOPIC) == fingerprint_of(ENTRIES, OFF_TOPIC, none)
        assert without.calibration == fit(index, ENTRIES, off_topic, "model@1", none)

    @pytest.mark.parametrize(
        "other",
        [{}, {ASKED: {"grades"}}, {ASKED: {"visas", "grades"}}, {LIKE_IT: {"visas"}}],
        ids=["none", "another entry", "one more entry", "another question"],
    )
    def test_others_have_another_one(self, index, negatives, other):
        others = confirmed(index, other)

        assert negatives.digest != others.digest
        assert fingerprint_of(ENTRIES, OFF_TOPIC, negatives) != fingerprint_of(ENTRIES, OFF_TOPIC, others)

    def test_the_same_in_another_order_have_the_same(self, index):
        said = {ASKED: {"visas"}, LIKE_IT: {"visas", "grades"}}

        assert confirmed(index, said).digest == confirmed(index, dict(reversed(said.items()))).digest

    def test_a_fit_remembers_which_it_knew(self, with_it, negatives):
        assert negatives.digest == with_it.calibration.negatives
        assert fingerprint_of(ENTRIES, OFF_TOPIC, negatives) == with_it.calibration.fingerprint

    def test_what_concerns_no_entry_of_the_faq_is_none(self, index):
        assert confirmed(index, {ASKED: {"removed"}}) is NO_NEGATIVES


@given(faqs, seeds, st.data())
def test_nearness_is_the_greatest_cosine_with_a_question_of_that_entry_unless_its_own_wordings_are_nearer(
    entries, seed, data
):
    index = build_index(entries, with_random_vectors(entries, seed)[0])
    texts = [f"asked {number}" for number in range(4)]
    rows = unit_rows(np.random.default_rng(seed), len(texts) + 1, 5)
    wrong = {text: frozenset(data.draw(st.sets(st.sampled_from(index.ids), min_size=1))) for text in texts}
    negatives = Negatives.of(index, wrong, {text_hash(text): row for text, row in zip(texts, rows[:-1], strict=True)})
    question, own = rows[-1], data.draw(st.floats(-1, 1))
    entry_id, but = data.draw(st.sampled_from(index.ids)), data.draw(st.sampled_from([None, *texts]))
    cosines = [
        float(row @ question)
        for text, row in zip(texts, rows[:-1], strict=True)
        if entry_id in wrong[text] and text != but
    ]
    nearest = max(cosines, default=-1.0)

    found = negatives.nearness(entry_id, question, own, but=but)

    assert pytest.approx(nearest if nearest > own else -1.0, abs=1e-6) == found
