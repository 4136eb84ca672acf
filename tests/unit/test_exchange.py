"""What goes out as a file comes in again as it was; whatever else comes in is refused in sentences."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.content.exchange import dump, read
from bot.core.errors import ContentError
from bot.core.models import Bundle, Format, Phrasing, Source, Topic, TopicId
from support.bundles import STUMBLING, bundles
from support.parts import make_entry

TODAY = date(2026, 11, 24)
HERE = TopicId("here")
WRITTEN = (Format.YAML, Format.CSV, Format.JSONL)
LETTERS = Bundle((Topic(TopicId("letters"), "Letters"),), (make_entry(),))
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def read_text(name: str, text: str) -> Bundle:
    """Read a file that somebody wrote by hand."""
    return read(name, text.encode(), today=TODAY, topic=HERE)


def is_told_or_read(name: str, data: bytes) -> bool:
    """Tell whether a file is read, or refused in sentences that name it; any other exception is the caller's."""
    try:
        return bool(read(name, data, today=TODAY, topic=HERE).entries)
    except ContentError as error:
        return bool(error.problems) and all(
            each.message and each.line >= 1 and name == each.path.name for each in error.problems
        )


@patient
@given(bundles(), st.sampled_from(WRITTEN))
def test_what_was_written_is_read_back_as_it_was(bundle, form):
    assert bundle == read(f"faq.{form}", dump(bundle, form), today=TODAY, topic=HERE)


@patient
@given(bundles(), st.sampled_from(WRITTEN))
def test_writing_again_what_was_read_changes_no_byte(bundle, form):
    once = dump(bundle, form)

    assert once == dump(read(f"faq.{form}", once, today=TODAY, topic=HERE), form)


@pytest.mark.parametrize("form", WRITTEN)
def test_the_shipped_faq_survives_every_format(content, form):
    shipped = Bundle(content.pack.topics, content.pack.entries)

    assert shipped == read(f"faq.{form}", dump(shipped, form), today=TODAY, topic=HERE)


@patient
@given(bundles())
def test_no_cell_of_a_table_begins_with_what_a_spreadsheet_runs(bundle):
    table = csv.reader(io.StringIO(dump(bundle, Format.CSV).decode("utf-8-sig"), newline=""))

    assert [] == [cell for row in table for cell in row if cell and cell[0] in "=+-@\t\r\n＝＋－＠"]


@patient
@given(bundles(), st.sampled_from(",;\t"))
def test_a_table_saved_with_another_separator_in_utf16_and_other_columns_first_is_the_same(bundle, separator):
    rows = csv.reader(io.StringIO(dump(bundle, Format.CSV).decode("utf-8-sig"), newline=""))
    saved = io.StringIO()
    csv.writer(saved, delimiter=separator).writerows(row[::-1] for row in rows)

    assert bundle == read("faq.csv", saved.getvalue().encode("utf-16"), today=TODAY, topic=HERE)


def test_a_topic_without_entries_is_left_out():
    bundle = Bundle((*LETTERS.topics, Topic(TopicId("empty"), "Empty")), LETTERS.entries)

    assert [LETTERS] * 3 == [read(f"a.{form}", dump(bundle, form), today=TODAY, topic=HERE) for form in WRITTEN]


def test_questions_and_answers_are_only_read():
    with pytest.raises(ValueError, match="only read"):
        dump(LETTERS, Format.QA)


def test_yaml_is_written_as_people_write_it():
    entry = make_entry(
        "code",
        "Is it: this?",
        answer="Run it:\n\n```make\n\tall:  \n---\n```\nQ: مرحبا 👩‍🔬",
        phrasings=(Phrasing("it's slow", "tired"), Phrasing("why", "plain")),
        sources=(Source("My own"),),
        setbacks=("rejection", "grief"),
    )
    text = dump(Bundle((), (entry, *LETTERS.entries)), Format.YAML).decode()

    assert text == (
        "topic: letters\n"
        "entries:\n"
        "  - id: code\n"
        '    question: "Is it: this?"\n'
        "    phrasings:\n"
        "      - tired: it's slow\n"
        "      - plain: why\n"
        "    answer: |\n"
        "      Run it:\n"
        "\n"
        "      ```make\n"
        "      \tall:  \n"
        "      ---\n"
        "      ```\n"
        "      Q: مرحبا 👩‍🔬\n"
        "    setbacks: [rejection, grief]\n"
        "    lived_experience: false\n"
        "    sources:\n"
        "      - experience: My own\n"
        "    reviewed_on: 2026-11-24\n"
        "    review_after_days: 365\n"
        "\n"
        "  - id: letters\n"
        "    question: Whom can I ask for a letter?\n"
        "    phrasings: []\n"
        "    answer: |\n"
        "      Ask somebody who saw you work.\n"
        "    setbacks: []\n"
        "    lived_experience: false\n"
        "    sources:\n"
        "      - title: A guide\n"
        "        link: https://example.org/guide\n"
        "        trust: written by people who read letters\n"
        "    reviewed_on: 2026-11-24\n"
        "    review_after_days: 365\n"
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "Question;Answer\nWhom do I ask?;Somebody who knows you.\n;\n"),
        ("a.tsv", "answer\tquestion\t\nSomebody who knows you.\tWhom do I ask?\t\n"),
        ("a.jsonl", '{"question": "Whom do I ask?", "answer": "Somebody who knows you.", "id": null}\n\n'),
        ("a.yml", "entries:\n- {question: Whom do I ask?, answer: Somebody who knows you.}\n---\n"),
        ("a.txt", "Q: Whom do I ask?\nA: Somebody who knows you."),
        ("pasted text", "\n question:Whom do\nI ask?\n\nANSWER:\nSomebody who knows you.\n\n"),
    ],
)
def test_what_nobody_wants_to_write_is_filled_in(name, text):
    written = make_entry(
        "whom-do-i-ask", "Whom do I ask?", topic=HERE, answer="Somebody who knows you.", sources=(), reviewed_on=TODAY
    )

    assert Bundle((), (written,)) == read_text(name, text)


