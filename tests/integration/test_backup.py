"""A backup: one moment of the database, while the bot writes; whole or not there; nothing of the bot waits for it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sqlite3
import stat
from datetime import UTC, datetime, timedelta

import discord
import pytest

from bot import app
from bot.cogs.backups import BackupClock
from bot.cogs.timekeeping import Timekeeper
from bot.core.backups import BackupPlan
from bot.core.errors import DatabaseCorruptError, DiskFullError, StorageError
from bot.storage.backup import backups_in, make_backup
from bot.storage.database import Database
from bot.storage.keyring import Keyring
from bot.storage.keys import MasterKey
from bot.storage.rotation import Backups, look_at_backups
from support.backups import back_up, every_row, names_in, silently
from support.databases import add_migration_row, make_database, run_unprivileged
from support.killing import killed_at_each_step
from support.telling import CANARIES, DenseEmbedder, tell_everything

NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
async def state(tmp_path):
    """A folder with a small database."""
    await make_database(tmp_path / "state" / "lantern.db")
    return tmp_path / "state"


def files(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_holds_every_row_of_every_table_in_one_file_of_its_owner(state):
    made = back_up(state, NOW)

    assert every_row(state / "lantern.db") == every_row(made.path)
    assert ["lantern-20261128T030000Z.db"] == files(state / "backups")
    assert 0o600 == stat.S_IMODE(made.path.stat().st_mode)
    assert 0o700 == stat.S_IMODE((state / "backups").stat().st_mode)


async def test_names_sort_by_time(state):
    made = [back_up(state, NOW + hours * HOUR) for hours in (30, 0, 2000)]

    assert names_in(state) == sorted(each.path.name for each in made)
    assert [each.at for each in backups_in(state / "backups")] == [NOW, NOW + 30 * HOUR, NOW + 2000 * HOUR]


async def test_is_one_moment_of_a_database_that_is_written_to_all_the_time(state):
    """Two rows that always change together are never seen apart, and no write fails."""
    database = await Database.open(state / "lantern.db")
    filler = [{"model": "m", "revision": "1", "hash": str(each), "vector": os.urandom(1536)} for each in range(8000)]
    await database.run(lambda db: db.table("vectors").insert_all(filler))
    await database.run(lambda db: db.executescript("CREATE TABLE pairs (a, b); INSERT INTO pairs VALUES (0, 0)"))
    copying = asyncio.create_task(asyncio.to_thread(back_up, state, NOW))
    written = 0
    while not copying.done():
        await database.run(lambda db: db.execute("UPDATE pairs SET a = a + 1"))
        await database.run(lambda db: db.execute("UPDATE pairs SET b = b + 1"))
        await database.run(lambda db: db.execute("UPDATE pairs SET a = a + 1, b = b + 1"))
        written += 1
    made = await copying
    ((a, b),) = await database.read("SELECT a, b FROM pairs")
    await database.close()
    ((then_a, then_b),) = every_row(made.path)["pairs"]

    assert written > 3
    assert (2 * written, 2 * written) == (a, b), "no write was lost"
    assert then_a - then_b in {0, 1}
    assert then_a < a
    assert 8000 == len(every_row(made.path)["vectors"])


async def test_what_is_encrypted_stays_encrypted_and_no_key_is_in_it(small_content, tmp_path):
    state = tmp_path / "state"
    async with app.lantern(small_content, state / "lantern.db", state / "lantern.db", DenseEmbedder) as lantern:
        await tell_everything(lantern)
        found = back_up(state, NOW).path.read_bytes()

    assert [word for word in CANARIES if word.encode() in found] == []
    assert bytes.fromhex((state / "lantern.key").read_text()) not in found
    assert (state / "lantern.key").read_text().encode() not in found


async def test_killed_at_any_step_there_is_a_whole_one_or_none(state, tmp_path):
    """And what a killed one left behind is no backup, and is gone a day later."""
    before, counts = every_row(state / "lantern.db"), []
    for folder in killed_at_each_step(state, tmp_path / "killed", "back_up"):
        found = backups_in(folder / "backups")
        assert [before] * len(found) == [every_row(each.path) for each in found]
        assert before == every_row(folder / "lantern.db")
        counts.append(len(found))
        long_ago = (NOW - 1000 * HOUR).timestamp()
        for draft in (folder / "backups").glob(".*"):
            os.utime(draft, (long_ago, long_ago))
        back_up(folder, NOW)
        assert [] == list((folder / "backups").glob(".*"))

    assert {0, 1} == set(counts)
    assert counts == sorted(counts)
    assert len(counts) > 20


async def test_a_damaged_database_gives_no_backup_and_leaves_those_before(state):
    back_up(state, NOW)
    with contextlib.closing(sqlite3.connect(state / "lantern.db")) as connection:
        # An index that lacks a row: every page is sound, and yet the database is not.
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("CREATE TABLE odd (a INTEGER PRIMARY KEY, b)")
        connection.execute("INSERT INTO odd VALUES (1, 2)")
        connection.execute("CREATE INDEX odd_b ON odd (b)")
        connection.execute(
            "UPDATE sqlite_master SET sql = 'CREATE INDEX odd_b ON odd (b) WHERE b > 5' WHERE name = 'odd_b'"
        )
        connection.commit()
    with pytest.raises(DatabaseCorruptError, match="lantern doctor"):
        back_up(state, NOW + HOUR)

    assert ["lantern-20261128T030000Z.db"] == files(state / "backups")


async def test_a_database_of_a_newer_lantern_gives_none(state):
    add_migration_row(state / "lantern.db", "m999_future")
    with pytest.raises(StorageError, match="newer Lantern"):
        back_up(state, NOW)

    assert [] == files(state / "backups")


async def test_where_it_would_fill_the_disk_none_is_begun(state):
    os.truncate(state / "lantern.db", shutil.disk_usage(state).free)  # a hole: it takes no room itself
    with pytest.raises(DiskFullError, match="LANTERN_BACKUPS"):
        back_up(state, NOW)

    assert [] == files(state / "backups")


async def test_a_disk_that_fills_up_meanwhile_leaves_nothing(state):
    """The system refuses to make the file longer, as it does where the disk is full."""
    code = f"""
