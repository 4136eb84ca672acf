"""Posts in help forums are noted once, judged once, and hold nobody's name for longer than it takes to rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.models import EntryId, GuildId
from bot.core.moderation import Post, PostState
from bot.storage.database import Database
from bot.storage.posts import KEPT, PostStore

HERE, THERE = GuildId(1), GuildId(2)
HELP, CAREERS = 21, 22
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=9)


@pytest.fixture
async def database(tmp_path):
    """An empty database in a file."""
    opened = await Database.open(tmp_path / "lantern.db")
    yield opened
    await opened.close()


@pytest.fixture
def posts(database) -> PostStore:
    """The store under test."""
    return PostStore(database)


def post(thread=100, *, guild=HERE, forum=HELP, at=NOW) -> Post:
    """Return a post as it is first noted."""
    return Post(thread, guild, forum, None, 0.0, PostState.SEEN, at)


async def add(posts, one) -> bool:
    return await posts.add_post(one, forget_before=LONG_AGO)


async def speak(posts, one, person="noor", *, state=PostState.SUGGESTED, forum_since=NOW, person_since=NOW) -> bool:
    said = replace(one, entry_id=EntryId("letters"), probability=0.9, state=state)
    return await posts.speak(said, person, forum_since=forum_since, person_since=person_since)


async def test_a_post_is_noted_once_however_often_it_is_announced(posts):
    assert await add(posts, post())
    assert not await add(posts, post())
    assert [post()] == await posts.posts_in(HERE, HELP)


async def test_a_forum_shows_its_own_posts_the_newest_first(posts):
    for one in (post(1), post(3), post(2), post(4, forum=CAREERS), post(5, guild=THERE)):
        await add(posts, one)

    assert [3, 2, 1] == [one.thread for one in await posts.posts_in(HERE, HELP)]


async def test_a_post_gets_one_suggestion_only(posts):
    await add(posts, post())

    assert await speak(posts, post())
    assert not await speak(posts, post())
    assert not await speak(posts, post(101))
    assert [(EntryId("letters"), 0.9, PostState.SUGGESTED)] == [
        (one.entry_id, one.probability, one.state) for one in await posts.posts_in(HERE, HELP)
    ]


@pytest.mark.parametrize(
    ("minutes_ago", "forum", "person", "may"),
    [
        (9, HELP, "sam", False),
        (9, CAREERS, "noor", True),
        (11, HELP, "noor", False),
        (11, HELP, "sam", True),
        (24 * 60 + 1, HELP, "noor", True),
    ],
)
async def test_a_forum_and_a_person_in_it_rest_for_as_long_as_is_asked(posts, minutes_ago, forum, person, may):
    rests = {"forum_since": NOW - timedelta(minutes=10), "person_since": NOW - timedelta(hours=24)}
    for thread, state in ((100, PostState.SUGGESTED), (300, PostState.SHADOW)):
        earlier = post(thread, at=NOW - timedelta(minutes=minutes_ago), guild=GuildId(thread))
        later = post(thread + 1, forum=forum, guild=GuildId(thread))
        for one in (earlier, later):
            await add(posts, one)
        await speak(posts, earlier, state=state)

        assert may == await speak(posts, later, person, **rests)


async def test_what_discord_did_not_take_makes_nobody_rest(posts):
    for one in (post(100), post(200)):
        await add(posts, one)
    await speak(posts, post(100), forum_since=LONG_AGO, person_since=LONG_AGO)
    await posts.move_post(100, PostState.LOST)

    assert await speak(posts, post(200), forum_since=LONG_AGO, person_since=LONG_AGO)


async def test_the_first_judgement_stays(posts):
    await add(posts, post())
    await speak(posts, post())

    assert HELP == await posts.move_post(100, PostState.HELPED)
    assert await posts.move_post(100, PostState.DISMISSED) is None
    assert await posts.move_post(999, PostState.DISMISSED) is None
    assert [PostState.HELPED] == [one.state for one in await posts.posts_in(HERE, HELP)]


async def test_a_post_without_a_suggestion_cannot_be_judged(posts):
    await add(posts, post())

    assert await posts.move_post(100, PostState.HELPED) is None


async def test_whose_post_it_was_is_forgotten(posts, database):
    await add(posts, post(100, at=NOW - timedelta(hours=25)))
    await speak(posts, post(100))
    await posts.add_post(post(200), forget_before=NOW - timedelta(hours=24))

    assert [(None,), (None,)] == await database.read("SELECT person FROM posts")


async def test_only_the_newest_posts_of_a_server_are_kept(posts, database):
    rows = [(thread, HERE, HELP, 0.0, "seen", NOW.isoformat()) for thread in range(1, KEPT + 1)]
    sql = "INSERT INTO posts (thread, guild, forum, probability, state, at) VALUES (?, ?, ?, ?, ?, ?)"
    await database.run(lambda db: db.conn.executemany(sql, rows))
    await add(posts, post(KEPT + 5, guild=THERE))
    await add(posts, post(KEPT + 9))

    kept = [one.thread for one in await posts.posts_in(HERE, HELP)]
    assert [KEPT + 9, *range(KEPT, 1, -1)] == kept
    assert 1 == len(await posts.posts_in(THERE, HELP))


async def test_who_wants_quiet_has_it_on_one_server_until_they_change_their_mind(posts):
    for _ in range(2):
        await posts.set_quiet(HERE, "noor", quiet=True)

    assert await posts.is_quiet(HERE, "noor")
    assert not await posts.is_quiet(THERE, "noor")
    assert not await posts.is_quiet(HERE, "sam")

    await posts.set_quiet(HERE, "noor", quiet=False)

    assert not await posts.is_quiet(HERE, "noor")
