"""A form as a text file: whatever was typed comes back letter for letter."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.errors import FormError
from bot.core.moderation import Form
from bot.faq.draft_text import FILE_BYTES, read_text, revision_of_form, text_of, typed_in

typed_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
marks = st.sampled_from(["[answer]", "\\[answer]", "\\\\[topic]", "\n[question]\n", "", "\n", "[ answer]"])
typed = st.lists(typed_text | marks, max_size=4).map("\n".join)
forms = st.builds(Form, typed, typed, typed, typed, typed)


@given(forms)
@example(Form(question="[question]", answer="\n\n[answer]\n\\[answer]\n", topic="\r\n"))
def test_a_form_comes_back_from_its_text(form):
    assert form == Form(**typed_in(text_of(asdict(form))))


@given(st.dictionaries(st.sampled_from(list(asdict(Form()))), typed))
def test_only_the_fields_that_were_typed_come_back(some):
    found = typed_in(text_of(some))

    assert some == found or (not some and {"answer": ""} == found)


def test_any_other_text_is_an_answer():
    assert {"answer": "Ask them.\n\n[answer] is no field here.\n"} == typed_in(
        "Ask them.\n\n[answer] is no field here.\n"
    )


def test_a_file_from_another_program_is_read():
    assert "a\nb\n" == read_text("\ufeffa\r\nb\r\n".encode())


@pytest.mark.parametrize(
    ("data", "key"),
    [(b"a" * (FILE_BYTES + 1), "fault.file_large"), ("é".encode("latin-1"), "fault.file_encoding")],
)
def test_a_file_that_cannot_be_read_is_named_as_such(data, key):
    with pytest.raises(FormError) as caught:
        read_text(data)

    assert [key] == [fault.text_key for fault in caught.value.faults]


def test_two_texts_have_two_revisions():
    assert revision_of_form(Form("a", "b")) == revision_of_form(Form("a", "b")) != revision_of_form(Form("ab"))
