"""A backup is brought back: every row of every table; what it replaces stays; killed anywhere, one of both is there."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from bot import app
from bot.core.errors import DatabaseLockedError, Exit, SealBrokenError
from bot.storage.lock import alone
from support.backups import back_up, every_row, fill_what_is_empty, names_in, put_back
from support.databases import add_migration_row, make_database
from support.everything import do_everything
from support.killing import killed_at_each_step
from support.parts import WordEmbedder
from support.peers import HERE, NOOR, SAM
from support.telling import STORY, tell_everything
from support.terminal import lantern, told
from support.worlds import open_world

NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def start(small_content, tmp_path):
    """Start the bot's inside on the database of a folder."""

    def start():
        path = tmp_path / "state" / "lantern.db"
        return app.lantern(small_content, path, path, WordEmbedder)

    return start


@pytest.fixture(scope="module")
def made(small_content, tmp_path_factory):
    """The folder of a bot that people told everything; a backup of it was made, and then somebody wanted quiet."""
    state = tmp_path_factory.mktemp("made") / "state"

    async def make() -> None:
        async with app.lantern(small_content, state / "lantern.db", state / "lantern.db", WordEmbedder) as running:
            await tell_everything(running)
            await running.guilds.update(HERE, lambda known: known)
            back_up(state, NOW)
            await running.forums.set_quiet(HERE, SAM, quiet=True)

    asyncio.run(make())
    return state


@pytest.fixture
def used(made, tmp_path):
    """A copy of that folder for each test."""
    return shutil.copytree(made, tmp_path / "state")


