"""The console script: help, exit codes, and one sentence for everything that goes wrong."""

from __future__ import annotations

import json
import stat

import pytest

from bot.core.errors import Exit
from support.databases import add_migration_row, held_exclusively, make_database
from support.fake_portal import TOKEN
from support.packs import entry, topic, write_pack
from support.terminal import lantern, told

FAQ_COMMANDS = [("faq", name) for name in ("check", "links", "export", "import", "history", "restore", "undo")]
KEY_COMMANDS = [("key", name) for name in ("status", "copy", "rotate", "start-over")]
MODEL_COMMANDS = [("model", name) for name in ("export", "status")]
COMMANDS = [
    (),
    ("ask",),
    ("faq",),
    *FAQ_COMMANDS,
    ("eval",),
    ("calibrate",),
    ("pair",),
    ("privacy",),
    ("key",),
    *KEY_COMMANDS,
    ("model",),
    *MODEL_COMMANDS,
    ("backup",),
    ("backups",),
    ("restore",),
    ("health",),
    ("run",),
    ("demo",),
    ("doctor",),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(tmp_path, command):
    result = lantern(tmp_path, *command, "--help")

    assert Exit.OK == result.returncode
    assert result.stdout.startswith(f"Usage: {' '.join(('python -m bot', *command))} ")
    assert "" == result.stderr
    assert [] == list(tmp_path.iterdir()), "asking for help makes no files"


def test_the_help_names_every_command_and_every_exit_code(tmp_path):
    text = lantern(tmp_path, "--help").stdout

    assert {command[0] for command in COMMANDS if command} == commands_in(text)
    assert [True] * len(Exit) == [f"\n    {code.value:<4}" in text for code in Exit]


def test_the_help_of_a_group_names_every_command_of_it(tmp_path):
    for commands in (FAQ_COMMANDS, KEY_COMMANDS, MODEL_COMMANDS):
        text = lantern(tmp_path, commands[0][0], "--help").stdout

        assert {name for _, name in commands} == commands_in(text)


def commands_in(text) -> set[str]:
    """Return the commands that a help text lists."""
    listed = text.partition("\nCommands:\n")[2].partition("\n\n")[0]
    return {line.split()[0] for line in listed.splitlines()}


def test_the_version_is_told(tmp_path):
    result = lantern(tmp_path, "--version")

    assert Exit.OK == result.returncode
    assert result.stdout.startswith("lantern")
    assert "" == result.stderr


@pytest.mark.parametrize(
    ("command", "hint"),
    [
        (("ask",), "Give either a question in quotes, or --batch FILE"),
        (("ask", "a question", "--batch", "file"), "either"),
        (("ask", "two", "words"), "unexpected extra argument"),
        (("aks", "hello"), "No such command"),
        (("demo", "--port", "many"), "not a valid integer"),
        (("faq", "chekc"), "No such command"),
        (("eval", "--baseline", "google"), "'google' is not one of"),
        (("eval", "--failures", "-1"), "-1 is not in the range"),
        (("eval", "--pack"), "requires an argument"),
    ],
)
def test_a_command_typed_wrongly_says_how_it_is_typed(tmp_path, command, hint):
    result = lantern(tmp_path, *command)

    assert Exit.USAGE == result.returncode
    assert hint in result.stderr
    assert "Traceback" not in result.stderr


def test_the_shipped_pack_is_all_good(tmp_path, content):
    """As far as it can be told without the model."""
    result = lantern(tmp_path, "faq", "check", "--quick")

    assert Exit.OK == result.returncode, result.stdout
    assert result.stdout.startswith(f"All good: {len(content.pack.entries)} entries with ")
    assert [] == list(tmp_path.iterdir()), "it only looks"
    assert "" == result.stderr


def test_a_bad_pack_is_told_line_by_line(tmp_path):
    data = write_pack(tmp_path / "data", first=topic("first", entry("alpha", ("365", "1"), ("at some", "<@1>"))))
    result = lantern(tmp_path, "faq", "check", data=data)
    lines = result.stderr.splitlines()

    assert Exit.DATA == result.returncode
    assert "" == result.stdout
    # The starter belongs to the shipped pack; it is looked at when the pack is sound.
    assert "lantern: 2 problems to mend:" == lines[0]
    assert [f"{data}/faq/first.yaml:{line}: alpha." for line in (11, 16)] == [
        line.split(".answer")[0].split(".review")[0] + "." for line in lines[1:]
    ]


@pytest.mark.parametrize("token", [{}, {"discord_token": "  "}])
def test_the_bot_does_not_start_without_a_token(tmp_path, token):
    result = lantern(tmp_path, "run", **token)

    assert Exit.CONFIGURATION == result.returncode
    assert told(result).startswith("LANTERN_DISCORD_TOKEN is not set.")
    assert "lantern demo" in result.stderr


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ('{"q": "one"}\nnot json\n', ":2: "),
        ('{"q": "one"}\n\n{"question": "two"}\n', ":3: "),
        ('["q"]\n', ":1: "),
        ('{"q": 12}\n', ":1: q is 12"),
        ('{"q": "one"}\n"q"\n', ":2: "),
    ],
)
def test_a_bad_line_of_a_batch_is_named_before_the_model_is_loaded(tmp_path, content, place):
    (tmp_path / "batch.jsonl").write_text(content)
    result = lantern(tmp_path, "ask", "--batch", "batch.jsonl")

    assert Exit.DATA == result.returncode
    assert told(result).startswith(f"batch.jsonl{place}")
    assert "" == result.stdout