import resource, signal
from datetime import UTC, datetime
from pathlib import Path
from bot.core.errors import StorageError
from bot.storage.backup import make_backup
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
state = Path({str(state)!r})
try:
    make_backup(state / "lantern.db", state / "backups", datetime.now(UTC), lambda *_: None)
except StorageError as error:
    print(error)
"""
    done = run_unprivileged(code)

    assert "lantern" in done.stdout, done.stderr
    assert "Traceback" not in done.stderr
    assert [] == files(state / "backups")


async def test_a_folder_that_may_not_be_written_is_a_sentence(state):
    code = f"""
from datetime import UTC, datetime
from pathlib import Path
from bot.core.errors import StorageError
from bot.storage.backup import make_backup
try:
    make_backup(Path({str(state / "lantern.db")!r}), Path("/proc/lantern"), datetime.now(UTC), lambda *_: None)
except StorageError as error:
    print(error)
"""

    assert "/proc/lantern cannot be used for backups" in run_unprivileged(code).stdout


def clock_of(backups, **options) -> BackupClock:
    """Return what the bot runs."""
    return BackupClock(backups, Timekeeper(discord.Client(intents=discord.Intents(guilds=True))), **options)


class TestInTheBot:
    @pytest.fixture
    async def backups(self, state):
        """The backups of a bot that has a plan."""
        database = await Database.open(state / "lantern.db")
        keyring = Keyring.open(state / "keys.db", MasterKey(state / "lantern.key"))
        yield Backups(database, keyring, BackupPlan(state / "backups", hours=24, daily=2, weekly=2, days=20))
        keyring.close()
        await database.close()

    async def test_one_is_made_when_it_is_due_and_old_ones_go(self, backups, state):
        clock = clock_of(backups)
        for hours in range(0, 24 * 40, 6):
            assert await clock.run_due(NOW + hours * HOUR)
        last = NOW + 39 * 24 * HOUR

        assert [last - days * 24 * HOUR for days in (3, 1, 0)] == [each.at for each in backups_in(state / "backups")]
        assert last == backups.last_at

    async def test_once_started_it_makes_one_by_itself(self, backups, state):
        clock = clock_of(backups, every_seconds=0.0)
        clock.start()
        while not backups.last_at:
            await asyncio.sleep(0.01)
        await clock.close()

        assert [backups.last_at] == [each.at for each in backups_in(state / "backups")]

    async def test_a_failure_is_a_line_in_the_log_and_the_next_one_succeeds(self, backups, state, caplog):
        clock = clock_of(backups)
        (state / "backups").write_text("in the way")
        assert not await clock.run_due(NOW)
        (told,) = caplog.messages
        (state / "backups").unlink()
        assert await clock.run_due(NOW)

        assert told.startswith("No backup was made: ")
        assert "LANTERN_BACKUPS" in told
        assert "Traceback" not in caplog.text
        assert 1 == len(backups_in(state / "backups"))

    async def test_after_a_start_it_is_known_when_the_last_one_was_made(self, backups, state):
        back_up(state, NOW)
        await backups.look()

        assert NOW == backups.last_at

    async def test_one_from_the_terminal_counts(self, backups, state):
        back_up(state, NOW)
        await backups.run_due(NOW + 23 * HOUR)

        assert 1 == len(backups_in(state / "backups"))


class TestDoctor:
    async def test_says_what_to_do_where_there_is_none_or_an_old_one(self, state):
        plan = BackupPlan(state / "backups")
        looks = [look_at_backups(plan, state / "lantern.db", NOW)]
        back_up(state, NOW)
        looks += [look_at_backups(plan, state / "lantern.db", NOW + hours * HOUR) for hours in (20, 49)]

        assert ["lantern backup" in look.mend for look in looks] == [True, False, True]
        assert "20 hours old" in looks[1].text
        assert "on the database's own disk" in looks[1].text

    async def test_asks_for_nothing_before_the_first_start(self, tmp_path):
        assert "" == look_at_backups(BackupPlan(tmp_path / "backups"), tmp_path / "lantern.db", NOW).mend

    async def test_respects_who_wants_no_backups_from_the_bot(self, state):
        plan = BackupPlan(state / "backups", hours=0)
        make_backup(state / "lantern.db", state / "backups", NOW, silently)
        look = look_at_backups(plan, state / "lantern.db", NOW + 500 * HOUR)

        assert "LANTERN_BACKUP_HOURS is 0" in look.text
        assert "" == look.mend
