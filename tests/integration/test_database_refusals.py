"""A database that cannot be used is refused with its own error, a sentence, and not one byte changed."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3

import pytest

from bot.core.errors import (
    DatabaseCorruptError,
    DatabaseLockedError,
    DatabaseNewerError,
    DatabaseReadOnlyError,
    DiskFullError,
    StorageError,
)
from bot.storage.database import Database, inspect_file
from support.databases import add_migration_row, files_in, held_exclusively, make_database, run_unprivileged

needs_permissions = pytest.mark.skipif(
    os.geteuid() == 0 and shutil.which("setpriv") is None, reason="root without setpriv ignores permissions"
)

OPEN_AND_WRITE = """
import asyncio, pathlib, sys
from bot.storage.database import Database

async def main():
    database = await Database.open(pathlib.Path(sys.argv[1]))
    await database.run(lambda db: db.table("facts").insert({"name": "new", "value": "new"}))
    await database.close()

try:
    asyncio.run(main())
except Exception as error:
    print(type(error).__name__, error)
else:
    print("written")
"""


async def refusal(path) -> StorageError:
    """Return the error that opening raises, once it is sure that nothing changed on disk."""
    before = files_in(path.parent)

    with pytest.raises(StorageError) as caught:
        await Database.open(path)

    assert before == files_in(path.parent)
    assert str(path) in str(caught.value)
    return caught.value


async def test_a_locked_database(tmp_path):
    path = await make_database(tmp_path / "lantern.db")
    with held_exclusively(path):
        error = await refusal(path)

    assert isinstance(error, DatabaseLockedError)
    assert "try again" in str(error)


async def test_a_locked_database_is_named_while_running_too_and_works_again_afterwards(tmp_path):
    database = await Database.open(tmp_path / "lantern.db")
    with contextlib.closing(sqlite3.connect(database.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseLockedError):
            await database.run(lambda db: db.table("facts").insert({"name": "a", "value": "b"}))
        facts = await database.read("SELECT * FROM facts")
        other.rollback()
    await database.run(lambda db: db.table("facts").insert({"name": "a", "value": "b"}))
    count = await database.run(lambda db: db.table("facts").count)
    await database.close()

    assert [] == facts, "a writer does not stop readers"
    assert count == 1


@pytest.mark.parametrize(
    "content", [b"not a database at all, " * 300, b"\x00" * 8192, b"SQLite format 3\x00" + b"\xff" * 5000]
)
async def test_a_garbage_file(tmp_path, content):
    path = tmp_path / "lantern.db"
    path.write_bytes(content)
    error = await refusal(path)

    assert isinstance(error, DatabaseCorruptError)
    assert "restore a backup" in str(error)


async def test_a_page_overwritten_in_the_middle(tmp_path):
    path = tmp_path / "lantern.db"
    database = await Database.open(path)
    await database.run(
        lambda db: db.table("facts").insert_all({"name": f"fact {n}", "value": "x" * 500} for n in range(200))
    )
    await database.close()
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\xa5" * 4096)
    error = await refusal(path)

    assert isinstance(error, DatabaseCorruptError)
    assert "restore a backup" in str(error)


async def test_a_file_cut_short(tmp_path):
    path = await make_database(tmp_path / "lantern.db")
    os.truncate(path, path.stat().st_size // 2)

    assert isinstance(await refusal(path), DatabaseCorruptError)


async def test_a_database_that_is_not_lanterns(tmp_path):
    path = tmp_path / "lantern.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (name)")
    error = await refusal(path)

    assert isinstance(error, DatabaseCorruptError)
    assert "not Lantern's" in str(error)
    assert "LANTERN_STATE" in str(error)


async def test_another_programs_migrations_do_not_make_it_lanterns(tmp_path):
    path = tmp_path / "lantern.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE soups (name)")
        connection.execute("CREATE TABLE _sqlite_migrations (migration_set, name, applied_at)")
        connection.execute("INSERT INTO _sqlite_migrations VALUES ('recipes', 'm001_soups', '2026-01-01')")
        connection.commit()

    assert "not Lantern's" in str(await refusal(path))


async def test_a_database_from_a_newer_version(tmp_path):
    path = add_migration_row(await make_database(tmp_path / "lantern.db"), "m999_telepathy")
    error = await refusal(path)

    assert isinstance(error, DatabaseNewerError)
    assert "m999_telepathy" in str(error)
    assert "Update Lantern" in str(error)


async def test_a_folder_in_the_files_place(tmp_path):
    (tmp_path / "lantern.db").mkdir()
    with pytest.raises(DatabaseReadOnlyError, match="Is a directory"):
        await Database.open(tmp_path / "lantern.db")


async def test_a_file_in_the_folders_place(tmp_path):
    (tmp_path / "state").write_text("a file")
    with pytest.raises(DatabaseReadOnlyError, match="LANTERN_STATE"):
        await Database.open(tmp_path / "state" / "lantern.db")


@needs_permissions
@pytest.mark.parametrize(("file_mode", "folder_mode"), [(0o444, 0o755), (0o444, 0o555), (0o644, 0o555), (0o000, 0o755)])
async def test_a_read_only_file_or_folder_is_refused_at_the_start(tmp_path, file_mode, folder_mode):
    folder = tmp_path / "state"
    path = await make_database(folder / "lantern.db")
    before = files_in(folder)
    path.chmod(file_mode)
    folder.chmod(folder_mode)
    result = run_unprivileged(OPEN_AND_WRITE, path)
    folder.chmod(0o755)
    path.chmod(0o644)

    assert result.stdout.startswith("DatabaseReadOnlyError"), result.stderr
    assert str(path) in result.stdout
    assert "LANTERN_STATE" in result.stdout
    assert before == files_in(folder)


@needs_permissions
async def test_a_state_folder_that_cannot_be_made_is_refused(tmp_path):
    tmp_path.chmod(0o555)
    result = run_unprivileged(OPEN_AND_WRITE, tmp_path / "state" / "lantern.db")
    tmp_path.chmod(0o755)

    assert result.stdout.startswith("DatabaseReadOnlyError"), result.stderr
    assert "Permission denied" in result.stdout
    assert [] == list(tmp_path.iterdir())


async def test_a_database_that_becomes_read_only_is_named_and_still_read(tmp_path):
    path = await make_database(tmp_path / "lantern.db")
    database = await Database.open(path)
    await database.read("PRAGMA query_only = ON")
    with pytest.raises(DatabaseReadOnlyError) as caught:
        await database.run(lambda db: db.table("facts").insert({"name": "a", "value": "b"}))
    facts = await database.read("SELECT value FROM facts")
    await database.close()

    assert str(path) in str(caught.value)
    assert [("green",)] == facts


async def test_a_full_disk_is_named_and_loses_nothing(tmp_path):
    path = await make_database(tmp_path / "lantern.db")
    database = await Database.open(path)
    ((pages,),) = await database.read("PRAGMA page_count")
    await database.read(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DiskFullError) as caught:
        await database.run(lambda db: db.table("facts").insert({"name": "long", "value": "x" * 100_000}))
    facts = await database.read("SELECT name, value FROM facts")
    await database.close()

    assert str(path) in str(caught.value)
    assert "Free some space" in str(caught.value)
    assert [("colour", "green")] == facts


async def test_any_other_failure_says_what_sqlite_said(tmp_path):
    database = await Database.open(tmp_path / "lantern.db")
    with pytest.raises(StorageError) as caught:
        await database.read("SELECT * FROM busy_locked_full_readonly")
    await database.close()

    assert type(caught.value) is StorageError, "the words of a message do not decide what it means"
    assert "no such table" in str(caught.value)


async def test_looking_at_a_database_in_use_sees_what_is_not_yet_in_its_file(tmp_path):
    path = tmp_path / "lantern.db"
    database = await Database.open(path)
    await database.run(lambda db: db.table("facts").insert({"name": "a", "value": "b"}))
    inspect_file(path)
    await database.run(
        lambda db: db.execute("INSERT INTO _sqlite_migrations (migration_set, name) VALUES ('lantern', 'm998_new')")
    )
    with pytest.raises(DatabaseNewerError, match="m998_new"):
        inspect_file(path)
    await database.close()
