"""The labelled questions in data/eval are sound, and none of them is a question the FAQ already holds."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from bot.evaluation.questions import load_questions, question_hash
from bot.safety.text import normalise

ROOT = Path(__file__).resolve().parents[2]
EVAL = ROOT / "data" / "eval"
QUESTIONS, LABELS = EVAL / "questions.jsonl", EVAL / "real_labels.jsonl"
REAL = ROOT.parent / "shared" / "eval" / "real_questions_dev.jsonl"
LEAST = 600


def rows_of(path) -> list[dict]:
    """Return the rows of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


@pytest.fixture(scope="module")
def wordings(content):
    """Every wording of the shipped FAQ in its normal form, with its entry."""
    return {normalise(text): entry.id for entry in content.pack.entries for text in entry.texts}


@pytest.fixture(scope="module")
def real():
    """The questions real people asked; they are not in this repository."""
    if not REAL.exists():
        pytest.skip(f"{REAL} is not here: the texts of real questions are not published")
    return [row["q"] for row in rows_of(REAL)]


@pytest.mark.parametrize(("path", "key"), [(QUESTIONS, "relevant"), (LABELS, "entries")], ids=["questions", "labels"])
def test_every_id_in_a_label_is_an_entry_of_the_shipped_pack(content, path, key):
    known = {entry.id for entry in content.pack.entries}
    named = {entry_id for row in rows_of(path) for entry_id in row[key]}

    assert len(named) > 50
    assert set() == named - known


def test_every_hash_is_a_sha256_and_is_judged_once():
    hashes = [row["sha256"] for row in rows_of(LABELS)]

    assert len(hashes) > 100
    assert [] == [key for key in hashes if not re.fullmatch(r"[0-9a-f]{64}", key)]
    assert {} == {key: times for key, times in Counter(hashes).items() if times > 1}


def test_a_label_holds_a_hash_entries_and_a_note_and_no_words_of_the_question():
    assert [{"sha256", "entries", "note"}] == [set(keys) for keys in {tuple(sorted(row)) for row in rows_of(LABELS)}]


def test_there_are_questions_enough_each_with_its_labels_and_its_kind():
    rows = rows_of(QUESTIONS)

    assert len(rows) >= LEAST
    assert [] == [row for row in rows if not row.keys() >= {"q", "relevant", "kind"}]
    assert len(rows) == len(load_questions(QUESTIONS, {}))
    assert any(row["relevant"] for row in rows)
    assert any(not row["relevant"] for row in rows), "some are out of scope"


def test_no_question_is_asked_twice():
    asked = Counter(normalise(row["q"]) for row in rows_of(QUESTIONS))

    assert [] == [text for text, times in asked.items() if times > 1]


def test_no_question_is_a_wording_of_the_faq(wordings):
    """Whoever asks it would be answered by looking it up."""
    assert {} == {row["q"]: found for row in rows_of(QUESTIONS) if (found := wordings.get(normalise(row["q"])))}


def test_no_question_stands_in_the_off_topic_bank(content):
    """What is learnt from cannot be measured with."""
    bank = set(map(normalise, content.pack.off_topic))

    assert [] == [row["q"] for row in rows_of(QUESTIONS) if normalise(row["q"]) in bank]


class TestRealQuestions:
    def test_every_label_belongs_to_a_real_question(self, real):
        asked = set(map(question_hash, real))

        assert [] == [row["sha256"] for row in rows_of(LABELS) if row["sha256"] not in asked]

    def test_every_real_question_was_judged(self, real):
        judged = {row["sha256"] for row in rows_of(LABELS)}

        assert [] == [text for text in real if question_hash(text) not in judged]

    def test_no_wording_of_the_faq_is_a_real_question(self, real, wordings):
        assert {} == {text: found for text in real if (found := wordings.get(normalise(text)))}

    def test_no_question_of_our_own_is_a_real_one(self, real):
        held = set(map(normalise, real))

        assert [] == [row["q"] for row in rows_of(QUESTIONS) if normalise(row["q"]) in held]

    def test_no_question_of_the_off_topic_bank_is_a_real_one(self, real, content):
        bank = set(map(normalise, content.pack.off_topic))

        assert [] == [text for text in real if normalise(text) in bank]
