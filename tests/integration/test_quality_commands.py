"""`lantern eval`, `calibrate`, `faq check` and `faq links` as people run them, on a small pack."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import json

import pytest

from bot.core.errors import Exit, UsageError
from bot.core.models import EntryId, GuildId
from bot.core.moderation import Change, ChangeKind, Edit
from bot.evaluation.contenders import OURS, RIVALS
from bot.evaluation.run import LEFT_OUT
from bot.quality import LABELS, _calibrate, subject_of
from bot.search.scoring import VIEWS
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.faq import GuildEntries
from support.databases import add_migration_row, make_database
from support.edits import edit
from support.packs import SUBJECTS, write_small_bot
from support.parts import make_entry
from support.terminal import lantern, told

HERE = GuildId(77)


def write_lines(path, *rows):
    """Write JSON Lines and return their path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")
    return path


def settings_of(**settings):
    """Return settings that nothing outside decides."""
    return Settings(_env_file=None, **settings)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One folder for the module, so that the pack is embedded once."""
    return tmp_path_factory.mktemp("quality")


@pytest.fixture(scope="module")
def small_bot(folder):
    """The settings of a sound small pack whose labels know two questions by hash."""
    settings = write_small_bot(folder)
    judged = {"who writes about me?": ["mentors", "letters"], "how tall is a giraffe": []}
    rows = [{"sha256": hashlib.sha256(q.encode()).hexdigest(), "entries": ids} for q, ids in judged.items()]
    write_lines(settings["data"] / "eval" / LABELS, *rows)
    return settings


def public_set(folder):
    """Write a FAQ in the form of the public sets."""
    subjects = ("refunds", "cards", "transfers", "fees", "limits", "cash")
    write_lines(
        folder / "faq.jsonl",
        *(
            {
                "id": f"ID_{name}",
                "question": f"What about {name}?",
                "answer": f"This on {name}.",
                "aliases": [f"tell me of {name}", f"{name} are late", f"my {name} went wrong"],
            }
            for name in subjects
        ),
    )
    write_lines(
        folder / "queries.jsonl",
        {"q": "which pizza do you like", "relevant": [], "split": "valid"},
        {"q": "is a whale a fish", "relevant": [], "split": "valid"},
        {"q": "nobody asks this", "relevant": ["ID_cash"], "split": "valid"},
        {"q": "where are my refunds", "relevant": ["ID_refunds"], "split": "test", "kind": "in"},
        {"q": "who won the match", "relevant": [], "split": "test", "kind": "oos"},
    )
    return folder


@pytest.fixture(scope="module")
def by_hash(folder, small_bot):
    """Questions judged by hash, as JSON and with pictures; progress is forced upon a terminal that is none."""
    path = write_lines(
        folder / "asked.jsonl",
        {"q": "who writes about me?", "topic": "people"},
        {"q": "how tall is a giraffe"},
        {"q": "tell me of visas", "relevant": ["visas"], "kind": "short"},
    )
    options = ("--questions", path, "--json", "--pictures", folder / "pictures", "--baseline", "bm25")
    return lantern(folder, "eval", *options, FORCE_COLOR="1", **small_bot)


class TestEval:
    def test_json_alone_is_on_stdout_and_progress_on_stderr(self, by_hash):
        (line,) = by_hash.stdout.splitlines()

        assert Exit.OK == by_hash.returncode
        assert {"entries", "wordings", "calibration", "sets"} == json.loads(line).keys()
        assert ["Embedding", "Calibrating"] == [what for what in ("Embedding", "Calibrating") if what in by_hash.stderr]
        assert "arning" not in by_hash.stderr

    def test_questions_are_judged_by_their_hash(self, by_hash):
        asked, left_out = json.loads(by_hash.stdout)["sets"]

        assert ("asked", 3, 2) == (asked["name"], asked["questions"], asked["in_scope"])
        assert ["people", "short"] == list(asked["by_kind"])
        assert (LEFT_OUT, 7 * len(SUBJECTS)) == (left_out["name"], left_out["questions"])

    def test_only_the_rival_that_was_named_is_compared_with(self, by_hash):
        for each in json.loads(by_hash.stdout)["sets"]:
            assert [OURS, "bm25"] == list(each["contenders"])
            assert ["bm25"] == list(each["leads"])

    def test_two_pictures_of_every_set_are_written(self, by_hash, folder):
        pictures = sorted((folder / "pictures").iterdir())

        assert Exit.OK == by_hash.returncode
        assert [
            "asked-risk.png",
            "asked-sure.png",
            "phrasings-left-out-risk.png",
            "phrasings-left-out-sure.png",
        ] == [path.name for path in pictures]
        assert all(path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n") for path in pictures)

    def test_another_faq_in_the_public_form_is_asked_its_own_test_questions(self, folder, small_bot):
        result = lantern(
            folder, "eval", "--pack", public_set(folder / "public"), "--baseline", "none", "--failures", 0, **small_bot
        )
        lines = result.stdout.splitlines()

        assert (Exit.OK, "") == (result.returncode, result.stderr.strip())
        assert "6 entries with 24 wordings." == lines[0]
        assert ["## queries", f"## {LEFT_OUT}"] == [line for line in lines if line.startswith("## ")]
        assert "2 questions, 1 in scope. Intervals are 95 % bootstrap." in lines
        assert f"| {OURS} |" in result.stdout
        assert not any(f"| {name} |" in result.stdout for name in RIVALS), "there are no rivals"
        assert "surest mistakes" not in result.stdout

    def test_every_file_of_the_pack_but_its_labels_is_asked_unless_others_are_given(self, tmp_path):
        data = write_small_bot(tmp_path)["data"]
        write_lines(data / "eval" / "first.jsonl", {"q": "one", "relevant": []})
        write_lines(data / "eval" / "second.jsonl", {"q": "two", "relevant": ["visas"]})
        write_lines(data / "eval" / LABELS)
        other = write_lines(tmp_path / "other.jsonl", {"q": "three", "relevant": []})

        assert ["first", "second"] == list(subject_of(settings_of(data=data), None, ()).sets)
        assert ["other"] == list(subject_of(settings_of(data=data), None, (other,)).sets)

    def test_a_public_set_brings_its_own_off_topic_questions_or_borrows_ours(self, tmp_path, small_bot):
        settings = settings_of(data=small_bot["data"])
        public = public_set(tmp_path)

        assert ["which pizza do you like", "is a whale a fish"] == subject_of(settings, public, ()).off_topic
        write_lines(public / "queries.jsonl", {"q": "where", "relevant": ["ID_cash"]})
        assert ("which pizza is best", "best car of the year") == subject_of(settings, public, ()).off_topic

    def test_two_files_of_one_name_are_refused_rather_than_one_forgotten(self, tmp_path, small_bot):
        files = [write_lines(tmp_path / each / "own.jsonl", {"q": each, "relevant": []}) for each in ("a", "b")]
        with pytest.raises(UsageError, match=r"b/own\.jsonl has the name of another file of questions"):
            subject_of(settings_of(data=small_bot["data"]), None, files)

    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            (("--questions", "nowhere.jsonl"), "nowhere.jsonl cannot be read ("),
            (("--questions", "bad.jsonl"), "bad.jsonl:1: nobody has judged which entries serve this question."),
            (("--pack", "."), ". holds neither faq.jsonl nor a folder faq. Give the folder of a FAQ."),
        ],
    )
    def test_what_cannot_be_used_ends_with_one_sentence_before_the_model_is_loaded(
        self, tmp_path, small_bot, options, sentence
    ):
        write_lines(tmp_path / "bad.jsonl", {"q": "who knows?"})
        result = lantern(tmp_path, "eval", *options, **small_bot)

        assert (Exit.DATA, "") == (result.returncode, result.stdout)
        assert told(result).startswith(sentence)

    def test_labels_that_are_wrong_end_with_one_sentence(self, tmp_path):
        settings = write_small_bot(tmp_path)
        path = write_lines(settings["data"] / "eval" / LABELS, {"sha256": "ab", "entries": "letters"})
        result = lantern(tmp_path, "eval", **settings)

        assert (Exit.DATA, "") == (result.returncode, result.stdout)
        assert told(result).startswith(f"{path}:1: is not like ")


@pytest.fixture(scope="module")
def rows(folder, small_bot):
    """The rows of a bot that one server, with a FAQ of its own, uses."""

    async def edit() -> None:
        database = await Database.open(folder / "state" / "lantern.db")
        own = make_entry("own", "Where do we meet?", "where are the meetings", "when do we meet then")
        change = Change(ChangeKind.ADDED, None, (Edit(EntryId("own"), "", own),))
        await GuildEntries(database).record(HERE, change, {})
        await database.close()

    asyncio.run(edit())
    result = lantern(folder, "calibrate", "--json", **small_bot)

    assert Exit.OK == result.returncode, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


class TestCalibrate:
    def test_the_shipped_faq_and_every_servers_own_get_a_line_of_json(self, rows):
        assert [(None, len(SUBJECTS)), (HERE, len(SUBJECTS) + 1)] == [(row["guild"], row["entries"]) for row in rows]

    def test_a_line_says_what_was_learnt(self, rows):
        for row in rows:
            thresholds = row["thresholds"]

            assert pytest.approx(1) == sum(row["fusion"])
            assert len(VIEWS) == len(row["fusion"])
            assert 0 <= thresholds["choices"] <= thresholds["answer"] <= 1
            assert 0 <= row["recall"] <= 1
            assert row["model"].startswith("all-MiniLM-L6-v2@")

    async def test_a_person_reads_it_in_sentences(self, small_lantern, capsys):
        await edit(small_lantern.library, HERE, EntryId("visas"), None)
        await _calibrate(small_lantern, as_json_=False)
        lines = capsys.readouterr().out.splitlines()

        assert [True, True] == [
            lines[0].startswith("the shipped FAQ, 12 entries, "),
            lines[3].startswith(f"the FAQ of server {HERE}, 11 entries, "),
        ]
        assert ["  Weights of the views: best ", "  Weights of the views: best "] == [lines[at][:29] for at in (1, 4)]
        assert all(lines[at].startswith("  Answers from P = ") for at in (2, 5))

    async def test_a_server_that_removed_every_entry_has_nothing_to_learn_from(
        self, small_lantern, small_content, capsys
    ):
        for entry in small_content.pack.entries:
            await edit(small_lantern.library, HERE, entry.id, None)
        await _calibrate(small_lantern, as_json_=True)
        shown = capsys.readouterr()

        assert [None] == [json.loads(line)["guild"] for line in shown.out.splitlines()]
        assert f"the FAQ of server {HERE}: is empty; there is nothing to learn from.\n" == shown.err

    async def test_a_database_from_a_newer_version_ends_with_one_sentence(self, tmp_path, small_bot):
        path = add_migration_row(await make_database(tmp_path / "state" / "lantern.db"), "m999_telepathy")
        result = lantern(tmp_path, "calibrate", **small_bot)

        assert (Exit.STORAGE, "") == (result.returncode, result.stdout)
        assert told(result).startswith(f"{path} was written by a newer Lantern")


class TestFaqCheck:
    def test_a_sound_pack_is_all_good(self, folder, small_bot):
        result = lantern(folder, "faq", "check", "--quick", **small_bot)

        assert (Exit.OK, "") == (result.returncode, result.stderr)
        assert "All good: 6 entries with 48 wordings in 1 topics; every sentence is there.\n" == result.stdout

    def test_wordings_that_mislead_the_search_are_found_with_the_model(self, folder, tmp_path):
        """A wording of `letters` that is one of `visas` in all but letters is a problem; what is near is none."""
        settings = write_small_bot(
            tmp_path,
            ("One wording of letters", "One of the wordings of visas"),
            ("another wording of letters", "something to read about visas and posters"),
        )
        result = lantern(folder, "faq", "check", "--json", **settings)
        rows = [json.loads(line) for line in result.stdout.splitlines()]
        same = [row for row in rows if row["rule"] == "same wording"]

        assert (Exit.PROBLEMS, "") == (result.returncode, result.stderr.strip())
        assert [{"rule", "entry", "text", "is_problem"}] * len(rows) == [set(row) for row in rows]
        assert any(row["entry"] == "letters" and "visas" in row["text"] for row in same)
        assert {True} == {row["is_problem"] for row in same}
        assert [False] * len(rows) == [
            row["is_problem"] and row["rule"] in {"collision", "never first"} for row in rows
        ]
        assert any(row["rule"] == "collision" for row in rows)

    def test_a_problem_is_told_by_its_rule_and_ends_with_1(self, tmp_path):
        settings = write_small_bot(tmp_path, ("Here is what people", "Man up, say people"))
        result = lantern(tmp_path, "faq", "check", "--quick", **settings)

        assert (Exit.PROBLEMS, "") == (result.returncode, result.stderr)
        assert [
            "tone: 1",
            "  letters: says 'man up': it shames",
            "1 problems: 6 entries with 48 wordings in 1 topics; every sentence is there.",
        ] == result.stdout.splitlines()

    def test_a_tone_file_that_is_missing_is_told_with_its_place(self, tmp_path):
        settings = write_small_bot(tmp_path)
        path = settings["data"] / "tone.yaml"
        path.unlink()
        result = lantern(tmp_path, "faq", "check", "--quick", **settings)

        assert (Exit.DATA, "") == (result.returncode, result.stdout)
        assert ["lantern: 1 problem to mend:", f"{path}:1: file"] == [
            line.partition(": cannot")[0] for line in result.stderr.splitlines()
        ]


class TestFaqLinks:
    PAGES = """\
    sources:
      - {title: A page, link: "https://example.org/b", trust: read}
      - {title: Another, link: "https://example.org/a", trust: read}
