"""Files of questions and labels in each of their forms, and one sentence for each line that cannot be used."""

from __future__ import annotations

import hashlib
import json

import pytest

from bot.core.errors import Exit, UsageError
from bot.evaluation.questions import (
    Labelled,
    load_labels,
    load_public_faq,
    load_public_off_topic,
    load_questions,
    question_hash,
)


def write(path, *rows):
    """Write JSON Lines; a row that is text already goes as it is."""
    lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def refusal(load, *arguments):
    """Return the sentence with which a file is refused."""
    with pytest.raises(UsageError) as caught:
        load(*arguments)

    sentence = str(caught.value)
    assert Exit.DATA == caught.value.exit_code
    assert "\n" not in sentence
    assert sentence.endswith((".", ". Correct that line."))
    return sentence


class TestForms:
    def test_a_line_says_which_entries_serve_its_question_or_that_none_does(self, tmp_path):
        path = write(
            tmp_path / "own.jsonl",
            {"q": "Whom do I ask?", "relevant": ["letters", "mentors"], "kind": "tired"},
            {"q": "Best pizza?", "relevant": []},
        )

        assert [
            Labelled("Whom do I ask?", frozenset({"letters", "mentors"}), "tired"),
            Labelled("Best pizza?", frozenset(), "all"),
        ] == load_questions(path, {})

    def test_a_question_without_labels_is_served_by_what_is_known_of_its_hash(self, tmp_path):
        labels = {question_hash("Whom do I ask?"): frozenset({"letters"}), question_hash("Best pizza?"): frozenset()}
        path = write(tmp_path / "real.jsonl", {"q": "Whom do I ask?", "topic": "letters"}, {"q": "Best pizza?"})

        assert [
            Labelled("Whom do I ask?", frozenset({"letters"}), "letters"),
            Labelled("Best pizza?", frozenset(), "all"),
        ] == load_questions(path, labels)

    def test_a_label_in_the_line_wins_over_one_by_hash(self, tmp_path):
        path = write(tmp_path / "both.jsonl", {"q": "Whom?", "relevant": []})

        assert frozenset() == load_questions(path, {question_hash("Whom?"): frozenset({"letters"})})[0].relevant

    def test_where_lines_have_a_split_those_of_test_are_taken(self, tmp_path):
        path = write(
            tmp_path / "queries.jsonl",
            {"q": "one", "relevant": ["a"], "split": "valid", "kind": "in"},
            {"q": "two", "relevant": ["a"], "split": "test", "kind": "in"},
            {"q": "three", "relevant": [], "split": "test", "kind": "oos"},
            {"q": "four", "relevant": ["a"]},
        )

        assert ["two", "three"] == [each.text for each in load_questions(path, {})]

    def test_a_bad_line_of_another_split_is_nobodys_business(self, tmp_path):
        path = write(
            tmp_path / "queries.jsonl", {"q": 5, "split": "valid"}, {"q": "q", "relevant": [], "split": "test"}
        )

        assert 1 == len(load_questions(path, {}))

    def test_empty_lines_are_skipped_and_still_counted(self, tmp_path):
        path = write(tmp_path / "own.jsonl", {"q": "one", "relevant": []}, "", "  ", "not json")

        assert f"{path}:4: is not JSON" in refusal(load_questions, path, {})

    def test_a_question_with_what_unicode_calls_a_line_end_is_one_line(self, tmp_path):
        path = write(tmp_path / "own.jsonl", {"q": "one\u2028two\x85three", "relevant": []}, {"q": "b", "relevant": []})

        assert ["one two three", "b"] == [each.text for each in load_questions(path, {})]

    def test_line_ends_of_other_systems_are_fine(self, tmp_path):
        (tmp_path / "own.jsonl").write_bytes(b'{"q": "one", "relevant": []}\r\n{"q": "two", "relevant": []}\r\n')

        assert ["one", "two"] == [each.text for each in load_questions(tmp_path / "own.jsonl", {})]

    def test_a_question_is_cleaned_as_the_bot_does_and_looked_up_as_it_was_written(self, tmp_path):
        written = "  Whom\ndo\u200b I ask? \ud83d"
        path = write(tmp_path / "own.jsonl", json.dumps({"q": written}))

        assert [Labelled("Whom do I ask?", frozenset({"letters"}), "all")] == load_questions(
            path, {question_hash(written): frozenset({"letters"})}
        )


BAD_LINES = {
    "not JSON": ("what is this", "is not JSON"),
    "half a line": ('{"q": "one"', "is not JSON"),
    "a text": ('"q"', "is not a JSON object"),
    "a list": ('["q"]', "is not a JSON object"),
    "no q": ({"question": "one", "relevant": []}, 'needs a question, {"q": "..."}'),
    "a q that is a number": ({"q": 5, "relevant": []}, "needs a question"),
    "an empty q": ({"q": " \u200b ", "relevant": []}, "needs a question"),
    "nobody judged it": ({"q": "Who knows?"}, "nobody has judged"),
    "labels that are a text": ({"q": "one", "relevant": "letters"}, "relevant must be a list of ids"),
    "labels that are a number": ({"q": "one", "relevant": 3}, "relevant must be a list of ids"),
    "labels of numbers": ({"q": "one", "relevant": [3]}, "relevant must be a list of ids"),
    "labels of lists": ({"q": "one", "relevant": [["letters"]]}, "relevant must be a list of ids"),
}


