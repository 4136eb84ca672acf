"""Words, and how well they are found in a document."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search.tokens import Lexicon, words_of
from support.scoring import slow_bm25

words = st.lists(st.sampled_from(["visa", "letter", "phd", "money", "lab", "unknown"]), max_size=8)
documents = st.lists(words.filter(lambda bag: "unknown" not in bag).map(" ".join), min_size=1, max_size=8)


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


@given(documents.filter(any), words)
def test_bm25_is_what_its_definition_says(held, asked):
    assert Lexicon.of(held).ratio(asked).tolist() == pytest.approx(slow_bm25(held, asked), abs=1e-6)


@given(documents, words)
def test_the_ratio_is_a_share(held, asked):
    ratio = Lexicon.of(held).ratio(asked)

    assert ratio.shape == (len(held),)
    assert ((ratio >= 0) & (ratio <= 1)).all()


@given(documents, words)
def test_coverage_and_unknown_words_are_shares(held, asked):
    lexicon = Lexicon.of(held)

    assert all(0 <= lexicon.coverage(asked, position) <= 1 for position in range(len(held)))
    assert 0 <= lexicon.unknown_share(asked) <= 1


@given(documents)
def test_a_document_covers_its_own_words_and_knows_them_all(held):
    lexicon = Lexicon.of(held)

    for position, document in enumerate(held):
        own = words_of(document)
        assert lexicon.coverage(own, position) == pytest.approx(1.0 if own else 0.0)
        assert lexicon.unknown_share(own) == 0


@given(documents, words)
def test_words_asked_twice_count_once(held, asked):
    lexicon = Lexicon.of(held)

    assert lexicon.ratio(asked * 2).tolist() == lexicon.ratio(asked).tolist()
    assert lexicon.unknown_share(asked * 2) == lexicon.unknown_share(asked)


def test_a_rarer_word_is_more_telling():
    lexicon = Lexicon.of(["phd visa", "phd letter", "phd"])

    assert lexicon.idf("unknown") > lexicon.idf("visa") > lexicon.idf("phd") > 0


def test_a_word_of_no_document_lowers_the_share_that_is_met():
    lexicon = Lexicon.of(["visa letter", "money"])

    assert lexicon.coverage(["visa"], 0) == 1
    assert 0 < lexicon.coverage(["visa", "unknown"], 0) < 0.5
    assert lexicon.unknown_share(["visa", "unknown"]) == 0.5


def test_documents_without_words_are_found_by_nothing():
    lexicon = Lexicon.of(["", "?!"])

    assert lexicon.ratio(["visa"]).tolist() == [0, 0]
    assert lexicon.ratio([]).tolist() == [0, 0]
    assert lexicon.coverage([], 0) == 0