@pytest.mark.parametrize("content", [None, b'{"q": "caf\xe9"}'])
def test_a_batch_that_cannot_be_read_is_named(tmp_path, content):
    if content:
        (tmp_path / "batch.jsonl").write_bytes(content)
    result = lantern(tmp_path, "ask", "--batch", "batch.jsonl")

    assert Exit.DATA == result.returncode
    assert told(result).startswith("batch.jsonl cannot be read")


async def test_a_database_from_a_newer_version_stops_every_start(tmp_path):
    path = add_migration_row(await make_database(tmp_path / "state" / "lantern.db"), "m999_telepathy")
    before = path.read_bytes()
    for command in (("ask", "hello"), ("run",)):
        result = lantern(tmp_path, *command, discord_token="token")

        assert Exit.STORAGE == result.returncode
        assert told(result).startswith(f"{path} was written by a newer Lantern")
    assert before == path.read_bytes()


async def test_a_database_in_use_stops_the_start(tmp_path):
    path = await make_database(tmp_path / "state" / "lantern.db")
    with held_exclusively(path):
        result = lantern(tmp_path, "ask", "hello")

    assert Exit.STORAGE == result.returncode
    assert told(result).startswith(f"{path} is in use by another program")


def test_a_damaged_database_stops_the_start(tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "lantern.db").write_bytes(b"garbage" * 1000)
    result = lantern(tmp_path, "ask", "hello")

    assert Exit.STORAGE == result.returncode
    assert "is damaged or is not a database" in told(result)


def test_a_state_folder_that_is_a_file_stops_the_start(tmp_path):
    (tmp_path / "state").write_text("a file")
    result = lantern(tmp_path, "ask", "hello")

    assert Exit.STORAGE == result.returncode
    assert "LANTERN_STATE" in told(result)


def findings(result) -> dict[str, dict]:
    """Return what `doctor --json` found, by subject."""
    return {row["subject"]: row for row in json.loads(result.stdout)}


def test_the_doctor_finds_a_token_missing_and_everything_else_fine(tmp_path):
    result = lantern(tmp_path, "doctor", "--json")
    found = findings(result)

    assert Exit.PROBLEMS == result.returncode
    assert {"token"} == {subject for subject, row in found.items() if row["level"] == "wrong"}
    assert {"token", "model", "content", "database", "disk"} <= found.keys()
    assert "not there yet" in found["database"]["text"]
    assert [] == list(tmp_path.iterdir()), "it only looks"


async def test_the_doctor_says_ok_where_all_is_well(tmp_path):
    await make_database(tmp_path / "state" / "lantern.db")
    result = lantern(tmp_path, "doctor", "--offline", discord_token=TOKEN)

    assert Exit.OK == result.returncode
    assert "\n0 wrong, " in result.stdout
    assert "lantern.db is sound" in result.stdout
    assert ["lantern.db"] == [path.name for path in (tmp_path / "state").iterdir()], "it only looks"


async def test_the_doctor_names_everything_that_is_wrong_at_once(tmp_path):
    add_migration_row(await make_database(tmp_path / "state" / "lantern.db"), "m999_telepathy")
    data = write_pack(tmp_path / "data", first=topic("first", entry("alpha", ("365", "1"))))
    result = lantern(tmp_path, "doctor", "--json", data=data, discord_token=" ", loglevel="INFO")
    found = findings(result)

    assert Exit.PROBLEMS == result.returncode
    assert {"token", "content", "database", "LANTERN_LOGLEVEL"} == {
        subject for subject, row in found.items() if row["level"] == "wrong"
    }
    assert "newer Lantern" in found["database"]["text"]
    assert "alpha.review_after_days" in found["content"]["text"]
    assert "Did you mean LANTERN_LOG_LEVEL?" == found["LANTERN_LOGLEVEL"]["mend"]


async def test_the_doctor_names_a_database_that_another_program_holds(tmp_path):
    path = await make_database(tmp_path / "state" / "lantern.db")
    with held_exclusively(path):
        found = findings(lantern(tmp_path, "doctor", "--json"))

    assert "in use by another program" in found["database"]["text"]


def test_what_the_state_folder_holds_is_for_its_owner_only(tmp_path):
    """Questions of members are in it."""
    lantern(tmp_path, "ask", "hello", model="no-such/model")
    mode = stat.S_IMODE((tmp_path / "state").stat().st_mode)

    assert 0o700 == mode
