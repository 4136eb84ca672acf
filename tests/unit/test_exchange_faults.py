"""Each fault of a file that people bring in is told with its line, key and mend; none is another exception."""

from __future__ import annotations

import codecs
import json
from datetime import date

import pytest

from bot.content.exchange import MOST_BYTES, read
from bot.content.pack_shape import ANSWER_LENGTH, MOST_ENTRIES
from bot.core.errors import ContentError
from bot.core.models import TopicId
from bot.safety.text import slug_of
from support.packs import by_place

HEAD = "topic: a\ntitle: Aaa\nentries:\n"
ENTRY = "  - question: Is it so?\n    answer: It is\n"
TABLE = "id,topic,topic_title,question,answer,sources\n"
ANSWER = {"question": "Is it so?", "answer": "It is"}


def faults_of(name, content):
    """Return each problem of a file: its mend, by line and key."""
    data = content if isinstance(content, bytes) else content.encode()
    with pytest.raises(ContentError) as caught:
        read(name, data, today=date(2026, 11, 24), topic=TopicId("here"))
    return {
        (line, key): message for (file, line, key), message in by_place(caught.value.problems).items() if file == name
    }


def answer(text):
    """Return a table with one entry that gives this answer."""
    return json.dumps({**ANSWER, "answer": text})


