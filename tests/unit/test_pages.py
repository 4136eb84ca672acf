"""Answers as pages that fit a message."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.models import Source
from bot.views.pages import PAGE_LENGTH, checked_line, pages_of, split
from support.parts import make_entry

paragraphs = st.lists(st.text(alphabet="abcé👩 \n", max_size=60), max_size=12).map("\n\n".join)


def letters(text):
    return "".join(text.split())


@given(paragraphs | st.text(), st.integers(1, 80))
def test_pages_together_lose_nothing_but_blanks(text, limit):
    assert letters("".join(split(text, limit))) == letters(text)


@given(paragraphs | st.text(), st.integers(1, 80))
def test_every_page_is_within_the_limit(text, limit):
    assert max(map(len, split(text, limit))) <= limit


@given(paragraphs | st.text(), st.integers(1, 80))
def test_no_page_is_empty_unless_the_text_is(text, limit):
    pages = split(text, limit)

    assert pages == [""] if not text.strip() else all(page.strip() == page != "" for page in pages)


@given(st.lists(st.text(alphabet="abc", min_size=1, max_size=9), min_size=1, max_size=40).map(" ".join))
def test_no_word_shorter_than_half_a_page_is_broken(text):
    assert [word for page in split(text, 20) for word in page.split()] == text.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("aaaa bbbb\n\ncccc dddd", ["aaaa bbbb", "cccc dddd"]),
        ("aaaa bbbb\ncccc dddd", ["aaaa bbbb", "cccc dddd"]),
        ("aaaa bbbb cccc dddd", ["aaaa bbbb", "cccc dddd"]),
        ("a\n\nbbbb cccc dddd", ["a\n\nbbbb", "cccc dddd"]),
        ("a" * 20, ["a" * 10, "a" * 10]),
    ],
    ids=["paragraph", "line", "word", "no stub of a page", "one endless word"],
)
def test_a_page_ends_at_the_best_break(text, expected):
    assert split(text, 10) == expected


def test_every_source_stands_on_the_pages_and_experience_is_told_apart(texts):
    page = Source("A guide", "https://example.org/guide", "written by people who read letters")
    lived = Source("Somebody who waited two years")
    shown = "\n".join(pages_of(make_entry(sources=(page, lived)), texts))

    assert texts("answer.source", title=page.title, trust=page.trust) in shown
    assert texts("answer.experience", experience=lived.title) in shown


def test_every_shipped_answer_fits_its_pages(content):
    for entry in content.pack.entries:
        pages = pages_of(entry, content.texts)

        assert max(map(len, pages)) <= PAGE_LENGTH
        assert letters(entry.answer) in letters("".join(pages))


def test_an_answer_says_when_it_was_checked_and_the_day_after_its_time_that_it_is_due(texts):
    entry = make_entry(reviewed_on=date(2026, 1, 1), review_after_days=30)
    last_day = date(2026, 1, 1) + timedelta(days=30)

    assert checked_line(entry, texts, last_day) == texts("answer.reviewed", date="2026-01-01")
    assert checked_line(entry, texts, last_day + timedelta(days=1)) == texts("answer.review_due", date="2026-01-01")
