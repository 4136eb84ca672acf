"""Nearness to an entry in the metric of the FAQ's own phrasings, and what is left of it without a phrasing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search.discriminant import Discriminant, left_out_cosines
from support.scoring import seeds, slow_discriminant, unit_rows

DIMENSIONS = 6
counts = st.lists(st.integers(1, 5), min_size=1, max_size=6)


def phrasings_of(sizes, seed):
    """Return random phrasings and the position of the entry that each belongs to, for entries of these sizes."""
    rows = unit_rows(np.random.default_rng(seed), sum(sizes), DIMENSIONS)
    return rows, np.repeat(np.arange(len(sizes)), sizes)


def without(phrasings, owners, row):
    """Make the metric anew without a phrasing."""
    return Discriminant.of(np.delete(phrasings, row, axis=0), np.delete(owners, row))


def unit(row):
    return np.array(row, np.float32) / np.linalg.norm(row).astype(np.float32)


@given(counts, seeds)
def test_a_cosine_is_what_its_definition_says(sizes, seed):
    phrasings, owners = phrasings_of(sizes, seed)
    (question,) = unit_rows(np.random.default_rng(seed + 1), 1, DIMENSIONS)
    expected = slow_discriminant([phrasings[owners == position] for position in range(len(sizes))], question)

    assert pytest.approx(expected, abs=1e-5) == Discriminant.of(phrasings, owners).cosines(question).tolist()


@given(counts, seeds, st.integers(1, 8))
def test_a_left_out_phrasing_sees_what_a_faq_built_without_it_shows(sizes, seed, rows_at_a_time):
    phrasings, owners = phrasings_of(sizes, seed)
    rows = np.random.default_rng(seed).permutation(len(phrasings))
    blocks = [rows[start : start + rows_at_a_time] for start in range(0, len(rows), rows_at_a_time)]
    left_out = list(left_out_cosines(phrasings, owners, blocks))

    assert [(len(block), len(sizes)) for block in blocks] == [cosines.shape for cosines in left_out]
    for row, cosines in zip(rows, np.concatenate(left_out), strict=True):
        if sizes[owners[row]] > 1:
            assert pytest.approx(without(phrasings, owners, row).cosines(phrasings[row]), abs=1e-5) == cosines


@given(counts, seeds)
def test_the_only_phrasing_of_an_entry_stays(sizes, seed):
    phrasings, owners = phrasings_of([1, *sizes], seed)
    ((cosines,),) = left_out_cosines(phrasings, owners, [np.array([0])])

    assert pytest.approx(Discriminant.of(phrasings, owners).cosines(phrasings[0]), abs=1e-5) == cosines
    assert pytest.approx(1, abs=1e-5) == cosines[0]


@given(seeds)
def test_few_phrasings_near_each_other_leave_the_plain_cosine(seed):
    random = np.random.default_rng(seed)
    centres = unit_rows(random, 3, DIMENSIONS)
    phrasings = np.stack([unit(centre + 0.2 * unit_rows(random, 1, DIMENSIONS)[0]) for centre in (*centres, *centres)])
    means = [unit(phrasings[position] + phrasings[position + 3]) for position in range(3)]
    (question,) = unit_rows(random, 1, DIMENSIONS)
    cosines = Discriminant.of(phrasings, np.array([0, 1, 2, 0, 1, 2])).cosines(question)

    assert pytest.approx(np.stack(means) @ question, abs=0.03) == cosines


def test_entries_of_one_phrasing_each_have_the_plain_cosine():
    phrasings, owners = phrasings_of([1] * 5, seed=2)
    (question,) = unit_rows(np.random.default_rng(3), 1, DIMENSIONS)

    assert pytest.approx(phrasings @ question, abs=1e-5) == Discriminant.of(phrasings, owners).cosines(question)


def test_a_way_in_which_phrasings_of_an_entry_differ_anyway_hardly_counts():
    """Formal or tired, the first axis: a very tired question on what the rather formal entry is about leads to it."""
    manners = np.linspace(-1, 1, 100)
    formal = np.stack([unit([manner - 0.3, 1, 0]) for manner in manners])
    tired = np.stack([unit([manner + 0.3, 0, 1]) for manner in manners])
    question = unit([2, 0.5, 0])
    right, wrong = Discriminant.of(np.concatenate([formal, tired]), np.repeat([0, 1], 100)).cosines(question)

    assert right > wrong
    assert unit(formal.mean(axis=0)) @ question < unit(tired.mean(axis=0)) @ question


@given(counts, seeds)
def test_centres_are_of_unit_length(sizes, seed):
    phrasings, owners = phrasings_of(sizes, seed)

    assert pytest.approx(1, abs=1e-5) == np.linalg.norm(Discriminant.of(phrasings, owners).centres, axis=1)
