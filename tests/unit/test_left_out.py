"""Each phrasing asked as a question, as if it had never been in the FAQ."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.search.index import build_index, text_hash
from bot.search.left_out import BLOCK, left_out
from bot.search.scoring import views_of
from bot.search.tokens import terms_of
from support.parts import make_entry
from support.scoring import faqs, seeds, with_random_vectors, without_phrasing


def rebuilt_without(entries, vectors, index, row):
    """Return what an index built anew without the phrasing in a row of `index` shows to it."""
    owner = int(index.owners[row])
    text = index.texts[row]
    poorer = without_phrasing(entries, owner, row - int(index.starts[owner]) - 1)
    return views_of(build_index(poorer, vectors), vectors[text_hash(text)], terms_of(text))


@given(faqs, seeds)
@settings(deadline=None)  # an index is built for every phrasing
def test_every_view_is_that_of_an_index_built_without_the_phrasing(entries, seed):
    vectors, _ = with_random_vectors(entries, seed)
    index = build_index(entries, vectors)
    for one in left_out(index):
        text = index.texts[one.row]

        assert vectors[text_hash(text)].tolist() == one.vector.tolist()
        for expected, view in zip(rebuilt_without(entries, vectors, index, one.row), one.views, strict=True):
            assert pytest.approx(expected, abs=1e-5) == view


def test_more_phrasings_than_a_block_are_each_left_out_alone():
    entries = tuple(
        make_entry(f"entry-{number}", *(f"visa{number} wording{place}" for place in range(6)))
        for number in range(BLOCK // 5 + 3)
    )
    vectors, _ = with_random_vectors(entries, seed=1)
    index = build_index(entries, vectors)
    found = list(left_out(index))

    assert 5 * len(entries) == len(found) > BLOCK
    for one in (found[0], found[BLOCK - 1], found[BLOCK], found[-1]):
        assert pytest.approx(rebuilt_without(entries, vectors, index, one.row), abs=1e-5) == one.views


@given(faqs, seeds, st.integers(2, 10))
def test_of_more_phrasings_than_wanted_so_many_are_taken_evenly_spread(entries, seed, most):
    index = build_index(entries, with_random_vectors(entries, seed)[0])
    every = [one.row for one in left_out(index)]
    taken = [one.row for one in left_out(index, most)]
    places = [every.index(row) for row in taken]
    gaps = {after - before for before, after in pairwise(places)}

    assert min(most, len(every)) == len(set(taken)) == len(taken)
    assert [*every[:1], *every[-1:]] == [*taken[:1], *taken[-1:]]
    assert not gaps or max(gaps) - min(gaps) <= 1
    assert sorted(places) == places


@given(faqs, seeds)
def test_every_phrasing_is_left_out_once_and_the_canonical_questions_are_skipped(entries, seed):
    """The document view holds a canonical question as well."""
    index = build_index(entries, with_random_vectors(entries, seed)[0])
    expected = [(position, phrasing.text) for position, entry in enumerate(entries) for phrasing in entry.phrasings]

    assert expected == [(one.owner, index.texts[one.row]) for one in left_out(index)]


@given(faqs, seeds)
def test_leaving_phrasings_out_leaves_the_index_as_it_was(entries, seed):
    vectors, question = with_random_vectors(entries, seed)
    index = build_index(entries, vectors)
    before = views_of(index, question, ["visa", "letter"]).tolist()
    list(left_out(index))

    assert before == views_of(index, question, ["visa", "letter"]).tolist()
