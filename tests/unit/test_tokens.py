"""Words, the terms that a text is found by, and how well they are found in a document."""

import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import snowballstemmer
from hypothesis import given
from hypothesis import strategies as st

from bot.search import tokens
from bot.search.tokens import Lexicon, terms_of, words_of
from support.scoring import slow_bm25, terms_in

WORDS = ["visa", "visas", "letter", "phd", "money", "lab"]
parts = st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join)
documents = st.lists(st.lists(parts, max_size=4), min_size=1, max_size=6)
asked_terms = st.lists(st.sampled_from([*WORDS, "unknown"]), max_size=6).map(" ".join).map(terms_of)
positions = st.integers(0, 5)
"""Of a document, counted around where there are fewer."""
EVERY_TERM = terms_of(" ".join(f"{one} {other}" for one in [*WORDS, "unknown"] for other in [*WORDS, "unknown"]))
"""Each word and each pair of words."""


def held_in(lexicon):
    """Return for each document how often it holds each term, read term by term."""
    bags = [Counter() for _ in lexicon.lengths]
    for term in EVERY_TERM:
        for position, times in zip(*map(list, lexicon.posting(term)), strict=True):
            bags[position][term] = times
    return bags


def with_part(documents, position, part):
    """Return the documents, the one at `position` with one more part at its end."""
    return [*documents[:position], [*documents[position], part], *documents[position + 1 :]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't panic!", ["dont", "panic"]),
        ("don’t DON´T donʼt", ["dont", "dont", "dont"]),
        ("PhD-level re_view 2", ["phd", "level", "re_view", "2"]),
        ("let\u200bters", ["letters"]),
        ("Größe naïve ﬁnd", ["grösse", "naïve", "find"]),
        ("👩‍🔬 ?! …", []),
    ],
)
def test_words_are_compared_without_case_quotes_and_symbols(text, expected):
    assert words_of(text) == expected


@given(st.text())
def test_words_of_words_are_the_same_words(text):
    assert words_of(" ".join(words_of(text))) == words_of(text)


class TestTerms:
    @pytest.mark.parametrize(
        ("expected", "text"),
        [
            ([], ""),
            ([], "?!"),
            (["visa"], "Visas"),
            (["publish", "paper", "publish paper"], "Publishing papers!"),
            (["dont", "panic", "dont panic"], "Don't … panic"),
            (["my", "my", "my", "my my", "my my"], "my my my"),
            (["phd", "without", "publish", "phd without", "without publish"], "PhD without publishing"),
            (["publish", "without", "phd", "publish without", "without phd"], "published without PhD"),
            (["grösse", "ph", "d", "grösse ph", "ph d"], "Größe: Ph.D"),
        ],
    )
    def test_terms_are_the_stems_of_the_words_then_each_pair_of_neighbouring_stems(self, expected, text):
        assert expected == terms_of(text)

    @given(st.lists(st.text() | st.sampled_from(WORDS), max_size=6).map(" ".join))
    def test_whatever_the_text_terms_are_stems_then_pairs(self, text):
        stemmer = snowballstemmer.stemmer("english")
        stems = [stemmer.stemWord(word) for word in words_of(text)]
        pairs = [f"{stems[place]} {stems[place + 1]}" for place in range(len(stems) - 1)]

        assert [*stems, *pairs] == terms_of(text)

    @given(st.text())
    def test_no_stem_is_empty_or_passes_for_a_pair(self, text):
        count = len(words_of(text))
        stems, pairs = terms_of(text)[:count], terms_of(text)[count:]

        assert all(stem and " " not in stem for stem in stems)
        assert all(pair.count(" ") == 1 for pair in pairs)

    @pytest.mark.parametrize(
        ("one", "other"),
        [("publishing papers", "published paper"), ("my supervisors' letters", "my supervisor’s letter")],
    )
    def test_inflections_share_their_terms(self, one, other):
        assert terms_of(one) == terms_of(other)

    def test_several_threads_at_once_get_the_terms_that_one_gets(self):
        """A stemmer holds the word it is at."""
        threads, interval = 4, sys.getswitchinterval()
        endings = ("ational", "iveness", "fulness", "ingly", "izations", "s", "ed", "ly")
        text = " ".join(
            f"{start}{number}{end}" for number in "bcdfghjklm" for start in ("gener", "act") for end in endings
        )
        expected = terms_of(text)
        tokens._stem.cache_clear()
        start = Barrier(threads)

        def stem(_):
            start.wait()
            return terms_of(text)

        sys.setswitchinterval(1e-6)
        try:
            with ThreadPoolExecutor(threads) as pool:
                found = list(pool.map(stem, range(threads)))
        finally:
            sys.setswitchinterval(interval)

        assert [expected] * threads == found


