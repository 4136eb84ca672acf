"""`lantern ask` with the model and the pack that ship: answers, JSON, batches, closed pipes and Ctrl-C."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import sqlite3

import pytest

from bot.core.errors import Exit
from bot.core.models import Kind
from support.terminal import lantern, start_lantern, told, wait_until

QUESTION = "how do I get into a PhD without publications"
KEYS = ["q", "decision", "entry", "probability", "candidates"]


@pytest.fixture
def folder(tmp_path, vectors_path):
    """A folder in which Lantern was started before, so that the pack is not embedded again."""
    (tmp_path / "state").mkdir()
    shutil.copy(vectors_path, tmp_path / "state" / "lantern.db")
    return tmp_path


def write_batch(folder, questions):
    """Write a batch file and return its path."""
    path = folder / "batch.jsonl"
    path.write_text("".join(json.dumps({"q": question}) + "\n" for question in questions), encoding="utf-8")
    return path


def test_a_person_reads_the_answer_its_sources_and_its_age(folder, content):
    result = lantern(folder, "ask", QUESTION)
    entry = next(entry for entry in content.pack.entries if entry.id == "phd-without-publications")

    assert Exit.OK == result.returncode
    assert entry.question in result.stdout
    assert all(source.title[:40] in result.stdout for source in entry.sources)
    assert str(entry.reviewed_on) in result.stdout
    assert "" == result.stderr.strip()


def test_a_program_reads_one_line_of_json(folder, content):
    result = lantern(folder, "ask", "--json", QUESTION)
    (line,) = result.stdout.splitlines()
    row = json.loads(line)

    assert KEYS == list(row)
    assert (QUESTION, Kind.ANSWER, "phd-without-publications") == (row["q"], row["decision"], row["entry"])
    assert 0.5 < row["probability"] <= 1
    assert row["entry"] == row["candidates"][0]["id"]
    assert sorted(row["candidates"], key=lambda each: -each["score"]) == row["candidates"]


def test_what_is_no_question_is_said_to_be_none(folder, texts):
    result = lantern(folder, "ask", "?!")

    assert Exit.DATA == result.returncode
    assert told(result) == texts("error.question_wordless")


def test_a_batch_is_answered_in_its_order_each_as_if_asked_alone(folder, content):
    wordings = [entry.phrasings[0].text for entry in content.pack.entries[::10]]
    questions = [*wordings, "best pizza topping", "", "🙂", "i want to die", "half \ud83d a smile", *wordings[:3]]
    result = lantern(folder, "ask", "--batch", write_batch(folder, questions))
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    decisions = {row["q"]: row["decision"] for row in rows}

    assert Exit.OK == result.returncode
    assert questions == [row["q"] for row in rows]
    assert [KEYS] * len(rows) == [list(row) for row in rows]
    assert [entry.id for entry in content.pack.entries[::10]] == [row["entry"] for row in rows[: len(wordings)]]
    assert rows[:3] == rows[-3:]
    assert {Kind.UNKNOWN} == {decisions[question] for question in ("best pizza topping", "", "🙂")}
    assert Kind.HELP == decisions["i want to die"]


def test_a_reader_that_has_seen_enough_causes_no_noise(folder, content):
    """As in `lantern ask --batch FILE | head -1`."""
    batch = write_batch(folder, [entry.question for entry in content.pack.entries] * 10)
    process = start_lantern(folder, "ask", "--batch", batch)
    first = process.stdout.readline()
    process.stdout.close()
    errors = process.stderr.read()
    process.wait()
    process.stderr.close()

    assert content.pack.entries[0].question == json.loads(first)["q"]
    assert "" == errors.strip()


def test_ctrl_c_ends_a_batch_quietly(folder):
    batch = write_batch(folder, [f"question number {number} about research" for number in range(5000)])
    process = start_lantern(folder, "ask", "--batch", batch)
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()

    assert Exit.STOPPED == process.returncode
    assert "" == errors.strip()


def test_ctrl_c_while_the_model_loads_ends_quietly(tmp_path):
    process = start_lantern(tmp_path, "ask", QUESTION)
    wait_until((tmp_path / "state" / "lantern.db").exists, process)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate()

    assert Exit.STOPPED == process.returncode
    assert ("", "") == (output, errors.strip())


def test_ctrl_c_while_the_faq_is_read_ends_quietly_and_keeps_what_was_read(tmp_path):
    path = tmp_path / "state" / "lantern.db"

    def vectors() -> int:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute("SELECT count(*) FROM vectors").fetchone()[0]

    def has_begun() -> bool:
        try:
            return vectors() > 0
        except sqlite3.OperationalError:  # not there yet, or just being made
            return False

    process = start_lantern(tmp_path, "ask", QUESTION)
    wait_until(has_begun, process)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()

    assert Exit.STOPPED == process.returncode
    assert "" == errors.strip()
    assert vectors() > 0
