"""What members did is kept as they would expect: once each, the last word counting, and nothing more."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from bot.core.errors import StorageError
from bot.core.models import EntryId, GuildId, UserId
from bot.storage.activity import SAME_MEANING, ActivityStore
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


def at_cosine(cosine: float) -> bytes:
    """Return a vector whose cosine with `at_cosine(1.0)` is `cosine`."""
    return np.array([cosine, np.sqrt(1 - cosine**2)], np.float32).tobytes()


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


async def test_questions_of_the_same_meaning_are_counted_as_one(activity):
    first = await activity.add_unanswered(HERE, "Do I need a car?", at_cosine(1.0), "model")
    same = await activity.add_unanswered(HERE, "is a car needed", at_cosine(SAME_MEANING + 0.01), "model")
    other = await activity.add_unanswered(HERE, "Do I need a cat?", at_cosine(SAME_MEANING - 0.01), "model")

    assert first == same
    assert [(first, "Do I need a car?", 2), (other, "Do I need a cat?", 1)] == await activity.unanswered(HERE)


async def test_a_question_joins_the_nearest_of_those_it_resembles(activity):
    first, nearest, asked = (
        np.array([np.cos(angle), np.sin(angle)], np.float32).tobytes() for angle in np.radians([0, 40, 30])
    )
    await activity.add_unanswered(HERE, "also near", first, "model")
    expected = await activity.add_unanswered(HERE, "nearest", nearest, "model")

    assert expected == await activity.add_unanswered(HERE, "asked", asked, "model")


async def test_meaning_is_compared_only_within_one_server_and_one_model(activity):
    ids = [
        await activity.add_unanswered(HERE, "Same?", at_cosine(1.0), "model"),
        await activity.add_unanswered(THERE, "Same?", at_cosine(1.0), "model"),
        await activity.add_unanswered(HERE, "Same?", np.ones(7, np.float32).tobytes(), "another model"),
    ]

    assert 3 == len(set(ids))
    assert 2 == len(await activity.unanswered(HERE))


async def test_the_same_question_from_twenty_people_at_once_is_one_row(activity):
    asked = (activity.add_unanswered(HERE, "Same?", at_cosine(1.0), "model") for _ in range(20))
    ids = await asyncio.gather(*asked)

    assert 1 == len(set(ids))
    assert [(ids[0], "Same?", 20)] == await activity.unanswered(HERE)


async def test_the_queue_keeps_no_trace_of_who_asked(activity, database):
    await activity.add_unanswered(HERE, "Same?", at_cosine(1.0), "model")
    columns = await database.read("SELECT name FROM pragma_table_info('unanswered')")

    assert {"id", "guild", "question", "model", "vector", "times", "first_at", "last_at"} == {
        name for (name,) in columns
    }


async def test_pressing_twice_takes_a_member_off_the_list(activity, database):
    question = await activity.add_unanswered(HERE, "Same?", at_cosine(1.0), "model")
    answers = [await activity.wait_for(question, who) for who in (NOOR, SAM, NOOR)]
    waiting = await database.read("SELECT user FROM waiters")

    assert [True, True, False] == answers
    assert [(SAM,)] == waiting
    assert await activity.wait_for(question, NOOR)


async def test_nobody_waits_for_a_question_that_is_not_queued(activity, database):
    with pytest.raises(StorageError):
        await activity.wait_for(404, NOOR)

    assert [] == await database.read("SELECT * FROM waiters")


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
