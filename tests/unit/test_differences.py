"""What changed, in lines a person can read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.core.models import Phrasing
from bot.faq.differences import GAP, differences, fields_of_entry
from support.parts import make_entry

texts = st.text(st.sampled_from("ab. \n"), max_size=30)


def test_a_sentence_that_changed_is_shown_with_its_neighbours_and_no_more():
    old = {"answer": "One. Two. Three. Four. Five."}
    new = {"answer": "One. Two. Three! Four. Five."}

    (found,) = differences(old, new)

    assert ("answer", (" Two.", "-Three.", "+Three!", " Four.")) == (found.field, found.lines)


def test_what_lies_between_two_changes_is_left_out():
    old = {"phrasings": "a\nb\nc\nd\ne\nf"}
    new = {"phrasings": "A\nb\nc\nd\ne\nF"}

    (found,) = differences(old, new)

    assert ("-a", "+A", " b", GAP, " e", "-f", "+F") == found.lines


def test_a_break_that_moved_is_seen():
    (found,) = differences({"answer": "One. Two."}, {"answer": "One.\nTwo."})

    assert ("-One. Two.", "+One.", "+Two.") == found.lines


def test_a_new_entry_is_all_plus_and_a_removed_one_all_minus():
    entry = make_entry("cats", "How do cats sleep?", "cat sleep")
    fields = fields_of_entry(entry, {})

    assert {"+"} == {line[0] for found in differences({}, fields) for line in found.lines}
    assert {"-"} == {line[0] for found in differences(fields, {}) for line in found.lines}


def test_what_no_form_shows_is_seen_too():
    before = make_entry()
    after = replace(before, reviewed_on=date(2030, 1, 2), phrasings=(Phrasing("new", "terse"),))

    found = differences(fields_of_entry(before, {}), fields_of_entry(after, {}))

    assert ["phrasings", "reviewed"] == [one.field for one in found]


@given(texts, texts)
def test_two_texts_differ_exactly_where_something_is_shown(old, new):
    found = differences({"answer": old}, {"answer": new})

    assert (old != new) == bool(found)
    assert all(any(line[0] in "+-" for line in one.lines) for one in found)