def files(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def quiet(running) -> int:
    ((rows,),) = await running.activity._database.read("SELECT count(*) FROM quiet")
    return rows


def only_backup(state):
    (name,) = names_in(state)
    return state / "backups" / name


async def test_brings_back_every_row_of_every_table(start_small, tmp_path):
    """A server where everything was done; the tables that stayed empty have a row, too."""
    state = tmp_path / "state"
    async with start_small(state / "lantern.db") as running, open_world(running) as world:
        await do_everything(world, world.noor, world.sam)
    fill_what_is_empty(state / "lantern.db")
    backup = back_up(state, NOW).path
    before = every_row(state / "lantern.db")
    with contextlib.closing(sqlite3.connect(state / "lantern.db")) as connection:
        for table in before:
            connection.execute(f"DELETE FROM {table}")
        connection.commit()
    (state / "lantern.db").unlink()
    await put_back(backup, state, NOW)
    after = every_row(state / "lantern.db")

    assert all(before.values()), "no table is empty"
    for rows in (before, after):
        rows["facts"] = [row for row in rows["facts"] if not row[0].startswith("commands:")]
    assert before == after


async def test_the_bot_goes_on_as_at_the_backup_and_tells_discord_its_commands_anew(used, start):
    async with start() as running:
        await running.activity.keep_fact("commands:1", "as they are")
    back_up(used, NOW + DAY)
    await put_back(used / "backups" / names_in(used)[1], used, NOW + DAY)
    async with start() as running:
        assert await running.activity.fact("commands:1") is None
        assert await quiet(running) == 1
        assert STORY == (await running.membership.member(HERE, NOOR)).profile.story
    await put_back(used / "backups" / names_in(used)[0], used, NOW + 2 * DAY)
    async with start() as running:
        assert await quiet(running) == 0
        assert STORY == (await running.membership.member(HERE, NOOR)).profile.story


async def test_what_it_replaces_stays_with_what_was_only_in_its_log(used):
    """As where the process was killed: the last rows are in the log beside the file."""
    connection = sqlite3.connect(used / "lantern.db")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("INSERT INTO facts VALUES ('colour', 'green')")
    connection.commit()
    for name in ("lantern.db", "lantern.db-wal"):
        shutil.copy(used / name, used / f"killed-{name}")
    connection.close()
    for name in ("lantern.db", "lantern.db-wal"):
        (used / f"killed-{name}").replace(used / name)
    _, kept = await put_back(only_backup(used), used, NOW)

    assert ("colour", "green") in every_row(kept)["facts"]
    assert ("colour", "green") not in every_row(used / "lantern.db")["facts"]
    assert not (used / "lantern.db-wal").exists()


async def test_whoever_wants_the_replaced_one_back_loses_nobody(used, start):
    """Keys that nothing is sealed with are dropped at a start, but not in the week after a restore."""
    kim = 103
    async with start() as running:
        await running.membership.join(HERE, kim, is_adult=True, now=NOW)
    _, kept = await put_back(only_backup(used), used, NOW)
    async with start() as running:
        assert await running.membership.member(HERE, kim) is None
    await put_back(kept, used, NOW + DAY)
    async with start() as running:
        assert await running.membership.member(HERE, kim) is not None


async def test_after_that_week_keys_without_use_are_dropped(used, start):
    kim = 103
    async with start() as running:
        await running.membership.join(HERE, kim, is_adult=True, now=NOW)
        copy = back_up(used, NOW + DAY).path
    await put_back(used / "backups" / names_in(used)[0], used, NOW - 30 * DAY)
    async with start():
        pass
    await put_back(copy, used, NOW)
    async with start() as running:
        with pytest.raises(SealBrokenError):
            await running.membership.member(HERE, kim)


@pytest.mark.parametrize("present", ["damaged", "missing", "missing, but for its log", "no database at all"])
async def test_works_without_a_database_that_can_be_read(used, present):
    backup, database = only_backup(used), used / "lantern.db"
    connection = sqlite3.connect(database)
    connection.execute("INSERT INTO facts VALUES ('colour', 'green')")
    connection.commit()
    log = (used / "lantern.db-wal").read_bytes()
    connection.close()
    if present == "damaged":
        database.write_bytes(database.read_bytes()[:5000] + b"\0" * 50_000)
        (used / "lantern.db-wal").write_bytes(log)
    elif present == "no database at all":
        database.write_text("This is a letter.")
    else:
        database.unlink()
        if present != "missing":
            (used / "lantern.db-wal").write_bytes(log)
    was = database.read_bytes() if database.exists() else None
    prepared, kept = await put_back(backup, used, NOW)

    assert every_row(backup) == every_row(database)
    assert prepared.before is None
    assert was == (kept.read_bytes() if kept else None)


class TestRefused:
    """Each is a sentence, and nothing is changed."""

    @pytest.fixture
    def refused(self, used, tmp_path):
        def refused(file, *, code=Exit.STORAGE, **settings) -> str:
            names = ("lantern.db", "keys.db", "lantern.key")
            before = {name: (used / name).read_bytes() for name in names if (used / name).exists()}
            there = files(used)
            done = lantern(tmp_path, "restore", "--yes", file, **settings)

            assert code == done.returncode, done.stderr
            assert before == {name: (used / name).read_bytes() for name in before}
            assert sorted({*there, "lantern.lock"}) == files(used)
            return told(done)

        return refused

    async def test_one_from_a_newer_lantern(self, used, refused):
        add_migration_row(only_backup(used), "m999_future")

        assert "newer Lantern" in refused(only_backup(used).name)

    async def test_one_that_is_damaged(self, used, refused):
        backup = only_backup(used)
        size = backup.stat().st_size
        with backup.open("r+b") as file:
            file.seek(size // 2)
            file.write(os.urandom(8192))

        assert "is damaged, or is no backup of Lantern's" in refused(backup.name)

    @pytest.mark.parametrize("what", ["a letter", "nothing", "another program's", "an empty database"])
    async def test_what_is_not_lanterns(self, used, refused, what, tmp_path):
        file = tmp_path / "other.db"
        file.write_text("Dear all," if what == "a letter" else "")
        if what in {"another program's", "an empty database"}:
            with contextlib.closing(sqlite3.connect(file)) as connection:
                connection.execute("CREATE TABLE t (a)")
                if what == "an empty database":
                    connection.execute("DROP TABLE t")
                connection.commit()

        assert "is no backup of Lantern's" in refused(file)

    async def test_what_is_not_there(self, refused):
        assert "There is no backup at" in refused("lantern-20200101T000000Z.db", code=Exit.DATA)

    async def test_while_a_bot_runs(self, used, refused):
        with alone(used / "lantern.db"):
            assert f"is in use by another Lantern (process {os.getpid()})" in refused(only_backup(used).name)

    async def test_while_another_program_has_it_open(self, used):
        before = every_row(used / "lantern.db")
        with contextlib.closing(sqlite3.connect(used / "lantern.db")) as connection:
            connection.execute("SELECT * FROM facts").fetchall()
            with pytest.raises(DatabaseLockedError):
                await put_back(only_backup(used), used, NOW)

        assert before == every_row(used / "lantern.db")

    async def test_without_the_keys_it_belongs_to(self, used, refused):
        (used / "keys.db").unlink()

        assert "--without-people" in refused(only_backup(used).name)

    async def test_with_another_master_key(self, used, refused):
        assert "--without-people" in refused(only_backup(used).name, key="ab" * 32)

    async def test_where_nobody_says_yes(self, used, tmp_path):
        before = every_row(used / "lantern.db")
        done = lantern(tmp_path, "restore", only_backup(used).name)

        assert Exit.PROBLEMS == done.returncode
        assert "Nothing was changed" in done.stdout
        assert "quiet" in done.stdout, "what would change is shown"
        assert before == every_row(used / "lantern.db")


async def test_with_keys_that_are_lost_the_faq_comes_back_and_nothing_of_anybody(used, start, tmp_path):
    backup = only_backup(used)
    for name in ("keys.db", "lantern.key", "lantern.db"):
        (used / name).unlink()
    done = lantern(tmp_path, "restore", "--yes", "--json", "--without-people", backup.name)
    after = every_row(used / "lantern.db")
    async with start() as running:
        await running.membership.join(HERE, NOOR, is_adult=True, now=NOW)

    assert (Exit.OK, True) == (done.returncode, json.loads(done.stdout)["done"]), done.stderr
    assert after["guild_settings"]
    assert after["proposals"] == after["negatives"] == [], "nobody can read them any more"
    for table in (
        "peers",
        "peer_ties",
        "introductions",
        "letters",
        "reports",
        "unanswered",
        "wordings",
        "votes",
        "drafts",
    ):
        assert [] == after[table]
    assert str(NOOR) not in str({table: rows for table, rows in after.items() if table != "vectors"})


async def test_from_the_terminal_it_tells_what_it_did(used, tmp_path):
    done = lantern(tmp_path, "restore", "--yes", "--json", only_backup(used).name)
    row = json.loads(done.stdout)

    assert (Exit.OK, True, 0) == (done.returncode, row["done"], row["deleted"])
    assert (1, 0) == (row["before"]["quiet"], row["after"]["quiet"])
    assert every_row(row["kept"])["quiet"]
    assert not every_row(used / "lantern.db")["quiet"]


@pytest.mark.parametrize(("job", "every"), [("put_back", 7), ("replace", 1)])
async def test_killed_at_any_step_the_old_or_the_new_is_there_whole(tmp_path, job, every):
    """Every step of what touches the database, every seventh of all before; and a second attempt comes to its end."""
    state = tmp_path / "state"
    await make_database(state / "lantern.db")
    backup = back_up(state, NOW)
    new = every_row(state / "lantern.db")
    with contextlib.closing(sqlite3.connect(state / "lantern.db")) as connection:
        connection.execute("UPDATE facts SET value = 'red'")
        connection.commit()
    if job == "replace":
        shutil.copy(backup.path, state / "lantern.db.restoring")
    old, ends = every_row(state / "lantern.db"), []
    for folder in killed_at_each_step(state, tmp_path / "killed", job, every):
        found = without_ring(every_row(folder / "lantern.db"))
        ends.append(found == without_ring(new))
        assert found in (without_ring(old), without_ring(new))
        await put_back(folder / "backups" / backup.path.name, folder, NOW)
        assert without_ring(new) == without_ring(every_row(folder / "lantern.db"))

    assert ends == sorted(ends)
    assert {False, True} == set(ends)
    assert len(ends) > 5


def without_ring(rows):
    return {**rows, "facts": [row for row in rows["facts"] if row[0] != "keyring"]}
