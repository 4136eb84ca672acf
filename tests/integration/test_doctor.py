"""`lantern doctor` finds what is broken in settings, files and databases, one test for each, and changes nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sqlite3
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from bot import app
from bot.doctor.answers import of_answers, read_content
from bot.doctor.configuration import of_settings
from bot.doctor.findings import Level
from bot.doctor.machine import of_machine
from bot.doctor.port import of_port
from bot.doctor.stored import of_stored
from bot.search.exported import Manifest, folder_of
from bot.settings import ENV_FILE, Settings, example
from bot.storage.database import Database
from bot.watch.pulse import Pulse
from bot.watch.server import Watched, WatchServer
from support.databases import files_in, make_database, migrated_until
from support.embedders import WordEmbedder
from support.packs import write_small_bot
from support.terminal import ROOT


@pytest.fixture
def settings(tmp_path):
    """Settings of a bot with the small FAQ, whose state is in a folder that only its owner may look into."""
    small = write_small_bot(tmp_path)
    (tmp_path / "state").mkdir(mode=0o700)
    words = WordEmbedder()
    model = {"model": words.model_id, "exports": tmp_path / "models"}
    return Settings(_env_file=None, state=tmp_path / "state", contact="x", watch_port=0, **model, **small)


@pytest.fixture
def public_folder():
    """A folder that everybody on this machine may look into, as those of tests are not."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def silently(_what, _done, _of) -> None:
    """Tell nobody."""


def stored(settings):
    """Return what is found of what is stored, by subject."""
    return {found.subject: found for found in of_stored(settings, silently)}


def answers(settings):
    """Return what is found of what answers, by subject."""
    return {found.subject: found for found in of_answers(settings, read_content(settings))}


async def start(settings) -> None:
    """Start the bot's inside once, and stop it."""
    content = read_content(settings)
    async with app.lantern(content, settings.database, settings.database, WordEmbedder):
        pass


# Settings


def test_every_setting_is_explained_in_the_example_and_the_example_sets_none(tmp_path):
    """How to renew it: `lantern doctor --settings > .env.example`."""
    (tmp_path / ENV_FILE).write_text(example())

    assert example() == (ROOT / ".env.example").read_text(encoding="utf-8")
    assert Settings(_env_file=None) == Settings(_env_file=tmp_path / ENV_FILE)


def test_every_setting_of_the_example_can_be_switched_on_as_it_stands(tmp_path):
    """Taking the # away sets what would hold without."""
    lines = [line.removeprefix("#") if line.startswith("#LANTERN_") else line for line in example().splitlines()]
    (tmp_path / ENV_FILE).write_text("\n".join(lines))

    assert Settings(_env_file=None) == Settings(_env_file=tmp_path / ENV_FILE)


def test_a_name_that_is_no_setting_is_wrong_wherever_it_is_set(settings, tmp_path, monkeypatch):
    monkeypatch.setenv("LANTERN_LOGLEVEL", "INFO")
    (tmp_path / ENV_FILE).write_text("LANTERN_STATTE=x\nexport LANTERN_WEATHER=x\nlantern_locale=en\nOTHER=1\n")
    wrong = {found.subject: found for found in of_settings(settings, tmp_path) if found.level is Level.WRONG}

    assert {"LANTERN_LOGLEVEL", "LANTERN_STATTE", "LANTERN_WEATHER"} == wrong.keys()
    assert "Did you mean LANTERN_LOG_LEVEL?" == wrong["LANTERN_LOGLEVEL"].mend
    assert "the environment" in wrong["LANTERN_LOGLEVEL"].text
    assert "Did you mean LANTERN_STATE?" == wrong["LANTERN_STATTE"].mend
    assert str(tmp_path / ENV_FILE) in wrong["LANTERN_STATTE"].text
    assert "lantern doctor --settings" in wrong["LANTERN_WEATHER"].mend


def test_a_line_that_is_no_setting_is_named_by_its_number_and_not_repeated(settings, tmp_path):
    (tmp_path / ENV_FILE).write_text("# mine\nLANTERN_LOCALE=en\nLANTERN_KEY abc-secret\n")
    (wrong,) = [found for found in of_settings(settings, tmp_path) if found.level is Level.WRONG]

    assert "Line 3 of " in wrong.text
    assert "secret" not in wrong.text + wrong.mend


def test_it_tells_which_file_was_read_and_which_was_not(settings, tmp_path):
    program, folder = tmp_path / "program", tmp_path / "folder"
    program.mkdir()
    folder.mkdir()
    neither, *_ = of_settings(settings, folder, program)
    (program / ENV_FILE).write_text("")
    elsewhere, *_ = of_settings(settings, folder, program)
    (folder / ENV_FILE).write_text("")
    both, *_ = of_settings(settings, folder, program)

    assert [Level.OK, Level.WARNING, Level.OK] == [neither.level, elsewhere.level, both.level]
    assert f"{program / ENV_FILE} was not read" in elsewhere.text
    assert both.text.startswith(f"{folder / ENV_FILE} was read")


