"""A FAQ asked labelled questions, from texts to the report, with the small pack and the deterministic embedder."""

from __future__ import annotations

import asyncio
import dataclasses
import json

import pytest

from bot import app
from bot.core.errors import UsageError
from bot.core.models import NO_GUILD, EntryId, Kind
from bot.evaluation.contenders import OURS, RIVALS
from bot.evaluation.pictures import DPI, SIZE, draw_reliability, draw_risk_coverage
from bot.evaluation.questions import Labelled
from bot.evaluation.report import as_json, as_markdown
from bot.evaluation.run import LEFT_OUT, evaluate
from bot.faq.decision import decide
from bot.storage.database import Database
from bot.storage.search import SearchStore
from support.parts import WordEmbedder
from support.small import ANSWERED, OFFERED, UNKNOWN, question_of, small_pack

PACK = small_pack()
BARE = tuple(dataclasses.replace(entry, phrasings=()) for entry in PACK.entries)
"""The pack's entries without a phrasing."""
WRONG = "worried about grants"
"""Answered with `grants`; the label below says `thesis`."""


def asked(text, *relevant, kind="all"):
    """Return a labelled question."""
    return Labelled(text, frozenset(map(EntryId, relevant)), kind)


QUESTIONS = (
    asked(ANSWERED, "letters", kind="tired"),
    asked(question_of("mentors"), "mentors", kind="exact"),
    asked(WRONG, "thesis", kind="tired"),
    asked(OFFERED, "visas", kind="story"),
    asked("moon and mentors and sun and sea and sky", "burnout", kind="story"),
    asked(UNKNOWN),
    asked("tell me about posters"),
)
"""Five in scope; of the two that are not, a wording of the FAQ is answered all the same."""


async def evaluated(entries=PACK.entries, sets=None, rivals=(), embedder=None, progress=None):
    """Evaluate with everything in memory."""
    database = await Database.open(None)
    try:
        return await evaluate(
            entries,
            PACK.off_topic,
            {"own": QUESTIONS} if sets is None else sets,
            rivals,
            embedder=embedder or WordEmbedder(),
            store=SearchStore(database),
            progress=progress or (lambda *_: None),
        )
    finally:
        await database.close()


@pytest.fixture(scope="module")
def evaluation():
    """The small pack asked QUESTIONS, with every rival."""
    return asyncio.run(evaluated(rivals=list(RIVALS)))


def outcomes(evaluation, name=OURS):
    """Return what became of QUESTIONS, by text."""
    report = evaluation.sets[0]
    return {each.text: held for each, held in zip(report.questions, report.outcomes[name], strict=True)}


async def test_each_question_gets_the_decision_the_bot_would_make(evaluation, shipped_search):
    for text, outcome in outcomes(evaluation).items():
        evidence, kind = await shipped_search(text)

        assert (kind, pytest.approx(evidence.probability)) == (outcome.kind, outcome.confidence), text
        assert evidence.hits[0].entry_id == outcome.nearest[0]


@pytest.fixture
async def shipped_search(small_content):
    """Ask the bot's own search about the small pack: `await search(text)` returns evidence and decision."""
    content = dataclasses.replace(small_content, pack=PACK)
    async with app.lantern(content, None, None, WordEmbedder) as lantern:

        async def search(text):
            evidence = await lantern.search.search(NO_GUILD, text, without=frozenset())
            return evidence, decide(evidence).kind

        yield search


async def test_the_figures_agree_with_counting_by_hand(evaluation):
    held = outcomes(evaluation)
    found = evaluation.sets[0].decisions[OURS]
    order = evaluation.sets[0].rankings[OURS]

    assert [Kind.ANSWER, Kind.ANSWER, Kind.ANSWER, Kind.CHOICES] == [held[each.text].kind for each in QUESTIONS[:4]]
    assert held[QUESTIONS[4].text].kind is not Kind.ANSWER
    assert [Kind.UNKNOWN, Kind.ANSWER] == [held[each.text].kind for each in QUESTIONS[5:]]
    assert (2 / 5, 1 / 5) == (found.answered_right, found.answered_wrong)
    assert 1 / 5 == found.offered_right
    assert 1 / 5 == found.offered_wrong + found.unknown
    assert 1 / 2 == found.stray_answered
    assert (2 / 7, 2 / 4) == (found.false_answers.value, found.precision)
    assert 3 / 5 == order.recall_at_1.value
    assert pytest.approx(sum(1 / held[each.text].ranks[0] for each in QUESTIONS[:5]) / 5) == order.mrr_at_10.value


async def test_an_exact_wording_is_certain(evaluation):
    held = outcomes(evaluation)[question_of("mentors")]

    assert (Kind.ANSWER, 1.0, (1,)) == (held.kind, held.confidence, held.ranks)