class TestDocuments:
    @given(documents)
    def test_a_document_holds_the_terms_of_its_parts(self, held):
        lexicon = Lexicon.of(held)
        expected = [Counter(terms_in(parts)) for parts in held]

        assert expected == held_in(lexicon)
        assert [bag.total() for bag in expected] == lexicon.lengths.tolist()

    def test_no_pair_reaches_from_one_part_into_the_next(self):
        apart, together = Lexicon.of([["my visa", "letter"]]), Lexicon.of([["my visa letter"]])

        everything = terms_of("my visa letter")

        assert {"my", "visa", "letter", "my visa"} == {term for term in everything if len(apart.posting(term)[0])}
        assert set(everything) == {term for term in everything if len(together.posting(term)[0])}

    @given(documents)
    def test_the_order_of_parts_means_nothing(self, held):
        assert held_in(Lexicon.of(held)) == held_in(Lexicon.of([parts[::-1] for parts in held]))

    @given(documents)
    def test_the_documents_of_a_term_stand_in_their_order_each_once(self, held):
        lexicon = Lexicon.of(held)

        for term in EVERY_TERM:
            expected = [position for position, parts in enumerate(held) if term in terms_in(parts)]
            assert expected == lexicon.posting(term)[0].tolist()


class TestWithout:
    @given(documents, parts, asked_terms, positions)
    def test_without_a_part_a_lexicon_is_as_if_its_document_had_never_held_it(self, held, part, asked, position):
        position %= len(held)
        expected = Lexicon.of(held)
        lexicon = Lexicon.of(with_part(held, position, part)).without(terms_of(part), position)

        assert expected.lengths.tolist() == lexicon.lengths.tolist()
        assert [+bag for bag in held_in(expected)] == held_in(lexicon)
        assert list(map(expected.idf, EVERY_TERM)) == list(map(lexicon.idf, EVERY_TERM))
        for terms in (asked, terms_of(part)):
            assert expected.ratio(terms).tolist() == lexicon.ratio(terms).tolist()

    @pytest.mark.parametrize(
        ("expected", "held"),
        [
            pytest.param([(0, 1), (1, 2)], [["visa"], ["visa", "my visa"]], id="held elsewhere in the document"),
            pytest.param([(0, 1)], [["visa"], ["money"]], id="held by another document"),
            pytest.param([], [["money"], ["lab"]], id="held by nobody else"),
        ],
    )
    def test_what_is_left_of_a_term_said_twice_in_the_part(self, expected, held):
        lexicon = Lexicon.of(with_part(held, 1, "visas and visas")).without(terms_of("visas and visas"), 1)

        assert expected == list(zip(*map(list, lexicon.posting("visa")), strict=True))

    @given(documents, st.lists(st.tuples(parts, positions), max_size=4))
    def test_part_after_part_may_be_left_out(self, held, taken):
        fuller = held
        for part, position in taken:
            fuller = with_part(fuller, position % len(held), part)
        lexicon = Lexicon.of(fuller)
        for part, position in taken:
            lexicon = lexicon.without(terms_of(part), position % len(held))

        assert held_in(Lexicon.of(held)) == held_in(lexicon)
        assert Lexicon.of(held).ratio(EVERY_TERM).tolist() == lexicon.ratio(EVERY_TERM).tolist()

    @given(documents, parts, positions)
    def test_leaving_a_part_out_leaves_the_lexicon_itself_as_it_was(self, held, part, position):
        position %= len(held)
        fuller = with_part(held, position, part)
        lexicon = Lexicon.of(fuller)
        lexicon.without(terms_of(part), position)

        assert held_in(Lexicon.of(fuller)) == held_in(lexicon)
        assert Lexicon.of(fuller).ratio(EVERY_TERM).tolist() == lexicon.ratio(EVERY_TERM).tolist()


