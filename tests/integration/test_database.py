"""The database opens from every earlier state, beside other processes, and closes with everything written."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlite_utils

from bot.storage.database import Database
from bot.storage.migrations import known_names, migrations
from support import two_openers
from support.databases import ROOT, migrated_until


async def schema_of(database: Database) -> set[str]:
    """Return the statements that make a database."""
    rows = await database.run(lambda db: db.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall())
    return {sql for (sql,) in rows}


@pytest.mark.parametrize("stop_before", [*sorted(known_names()), None])
async def test_every_earlier_state_is_migrated_to_the_same_schema(tmp_path, stop_before):
    fresh = await Database.open(None)
    database = await Database.open(migrated_until(tmp_path / "lantern.db", stop_before))
    expected, found = await schema_of(fresh), await schema_of(database)
    pending = await database.run(migrations.pending)
    await fresh.close()
    await database.close()

    assert expected == found
    assert [] == pending


async def test_an_empty_file_becomes_a_database(tmp_path):
    (tmp_path / "lantern.db").touch()
    database = await Database.open(tmp_path / "lantern.db")

    assert [] == await database.run(migrations.pending)
    await database.close()


async def test_a_path_may_hold_what_means_something_in_an_address(tmp_path):
    path = tmp_path / "a b?mode=x#%41" / "lantern.db"
    for _ in range(2):
        database = await Database.open(path)
        await database.close()

    assert ["lantern.db"] == [file.name for file in path.parent.iterdir()]


async def test_what_was_asked_for_before_the_close_is_written(tmp_path):
    path = tmp_path / "lantern.db"
    database = await Database.open(path)
    writes = [
        asyncio.create_task(
            database.run(lambda db, n=n: db.table("facts").insert({"name": f"fact {n}", "value": "x" * 1000}))
        )
        for n in range(300)
    ]
    await asyncio.sleep(0)  # the tasks begin; none of them can have ended
    await database.close()
    await asyncio.gather(*writes)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        ((written,),) = connection.execute("SELECT count(*) FROM facts").fetchall()

    assert 300 == written
    assert ["lantern.db"] == [file.name for file in tmp_path.iterdir()], "the log is merged into the file"


async def test_a_job_that_fails_leaves_nothing_behind(tmp_path):
    database = await Database.open(tmp_path / "lantern.db")

    def job(db: sqlite_utils.Database) -> None:
        db.table("facts").insert({"name": "half", "value": "done"})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.run(job)

    assert 0 == await database.run(lambda db: db.table("facts").count)
    await database.close()


async def test_nobody_else_writes_between_a_jobs_reading_and_its_writing(tmp_path):
    database = await Database.open(tmp_path / "lantern.db")
    with contextlib.closing(sqlite3.connect(database.path, timeout=0, check_same_thread=False)) as other:

        def job(db: sqlite_utils.Database) -> None:
            db.table("facts").count  # noqa: B018 - a job that reads first
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("INSERT INTO facts VALUES ('theirs', '1')")
            db.table("facts").insert({"name": "ours", "value": "2"})

        await database.run(job)
        other.execute("INSERT INTO facts VALUES ('theirs', '1')")
        other.commit()

    assert [("ours",), ("theirs",)] == await database.read("SELECT name FROM facts ORDER BY name")
    await database.close()


def test_four_processes_make_and_use_one_database_at_the_same_moment(tmp_path):
    """No process fails, each migration is applied once, no count is lost."""
    path, shot = tmp_path / "lantern.db", tmp_path / "shot"
    processes = [
        subprocess.Popen(
            [sys.executable, "-P", two_openers.__file__, path, shot, "25"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    Path(shot).touch()
    ends = [(process.communicate()[1], process.returncode) for process in processes]
    with contextlib.closing(sqlite3.connect(path)) as connection:
        ((uses,),) = connection.execute("SELECT count FROM uses").fetchall()
        ((times,),) = connection.execute("SELECT times FROM unanswered").fetchall()
        ((applied,),) = connection.execute("SELECT count(*) FROM _sqlite_migrations").fetchall()

    assert [("", 0)] * 4 == ends
    assert (100, 100) == (uses, times)
    assert applied == len(known_names())