async def test_each_kind_of_question_in_scope_is_reported_by_itself(evaluation):
    found = evaluation.sets[0].by_kind

    assert ["exact", "story", "tired"] == list(found)
    assert (1, 1 / 2, 1 / 2) == tuple(found[kind].recall_at_1.value for kind in found)


async def test_the_faq_asks_itself_every_phrasing_once(evaluation):
    report = evaluation.sets[-1]
    phrasings = [phrasing.text for entry in PACK.entries for phrasing in entry.phrasings]

    assert (LEFT_OUT, phrasings) == (report.name, [each.text for each in report.questions])
    assert all(each.relevant for each in report.questions)
    assert (len(PACK.entries), 5 * len(PACK.entries)) == (evaluation.entries, evaluation.wordings)


async def test_the_share_of_phrasings_that_find_their_entry_is_the_one_it_was_calibrated_on(evaluation):
    assert pytest.approx(evaluation.calibration.recall) == evaluation.sets[-1].rankings[OURS].recall_at_1.value


async def test_every_rival_answers_every_question_and_is_compared_with(evaluation):
    for report in evaluation.sets:
        assert [OURS, *RIVALS] == list(report.outcomes)
        assert {len(report.questions)} == {len(held) for held in report.outcomes.values()}
        assert list(RIVALS) == list(report.leads)
        assert {OURS} == {name for name, found in report.decisions.items() if found.calibration_error}


async def test_every_text_is_embedded_once_and_progress_counts_to_the_end():
    embedder, told = WordEmbedder(), []
    await evaluated(embedder=embedder, progress=lambda *row: told.append(row))
    last = {what: (done, of) for what, done, of in told}

    assert len(set(embedder.texts)) == len(embedder.texts)
    assert ["Embedding", "Calibrating", "own", LEFT_OUT] == list(last)
    assert (7, 7) == last["own"]
    assert (4 * 12, 4 * 12) == last[LEFT_OUT]
    assert last["Embedding"][0] == last["Embedding"][1] == len(embedder.texts)


async def test_what_was_embedded_before_is_not_embedded_again(tmp_path):
    database = await Database.open(tmp_path / "eval.db")
    store = SearchStore(database)
    arguments = (BARE, PACK.off_topic, {"own": QUESTIONS}, [])
    first, second = WordEmbedder(), WordEmbedder()
    for embedder in (first, second):
        await evaluate(*arguments, embedder=embedder, store=store, progress=lambda *_: None)
    await database.close()

    assert (True, []) == (len(first.texts) > 0, second.texts)


async def test_a_label_that_names_no_entry_is_told_in_one_sentence():
    embedder = WordEmbedder()
    with pytest.raises(UsageError) as caught:
        await evaluated(sets={"own": (*QUESTIONS, asked("Whom?", "lettres", "letters"))}, embedder=embedder)

    assert str(caught.value).startswith("own: the label of 'Whom?' names 'lettres', which is no entry of this FAQ. ")
    assert [] == embedder.texts, "before anything is computed"


async def test_two_evaluations_of_the_same_are_equal():
    sets = {"own": QUESTIONS[:3]}

    first, second = [await evaluated(BARE, sets, ["bm25"]) for _ in range(2)]

    assert as_json(first) == as_json(second)


class TestWithoutPhrasings:
    """Nothing to learn from: the FAQ is ranked, and nothing is said about how sure an answer is."""

    async def test_it_always_answers_with_what_comes_first(self):
        evaluation = await evaluated(BARE, {"own": QUESTIONS})
        (report,) = evaluation.sets

        assert evaluation.calibration is None
        assert {Kind.ANSWER} == {held.kind for held in report.outcomes[OURS]}
        assert report.decisions[OURS].calibration_error is None
        assert outcomes(evaluation)[question_of("mentors")].is_first

    async def test_the_report_says_so(self):
        evaluation = await evaluated(BARE, {"own": QUESTIONS[:1]})

        assert "No phrasings to learn from: entries are ranked" in as_markdown(evaluation, 5)
        assert as_json(evaluation)["calibration"] is None

    async def test_with_no_questions_either_there_is_nothing_to_report(self):
        evaluation = await evaluated(BARE, {})

        assert () == evaluation.sets
        assert as_markdown(evaluation, 5).startswith("12 entries with 12 wordings.")


