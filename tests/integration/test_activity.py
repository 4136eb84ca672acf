"""What members did is kept as they would expect: once each, the last word counting, and nothing more."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.models import EntryId, GuildId, UserId
from bot.storage.activity import ActivityStore
from bot.storage.database import Database

HERE, THERE = GuildId(1), GuildId(2)
LETTERS, VISAS, GRADES = EntryId("letters"), EntryId("visas"), EntryId("grades")
NOOR, SAM = UserId(11), UserId(12)


@pytest.fixture
async def database(tmp_path):
    """An empty database in a file."""
    opened = await Database.open(tmp_path / "lantern.db")
    yield opened
    await opened.close()


@pytest.fixture
def activity(database) -> ActivityStore:
    """The store under test."""
    return ActivityStore(database)


async def test_a_members_last_vote_is_the_one_that_counts(activity):
    for helped in (True, True, False):
        await activity.vote(HERE, LETTERS, NOOR, helped=helped)
    await activity.vote(HERE, LETTERS, SAM, helped=True)

    assert (1, 1) == await activity.votes_on(HERE, LETTERS)


async def test_votes_belong_to_one_entry_of_one_server(activity):
    await activity.vote(HERE, LETTERS, NOOR, helped=True)

    assert (0, 0) == await activity.votes_on(THERE, LETTERS)
    assert (0, 0) == await activity.votes_on(HERE, VISAS)


async def test_pins_come_first_in_their_order_and_then_what_was_shown_most(activity):
    for entry, times in ((LETTERS, 1), (VISAS, 3), (GRADES, 2)):
        for _ in range(times):
            await activity.count_use(HERE, entry)
    await activity.pin(HERE, [GRADES, EntryId("money")])

    assert [GRADES, "money", VISAS, LETTERS] == await activity.most_used(HERE, 10)
    assert [GRADES, "money"] == await activity.most_used(HERE, 2)
    assert [] == await activity.most_used(THERE, 10)


async def test_pinning_again_replaces_the_pins_of_this_server_only(activity):
    await activity.pin(HERE, [LETTERS, VISAS])
    await activity.pin(THERE, [LETTERS])
    await activity.pin(HERE, [GRADES])

    assert [GRADES] == await activity.most_used(HERE, 10)
    assert [LETTERS] == await activity.most_used(THERE, 10)


async def test_one_of_fifty_simultaneous_claims_succeeds(activity):
    claims = await asyncio.gather(*(activity.claim("share:1") for _ in range(50)))

    assert 1 == sum(claims)


async def test_of_two_processes_only_one_gets_the_claim(activity, tmp_path):
    beside = await Database.open(tmp_path / "lantern.db")
    claims = await asyncio.gather(
        *(store.claim(f"share:{n}") for n in range(25) for store in (activity, ActivityStore(beside)))
    )
    await beside.close()

    assert 25 == sum(claims)


async def test_a_released_claim_can_be_taken_again_once(activity):
    first = await activity.claim("share:1")
    await activity.release("share:1")
    again, third = await activity.claim("share:1"), await activity.claim("share:1")

    assert (True, True, False) == (first, again, third)


async def test_a_fact_is_what_was_kept_last(activity):
    before = await activity.fact("commands")
    await activity.keep_fact("commands", "one")
    await activity.keep_fact("commands", "two")

    assert before is None
    assert "two" == await activity.fact("commands")