def test_a_bot_that_names_nobody_to_write_to_is_worth_knowing(settings, tmp_path):
    nobody = of_settings(settings.model_copy(update={"contact": ""}), tmp_path)

    assert ["LANTERN_CONTACT"] == [found.subject for found in nobody if found.level is Level.WARNING]
    assert {Level.OK} == {found.level for found in of_settings(settings, tmp_path)}


@pytest.mark.parametrize(
    ("line", "mode", "levels"),
    [
        ("LANTERN_DISCORD_TOKEN=x", 0o644, [Level.WRONG]),
        ("lantern_key=", 0o604, [Level.WRONG]),
        ("LANTERN_DISCORD_TOKEN=x", 0o640, [Level.WARNING]),
        ("LANTERN_DISCORD_TOKEN=x", 0o600, []),
        ("LANTERN_LOCALE=en", 0o644, []),
    ],
)
def test_a_file_of_settings_with_a_secret_is_for_its_owner_only(settings, public_folder, line, mode, levels):
    file = public_folder / ENV_FILE
    file.write_text(line)
    file.chmod(mode)
    found = [each for each in of_settings(settings, public_folder) if each.level is not Level.OK]

    assert levels == [each.level for each in found]
    assert [f"chmod 600 {file}"] * len(levels) == [each.mend for each in found]


# What is stored


async def test_a_bot_that_was_started_once_has_everything_in_order(settings):
    await start(settings)
    before = files_in(settings.state)
    found = stored(settings)

    assert {"backups"} == {subject for subject, each in found.items() if each.level is not Level.OK}
    assert "every page read" in found["database"].text
    assert before == files_in(settings.state), "it only looks"


async def test_a_database_that_a_bot_has_open_is_looked_at_as_well(settings):
    await make_database(settings.database)
    database = await Database.open(settings.database)
    try:
        await database.run(lambda db: db.table("facts").insert({"name": "new", "value": "x"}))
        found = stored(settings)["database"]
    finally:
        await database.close()

    assert Level.OK is found.level


async def test_an_index_that_does_not_fit_its_table_is_found(settings):
    """A start looks at pages and rows, and would not notice: indexes are compared only here."""
    path = await make_database(settings.database)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("INSERT INTO posts (thread, guild, forum, probability, state, at) VALUES (1, 2, 3, 0, 'seen', '')")
        db.execute("PRAGMA writable_schema = ON")
        swapped = 'replace(sql, \'("guild", "forum")\', \'("forum", "guild")\')'
        db.execute(f"UPDATE sqlite_master SET sql = {swapped} WHERE name = 'idx_posts_guild_forum'")
        db.commit()
    database = await Database.open(path)
    await database.close()
    found = stored(settings)["database"]

    assert Level.WRONG is found.level
    assert "missing from index idx_posts_guild_forum" in found.text
    assert "lantern restore" in found.mend


async def test_a_row_that_refers_to_none_is_found(settings):
    path = await make_database(settings.database)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("INSERT INTO waiters (unanswered, user, at) VALUES (7, 1, '')")
        db.commit()
    found = stored(settings)["database"]

    assert Level.WRONG is found.level
    assert "1 in waiters" in found.text


