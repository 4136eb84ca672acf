"""Each window at its edge, on a real database, at a given moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.peers import MemberState
from bot.core.retention import Retention
from bot.storage.columns import written
from bot.storage.database import Database
from bot.storage.resealing import open_keyring
from bot.storage.retention import RetentionTable
from support.peers import HERE, NOOR, SAM

NOW = datetime(2031, 5, 4, 12, tzinfo=UTC)
"""Any moment: every other one is counted from it."""
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
THERE = HERE + 1


@pytest.fixture
async def database(tmp_path):
    opened = await Database.open(tmp_path / "lantern.db")
    yield opened
    await opened.close()


@pytest.fixture
async def keyring(database):
    opened = await open_keyring(database)
    yield opened
    opened.close()


@pytest.fixture
def kept(database, keyring):
    return RetentionTable(database, keyring)


async def insert(database, table, **row):
    return await database.run(lambda db: db.table(table).insert(row).last_pk)


async def count(database, table) -> int:
    ((rows,),) = await database.read(f"SELECT count(*) FROM {table}")
    return rows


async def question(database, last_at, **row):
    """Keep a question that was asked last at a moment."""
    filled = {"guild": HERE, "question": b"?", "model": "m", "vector": b"", "times": 1, "first_at": written(last_at)}
    return await insert(database, "unanswered", **filled, last_at=written(last_at), **row)


ROWS = {
    "drafts": ({"guild": HERE, "by": NOOR, "state": "open", "form": "{}"}, 180),
    "uploads": ({"guild": HERE, "by": NOOR, "name": "a", "content": b"", "topic": "t", "replaces": 0}, 7),
    "notices": ({"guild": HERE, "user": NOOR, "text_key": "k", "details": "{}", "state": "closed"}, 90),
    "claims": ({"what": "share:1:x"}, 30),
    "proposals": (
        {"id": 1, "guild": HERE, "kind": "phrasing", "entry_id": "e", "hash": "h", "question": b"?", "state": "open"},
        180,
    ),
}


@pytest.mark.parametrize("table", ROWS)
async def test_a_row_stays_until_its_window_is_over_and_no_longer(database, kept, table):
    row, days = ROWS[table]
    await insert(database, table, **row, at=written(NOW - timedelta(days=days) + SECOND))
    assert await kept.sweep(NOW) == {}

    assert await kept.sweep(NOW + SECOND) == {table: 1}
    assert await kept.sweep(NOW + SECOND) == {}


async def test_a_decided_proposal_stays(database, kept):
    row, days = ROWS["proposals"]
    await insert(database, "proposals", **{**row, "state": "confirmed"}, at=written(NOW - 2 * days * DAY))
    await kept.sweep(NOW)

    assert await count(database, "proposals") == 1


async def test_a_question_goes_with_all_that_hangs_on_it(database, kept):
    number = await question(database, NOW - 365 * DAY + SECOND)
    await insert(database, "waiters", unanswered=number, user=NOOR, at=written(NOW))
    await insert(database, "askers", unanswered=number, person="x")
    assert await kept.sweep(NOW) == {}

    assert await kept.sweep(NOW + SECOND) == {"waiters": 1, "askers": 1, "unanswered": 1}


async def test_a_part_of_a_question_stays_as_long_as_the_whole(database, kept):
    whole = await question(database, NOW - 300 * DAY)
    await question(database, NOW - 500 * DAY, state="merged", merged_into=whole)
    await kept.sweep(NOW)
    assert await count(database, "unanswered") == 2

    await kept.sweep(NOW + 100 * DAY)
    assert await count(database, "unanswered") == 0


async def test_a_shorter_window_of_the_operator_counts(database, keyring):
    await insert(database, "claims", what="share:1:x", at=written(NOW - 3 * DAY))

    assert await RetentionTable(database, keyring, Retention(claims=2)).sweep(NOW) == {"claims": 1}


class TestAProfileNobodyUses:
    @pytest.fixture(autouse=True)
    async def noor(self, database):
        await member(database, NOOR, NOW - 180 * DAY)
        await member(database, SAM, NOW - 180 * DAY + SECOND)

    async def test_is_asked_about_once_by_a_letter(self, database, kept):
        assert await kept.ask_idle(NOW) == 1
        assert await kept.ask_idle(NOW) == 0
        assert await database.read("SELECT user, text_key FROM letters") == [(NOOR, "personal.still_there")]

    async def test_is_to_be_deleted_fourteen_days_later_and_not_before(self, kept):
        await kept.ask_idle(NOW)

        assert await kept.unheard(NOW + 14 * DAY - SECOND) == []
        assert await kept.unheard(NOW + 14 * DAY) == [(HERE, NOOR)]

    async def test_stays_where_its_owner_does_anything(self, database, kept):
        await kept.ask_idle(NOW)
        await kept.touch(HERE, NOOR, NOW + DAY)

        assert await kept.unheard(NOW + 100 * DAY) == []
        assert await kept.ask_idle(NOW + DAY) == 1  # SAM; NOOR only after another half a year
        await kept.ask_idle(NOW + 181 * DAY)
        assert (NOOR,) in await database.read("SELECT user FROM letters WHERE at > ?", [written(NOW + 2 * DAY)])

    async def test_touching_somebody_who_was_not_asked_changes_nothing(self, database, kept):
        before = await database.read("SELECT * FROM peers")
        await kept.touch(HERE, NOOR, NOW)

        assert before == await database.read("SELECT * FROM peers")


async def member(database, user, active_at, guild=HERE):
    at = written(active_at)
    row = {"guild": guild, "user": user, "state": MemberState.ACTIVE, "consented_at": at, "active_at": at}
    await insert(database, "peers", **row, sealed=b"x")


async def test_who_is_looked_for_has_something_open_or_is_of_this_hour(database, kept):
    """Statement 52: everybody who opted in is looked for once in 24 hours, who has an open introduction in each."""
    for user in range(24):
        await member(database, user << 22, NOW)
    fields = {"guild": HERE, "kind": "peer", "sealed": b"", "offered_at": "", "told_at": ""}
    await insert(database, "introductions", **fields, id=1, state="offered", first=NOOR, second=0)
    await insert(database, "introductions", **fields, id=2, state="closed", first=SAM, second=0)
    every = [await kept.involved(HERE, hour) for hour in range(24)]

    assert all(NOOR in found and SAM not in found for found in every)
    assert {user << 22 for user in range(1, 24)} <= {user for found in every for user in found}
    assert all(len(found) <= 2 for found in every)
