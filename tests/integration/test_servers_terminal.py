"""A server's FAQ from the terminal, as real processes: out, in, back, and one sentence for whatever goes wrong."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.core.errors import Exit
from bot.core.models import GuildId
from bot.storage.database import Database
from bot.storage.guilds import GuildSettingsTable
from support.databases import make_database
from support.packs import SUBJECTS, write_small_bot
from support.terminal import lantern, told

GUILD = 7
CAT = "Q: May I bring a cat?\nQ: cats in the lab\nA: Ask the [vet] first."
ENTRY = "may-i-bring-a-cat"


class Terminal:
    """A folder with a small bot that knows one server, and `lantern faq` in it."""

    def __init__(self, folder, settings) -> None:
        self.folder, self._settings = folder, settings

    def faq(self, *arguments, guild=GUILD, expected=Exit.OK):
        """Run a command to its end."""
        result = lantern(self.folder, "faq", *arguments, "--guild", guild, **self._settings)

        assert expected == result.returncode, result.stdout + result.stderr
        assert "Traceback" not in result.stderr
        return result

    def write(self, name, text):
        """Write a file and return its name."""
        (self.folder / name).write_text(text, encoding="utf-8")
        return name

    def history(self, entry=ENTRY):
        """Return the states an entry had."""
        return [json.loads(line) for line in self.faq("history", entry, "--json").stdout.splitlines()]

    def exported(self):
        """Return the whole FAQ, an entry a row."""
        return [json.loads(line) for line in self.faq("export", "-", "--format", "jsonl").stdout.splitlines()]


@pytest.fixture
async def terminal(tmp_path):
    """A small bot that once ran, with one server that has settings."""
    settings = write_small_bot(tmp_path)
    database = await Database.open(tmp_path / "state" / "lantern.db")
    await GuildSettingsTable(database).update_settings(GuildId(GUILD), lambda known: replace(known, four_eyes=True))
    await database.close()
    return Terminal(tmp_path, settings)


def test_what_was_exported_changes_nothing_in_any_format(terminal):
    for name in ("all.yaml", "all.csv", "all.jsonl"):
        out = terminal.faq("export", name)
        back = terminal.faq("import", name, "--replace")

        assert f"{name}: {len(SUBJECTS)} entries in 1 topics\n" == out.stdout
        assert f"There is nothing to change; {len(SUBJECTS)} entries are the same.\n" == back.stdout


def test_an_import_is_looked_at_done_told_and_taken_back(terminal):
    file = terminal.write("cat.txt", CAT)
    before = terminal.exported()
    looked = terminal.faq("import", file, expected=Exit.PROBLEMS).stdout

    assert f"add        {ENTRY}  May I bring a cat?" in looked
    assert "Nothing is changed yet. With --apply: 1 added, 0 changed, 0 removed" in looked
    assert before == terminal.exported()

    done = terminal.faq("import", file, "--apply", "--topic", "Pets", "--json").stdout

    assert {
        "added": [ENTRY],
        "changed": [],
        "removed": [],
        "same": 0,
        "left_out": [],
        "topics": [{"id": "pets", "title": "Pets"}],
        "change": 1,
    } == json.loads(done)

    later = terminal.write("later.txt", CAT.replace("first.", "first. And soon."))
    terminal.faq("import", later, "--apply")
    shown = terminal.faq("history", ENTRY).stdout

    assert "version 1, change 1: imported 20" in shown
    assert " UTC, from the terminal\n" in shown
    assert "    @@ answer @@\n     Ask the [vet] first.\n    +And soon.\n" in shown

    restored = terminal.faq("restore", "1").stdout

    assert restored.startswith(f"{ENTRY} is as it was in version 1; this is change 3.\n")
    assert f"{ENTRY} is as in version 1 already; nothing was changed.\n" == terminal.faq("restore", "1").stdout

    assert "Change 3 is taken back (entries: 1); this is change 4.\n" == terminal.faq("undo", "3").stdout

    states = terminal.history()

    assert ["imported", "imported", "restored", "undone"] == [state["kind"] for state in states]
    assert [None] * 4 == [state["by"] for state in states]
    assert [False, True, False, True] == ["And soon." in state["entry"]["answer"] for state in states]
    assert [None, "answer", "answer", "answer"] == [
        state["differences"][0]["field"] if state["differences"] else None for state in states
    ]


def test_entries_that_are_not_in_the_file_go_where_that_is_wanted_and_the_shipped_ones_can_come_back(terminal):
    file = terminal.write("cat.txt", CAT)
    terminal.faq("import", file, "--replace", "--apply")

    assert [ENTRY] == [row["id"] for row in terminal.exported()]

    states = terminal.history("letters")

    assert ["shipped", "imported"] == [state["kind"] for state in states]
    assert states[1]["entry"] is None

    shipped, change = states[0]["change"], states[1]["change"]

    assert "is how the pack had it" in told(terminal.faq("undo", shipped, expected=Exit.DATA))

    terminal.faq("undo", change)

    assert set(SUBJECTS) == {row["id"] for row in terminal.exported()}


def test_an_entry_whose_words_belong_to_another_is_left_out_and_that_is_a_problem(terminal):
    rows = [{"id": "rival", "question": "One wording of letters", "answer": "No."}]
    file = terminal.write("in.jsonl", "\n".join(map(json.dumps, rows)))
    result = terminal.faq("import", file, "--apply", expected=Exit.PROBLEMS)

    assert "left out  rival  'One wording of letters' is a wording of letters" in result.stdout
    assert len(SUBJECTS) == len(terminal.exported())


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("history", "leters"), Exit.DATA, "There is no entry 'leters' on server 7. Did you mean letters"),
        (("history", "zzz"), Exit.DATA, "There is no entry 'zzz' on server 7. `lantern faq export"),
        (("restore", "99"), Exit.DATA, "There is no version 99 on this server. `lantern faq history"),
        (("undo", "99"), Exit.DATA, "There is no change 99 on this server. `lantern faq history"),
        (("import", "none.yaml"), Exit.DATA, "none.yaml cannot be read (No such file"),
        (("export", "no/folder.yaml"), Exit.DATA, "no/folder.yaml cannot be written (No such file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_is_not_there_is_named(terminal, arguments, code, says):
    assert told(terminal.faq(*arguments, expected=code)).startswith(says)


def test_a_server_nobody_knows_is_told_with_those_that_are_known(terminal):
    out = told(terminal.faq("export", "-", guild=8, expected=Exit.DATA))
    looked = terminal.faq("import", terminal.write("cat.txt", CAT), guild=8, expected=Exit.PROBLEMS)

    assert "The bot knows nothing of server 8. Servers it knows: 7. Look at the id." == out
    assert "The bot knows nothing of server 8. Servers it knows: 7. Is the id right?" == told(looked)


def test_where_no_bot_ever_ran_nothing_is_made(tmp_path):
    result = lantern(tmp_path, "faq", "export", "-", "--guild", GUILD)

    assert Exit.CONFIGURATION == result.returncode
    assert told(result).startswith("There is no database at ")
    assert [] == list(tmp_path.iterdir())


def test_every_fault_of_a_file_is_told_with_its_line(terminal):
    file = terminal.write("bad.txt", "Q: Who is <@1>?\nA: Ask @everyone.\nQ: May I?\n")
    lines = terminal.faq("import", file, "--apply", expected=Exit.DATA).stderr.splitlines()

    assert "lantern: 3 problems to mend:" == lines[0]
    assert ["bad.txt:1: who-is-1.", "bad.txt:2: who-is-1.", "bad.txt:3: may-i.ans"] == [line[:20] for line in lines[1:]]


def test_a_file_that_is_too_large_is_not_read(terminal):
    with (terminal.folder / "huge.yaml").open("wb") as file:
        file.truncate(50_000_000_000)

    assert told(terminal.faq("import", "huge.yaml", expected=Exit.DATA)).startswith("huge.yaml has more than 4,000,000")


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("export", "-"), "Missing option '--guild'"),
        (("history", "letters", "--guild", "lantern"), "not a valid integer"),
        (("undo", "1", "--guild", "0"), "0 is not in the range"),
        (("restore", str(2**63), "--guild", "7"), "is not in the range"),
        (("import", "x", "--guild", "7", "--topic", " \u200b "), "--topic takes a title of 3 to 80 characters"),
        (("export", "x", "--guild", "7", "--format", "txt"), "'txt' is not one of"),
    ],
)
def test_what_is_typed_wrongly_says_how_it_is_typed(tmp_path, arguments, hint):
    result = lantern(tmp_path, "faq", *arguments)

    assert Exit.USAGE == result.returncode
    assert hint in result.stderr
    assert [] == list(tmp_path.iterdir())


async def test_a_database_says_whether_somebody_else_wrote(tmp_path):
    path = await make_database(tmp_path / "lantern.db")
    mine, theirs = await Database.open(path), await Database.open(path)
    try:
        first = await mine.changed_elsewhere()
        await mine.run(lambda db: db.table("facts").insert({"name": "a", "value": "1"}))
        after_own = await mine.changed_elsewhere()
        await theirs.run(lambda db: db.table("facts").insert({"name": "b", "value": "2"}))
        after_theirs = [await mine.changed_elsewhere() for _ in range(2)]
        theirs_saw = await theirs.changed_elsewhere()
    finally:
        await mine.close()
        await theirs.close()

    assert (False, False) == (first, after_own)
    assert [True, False] == after_theirs, "once"
    assert theirs_saw