@pytest.mark.parametrize("fault", BAD_LINES)
def test_a_bad_line_of_questions_gets_one_sentence_with_its_file_and_its_number(tmp_path, fault):
    line, why = BAD_LINES[fault]
    path = write(tmp_path / "own.jsonl", {"q": "fine", "relevant": []}, line)
    sentence = refusal(load_questions, path, {})

    assert sentence.startswith(f"{path}:2: ")
    assert why in sentence


def test_a_question_nobody_judged_names_the_hash_to_judge_it_by(tmp_path):
    path = write(tmp_path / "own.jsonl", {"q": "Who knows?"})

    assert hashlib.sha256(b"Who knows?").hexdigest()[:12] in refusal(load_questions, path, {})


@pytest.mark.parametrize("load", [lambda path: load_questions(path, {}), load_labels], ids=["questions", "labels"])
class TestFiles:
    def test_one_that_is_not_there_is_named(self, tmp_path, load):
        assert refusal(load, tmp_path / "nowhere.jsonl").startswith(f"{tmp_path / 'nowhere.jsonl'} cannot be read (")

    def test_a_folder_is_named(self, tmp_path, load):
        assert refusal(load, tmp_path).startswith(f"{tmp_path} cannot be read (")

    def test_one_that_is_not_utf8_is_named(self, tmp_path, load):
        (tmp_path / "old.jsonl").write_bytes(b'{"q": "caf\xe9"}\n')

        assert refusal(load, tmp_path / "old.jsonl").startswith(f"{tmp_path / 'old.jsonl'} cannot be read (")


@pytest.mark.parametrize("rows", [[], [""], [{"q": "one", "relevant": [], "split": "valid"}]])
def test_a_file_without_a_question_to_ask_is_named(tmp_path, rows):
    path = write(tmp_path / "own.jsonl", *rows)

    assert f"{path} holds no questions. Give one JSON object a line." == refusal(load_questions, path, {})


class TestLabels:
    def test_each_line_says_by_hash_which_entries_serve(self, tmp_path):
        path = write(
            tmp_path / "labels.jsonl",
            {"sha256": "ab", "entries": ["letters"], "note": "sure"},
            {"sha256": "cd", "entries": []},
        )

        assert {"ab": frozenset({"letters"}), "cd": frozenset()} == load_labels(path)

    def test_the_hash_is_that_of_the_text_as_it_is_written(self):
        assert hashlib.sha256("Café, whom?".encode()).hexdigest() == question_hash("Café, whom?")
        assert question_hash("whom?") != question_hash("Whom?")

    @pytest.mark.parametrize(
        "row",
        [
            {"entries": ["letters"]},
            {"sha256": "ab"},
            {"sha256": 5, "entries": []},
            {"sha256": "ab", "entries": "letters"},
            {"sha256": "ab", "entries": None},
            {"sha256": "ab", "entries": [5]},
            "[]",
            "no",
        ],
    )
    def test_a_bad_line_gets_one_sentence_with_its_file_and_its_number(self, tmp_path, row):
        path = write(tmp_path / "labels.jsonl", {"sha256": "ab", "entries": []}, row)

        assert refusal(load_labels, path).startswith(f"{path}:2: is not ")


GOOD = {"id": "a", "question": "Where is it?", "answer": "There.", "aliases": ["where", "where is that"]}


class TestPublicSets:
    def test_an_entry_is_its_question_its_answer_and_its_aliases(self, tmp_path):
        write(tmp_path / "faq.jsonl", GOOD, {**GOOD, "id": "b", "aliases": []})
        first, second = load_public_faq(tmp_path)

        assert ("a", ("Where is it?", "where", "where is that"), "There.") == (first.id, first.texts, first.answer)
        assert ("b", ("Where is it?",)) == (second.id, second.texts)

    def test_out_of_scope_are_the_questions_of_the_valid_split_that_nothing_serves(self, tmp_path):
        write(
            tmp_path / "queries.jsonl",
            {"q": "one", "relevant": [], "split": "valid"},
            {"q": "two", "relevant": ["a"], "split": "valid"},
            {"q": "three", "relevant": [], "split": "test"},
            {"q": "four", "relevant": []},
        )

        assert ["one"] == load_public_off_topic(tmp_path)

    @pytest.mark.parametrize("row", [{"relevant": [], "split": "valid"}, {"q": 5, "relevant": [], "split": "valid"}])
    def test_one_of_those_without_a_question_is_named(self, tmp_path, row):
        path = write(tmp_path / "queries.jsonl", {"q": "one", "relevant": ["a"], "split": "valid"}, row)

        assert refusal(load_public_off_topic, tmp_path).startswith(f"{path}:2: needs a question")

    @pytest.mark.parametrize(
        "row",
        [
            *({key: value for key, value in GOOD.items() if key != missing} for missing in GOOD),
            {**GOOD, "id": 7},
            {**GOOD, "question": None},
            {**GOOD, "aliases": "where"},
            {**GOOD, "aliases": [None]},
        ],
    )
    def test_a_bad_entry_gets_one_sentence_with_its_file_and_its_number(self, tmp_path, row):
        path = write(tmp_path / "faq.jsonl", {**GOOD, "id": "z"}, row)

        assert refusal(load_public_faq, tmp_path).startswith(f"{path}:2: needs id, question and answer as texts")

    def test_two_entries_of_one_id_are_refused(self, tmp_path):
        path = write(tmp_path / "faq.jsonl", GOOD, GOOD)

        assert refusal(load_public_faq, tmp_path).startswith(f"{path}:2: 'a' is the id of an entry above.")

    def test_a_faq_without_entries_is_refused(self, tmp_path):
        path = write(tmp_path / "faq.jsonl", "")

        assert refusal(load_public_faq, tmp_path).startswith(f"{path} holds no entries.")
