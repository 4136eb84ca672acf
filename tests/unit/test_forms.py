"""From what is typed to an entry, and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import FormError
from bot.core.models import EntryId, Phrasing, Source, Topic, TopicId
from bot.core.moderation import Form
from bot.faq.forms import PHRASINGS, filled, form_of
from bot.faq.library import Shelf
from support.parts import make_entry

TODAY = date(2027, 1, 2)
LETTERS = make_entry("letters", "Whom can I ask for a letter?", "who writes letters")
TOPIC = Topic(TopicId("letters"), "Letters of recommendation")
SHELF = Shelf({LETTERS.id: LETTERS}, {TOPIC.id: TOPIC}, is_pack=True)
GOOD = Form(
    question="How do cats travel?",
    answer="In a box.",
    phrasings="cat in a plane\n- my cat flies\n\n• MY CAT FLIES",
    topic="letters of Recommendation",
    sources="Vets | https://example.org/v | they know\nsomebody with cats",
)


def faults_of(form, shelf=SHELF, before=None) -> list[str]:
    """Return what is wrong with a form, by sentence."""
    with pytest.raises(FormError) as caught:
        filled(form, shelf, before, TODAY)
    return [fault.text_key for fault in caught.value.faults]


def test_five_fields_make_an_entry():
    made = filled(GOOD, SHELF, None, TODAY)

    assert (
        make_entry(
            "how-do-cats-travel",
            "How do cats travel?",
            "cat in a plane",
            "my cat flies",
            answer="In a box.",
            sources=(Source("Vets", "https://example.org/v", "they know"), Source("somebody with cats")),
            reviewed_on=TODAY,
        )
        == made.entry
    )
    assert made.new_topic is None


def test_a_topic_nobody_has_opened_is_opened():
    made = filled(replace(GOOD, topic="Cats & dogs"), SHELF, None, TODAY)

    assert Topic(TopicId("cats-dogs"), "Cats & dogs") == made.new_topic
    assert TopicId("cats-dogs") == made.entry.topic


def test_every_shipped_entry_is_the_same_after_it_was_opened_and_saved(content):
    topics = {topic.id: topic for topic in content.pack.topics}
    shelf = Shelf({entry.id: entry for entry in content.pack.entries}, topics, is_pack=True)
    changed = [
        entry.id
        for entry in shelf.entries.values()
        if filled(form_of(entry, topics), shelf, entry, TODAY).entry != entry
    ]

    assert [] == changed


lines = st.text("abc -•|", min_size=2, max_size=12).filter(lambda text: text.strip() == text and text.strip("-•| "))
sources = st.builds(Source, lines) | st.builds(Source, lines, st.just("https://example.org/x"), lines)


@given(
    st.lists(lines, unique=True, max_size=5),
    st.lists(sources, unique=True, max_size=4),
    st.text("ab`\n* ", max_size=20),
)
def test_an_entry_opened_and_saved_is_the_same_whatever_its_wordings_look_like(phrasings, named, answer):
    entry = replace(
        LETTERS,
        phrasings=tuple(Phrasing(text, "terse") for text in phrasings),
        sources=tuple(named),
        answer=f"a{answer}".strip(),
    )

    assert entry == filled(form_of(entry, SHELF.topics), SHELF, entry, TODAY).entry


def test_what_the_form_has_no_field_for_stays():
    before = replace(LETTERS, setbacks=("a no",), related=(EntryId("x"),), phrasings=(Phrasing("who writes", "tired"),))
    form = replace(form_of(before, SHELF.topics), question="Who writes letters for me?")
    made = filled(form, SHELF, before, TODAY).entry

    assert replace(before, question="Who writes letters for me?") == made


def test_whoever_rewrites_an_answer_has_checked_it_today():
    form = form_of(LETTERS, SHELF.topics)

    assert LETTERS.reviewed_on == filled(form, SHELF, LETTERS, TODAY).entry.reviewed_on
    assert TODAY == filled(replace(form, answer="New."), SHELF, LETTERS, TODAY).entry.reviewed_on


def test_lines_of_an_answer_end_alike_whatever_typed_them():
    assert "a\nb\n\nc" == filled(replace(GOOD, answer="a\r\nb\x00\n\nc\n"), SHELF, None, TODAY).entry.answer


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"question": "Why"}, ["fault.question"]),
        ({"question": "?" * 20}, ["fault.question"]),
        ({"question": "a" * 151}, ["fault.question"]),
        ({"question": "Is it [example.org](https://evil.example)?"}, ["fault.lying_link"]),
        ({"answer": " \n"}, ["fault.answer_empty"]),
        ({"answer": "a" * 4001}, ["fault.answer_long"]),
        ({"answer": "Ask @everyone"}, ["fault.mention"]),
        ({"answer": "Ask <@123>"}, ["fault.mention"]),
        ({"answer": "See [https://uni.example](https://evil.example)"}, ["fault.lying_link"]),
        ({"phrasings": "a" * 251}, ["fault.phrasing"]),
        ({"phrasings": "\n".join(f"wording {n}" for n in range(PHRASINGS + 1))}, ["fault.phrasings"]),
        ({"phrasings": "Who Writes Letters"}, ["fault.wording_taken"]),
        ({"question": "whom can I ask for a letter?"}, ["fault.wording_taken"]),
        ({"topic": "x"}, ["fault.topic"]),
        ({"sources": "\n".join("abcdef")}, ["fault.sources"] + ["fault.source_long"] * 6),
        ({"sources": "A page | http://example.org | old"}, ["fault.source"]),
        ({"sources": "A page | https://example.org"}, ["fault.source"]),
        ({"sources": "see https://example.org"}, ["fault.source"]),
        ({"sources": "A page | javascript:alert(1) | no"}, []),
        ({"sources": "t" * 251}, ["fault.source_long"]),
        ({"sources": f"A page | https://example.org/{'a' * 500} | long"}, ["fault.source_link"]),
        ({"sources": "[https://uni.example](https://evil.example) by hand"}, ["fault.source"] * 1),
        ({"sources": "thanks to @everyone"}, ["fault.mention"]),
    ],
)
def test_what_is_wrong_is_named(changes, faults):
    form = replace(GOOD, **changes)
    found = faults_of(form) if faults else [] if filled(form, SHELF, None, TODAY) else None

    assert faults == [fault for fault in found if fault in faults]


def test_all_faults_are_told_at_once():
    assert ["fault.question", "fault.answer_empty", "fault.topic"] == faults_of(Form())


def test_an_entry_may_keep_its_own_wordings():
    form = replace(form_of(LETTERS, SHELF.topics), phrasings="who writes letters\nwho writes letters for me")

    assert 2 == len(filled(form, SHELF, LETTERS, TODAY).entry.phrasings)
