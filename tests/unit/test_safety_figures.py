"""How the finding of crises is measured: shares, intervals, bars and mistakes."""

from __future__ import annotations

import json

import numpy as np
import pytest

from bot.core.errors import UsageError
from bot.evaluation.safety import (
    Judged,
    Sentence,
    as_json,
    as_markdown,
    judge,
    load_harmless,
    load_sentences,
    report_of,
    texts_to_judge,
    wilson,
)
from bot.safety.crisis import CrisisPhrases, Prototypes, Tier
from bot.search.index import text_hash


def judged(of, words=None, *, is_heavy=False, text="a text"):
    """Return a judged sentence of a set."""
    return Judged(Sentence(text, of, "plain"), words, is_heavy)


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (1, 100, 0.0018, 0.0545), (0, 0, 0.0, 1.0)],
)
def test_wilsons_interval(count, of, low, high):
    """Checked by hand against Brown, Cai and DasGupta 2001."""
    share = wilson(count, of)

    assert (share.low, share.high) == pytest.approx((low, high), abs=5e-5)


def test_meaning_raises_and_never_lowers():
    assert judged("oblique", is_heavy=True).both is Tier.OBLIQUE
    assert judged("explicit", Tier.EXPLICIT, is_heavy=True).both is Tier.EXPLICIT
    assert judged("explicit", Tier.EXPLICIT).both is Tier.EXPLICIT


def test_figures_tell_words_alone_from_words_and_meaning():
    report = report_of("a set", [judged("oblique"), judged("oblique", is_heavy=True), judged("oblique", Tier.OBLIQUE)])
    (figure,) = report.figures

    assert (figure.name, figure.words.count, figure.both.count, figure.both.of) == ("oblique: found", 1, 2, 3)


def test_mistakes_are_misses_and_false_alarms():
    wrong = [judged("explicit"), judged("traps", is_heavy=True), judged("traps", Tier.EXPLICIT)]
    right = [judged("explicit", Tier.OBLIQUE), judged("mixed", is_heavy=True), judged("traps")]

    assert report_of("a set", [*right, *wrong]).mistakes == tuple(wrong)


@pytest.mark.parametrize(
    ("sentences", "below"),
    [
        ([judged("explicit", Tier.OBLIQUE)], []),
        ([judged("explicit")], ["explicit: found"]),
        ([judged("mixed")], ["mixed: found"]),
        ([judged("oblique", Tier.OBLIQUE)] * 4 + [judged("oblique")], []),
        ([judged("oblique", Tier.OBLIQUE)] * 3 + [judged("oblique")], ["oblique: found"]),
        ([judged("traps")] * 98 + [judged("traps", is_heavy=True)] * 2, []),
        ([judged("traps")] * 97 + [judged("traps", is_heavy=True)] * 3, ["traps: in tier B"]),
        ([judged("traps")] * 99 + [judged("traps", Tier.EXPLICIT)], ["traps: in tier A"]),
    ],
)
def test_what_is_below_its_bar_is_told(sentences, below):
    told = report_of("a set", sentences).below_bar

    assert len(told) == len(below)
    assert all(bar.startswith(name) for bar, name in zip(told, below, strict=True))


def test_everything_is_told_to_people_and_to_programs():
    reports = [
        report_of("one set", [judged("explicit", text="missed text"), judged("traps", Tier.OBLIQUE, text="a trap")])
    ]
    told = as_markdown(reports)

    assert "## one set" in told
    assert "| explicit: found | 0.0% (0 of 1; 0.0% to 79.3%) | 0.0% (0 of 1; 0.0% to 79.3%) |" in told
    assert "- explicit/plain, missed: missed text" in told
    assert "- traps/plain, oblique by words: a trap" in told
    assert "By kind: explicit/plain 1, traps/plain 1" in told
    (row,) = json.loads(json.dumps(as_json(reports)))
    assert [row["name"], row["figures"][0]["both"]["of"], len(row["mistakes"])] == ["one set", 1, 2]


def test_sentences_are_judged_as_the_bot_does():
    phrases = CrisisPhrases.of(["want to die"], prototypes=Prototypes(("low",), ("high",)))
    sentences = [Sentence("I  want to die", "explicit", "a"), Sentence("so low", "oblique", "b")]
    vectors = {text_hash("low"): [1, 0], text_hash("high"): [0, 1]}
    vectors |= {text_hash("I want to die"): [0, 1], text_hash("so low"): [1, 0]}

    assert texts_to_judge(phrases, sentences) == ["low", "high", "I want to die", "so low"]
    assert [
        (each.words, each.is_heavy)
        for each in judge(phrases, sentences, {key: np.array(value, np.float32) for key, value in vectors.items()})
    ] == [(Tier.EXPLICIT, False), (None, True)]


def test_sets_are_read(tmp_path):
    path = tmp_path / "set.jsonl"
    path.write_text('{"text": "a", "set": "traps", "kind": "b"}\n{"text": "c", "set": "mixed"}\n')

    assert load_sentences(path) == [Sentence("a", "traps", "b"), Sentence("c", "mixed", "all")]


@pytest.mark.parametrize(
    "line", ['{"text": "a", "set": "other"}', '{"set": "traps"}', '{"text": "a", "set": "traps", "kind": 3}']
)
def test_a_line_of_another_shape_is_told(tmp_path, line):
    path = tmp_path / "set.jsonl"
    path.write_text('{"text": "a", "set": "traps"}\n' + line)
    with pytest.raises(UsageError, match=r"set\.jsonl:2: needs"):
        load_sentences(path)


def test_an_empty_set_is_told(tmp_path):
    (tmp_path / "set.jsonl").write_text("")
    with pytest.raises(UsageError, match="holds no sentences"):
        load_sentences(tmp_path / "set.jsonl")


def test_questions_are_taken_for_harmless_ones(tmp_path):
    path = tmp_path / "questions.jsonl"
    path.write_text('{"q": "how?", "topic": "visas"}\n')

    assert load_harmless(path) == [Sentence("how?", "traps", "visas")]
    path.write_text('{"text": "how?"}\n')
    with pytest.raises(UsageError, match="needs a question"):
        load_harmless(path)