class TestRatio:
    @given(documents, asked_terms)
    def test_bm25_is_what_its_definition_says(self, held, asked):
        assert pytest.approx(slow_bm25(held, asked), abs=1e-6) == Lexicon.of(held).ratio(asked).tolist()

    @given(documents, asked_terms)
    def test_the_ratio_is_a_share(self, held, asked):
        ratio = Lexicon.of(held).ratio(asked)

        assert (len(held),) == ratio.shape
        assert ((ratio >= 0) & (ratio <= 1)).all()

    @given(st.integers(1, 2000), st.integers(0, 5))
    def test_however_often_a_document_says_what_is_asked_it_is_at_most_ideal(self, times, others):
        (ratio, *_) = Lexicon.of([["visa"] * times, *[["money"]] * others]).ratio(["visa"])

        assert 0 < ratio <= 1

    @given(documents, asked_terms)
    def test_terms_asked_twice_count_once(self, held, asked):
        lexicon = Lexicon.of(held)

        assert lexicon.ratio(asked).tolist() == lexicon.ratio(asked * 2).tolist()

    @given(st.permutations(["visa", "letter", "phd", "money"]), st.permutations(["visa", "letter", "phd", "money"]))
    def test_of_documents_with_the_same_words_the_one_in_the_order_asked_is_ahead_by_its_pairs(self, one, other):
        lexicon = Lexicon.of([[" ".join(one)], [" ".join(other)]])
        by_words, by_terms = lexicon.ratio(one).tolist(), lexicon.ratio(terms_of(" ".join(one))).tolist()

        assert by_words[0] == by_words[1]
        assert (one != other) == (by_terms[0] > by_terms[1])

    def test_who_has_no_publications_and_who_has_no_phd_are_told_apart(self):
        lexicon = Lexicon.of([["A PhD without publishing?"], ["Publishing without a PhD?"]])
        first, second = lexicon.ratio(terms_of("phd without published papers"))

        assert first > second > 0

    def test_an_inflection_is_found(self):
        lexicon = Lexicon.of([["Whom do I ask for letters?"], ["money"]])

        assert lexicon.ratio(terms_of("letters")).tolist() == lexicon.ratio(terms_of("letter")).tolist()
        assert lexicon.ratio(terms_of("letter"))[0] > 0

    def test_a_rarer_term_is_more_telling(self):
        lexicon = Lexicon.of([["phd visa"], ["phd letter"], ["phd"]])

        assert lexicon.idf("unknown") > lexicon.idf("visa") == lexicon.idf("phd visa") > lexicon.idf("phd") > 0

    def test_a_term_of_no_document_lowers_the_share_that_is_met(self):
        lexicon = Lexicon.of([["visa letter"], ["money"]])
        met, other = lexicon.ratio(["visa"]).tolist()
        half_met, _ = lexicon.ratio(["visa", "unknown"]).tolist()

        assert 0 < half_met < met / 2
        assert 0 == other

    @pytest.mark.parametrize("held", [[[], []], [["", "?!"], [""]]], ids=["no parts", "parts without words"])
    def test_documents_without_words_are_found_by_nothing(self, held):
        lexicon = Lexicon.of(held)

        assert [0, 0] == lexicon.ratio(["visa"]).tolist()
        assert [0, 0] == lexicon.ratio([]).tolist()
