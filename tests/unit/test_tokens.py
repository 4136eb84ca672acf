"""Words, and how well they are found in a document."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search.tokens import Lexicon, words_of
from support.scoring import slow_bm25

WORDS = ["visa", "letter", "phd", "money", "lab", "unknown"]
words = st.lists(st.sampled_from(WORDS), max_size=8)
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


@given(documents, words)
def test_bm25_is_what_its_definition_says(held, asked):
    assert Lexicon.of(held).ratio(asked).tolist() == pytest.approx(slow_bm25(held, asked), abs=1e-6)


@given(documents, words.filter(bool), st.data())
def test_without_some_words_a_lexicon_is_as_if_its_document_had_never_held_them(held, taken, data):
    position = data.draw(st.integers(0, len(held) - 1))
    fuller = [*held[:position], f"{held[position]} {' '.join(taken)}", *held[position + 1 :]]
    expected, lexicon = Lexicon.of(held), Lexicon.of(fuller).without(taken, position)

    assert expected.lengths.tolist() == lexicon.lengths.tolist()
    assert expected.postings.keys() == lexicon.postings.keys()
    for word, (positions, times) in expected.postings.items():
        assert [positions.tolist(), times.tolist()] == [row.tolist() for row in lexicon.postings[word]]


@given(documents, st.data())
def test_leaving_words_out_leaves_the_lexicon_itself_as_it_was(held, data):
    position = data.draw(st.integers(0, len(held) - 1))
    lexicon = Lexicon.of(held)
    lexicon.without(words_of(held[position]), position)

    assert Lexicon.of(held).ratio(WORDS).tolist() == lexicon.ratio(WORDS).tolist()


@given(documents, words)
def test_the_ratio_is_a_share(held, asked):
    ratio = Lexicon.of(held).ratio(asked)

    assert ratio.shape == (len(held),)
    assert ((ratio >= 0) & (ratio <= 1)).all()


@given(documents, words)
def test_words_asked_twice_count_once(held, asked):
    lexicon = Lexicon.of(held)

    assert lexicon.ratio(asked * 2).tolist() == lexicon.ratio(asked).tolist()


def test_a_rarer_word_is_more_telling():
    lexicon = Lexicon.of(["phd visa", "phd letter", "phd"])

    assert lexicon.idf("unknown") > lexicon.idf("visa") > lexicon.idf("phd") > 0


def test_a_word_of_no_document_lowers_the_share_that_is_met():
    lexicon = Lexicon.of(["visa letter", "money"])
    met, other = lexicon.ratio(["visa"]).tolist()
    half_met, _ = lexicon.ratio(["visa", "unknown"]).tolist()

    assert 0 < half_met < met / 2
    assert other == 0


def test_documents_without_words_are_found_by_nothing():
    lexicon = Lexicon.of(["", "?!"])

    assert lexicon.ratio(["visa"]).tolist() == [0, 0]
    assert lexicon.ratio([]).tolist() == [0, 0]
