"""The words of the project: errors, sentences, entries."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import ContentError, Exit, LanternError, Problem
from bot.core.models import Source
from bot.core.texts import DECLARED, Texts, placeholders_of
from support.parts import make_entry


def errors_below(kind):
    return [kind, *(error for child in kind.__subclasses__() for error in errors_below(child))]


@pytest.mark.parametrize("kind", errors_below(LanternError), ids=lambda kind: kind.__name__)
def test_every_error_has_an_exit_code_that_fails_and_a_sentence_that_exists(kind, texts):
    assert kind.exit_code in set(Exit) - {Exit.OK}
    assert kind.text_key in DECLARED
    assert texts.sentences[kind.text_key]


def test_content_errors_tell_every_problem_in_the_order_of_the_files():
    late = Problem(Path("b.yaml"), 2, "title", "is missing; add it")
    early = Problem(Path("a.yaml"), 12, "topic", "is empty")

    assert str(ContentError([late, early])) == (
        "2 problems to mend:\na.yaml:12: topic: is empty\nb.yaml:2: title: is missing; add it"
    )
    assert str(ContentError([early])).startswith("1 problem to mend:")


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Page {page} of {pages}", {"page", "pages"}),
        ("{{no}} braces", set()),
        ("", set()),
        ("{page:>3}", {"page"}),
    ],
)
def test_the_placeholders_of_a_sentence_are_found(sentence, expected):
    assert placeholders_of(sentence) == expected


@pytest.mark.parametrize("sentence", ["{", "}", "page {page"])
def test_a_sentence_with_a_lonely_brace_is_refused(sentence):
    with pytest.raises(ValueError, match=r"[Ss]ingle|expected"):
        placeholders_of(sentence)


@given(st.text())
def test_whatever_fills_a_placeholder_is_shown_as_it_is(value):
    """Braces in what a person wrote are not read as placeholders."""
    assert Texts("en", {"asked": "<{question}>"}, ())("asked", question=value) == f"<{value}>"


def test_the_wordings_of_an_entry_begin_with_its_canonical_question():
    assert make_entry("visas", "How long?", "visa wait", "visa when").texts == (
        "How long?",
        "visa wait",
        "visa when",
    )


def test_a_source_without_a_page_is_somebodys_experience():
    assert Source("Somebody who waited").is_experience
    assert not Source("A guide", "https://example.org", "a reason").is_experience