async def test_a_file_that_is_cut_off_is_found(settings):
    path = await make_database(settings.database)
    os.truncate(path, path.stat().st_size // 2)

    assert Level.WRONG is stored(settings)["database"].level


def test_an_older_database_is_worth_a_backup_first(settings):
    migrated_until(settings.database, "m012_check_backs")
    found = stored(settings)["migrations"]

    assert Level.WARNING is found.level
    assert "lantern backup" in found.mend


async def test_a_log_that_never_ends_is_worth_knowing(settings):
    path = await make_database(settings.database)
    log = path.with_name(f"{path.name}-wal")
    log.touch()
    os.truncate(log, 65_000_000)

    assert Level.WARNING is stored(settings)["write-ahead log"].level


async def test_a_ring_of_keys_with_a_damaged_page_is_found(settings):
    await start(settings)
    with contextlib.closing(sqlite3.connect(settings.state / "keys.db")) as db:
        db.execute("CREATE TABLE others (id INTEGER, name TEXT)")
        db.execute("CREATE INDEX by_name ON others (name)")
        db.execute("INSERT INTO others VALUES (1, 'a')")
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_master SET sql = replace(sql, '(name)', '(id)') WHERE name = 'by_name'")
        db.commit()
    found = stored(settings)["key"]

    assert Level.WRONG is found.level
    assert "by_name" in found.text


async def test_a_key_that_opens_nothing_is_found_with_what_to_do(settings):
    await start(settings)
    (settings.state / "lantern.key").write_text("0" * 64)
    found = stored(settings)["key"]

    assert Level.WRONG is found.level
    assert "is not the key it was locked with" in found.text


def test_a_folder_that_others_may_look_into_is_worth_knowing(settings):
    settings.state.chmod(0o750)
    found = stored(settings)["access"]

    assert Level.WARNING is found.level
    assert f"chmod 700 {settings.state}" == found.mend


async def test_keys_that_everybody_may_read_are_wrong_and_those_in_a_closed_folder_are_not(settings, public_folder):
    open_to_all = settings.model_copy(update={"state": public_folder / "state"})
    await start(open_to_all)
    for name in ("lantern.key", "keys.db"):
        (open_to_all.state / name).chmod(0o644)
    closed = stored(open_to_all)
    open_to_all.state.chmod(0o755)
    found = stored(open_to_all)

    assert Level.OK is closed["access"].level
    assert {"lantern.key", "keys.db"}.isdisjoint(closed)
    assert [Level.WRONG] * 2 == [found[name].level for name in ("lantern.key", "keys.db")]
    assert f"chmod 600 {open_to_all.state / 'lantern.key'}" == found["lantern.key"].mend


# What answers


async def test_a_calibration_fits_until_the_faq_changes(settings):
    fresh = answers(settings)["calibration"]
    await start(settings)
    fits = answers(settings)["calibration"]
    content = read_content(settings)
    changed = replace(content, pack=replace(content.pack, entries=content.pack.entries[1:]))
    outgrown = {found.subject: found for found in of_answers(settings, changed)}["calibration"]

    assert "There is none for this model" in fresh.text
    assert fits.text.startswith(f"Fits {settings.model} ")
    assert "calibrates anew" in outgrown.text
    assert {Level.OK} == {fresh.level, fits.level, outgrown.level}


def test_content_with_faults_is_found_and_the_rest_is_looked_at_all_the_same(settings):
    (settings.data / "faq" / "first.yaml").write_text("title: 7\n")
    found = answers(settings)

    assert Level.WRONG is found["content"].level
    assert "first.yaml" in found["content"].text
    assert {"model", "export", "helplines"} <= found.keys()


def test_a_folder_that_is_no_model_is_found(settings, tmp_path):
    found = answers(settings.model_copy(update={"model": str(tmp_path)}))

    assert ["model"] == [subject for subject, each in found.items() if each.level is Level.WRONG]
    assert "LANTERN_MODEL" in found["model"].mend


def test_the_export_is_told_to_be_missing_sound_damaged_or_of_another_model(settings):
    folder = folder_of(settings.export_folder, settings.model, "1")
    missing = answers(settings)["export"]
    folder.mkdir(parents=True)
    (folder / "graph.onnx").write_bytes(b"abc")
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    Manifest(settings.model, "1", {"graph.onnx": digest}).write(folder)
    sound = answers(settings)["export"]
    (folder / "graph.onnx").write_bytes(b"abd")
    damaged = answers(settings)["export"]

    assert [Level.OK, Level.OK, Level.WARNING] == [missing.level, sound.level, damaged.level]
    assert "is not exported yet" in missing.text
    assert "is exported and undamaged" in sound.text
    assert "is damaged" in damaged.text
    assert "lantern model export" in damaged.mend


def test_without_what_opens_models_there_must_be_an_export_that_serves(settings, monkeypatch):
    """As in a small image, where sentence-transformers is not installed."""
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    missing = answers(settings)["export"]
    folder = folder_of(settings.export_folder, settings.model, "1")
    folder.mkdir(parents=True)
    Manifest(settings.model, "1", {}).write(folder)
    sound = answers(settings)
    Manifest(settings.model, "1", {"graph.onnx": ""}).write(folder)
    damaged = answers(settings)["export"]

    assert [Level.WRONG, Level.OK, Level.WRONG] == [missing.level, sound["export"].level, damaged.level]
    assert "its export serves without" in sound["model"].text
    assert ["pip install" in found.mend for found in (missing, damaged)] == [True, True]


# The machine


def test_this_machine_is_fit_for_tests(settings):
    found = {each.subject: each for each in of_machine(settings)}

    assert {"disk", "versions", "time zones", "watch port"} <= found.keys()
    assert [] == [each for each in found.values() if each.level is Level.WRONG]


def port_finding(settings, port, host="127.0.0.1"):
    """Return what is found of a port."""
    (found,) = of_port(settings.model_copy(update={"watch_port": port, "watch_host": host}))
    return found


async def test_a_port_that_another_program_has_is_found_and_a_free_one_is_fine(settings):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        server.settimeout(10)

        def answer() -> None:
            connection, _ = server.accept()
            connection.sendall(b"SSH-2.0-nobody\r\n")
            connection.close()

        taken, _ = await asyncio.gather(asyncio.to_thread(port_finding, settings, port), asyncio.to_thread(answer))
    free = port_finding(settings, port)

    assert Level.WRONG is taken.level
    assert "LANTERN_WATCH_PORT" in taken.mend
    assert Level.OK is free.level


async def test_a_port_that_a_running_bot_has_is_fine(settings):
    registry = CollectorRegistry()
    server = WatchServer(Watched(registry, Pulse(registry), None, {}))
    port = await server.start("127.0.0.1", 0)
    try:
        found = await asyncio.to_thread(port_finding, settings, port)
    finally:
        await server.close()

    assert Level.OK is found.level


def test_an_address_that_is_not_this_machines_is_found(settings):
    """192.0.2.1 is set aside for examples (RFC 5737)."""
    found = port_finding(settings, 8802, "192.0.2.1")

    assert Level.WRONG is found.level
    assert "LANTERN_WATCH_HOST" in found.mend
