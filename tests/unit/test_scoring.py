"""The index and its scores, against the same figures computed slowly from their definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search.index import build_index, document_of, text_hash, texts_to_embed
from bot.search.scoring import FEATURES, features_of, fuse, views_of
from bot.search.tokens import words_of
from support.parts import WordEmbedder, make_entry
from support.scoring import indexed, slow_scores

VOCABULARY = ["visa", "letter", "phd", "money", "lab", "review", "the", "my"]
wordings = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=5).map(" ".join)
faqs = st.lists(st.tuples(wordings, st.lists(wordings, max_size=4), wordings), min_size=1, max_size=6).map(
    lambda rows: tuple(
        make_entry(f"entry-{number}", question, *phrasings, answer=answer)
        for number, (question, phrasings, answer) in enumerate(rows)
    )
)
seeds = st.integers(0, 2**32 - 1)


def with_random_vectors(entries, seed, dimensions=5):
    """Return vectors by hash for an index of `entries`, and one of a question: directions drawn at random."""
    random = np.random.default_rng(seed)
    hashes = {text_hash(text) for text in texts_to_embed(entries)}
    drawn = random.normal(size=(len(hashes) + 1, dimensions)).astype(np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    return dict(zip(sorted(hashes), drawn, strict=False)), drawn[-1]


@given(faqs, seeds, wordings)
def test_fused_scores_are_what_their_definition_says(entries, seed, asked):
    vectors, question = with_random_vectors(entries, seed)
    scores = fuse(views_of(build_index(entries, vectors), question, words_of(asked)))

    assert scores.tolist() == pytest.approx(slow_scores(entries, vectors, question, words_of(asked)), abs=1e-5)


@given(faqs, seeds, wordings)
def test_the_features_are_those_of_the_best_entry_and_its_margin_is_to_the_next_one(entries, seed, asked):
    vectors, question = with_random_vectors(entries, seed)
    index, words = build_index(entries, vectors), words_of(asked)
    views = views_of(index, question, words)
    features = dict(zip(FEATURES, features_of(index, views, fuse(views), words, 0.25), strict=True))
    slow = slow_scores(entries, vectors, question, words)
    first, *others = sorted(slow, reverse=True)

    assert features["score"] == pytest.approx(first, abs=1e-5)
    assert features["margin"] == pytest.approx(first - others[0] if others else 0, abs=2e-5)
    assert features["off_topic"] == 0.25
    assert features["unknown_words"] == index.lexicon.unknown_share(words)


def test_the_margin_is_to_another_entry_not_to_another_phrasing(word_embedder):
    entries = (
        make_entry("visas", "visa wait", "visa waiting", "visa waits"),
        make_entry("food", "pizza", answer="salt"),
    )
    index = indexed(word_embedder, entries)
    (question,) = word_embedder.embed(["visa"])
    views = views_of(index, question, ["visa"])
    scores = fuse(views)

    assert features_of(index, views, scores, ["visa"], 0.0)[1] == pytest.approx(float(scores[0] - scores[1]))


def test_the_best_cosine_is_that_of_the_best_fused_entry(word_embedder):
    entries = (make_entry("visas", "visa wait"), make_entry("food", "pizza", answer="salt"))
    index = indexed(word_embedder, entries)
    (question,) = word_embedder.embed(["pizza"])
    views = views_of(index, question, ["pizza"])
    score, margin, cosine, coverage, _, unknown = features_of(index, views, fuse(views), ["pizza"], 0.0)

    assert cosine == pytest.approx(1, abs=1e-5)
    assert (coverage, unknown) == (1, 0)
    assert score > margin > 0


@pytest.mark.parametrize(("left_out", "expected"), [((), 0.3), ((1,), 0.5), ((1, 2), 0.0)])
def test_an_entry_left_out_is_neither_best_nor_next(word_embedder, left_out, expected):
    entries = tuple(make_entry(word, word) for word in ("visa", "letter", "money"))
    index = indexed(word_embedder, entries)
    views = views_of(index, word_embedder.embed(["visa"])[0], ["visa"])
    scores = np.array([0.9, 0.6, 0.4], np.float32)
    scores[list(left_out)] = -np.inf

    assert features_of(index, views, scores, ["visa"], 0.0)[:2] == pytest.approx([0.9, expected])


@given(faqs)
def test_an_index_knows_whose_every_wording_is(entries):
    index = indexed(WordEmbedder(16), entries)

    assert [(index.ids[owner], text) for owner, text in zip(index.owners, index.texts, strict=True)] == [
        (entry.id, text) for entry in entries for text in entry.texts
    ]


@given(faqs)
def test_every_vector_of_an_index_is_of_unit_length(entries):
    index = indexed(WordEmbedder(16), entries)

    for matrix in (index.phrasings, index.centroids, index.documents):
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
