"""Entries that ask the same thing: what is measured, and who is named."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given

from bot.search.index import build_index, document_of, text_hash
from bot.search.likeness import BLOCK, SAME_ANSWER, alike, document_cosines, nearest, question_cosines
from support.parts import WordEmbedder, make_entry
from support.scoring import faqs, indexed, seeds, unit_rows, with_random_vectors

SUBJECTS = ("letters", "visas", "grades", "reviews", "grants", "thesis")
ENTRIES = tuple(
    make_entry(name, f"What about {name}?", f"{name} please", answer=f"We know {name} well.") for name in SUBJECTS
)
SAME = "visas please now", "what about visas then"


def pairs(*new):
    return alike(indexed(WordEmbedder(), (*ENTRIES, *new)))


@given(faqs, seeds)
def test_questions_are_compared_by_each_wordings_nearest_wording_of_the_other(entries, seed):
    vectors, _ = with_random_vectors(entries, seed)
    found = question_cosines(build_index(entries, vectors))
    for one, first in enumerate(entries):
        for other, second in enumerate(entries):
            cosines = np.array(
                [[vectors[text_hash(a)] @ vectors[text_hash(b)] for b in second.texts] for a in first.texts]
            )
            expected = (cosines.max(axis=0).mean() + cosines.max(axis=1).mean()) / 2

            assert pytest.approx(expected, abs=1e-5) == found[one, other]


def test_more_wordings_than_a_block_are_compared_with_all():
    entries = tuple(make_entry(f"entry-{n}", *(f"visa{n} wording{place}" for place in range(6))) for n in range(100))
    index = build_index(entries, with_random_vectors(entries, seed=1)[0])
    cosines = question_cosines(index)

    assert len(index.texts) > BLOCK
    assert np.allclose(cosines, cosines.T, atol=1e-5)
    assert pytest.approx(np.ones(100), abs=1e-5) == np.diag(cosines)


@given(faqs, seeds)
def test_documents_are_compared_by_what_they_say_beyond_their_questions(entries, seed):
    vectors, _ = with_random_vectors(entries, seed)
    found = document_cosines(build_index(entries, vectors))
    beyond = []
    for entry in entries:
        question, document = vectors[text_hash(entry.question)], vectors[text_hash(document_of(entry))]
        beyond.append(document - (document @ question) * question)
    for one, first in enumerate(beyond):
        for other, second in enumerate(beyond):
            lengths = math.sqrt((first @ first) * (second @ second))
            if lengths > 1e-3:  # a document in the direction of its question says nothing beyond it
                assert pytest.approx(float(first @ second) / lengths, abs=1e-2) == found[one, other]


def test_entries_that_ask_the_same_are_named_and_no_others():
    repeated = make_entry("visas-again", *SAME, answer="We know visas well.")
    (pair,) = pairs(repeated)

    assert [] == pairs()
    assert ("visas", "visas-again", True) == (pair.first, pair.second, pair.is_duplicate)
    assert pair.document_cosine >= SAME_ANSWER


def test_where_their_answers_say_something_else_they_are_no_duplicates():
    (pair,) = pairs(make_entry("visas-again", *SAME, answer="Ask your embassy before summer."))

    assert ("visas", "visas-again", False) == (pair.first, pair.second, pair.is_duplicate)


def test_the_most_alike_come_first():
    found = pairs(make_entry("again", *SAME), make_entry("same", *(text for text in ENTRIES[2].texts)))

    assert ("grades", "same") == (found[0].first, found[0].second)
    assert pytest.approx(1) == found[0].question_cosine


@pytest.mark.parametrize("kept", [1, 2])
def test_a_faq_of_one_or_two_entries_has_nothing_to_compare_with(kept):
    assert [] == alike(indexed(WordEmbedder(), ENTRIES[:kept]))


@given(faqs, seeds)
def test_the_nearest_wording_of_an_entry_is_the_nearest_to_any_of_the_texts(entries, seed):
    index = build_index(entries, with_random_vectors(entries, seed)[0])
    texts = ["one text", "another"]
    vectors = unit_rows(np.random.default_rng(seed), 2, 5)
    cosines = index.phrasings @ vectors.T
    found = nearest(index, texts, vectors, [entries[0].id])

    assert min(3, len(entries) - 1) == len(found)
    for each in found:
        own = cosines[index.owners == index.ids.index(each.entry_id)]
        here = cosines[[row for row, text in enumerate(index.texts) if text == each.phrasing]]
        assert entries[0].id != each.entry_id
        assert float(own.max()) == each.cosine
        assert each.cosine in here[:, texts.index(each.text)].tolist()
