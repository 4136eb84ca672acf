"""Autocomplete: what is shown while somebody types."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.models import EntryId
from bot.safety.text import QUESTION_LENGTH
from bot.search.completion import LABEL_LENGTH, ROWS, Completer
from support.parts import make_entry

ENTRIES = (
    make_entry("letters", "Whom can I ask for a recommendation letter?", "who writes my reference"),
    make_entry("visas", "How long does a visa take?", "waiting for my visa", "visa refused what now"),
    make_entry("funding", "How do I find funding?", "need money for my phd", "scholarship for a visa fee"),
    make_entry("umlauts", "Was muss ich über Ästhetik wissen?", "größere Prüfung"),
    make_entry("emoji", "What does 👩‍🔬 mean in a signature?", "signature with an emoji"),
    make_entry("long", " ".join(["Why", *["really"] * 20, "?"]), "endless question"),
)
MANY = tuple(make_entry(f"entry-{number}", f"What about subject {number} in research?") for number in range(60))
WORDS = sorted({word for entry in (*ENTRIES, *MANY) for text in entry.texts for word in text.split()})
typed_texts = st.text() | st.lists(st.sampled_from(WORDS) | st.text(max_size=8), max_size=12).map(" ".join)


@pytest.fixture(scope="module")
def completer():
    return Completer(ENTRIES)


@pytest.fixture(scope="module")
def many():
    return Completer((*ENTRIES, *MANY))


def ids(rows):
    return [row.value.removeprefix("id:") for row in rows]


@given(typed_texts)
@example("")
@example("👩‍🔬" * 40)
@example("\ud83d \x00 \u202e")
@example("visa " * 1200)
@example("letr" * 1500)
@example("' '' ´ ` _")
def test_any_typed_text_gives_rows_that_discord_takes(many, typed):
    rows = many.rows(typed, front=["visas", "gone", "letters"])
    existing = {f"id:{entry.id}" for entry in (*ENTRIES, *MANY)}

    assert len(rows) <= ROWS == 25
    assert all(1 <= len(row.label) <= LABEL_LENGTH == 100 for row in rows)
    assert {row.value for row in rows} <= existing
    assert len({row.value for row in rows}) == len(rows)


@given(typed_texts)
def test_the_same_letters_give_the_same_rows(many, typed):
    assert many.rows(typed) == many.rows(typed) == Completer((*ENTRIES, *MANY)).rows(typed)


@given(st.sampled_from(ENTRIES), st.data())
def test_every_wording_finds_its_entry_first_from_its_beginning_on(completer, entry, data):
    text = data.draw(st.sampled_from(entry.texts))
    typed = text[: data.draw(st.integers(len(text) * 2 // 3, len(text)))]

    assert ids(completer.rows(typed))[0] == entry.id


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("recom", "letters"),
        ("letter", "letters"),
        ("REFERENCE", "letters"),
        ("refused", "visas"),
        ("recommendation let", "letters"),
        ("let recommendation ", "letters"),
        ("scholarship visa", "funding"),
        ("fundign", "funding"),
        ("recomendaton", "letters"),
        ("refrence letter", "letters"),
        ("how long visa", "visas"),
        ("ästh", "umlauts"),
        ("GRÖSSERE", "umlauts"),
        ("vissa how", "visas"),
    ],
    ids=[
        "beginning of a middle word",
        "middle word",
        "capitals",
        "a phrasing's word",
        "last word still typed",
        "words in another order",
        "the row that holds both words",
        "two letters swapped",
        "two slips in a long word",
        "slip and word",
        "words far apart",
        "umlaut",
        "sharp s",
        "typo first",
    ],
)
def test_what_was_typed_finds_its_entry_first(completer, typed, expected):
    assert ids(completer.rows(typed))[0] == expected


def test_a_finished_word_is_not_taken_for_the_beginning_of_another(completer):
    assert ids(completer.rows("fund")) == ["funding"]
    assert ids(completer.rows("for ")) == ["letters", "visas", "funding"]
    assert "id:letters" not in {row.value for row in completer.rows("let ")}


@pytest.mark.parametrize("typed", ["zebra", "qqqq wwww", "xyzzy plugh frobnicate"])
def test_words_of_no_entry_show_no_rows(completer, typed):
    assert completer.rows(typed) == []


def test_a_short_word_forgives_no_typo(completer):
    """Among three letters too many other words are one slip away."""
    assert completer.rows("vis ") == []
    assert completer.rows("wsa ") == []


@pytest.mark.parametrize("typed", ["", "   ", "\u200b", "?!"])
def test_without_words_the_front_is_shown_in_its_order(completer, typed):
    front = ["visas", "gone", "letters", "visas", "funding"]

    assert ids(completer.rows(typed, front=front)) == ["visas", "letters", "funding"]


def test_with_words_the_front_is_not_shown(completer):
    assert ids(completer.rows("money", front=[EntryId("visas")])) == ["funding"]


def test_a_long_front_is_cut_to_what_discord_takes(many):
    assert ids(many.rows("", front=[entry.id for entry in MANY])) == [entry.id for entry in MANY[:ROWS]]


def test_a_label_too_long_for_discord_is_cut_at_a_word(completer):
    (row,) = completer.rows("endless")
    question = next(entry.question for entry in ENTRIES if entry.id == "long")

    assert row.label.endswith("really…")
    assert question.startswith(row.label.removesuffix("…") + " ")


def test_a_label_is_the_canonical_question_whichever_wording_was_met(completer):
    assert completer.rows("who writes my ref")[0].label == "Whom can I ask for a recommendation letter?"


def test_what_stands_beyond_the_length_that_is_searched_costs_nothing(completer):
    assert completer.rows(" " * QUESTION_LENGTH + "visa", front=["letters"]) == completer.rows("", front=["letters"])


def test_an_empty_faq_shows_nothing():
    assert Completer(()).rows("visa") == []
    assert Completer(()).rows("", front=["visas"]) == []


def test_every_question_of_the_shipped_faq_finds_itself_first(content):
    completer = Completer(content.pack.entries)
    missed = {entry.id for entry in content.pack.entries if ids(completer.rows(entry.question))[0] != entry.id}

    assert missed == set()