class TestReport:
    async def test_markdown_has_a_row_for_every_contender_in_both_tables_of_every_set(self, evaluation):
        text = as_markdown(evaluation, 0)

        assert ["## own", f"## {LEFT_OUT}"] == [line for line in text.splitlines() if line.startswith("## ")]
        for name in (OURS, *RIVALS):
            assert 2 * len(evaluation.sets) == text.count(f"\n| {name} |")
        for name, what in RIVALS.items():
            assert f"- `{name}`: {what}" in text

    async def test_every_row_of_a_table_has_as_many_cells_as_its_head(self, evaluation):
        width = None
        for line in as_markdown(evaluation, 20).splitlines():
            cells = line.count("|") if line.startswith("|") else None
            assert cells is None or width is None or cells == width, line
            width = cells

    async def test_markdown_says_what_was_counted(self, evaluation):
        lines = as_markdown(evaluation, 0).splitlines()
        row = next(line for line in lines if line.startswith(f"| {OURS} | 40.0 %"))

        assert "12 entries with 60 wordings." == lines[0]
        assert "7 questions, 5 in scope. Intervals are 95 % bootstrap." in lines
        assert row.startswith(f"| {OURS} | 40.0 % | 20.0 % | 20.0 % | ")
        assert " 50.0 % | 0.0 % | 50.0 % | 0.286 (" in row
        assert any(line.startswith("Weights of the views: best 0.") for line in lines)
        assert any(line.startswith("| tired | 2 | 0.500 (") for line in lines)

    async def test_rivals_that_were_not_asked_are_not_named(self):
        text = as_markdown(await evaluated(BARE, rivals=["bm25"]), 0)

        assert "- `bm25`" in text
        assert "trigrams" not in text

    async def test_mistakes_are_listed_surest_first_and_no_more_than_wanted(self, evaluation):
        mistakes = [line for line in as_markdown(evaluation, 2).splitlines() if line.startswith("- “")]
        sure = [float(line.partition("at P = ")[2].partition(";")[0]) for line in mistakes[:2]]

        assert "- “tell me about posters” (all): answer posters at P = 1.00; wanted nothing" == mistakes[0]
        assert mistakes[1].startswith(f"- “{WRONG}” (tired): answer grants at P = ")
        assert sorted(sure, reverse=True) == sure
        assert "surest mistakes" not in as_markdown(evaluation, 0)

    async def test_json_holds_every_figure_and_every_mistake(self, evaluation):
        row = json.loads(json.dumps(as_json(evaluation)))
        own = row["sets"][0]
        deciding = own["contenders"][OURS]["deciding"]

        assert (12, 60) == (row["entries"], row["wordings"])
        assert "word-embedder@1" == row["calibration"]["model"]
        assert pytest.approx(1) == sum(row["calibration"]["weights"].values())
        assert ["own", LEFT_OUT] == [each["name"] for each in row["sets"]]
        assert (7, 5) == (own["questions"], own["in_scope"])
        assert [OURS, *RIVALS] == list(own["contenders"])
        assert (0.4, 0.2, 0.2, 0.5) == tuple(
            deciding[key] for key in ("answered_right", "answered_wrong", "offered_right", "stray_answered")
        )
        assert {"value", "low", "high"} == own["leads"]["bm25"]["recall_at_1"].keys()
        assert {"exact", "story", "tired"} == own["by_kind"].keys()

    async def test_the_mistakes_in_json_are_those_not_served_and_those_answered_out_of_scope(self, evaluation):
        own = as_json(evaluation)["sets"][0]["failures"]

        assert ["tell me about posters", WRONG, QUESTIONS[4].text] == [each["q"] for each in own]
        assert (["thesis"], "answer", "tired") == (own[1]["relevant"], own[1]["decision"], own[1]["kind"])
        assert "grants" == own[1]["nearest"][0]
        assert own[1]["rank"] > 1
        assert own[0]["rank"] is None

    async def test_a_set_with_nothing_in_scope_has_no_figures_of_order(self):
        sets = {"strays": (asked(UNKNOWN), asked("which pizza"))}
        row = as_json(await evaluated(BARE, sets, ["cosine-0.35"]))["sets"][0]

        assert 0 == row["in_scope"]
        assert row["contenders"][OURS]["ranking"] is row["leads"]["cosine-0.35"]["recall_at_1"] is None


class TestPictures:
    def size_of(self, path):
        """Return width and height from a PNG's head."""
        head = path.read_bytes()[:24]
        assert head.startswith(b"\x89PNG\r\n\x1a\n")
        return int.from_bytes(head[16:20]), int.from_bytes(head[20:24])

    async def test_both_are_png_of_the_size_that_was_meant(self, evaluation, tmp_path):
        held = evaluation.sets[0].outcomes
        draw_risk_coverage("Risk", held, tmp_path / "risk.png")
        draw_reliability("Sure", held[OURS], tmp_path / "sure.png")
        expected = tuple(round(side * DPI) for side in SIZE)

        assert expected == self.size_of(tmp_path / "risk.png") == self.size_of(tmp_path / "sure.png")

    async def test_one_question_is_enough_for_a_picture(self, tmp_path):
        evaluation = await evaluated(BARE, {"own": QUESTIONS[:1]})
        held = evaluation.sets[0].outcomes
        draw_risk_coverage("Risk", held, tmp_path / "risk.png")
        draw_reliability("Sure", held[OURS], tmp_path / "sure.png")

        assert self.size_of(tmp_path / "risk.png") == self.size_of(tmp_path / "sure.png")
