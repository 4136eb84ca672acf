"""Findings that are fine stay known; votes count for what an entry says now, and move along with a merge."""

from __future__ import annotations

import pytest

from bot.core.models import EntryId, GuildId, Pack, Topic, TopicId, UserId
from bot.core.moderation import ChangeKind
from bot.core.upkeep import Dismissal, FindingKind
from bot.faq.library import Library
from bot.storage.activity import ActivityStore
from bot.storage.database import Database
from bot.storage.faq import GuildEntries
from bot.storage.upkeep import UpkeepStore
from support.edits import edit
from support.parts import make_entry

HERE, THERE = GuildId(1), GuildId(2)
LETTERS, VISAS = EntryId("letters"), EntryId("visas")
NOOR, SAM, INES = UserId(11), UserId(12), UserId(13)
LONG_AGO = "2020-01-01T00:00:00+00:00"


@pytest.fixture
async def database(tmp_path):
    """An empty database in a file."""
    opened = await Database.open(tmp_path / "lantern.db")
    yield opened
    await opened.close()


@pytest.fixture
def store(database) -> UpkeepStore:
    """The store under test."""
    return UpkeepStore(database)


@pytest.fixture
def activity(database) -> ActivityStore:
    return ActivityStore(database)


@pytest.fixture
def library(database) -> Library:
    entries = (make_entry(LETTERS), make_entry(VISAS, "Which visa do I need?"))
    return Library(Pack((Topic(TopicId("letters"), "Letters"),), entries, ()), GuildEntries(database))


async def make_old(database) -> None:
    """Let all votes so far be old ones."""
    await database.run(lambda db: db.execute("UPDATE votes SET at = ?", [LONG_AGO]))


async def test_a_finding_that_is_fine_is_known_by_server_and_the_last_word_stands(store):
    old, new = (Dismissal(FindingKind.DUPLICATE, LETTERS, VISAS, states) for states in ("a b", "a c"))
    await store.dismiss(HERE, old)
    await store.dismiss(HERE, new)

    assert [new] == await store.dismissals(HERE)
    assert [] == await store.dismissals(THERE)


class TestVotes:
    async def test_they_are_counted_by_entry_and_server(self, store, activity):
        for user in (NOOR, SAM):
            await activity.vote(HERE, LETTERS, user, helped=False)
        await activity.vote(HERE, VISAS, NOOR, helped=True)
        await activity.vote(THERE, VISAS, NOOR, helped=False)

        assert {LETTERS: (0, 2), VISAS: (1, 0)} == await store.votes_since_edit(HERE)
        assert {LETTERS: (0, 2), VISAS: (1, 0)} == await activity.all_votes(HERE)

    async def test_those_on_what_an_answer_said_before_are_left_out_here_but_not_in_the_statistics(
        self, store, activity, library, database
    ):
        for user in (NOOR, SAM):
            await activity.vote(HERE, LETTERS, user, helped=False)
        await make_old(database)
        await edit(library, HERE, LETTERS, make_entry(LETTERS, answer="A better answer."))
        await activity.vote(HERE, LETTERS, INES, helped=True)

        assert {LETTERS: (1, 0)} == await store.votes_since_edit(HERE)
        assert {LETTERS: (1, 2)} == await activity.all_votes(HERE)

    async def test_those_on_an_answer_that_was_only_checked_or_got_a_wording_still_count(
        self, store, activity, library, database
    ):
        await activity.vote(HERE, LETTERS, NOOR, helped=False)
        await make_old(database)
        more = make_entry(LETTERS, "Whom can I ask for a letter?", "who writes letters")
        await edit(library, HERE, LETTERS, more, kind=ChangeKind.PHRASING)

        assert {LETTERS: (0, 1)} == await store.votes_since_edit(HERE)

    async def test_those_on_an_entry_that_was_removed_and_restored_still_count(
        self, store, activity, library, database
    ):
        await activity.vote(HERE, LETTERS, NOOR, helped=False)
        await make_old(database)
        await edit(library, HERE, LETTERS, None)
        await edit(library, HERE, LETTERS, make_entry(LETTERS), kind=ChangeKind.UNDONE)

        assert {LETTERS: (0, 1)} == await store.votes_since_edit(HERE)

    async def test_copied_ones_never_replace_what_a_member_said_of_the_entry_that_stays(self, store, activity):
        await activity.vote(HERE, LETTERS, NOOR, helped=False)
        await activity.vote(HERE, LETTERS, SAM, helped=True)
        await activity.vote(HERE, VISAS, SAM, helped=False)
        await activity.vote(THERE, LETTERS, INES, helped=True)

        for _ in range(2):
            await store.copy_votes(HERE, LETTERS, VISAS)

        assert {LETTERS: (1, 1), VISAS: (0, 2)} == await activity.all_votes(HERE)
        assert {LETTERS: (1, 0)} == await activity.all_votes(THERE)


async def test_an_entry_was_last_changed_when_anything_was_done_to_it_here(store, library, database):
    assert {} == await store.last_changed(HERE)

    await edit(library, HERE, LETTERS, make_entry(LETTERS, answer="Another answer."))
    await database.run(lambda db: db.execute("UPDATE changes SET at = ?", [LONG_AGO]))
    before = await store.last_changed(HERE)
    await edit(library, HERE, LETTERS, make_entry(LETTERS, answer="Yet another."), kind=ChangeKind.VERIFIED)
    after = await store.last_changed(HERE)

    assert [LETTERS] == list(before) == list(after)
    assert LONG_AGO.startswith(before[LETTERS].isoformat())
    assert before[LETTERS] < after[LETTERS]
    assert {} == await store.last_changed(THERE)