# The file, its content, the line and key that are named, and a piece of the mend.
FAULTS = {
    "too many bytes": ("a.yaml", "#" * (MOST_BYTES + 1), 1, "file", "4,000,001 bytes; at most 4,000,000"),
    "no such format": ("a.docx", "words", 1, "file", "ends in .yaml, .csv, .jsonl, .txt"),
    "a workbook": ("a.csv", b"PK\x03\x04\x14\x00", 1, "file", "save it as `CSV UTF-8`"),
    "Latin-1": ("a.csv", "question,answer\nIs it so?,déjà vu".encode("latin-1"), 2, "file", "byte 0xe9 at position 27"),
    "Latin-1 after a mark": ("a.csv", codecs.BOM_UTF8 + b"a\n\xe9", 2, "file", "byte 0xe9 at position 5"),
    "half of UTF-16": ("a.txt", "Q: a".encode("utf-16")[:-1], 1, "file", "is not UTF-16 text"),
    "UTF-16 without its mark": ("a.txt", "Q: abc".encode("utf-16-le"), 1, "file", "NUL character at position 1"),
    "a NUL in line 2": ("a.csv", "question,answer\n\0", 2, "file", "NUL"),
    "nothing": ("a.yaml", "", 1, "file", "is empty"),
    "only blanks": ("a.csv", "\ufeff \n\n", 1, "file", "is empty"),
    "only a comment": ("a.yaml", "# nothing\n---\n---\n", 1, "file", "holds no entry"),
    "only a head": ("a.csv", TABLE, 1, "file", "holds no entry"),
    # YAML
    "an alias": ("a.yaml", HEAD + "  - &a {}\n  - *a\n", 4, "file", "an anchor or an alias"),
    "aliases that explode": (
        "a.yaml",
        "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
        1,
        "file",
        "an anchor or an alias",
    ),
    "an alias of itself": ("a.yaml", "- &a [*a]\n", 1, "file", "an anchor or an alias"),
    "a tag of Python": ("a.yaml", "a: 1\nb: !!python/object/apply:os.system [x]\n", 2, "file", "python/object/apply"),
    "a tag": ("a.yaml", "topic: !!str a\n", 1, "file", "holds the tag"),
    "deep lists": ("a.yaml", "topic: a\nentries: " + "[" * 100_000, 2, "file", "more than 20 deep"),
    "deep keys": ("a.yaml", "".join(" " * depth + "a:\n" for depth in range(900)), 21, "file", "more than 20 deep"),
    "too many values": ("a.yaml", "- a\n" * 200_000, 199_999, "file", "more than 200,000 values"),
    "an endless number": ("a.yaml", "a: b\nc: " + "1:" * 300 + "1", 2, "file", "a number of 601 digits"),
    "an endless hexadecimal": ("a.yaml", "a: 0x" + "f" * 9000, 1, "file", "a number of 9002 digits"),
    "a control character": ("a.yaml", "a: 1\nb: \x07", 2, "file", "control character"),
    "an escaped control character": ("a.yaml", HEAD + '  - {question: "Is it\\0so?", answer: It is}', 4, "is-itso.question", "U+0000"),
    "bad indentation": ("a.yaml", HEAD + ENTRY + " - x\n", 6, "file", "is not valid YAML"),
    "no keys": ("a.yaml", "just words", 1, "file", "must be a dictionary"),
    "an entry without keys": ("a.yaml", HEAD + ENTRY + "  - words\n", 6, "entry 2", "must be a dictionary"),
    "entries that are none": ("a.yaml", "topic: a\nentries: yes\n", 2, "entries", "list"),
    "a fault in the second document": ("a.yaml", HEAD + ENTRY + "---\ntopic: A B\nentries: [{}]\n", 7, "topic", "the form"),
    "two titles": (
        "a.yaml",
        HEAD + ENTRY + "---\ntopic: a\ntitle: Bbb\nentries:\n" + ENTRY.replace("so", "not so"),
        8,
        "title",
        "is 'Bbb', and 'Aaa' in line 2; give a one title",
    ),
    # CSV
    "an unknown column": ("a.csv", "question,answer,colour\nIs it so?,It is,\n", 1, "column colour", "is no column"),
    "a missing column": ("a.csv", "question,id\n,\n", 1, "column answer", "is missing"),
    "a doubled column": ("a.csv", "question,answer,Answer\n", 1, "column answer", "stands twice"),
    "too many columns": ("a.csv", "a," * 60 + "a\n", 1, "file", "has 61 columns"),
    "too many cells": ("a.csv", "question,answer\nIs it so?,It is,sure\n", 2, "entry 1", "has 3 cells for 2 columns"),
    "an open quote": ("a.csv", 'question,answer\nIs it so?,"It\nis\n', 2, "file", "look at the quotes"),
    "a quote too early": ("a.csv", 'question,answer\nIs it so?,"It" is\n', 2, "file", "look at the quotes"),
    "a huge cell": ("a.csv", "question,answer\nIs it so?," + "x" * 140_000, 2, "file", "field limit"),
    "a source in other words": ("a.csv", f"{TABLE},,,Is it so?,It is,http://a.org\n", 2, "sources", "title | https://link"),
    "two titles of one topic": (
        "a.csv",
        f"{TABLE},a,Aaa,Is it so?,It is,\n,a,Bbb,Is it not so?,It is not,\n",
        3,
        "is-it-not-so.topic_title",
        "'Aaa' in line 2; give a one title",
    ),
    "an American date": (
        "a.csv",
        "question,answer,reviewed_on\nIs it so?,It is,11/24/2026\n",
        2,
        "is-it-so.reviewed_on",
        "write it like 2026-11-24",
    ),
    # JSON Lines
    "no JSON": ("a.jsonl", json.dumps(ANSWER) + "\nwords\n", 2, "line 2", "Expecting value, column 1"),
    "JSON of another kind": ("a.jsonl", "[1]\n", 1, "line 1", "no object"),
    "deep JSON": ("a.jsonl", "[" * 100_000, 1, "line 1", "recursion"),
    "rather deep JSON": ("a.jsonl", '{"a":' * 50 + "1" + "}" * 50, 1, "line 1", "nested too deeply"),
    "a key twice": ("a.jsonl", '{"id": "a", "id": "b"}', 1, "line 1", "stands twice"),
    "too many keys": ("a.jsonl", json.dumps({str(key): 1 for key in range(99)}), 1, "line 1", "99 keys"),
    "half a character": ("a.jsonl", '{"question": "\\ud83d"}', 1, "line 1", "half of a character"),
    "a list for a text": ("a.jsonl", json.dumps({**ANSWER, "answer": ["It is"]}), 1, "is-it-so.answer", "string"),
    # Questions and answers
    "words before the first question": ("a.txt", "Hello!\nQ: Is it so?\nA: It is", 1, "file", "begin with `Q:`"),
    "no mark at all": ("pasted", "\n\nHow are you?", 1, "file", "begin with `Q:`"),
    "an answer to nothing": ("a.txt", "A: It is\nQ: Is it so?\nA: It is", 1, "A:", "no question"),
    "two answers": ("a.txt", "Q: Is it so?\nA: It is\nA: It is not", 3, "A:", "join it"),
    "a question without an answer": ("a.txt", "Q: Is it so?\nA: It is\n\nQ: Is it?", 4, "is-it.answer", "add it"),
    # Whatever the format
    "an id that is no slug": ("a.csv", f"{TABLE}A b,,,Is it so?,It is,\n", 2, "A b.id", "the form"),
    "an id twice": ("a.csv", f"{TABLE}b,,,Is it so?,It is,\nb,,,Is it?,It is,\n", 3, "b.id", "a.csv:2"),
    "a wording twice": ("a.txt", "Q: Is it so?\nA: It is\nQ: IS  it so?\nA: No", 3, "is-it-so-2.question", "a.txt:1"),
    "a question without words": ("a.txt", "Q: ?!?!?!\nA: It is", 1, f"{slug_of('?!?!?!')}.question", "no letter"),
    "an answer without words": ("a.jsonl", answer("\u200b\u2800"), 1, "is-it-so.answer", "no letter"),
    "an answer too long": ("a.jsonl", answer("x" * 4001), 1, "is-it-so.answer", f"at most {ANSWER_LENGTH} fit"),
    "a mention": ("a.jsonl", answer("Ask <@&123>"), 1, "is-it-so.answer", "<@&123>"),
    "a mention in a question": ("a.txt", "Q: @everyone, why?\nA: It is", 1, "everyone-why.question", "@everyone"),
    "a link that lies": (
        "a.jsonl",
        answer("See [https://bank.example](https://evil.example)"),
        1,
        "is-it-so.answer",
        "shows bank.example but leads to evil.example",
    ),
    "a lie in a source": (
        "a.csv",
        f"{TABLE},,,Is it so?,It is,[mit.edu](https://evil.example) | https://mit.edu | good\n",
        2,
        "is-it-so.sources",
        "shows mit.edu",
    ),
}  # fmt: skip