"""
    OLD = "    sources:\n      - experience: From people who have been there\n"

    def test_every_address_is_listed_once_with_the_entries_that_rest_on_it(self, tmp_path):
        settings = write_small_bot(tmp_path, (self.OLD, self.PAGES))
        path = settings["data"] / "faq" / "first.yaml"
        path.write_text(path.read_text().replace(self.OLD, self.PAGES, 1))  # of the second entry
        result = lantern(tmp_path, "faq", "links", **settings)

        assert (Exit.OK, "") == (result.returncode, result.stderr)
        assert [
            "# 2 links to click",
            "",
            "- [ ] [Another](https://example.org/a): letters, visas",
            "- [ ] [A page](https://example.org/b): letters, visas",
        ] == result.stdout.splitlines()

    def test_one_of_a_wrong_form_is_told_and_ends_with_1(self, tmp_path):
        pages = self.PAGES.replace("example.org/a", "example.org:port/a")
        result = lantern(tmp_path, "faq", "links", **write_small_bot(tmp_path, (self.OLD, pages)))

        assert (Exit.PROBLEMS, "") == (result.returncode, result.stderr)
        assert "link: 1" in result.stdout
        assert "  letters: https://example.org:port/a is no address (" in result.stdout


async def test_what_else_may_have_been_meant_comes_before_what_the_author_linked(small_lantern, small_content):
    """Each question once: the runners-up of the answer first, best first."""
    question = "so worried about letters now"
    linked = tuple(EntryId(name) for name in ("posters", "grants"))
    entry = next(each for each in small_content.pack.entries if each.id == "letters")
    await edit(small_lantern.library, HERE, entry.id, dataclasses.replace(entry, related=linked))
    await small_lantern.search.renewals()
    reply = await small_lantern.asking.ask(HERE, question)
    evidence = await small_lantern.search.search(HERE, question, without=frozenset())
    expected = dict.fromkeys([*(hit.entry_id for hit in evidence.hits[1:3]), *linked])

    assert "letters" == reply.entry.id
    assert list(expected) == [each.id for each in reply.related]
