"""Where a FAQ's own phrasings say that the search will take one entry for another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from bot.evaluation.collisions import CLOSE, SAME, collisions, never_first
from bot.evaluation.contenders import Case, Ranked
from bot.search.index import build_index, text_hash, texts_to_embed
from bot.search.scoring import BEST, DEFAULT_WEIGHTS, VIEWS
from support.parts import WordEmbedder, make_entry
from support.scoring import faqs, indexed, seeds, with_random_vectors, without_phrasing

ONLY_BEST = tuple(float(view == BEST) for view in range(len(VIEWS)))


def at(degrees):
    """Return a direction in the plane."""
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], np.float32)


def planar(*angles):
    """Return an index of entries whose wordings lie at such angles; documents lie far off."""
    entries = tuple(
        make_entry(f"entry-{place}", *(f"words {degrees} of {place}" for degrees in row))
        for place, row in enumerate(angles)
    )
    vectors = {text_hash(text): at(200) for text in texts_to_embed(entries)}
    for entry, row in zip(entries, angles, strict=True):
        vectors.update({text_hash(text): at(degrees) for text, degrees in zip(entry.texts, row, strict=True)})
    return build_index(entries, vectors)


def found(index):
    """Return (rule, entry, its text) of each collision, by the angle its words name."""
    return [(each.rule, each.entry, each.text) for each in collisions(index)]


def test_entries_whose_wordings_are_apart_collide_nowhere():
    assert [] == found(planar((0, 10), (90, 100), (180, 190)))


def test_wordings_of_two_entries_that_ask_the_same_are_told_once():
    """20 degrees: cosine 0.94."""
    ((rule, entry, text),) = found(planar((0, 90), (20, 180)))

    assert ("same wording", "entry-0") == (rule, entry)
    assert "'words 0 of 0' is 0.94 like 'words 20 of 1' of entry-1" == text


def test_of_three_entries_with_one_wording_every_pair_is_told():
    pairs = [(entry, text.rpartition(" of ")[2]) for _, entry, text in found(planar((0, 90), (3, 180), (5, 270)))]

    assert [("entry-0", "entry-1"), ("entry-0", "entry-2"), ("entry-1", "entry-2")] == pairs


def test_wordings_of_one_entry_may_be_the_same():
    assert [] == found(planar((0, 0, 1), (90, 91)))


def test_a_wording_nearer_to_another_entry_than_to_its_own_is_told_with_both_cosines():
    """At 30 degrees from another (0.87) and 60 from its own (0.50); the other has one of its own nearer."""
    ((rule, entry, text),) = found(planar((0, 60), (90, 100)))

    assert ("collision", "entry-0") == (rule, entry)
    assert "'words 60 of 0' is nearer to 'words 90 of 1' of entry-1 (0.87) than to its own (0.50)" == text


def test_what_is_close_to_neither_is_no_collision():
    """At 45 degrees from another: 0.71, below CLOSE."""
    assert np.cos(np.radians(45)) < CLOSE
    assert [] == found(planar((0, 60), (105, 106)))


def test_a_wording_nearer_to_its_own_entry_is_no_collision():
    """At 30 degrees from its own, 35 from another."""
    assert [] == found(planar((0, 30), (65, 66)))


def test_a_faq_of_one_entry_cannot_collide():
    assert [] == found(planar((0, 50)))
    assert [] == found(planar((0,)))


@given(faqs, seeds)
@settings(deadline=None)
def test_collisions_are_what_comparing_every_wording_with_every_other_finds(entries, seed):
    vectors, _ = with_random_vectors(entries, seed, dimensions=2)
    index = build_index(entries, vectors)
    rows = [(owner, text) for owner, entry in enumerate(entries) for text in entry.texts]
    same, nearer = [], []
    for place, (owner, text) in enumerate(rows):
        cosine = [float(vectors[text_hash(text)] @ vectors[text_hash(other)]) for _, other in rows]
        others = [there for there, (whose, _) in enumerate(rows) if whose != owner]
        own = [cosine[there] for there, (whose, _) in enumerate(rows) if whose == owner and there != place]
        same += [("same wording", entries[owner].id) for there in others if there > place and cosine[there] >= SAME]
        nearest = max((cosine[there] for there in others), default=-1)
        if CLOSE <= nearest < SAME and nearest > max(own, default=-1):
            nearer.append(("collision", entries[owner].id))

    assert sorted([*same, *nearer]) == sorted((each.rule, each.entry) for each in collisions(index))


LOST = (
    make_entry("lost", "Anything about owls?", "visa papers please", "visa stamps please"),
    make_entry("visas", "Any visa papers please?", "visa stamps and papers please", "papers please visa"),
    make_entry("money", "Any money?", "money for rent", "rent money"),
)


class TestNeverFirst:
    def test_an_entry_that_none_of_its_phrasings_finds_is_told_with_what_they_find(self):
        (advice,) = never_first(indexed(WordEmbedder(), LOST), DEFAULT_WEIGHTS)

        assert ("never first", "lost") == (advice.rule, advice.entry)
        assert "none of its phrasings finds it; 2 of 2 find visas." in advice.text

    def test_one_phrasing_that_finds_its_entry_is_enough(self):
        found_once = make_entry("lost", "Anything about owls?", "visa papers please", "owls, anything about owls")

        assert [] == list(never_first(indexed(WordEmbedder(), (found_once, *LOST[1:])), DEFAULT_WEIGHTS))

    def test_an_entry_without_phrasings_is_not_judged(self):
        bare = make_entry("lost", "Any visa papers?")

        assert [] == list(never_first(indexed(WordEmbedder(), (bare, *LOST[1:])), DEFAULT_WEIGHTS))

    @pytest.mark.parametrize("weights", [DEFAULT_WEIGHTS, ONLY_BEST])
    def test_it_is_what_asking_each_phrasing_of_a_faq_without_it_finds(self, weights):
        embedder = WordEmbedder(32)
        vectors = {text_hash(text): embedder.embed([text])[0] for text in texts_to_embed(LOST)}
        never = []
        for owner, entry in enumerate(LOST):
            firsts = []
            for number, phrasing in enumerate(entry.phrasings):
                poorer = build_index(without_phrasing(LOST, owner, number), vectors)
                asked = Case(phrasing.text, vectors[text_hash(phrasing.text)], [], np.zeros(0, np.float32), None)
                firsts.append(int(Ranked(poorer, weights).judge(asked).scores.argmax()))
            never += [entry.id] if owner not in firsts else []

        assert never == [advice.entry for advice in never_first(build_index(LOST, vectors), weights)]