@pytest.mark.parametrize("written", FAULTS)
def test_a_fault_is_told_in_its_place(written):
    name, content, line, key, mend = FAULTS[written]
    faults = faults_of(name, content)

    assert [(line, key)] == list(faults)
    assert mend in faults[line, key]


def test_many_faults_of_a_table_are_told_at_once():
    text = f"{TABLE}A b,a b,x,no,,nowhere\n{'b,' * 3}Is it so?,It is,\nb,,,Is it so?,@everyone,\n"

    assert {
        (2, "A b.id"),
        (2, "A b.topic"),
        (2, "A b.topic_title"),
        (2, "A b.question"),
        (2, "A b.answer"),
        (2, "sources"),
        (3, "b.topic_title"),
        (4, "b.id"),
        (4, "b.question"),
        (4, "b.answer"),
    } == faults_of("a.csv", text).keys()


@pytest.mark.parametrize(
    ("name", "head", "row"),
    [
        ("a.yaml", "entries:\n", "- {question: Is it %d?, answer: It is}\n"),
        ("a.csv", "question,answer\n", "Is it %d?,It is\n"),
        ("a.jsonl", "", '{"question": "Is it %d?", "answer": "It is"}\n'),
        ("a.txt", "", "Q: Is it %d?\nA: It is\n"),
    ],
)
def test_the_most_entries_are_read_and_one_more_is_refused(name, head, row):
    most = head + "".join(row % number for number in range(MOST_ENTRIES))

    assert MOST_ENTRIES == len(read(name, most.encode(), today=date(2026, 11, 24), topic=TopicId("here")).entries)
    assert {(1, "file"): "holds more than 5,000 entries; split it"} == faults_of(name, most + row % MOST_ENTRIES)
