"""Each fault somebody can write into an FAQ file is told with its file, line, key and mend."""

from __future__ import annotations

import pytest

from bot.content.pack_shape import ANSWER_LENGTH
from bot.content.packs import load_pack
from bot.core.models import Phrasing
from support.packs import entry, faults_of, line_of, topic, write_pack

A, B = "alpha", "beta"
ANSWER = "    answer: Here is what people who know about alpha say, at some length.\n"
PHRASINGS = """\
    phrasings:
      - formal: One wording of alpha
      - tired: another wording of alpha
      - terse: a third one, alpha
      - a plain wording of alpha
"""


def change(old, new, more=""):
    """Return a topic file with one entry, of which one piece is replaced."""
    return topic("first", entry(A, (old, new), more=more))


# What is written, in which line (a piece of it), the key that is named, and a piece of the mend.
FAULTS = {
    "unknown key": (change("setbacks:", "setbakcs: []\n    setbacks:"), "setbakcs", "alpha.setbakcs", "misspelling"),
    "missing answer": (change(ANSWER, ""), "id: alpha", "alpha.answer", "add it"),
    "missing id": (change("- id: alpha\n    question", "- question"), "- question", "entry 1.id", "add it"),
    "answer too long": (
        change("at some length", "x" * ANSWER_LENGTH),
        "answer:",
        "alpha.answer",
        f"at most {ANSWER_LENGTH} fit",
    ),
    "answer too short": (change(ANSWER, "    answer: No.\n"), "answer:", "alpha.answer", "at least 40"),
    "answer not text": (change(ANSWER, "    answer: 42\n"), "answer:", "alpha.answer", "it is 42"),
    "dead link": (change("", "", more="    related: [nowhere]\n"), "[nowhere]", "alpha.related", "'nowhere'"),
    "link to itself": (change("", "", more="    related: [alpha]\n"), "[alpha]", "alpha.related", "no other entry"),
    "unknown setback": (change("[rejection]", "[lateness]"), "[lateness]", "alpha.setbacks", "data/setbacks.yaml"),
    "doubled wording": (
        change("another wording of alpha", "ONE  wording of Alpha"),
        "ONE  wording",
        "alpha.phrasings",
        "already, in first.yaml:7",
    ),
    "doubled key": (change("", "", more="    review_after_days: 400\n"), "400", "review_after_days", "in line 16"),
    "wrong date": (change("2026-11-24", "2026-13-45"), "2026-13-45", "alpha.reviewed_on", "date"),
    "date in words": (change("2026-11-24", "last week"), "last week", "alpha.reviewed_on", "'last week'"),
    "mention of everyone": (change("at some", "@everyone"), "@everyone", "alpha.answer", "must not ping"),
    "mention of a member": (change("at some", "<@!123>"), "<@!123>", "alpha.answer", "<@!123>"),
    "mention of a role": (change("at some", "<@&123>"), "<@&123>", "alpha.answer", "<@&123>"),
    "link that lies": (
        change("at some", "[mit.edu](https://evil.example)"),
        "mit.edu",
        "alpha.answer",
        "leads to evil.example",
    ),
    "unknown kind of phrasing": (change("tired:", "sleepy:"), "sleepy:", "alpha.phrasings.1.kind", "'sleepy'"),
    "too few phrasings": (change(PHRASINGS, "    phrasings: [one, two]\n"), "[one", "alpha.phrasings", "at least 4"),
    "phrasing not text": (change("a plain wording of alpha", "12"), "- 12", "alpha.phrasings.3", "it is 12"),
    "source without a reason": (
        change("experience: From people who have been there", "title: Guide\n        link: https://example.org/"),
        "title: Guide",
        "alpha.sources.0",
        "title, link and trust",
    ),
    "link without https": (
        change("experience: From", "title: Guide\n        trust: good\n        link: http://example.org/ #"),
        "http://",
        "alpha.sources.0.link",
        "http://example.org/",
    ),
    "id that is no slug": (change("id: alpha", "id: Alpha Beta"), "id: Alpha", "Alpha Beta.id", "the form"),
    "review too late": (change("365", "9000"), "9000", "alpha.review_after_days", "1500"),
    "topic unlike the file": (topic("second", entry(A)), "topic: second", "topic", "first"),
    "entry not a mapping": (topic("first", entry(A), "  - just words\n"), "just words", "entry 2", "just words"),
    "no entries": ("topic: first\ntitle: A topic\nentries: []\n", "entries", "entries", "at least 1"),
    "a list instead of keys": ("- a\n- b\n", "- a", "file", "dictionary"),
    "an empty file": ("", "", "file", "None"),
    "bad quotes": (change("Here is", '"Here is'), "", "file", "is not valid YAML"),
    "a colon in plain text": (change("Here is", "Here: is"), "Here: is", "file", "quotes, colons"),
    "a tab": (change("    setbacks", "\tsetbacks"), "setbacks", "file", "is not valid YAML"),
    "a value YAML cannot read": (change("365", "0x_"), "0x_", "file", "is not valid YAML"),
    "a control character": (change("at some", "at \x07 some"), "\x07", "file", "control character"),
    "an alias of itself": (change("[rejection]", "&again [*again]"), "", "file", "alias"),
}


@pytest.mark.parametrize("written", FAULTS)
def test_a_fault_is_the_only_one_told_and_in_its_place(tmp_path, written):
    text, piece, key, mend = FAULTS[written]
    faults = faults_of(write_pack(tmp_path, first=text))
    ((file, line, named), message) = next(iter(faults.items()))

    assert 1 == len(faults)
    assert ("first.yaml", key) == (file, named)
    assert mend in message
    if piece:
        assert line_of(text, piece) == line


def test_the_pack_the_faults_are_written_into_is_sound(tmp_path):
    pack = load_pack(write_pack(tmp_path, first=topic("first", entry(A), entry(B, more="    related: [alpha]\n"))))

    assert ["alpha", "beta"] == [each.id for each in pack.entries]
    assert Phrasing("a plain wording of alpha", "plain") == pack.entries[0].phrasings[3], "a plain string is a phrasing"


def test_a_file_with_a_byte_order_mark_is_read(tmp_path):
    """Editors on Windows write one."""
    folder = write_pack(tmp_path, first=b"\xef\xbb\xbf" + topic("first", entry(A)).encode())

    assert ["alpha"] == [each.id for each in load_pack(folder).entries]


def test_a_file_that_is_not_utf8_names_the_line_of_the_first_wrong_byte(tmp_path):
    text = topic("first", entry(A, ("at some", "à some"))).encode("latin-1")
    faults = faults_of(write_pack(tmp_path, first=text))
    (((_, line, _), message),) = faults.items()

    assert 11 == line
    assert "0xe0" in message
    assert "save it as UTF-8" in message


def test_an_id_used_twice_names_the_first_place(tmp_path):
    twin = entry(B, ("id: beta", "id: alpha"))
    folder = write_pack(tmp_path, first=topic("first", entry(A)), second=topic("second", twin))

    assert {("second.yaml", 4, "alpha.id"): "is already the id in first.yaml:4; choose another"} == faults_of(folder)


def test_a_wording_of_two_entries_names_the_other_one(tmp_path):
    twin = entry(B, ("terse: a third one, beta", "A THIRD one, Alpha"))
    folder = write_pack(tmp_path, first=topic("first", entry(A)), second=topic("second", twin))
    (((file, line, key), message),) = faults_of(folder).items()

    assert ("second.yaml", 9, "beta.phrasings") == (file, line, key)
    assert "also a wording of alpha (first.yaml:9)" in message
