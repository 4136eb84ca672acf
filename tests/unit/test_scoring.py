"""The index and its scores, against the same figures computed slowly from their definitions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search.index import build_index, document_of, text_hash, texts_to_embed
from bot.search.scoring import BEST, DEFAULT_WEIGHTS, FEATURES, MOST_ODDS, SHARPNESS, VIEWS, features_of, fuse, views_of
from bot.search.tokens import terms_of
from support.parts import WordEmbedder, make_entry
from support.scoring import faqs, indexed, seeds, slow_scores, slow_views, with_random_vectors, wordings

shares = st.lists(st.floats(0.05, 1), min_size=len(VIEWS), max_size=len(VIEWS)).map(
    lambda drawn: tuple(share / sum(drawn) for share in drawn)
)


@given(faqs, seeds, wordings)
def test_every_view_is_what_its_definition_says(entries, seed, asked):
    vectors, question = with_random_vectors(entries, seed)
    views = views_of(build_index(entries, vectors), question, terms_of(asked))

    for expected, view in zip(slow_views(entries, vectors, question, terms_of(asked)), views, strict=True):
        assert pytest.approx(expected, abs=1e-5) == view.tolist()


@given(faqs, seeds, wordings, shares)
def test_fused_scores_are_the_weighted_mean_of_the_views(entries, seed, asked, weights):
    vectors, question = with_random_vectors(entries, seed)
    scores = fuse(views_of(build_index(entries, vectors), question, terms_of(asked)), weights)
    expected = slow_scores(entries, vectors, question, terms_of(asked), weights)

    assert pytest.approx(expected, abs=1e-5) == scores.tolist()
    assert max(scores) <= 1 + 1e-6


def test_the_weights_without_anything_to_learn_from_are_a_mean():
    assert pytest.approx(1) == sum(DEFAULT_WEIGHTS)
    assert len(VIEWS) == len(DEFAULT_WEIGHTS)


def slow_odds(scores):
    """Return the log of the best score's share against that of all others together."""
    first, *others = sorted((math.exp(SHARPNESS * float(score)) for score in scores), reverse=True)
    return min(math.log(first / sum(others)), MOST_ODDS) if sum(others) else MOST_ODDS


@given(faqs, seeds, wordings, shares)
def test_the_features_are_those_of_the_entry_with_the_highest_score(entries, seed, asked, weights):
    vectors, question = with_random_vectors(entries, seed)
    views = views_of(build_index(entries, vectors), question, terms_of(asked))
    scores = fuse(views, weights)
    features = dict(zip(FEATURES, features_of(views, scores, 0.25), strict=True))

    assert max(scores) == features["score"]
    assert views[BEST, scores.argmax()] == features["best_cosine"]
    assert pytest.approx(slow_odds(scores), abs=1e-4) == features["odds"]
    assert 0.25 == features["off_topic"]


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=9), st.floats(-1, 1, width=32))
def test_one_more_rival_never_raises_the_odds_of_the_best_entry(others, another):
    def odds(*rivals):
        scores = np.array([1, *rivals], np.float32)
        return features_of(np.zeros((len(VIEWS), len(scores)), np.float32), scores, 0.0)[FEATURES.index("odds")]

    assert odds(*others, another) <= odds(*others) + 1e-9  # sums in another order differ in the last digit
    assert odds(*others) <= odds() == MOST_ODDS


def test_two_entries_alike_have_even_odds():
    scores = np.array([0.9, 0.9], np.float32)

    assert 0 == features_of(np.zeros((len(VIEWS), 2), np.float32), scores, 0.0)[FEATURES.index("odds")]


def test_the_odds_are_against_other_entries_not_other_phrasings(word_embedder):
    entries = (
        make_entry("visas", "visa wait", "visa waiting", "visa waits"),
        make_entry("food", "pizza", answer="salt"),
    )
    (question,) = word_embedder.embed(["visa"])
    views = views_of(indexed(word_embedder, entries), question, ["visa"])
    scores = fuse(views, DEFAULT_WEIGHTS)
    expected = min(SHARPNESS * float(scores[0] - scores[1]), MOST_ODDS)

    assert 0 < expected < MOST_ODDS
    assert pytest.approx(expected, abs=1e-4) == features_of(views, scores, 0.0)[FEATURES.index("odds")]


@pytest.mark.parametrize(("left_out", "rival"), [((), 0.6), ((1,), 0.4), ((1, 2), None)])
def test_an_entry_left_out_is_neither_best_nor_a_rival(left_out, rival):
    scores = np.array([0.9, 0.6, 0.4], np.float32)
    scores[list(left_out)] = -np.inf
    rivals = [score for score in scores.tolist() if score != -np.inf]
    features = dict(zip(FEATURES, features_of(np.zeros((len(VIEWS), 3), np.float32), scores, 0.0), strict=True))

    assert pytest.approx(0.9) == features["score"]
    assert pytest.approx(slow_odds(rivals), abs=1e-5) == features["odds"]
    assert (features["odds"] == MOST_ODDS) == (rival is None)
    assert [pytest.approx(rival)] * (rival is not None) == rivals[1:2]


@given(faqs)
def test_an_index_knows_whose_every_wording_is(entries):
    index = indexed(WordEmbedder(16), entries)

    assert [(index.ids[owner], text) for owner, text in zip(index.owners, index.texts, strict=True)] == [
        (entry.id, text) for entry in entries for text in entry.texts
    ]


@given(faqs)
def test_every_vector_of_an_index_is_of_unit_length(entries):
    index = indexed(WordEmbedder(16), entries)

    for matrix in (index.phrasings, index.discriminant.centres, index.documents):
        assert np.linalg.norm(matrix, axis=1) == pytest.approx(1, abs=1e-5)


@given(faqs)
def test_a_wording_leads_to_the_first_entry_that_has_it(entries):
    index = indexed(WordEmbedder(16), entries)

    for entry in entries:
        for text in entry.texts:
            first = next(position for position, other in enumerate(entries) if text in other.texts)
            assert index.exact[text] == first


@given(faqs)
def test_an_index_asks_for_each_of_its_texts_once_per_wording_and_document(entries):
    assert sorted(texts_to_embed(entries)) == sorted(
        [text for entry in entries for text in entry.texts] + [document_of(entry) for entry in entries]
    )


@pytest.mark.parametrize(("one", "other"), [("Visa  WAIT", "visa wait"), ("don’t", "don't"), ("vi\u200bsa", "visa")])
def test_texts_that_count_as_the_same_share_a_vector(one, other):
    assert text_hash(one) == text_hash(other)
    assert text_hash(one) != text_hash(other + " 2")