def test_a_table_from_a_spreadsheet_is_read_as_it_is_meant():
    text = (
        "topic,topic_title,question,answer,phrasings,setbacks,lived_experience,sources,reviewed_on\r\n"
        'first,First,"Why ""me""?",\'=1+1,"tired: why\n\nplain: terse: me\n","grief;rejection",TRUE,'
        '"MIT | Guide | https://mit.edu | they know\nexperience: My own",4.9.2026\r\n'
    )
    bundle = read_text("a.csv", text)
    entry = make_entry(
        "why-me",
        'Why "me"?',
        topic=TopicId("first"),
        answer="=1+1",
        phrasings=(Phrasing("why", "tired"), Phrasing("terse: me")),
        setbacks=("grief", "rejection"),
        lived_experience=True,
        sources=(Source("MIT | Guide", "https://mit.edu", "they know"), Source("My own")),
        reviewed_on=date(2026, 9, 4),
    )

    assert Bundle((Topic(TopicId("first"), "First"),), (entry,)) == bundle


def test_questions_before_one_answer_are_its_phrasings_and_the_answer_keeps_its_lines():
    text = "Q: How do I begin?\nq：Where to start?\nA: So:\n\n- read\n- ask\nQuestion: And then?\nAnswer: Rest. A: b"
    first, second = read_text("a.txt", text).entries

    assert ("how-do-i-begin", "How do I begin?") == (first.id, first.question)
    assert (Phrasing("Where to start?"),) == first.phrasings
    assert "So:\n\n- read\n- ask" == first.answer
    assert ("And then?", "Rest. A: b") == (second.question, second.answer)


def test_ids_that_are_made_differ_from_each_other_and_from_those_that_are_given():
    text = "id,question,answer\n,Is it so?,yes\n,Is it so!,no\nis-it-so,Given?,perhaps\n,كيف أبدأ؟,اقرأ\n"
    ids = [entry.id for entry in read_text("a.csv", text).entries[:3]]

    assert ["is-it-so-2", "is-it-so-3", "is-it-so"] == ids
    assert read_text("a.csv", text).entries[3].id.startswith("entry-")


def test_one_file_may_hold_a_topic_in_two_documents():
    entries = "\nentries: [{question: Is it %s?, answer: yes it is}]\n"
    text = f"topic: a\ntitle: Aaa{entries % 1}---\ntopic: b{entries % 2}---\ntopic: a{entries % 3}"
    bundle = read_text("a.yaml", text)

    assert ["a", "b", "a"] == [entry.topic for entry in bundle.entries]
    assert (Topic(TopicId("a"), "Aaa"),) == bundle.topics


@patient
@given(st.sampled_from(("yaml", "csv", "jsonl", "txt", "zip", "")), st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_sentences(ending, data):
    assert is_told_or_read(f"faq.{ending}", data)


pieces = st.sampled_from((*STUMBLING, "[" * 30, "- - - ", "? ", "1:1:1", "\\ud800", "\0", "\x07", "A" * 5000))


@patient
@given(
    st.sampled_from(WRITTEN), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), pieces), min_size=1, max_size=4)
)
def test_a_damaged_file_is_read_or_refused_in_sentences(form, damages):
    text = dump(LETTERS, form).decode()
    for place, length, piece in damages:
        at = int(place * len(text))
        text = text[:at] + piece + text[at + length :]

    assert is_told_or_read(f"faq.{form}", text.encode())


@patient
@given(
    st.sampled_from(("yaml", "csv", "txt")),
    st.lists(pieces | st.sampled_from((":", "a", "id: ", "entries:\n")), max_size=12),
)
def test_pieces_in_any_order_are_read_or_refused_in_sentences(ending, parts):
    assert is_told_or_read(f"faq.{ending}", "".join(parts).encode())


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("a", "text", "title")), inner, max_size=3)
    ),
    max_leaves=6,
)
keys = st.sampled_from(
    ("id", "topic", "topic_title", "question", "answer", "phrasings", "setbacks", "sources", "related", "reviewed_on")
)


@patient
@given(st.lists(st.dictionaries(keys | st.text(max_size=5), values, max_size=12) | values, max_size=3))
def test_any_json_is_read_or_refused_in_sentences(rows):
    assert is_told_or_read("faq.jsonl", "\n".join(map(json.dumps, rows)).encode())
    assert is_told_or_read("faq.yaml", json.dumps({"topic": "a", "entries": rows}).encode())
