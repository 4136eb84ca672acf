"""Unanswered questions: one row a meaning, each person once, nobody's name; what becomes of them happens once."""

from __future__ import annotations

import asyncio
import stat

import numpy as np
import pytest

from bot.core.errors import KeyFileError, VersionGoneError
from bot.core.models import EntryId, GuildId, UserId
from bot.core.unanswered import NoticeState, QuestionState, Recorded, Wish
from bot.safety.pseudonyms import Pseudonyms
from bot.storage.database import Database
from bot.storage.keys import MasterKey
from bot.storage.notices import NoticeStore
from bot.storage.queue import QueueStore
from bot.storage.wordings import MOST_WORDINGS, SAME_MEANING
from support.keyrings import keyring_of

HERE, THERE = GuildId(1), GuildId(2)
LETTERS = EntryId("letters")
NOOR, SAM, INES, MIKA = UserId(11), UserId(12), UserId(13), UserId(14)
WAITING = [QuestionState.WAITING]
PSEUDONYMS = Pseudonyms(b"key")
LIMIT = np.degrees(np.arccos(SAME_MEANING))
"""The angle up to which two questions count as one."""


@pytest.fixture
async def database(tmp_path):
    """An empty database in a file."""
    opened = await Database.open(tmp_path / "lantern.db")
    yield opened
    await opened.close()


@pytest.fixture
def store(database) -> QueueStore:
    """The store under test."""
    return QueueStore(database, keyring_of(database))


@pytest.fixture
def outbox(database) -> NoticeStore:
    """Where notices wait."""
    return NoticeStore(database, keyring_of(database))


def at_angle(degrees: float) -> bytes:
    """Return a vector of unit length at an angle."""
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], np.float32).tobytes()


async def ask(store, question, vector=None, *, user=None, guild=HERE, model="model"):
    """Note a question, asked by somebody."""
    person = None if user is None else lambda number: PSEUDONYMS.of(user, f"unanswered:{number}")
    return await store.note(guild, Recorded(0, question, vector or at_angle(0), model), person=person)


async def waiting(store, guild=HERE):
    return await store.questions(guild, QuestionState.WAITING)


class TestMeaning:
    async def test_questions_of_the_same_meaning_are_counted_as_one_with_both_wordings(self, store):
        first = await ask(store, "Do I need a car?", at_angle(0))
        same = await ask(store, "is a car needed", at_angle(LIMIT - 1))
        other = await ask(store, "Do I need a cat?", at_angle(-LIMIT - 1))

        assert first.id == same.id
        assert {
            first.id: (("Do I need a car?", "is a car needed"), 2),
            other.id: (("Do I need a cat?",), 1),
        } == {one.id: (one.wordings, one.times) for one in await waiting(store)}

    async def test_a_question_joins_by_any_of_the_wordings_and_not_by_the_first_alone(self, store):
        first = await ask(store, "first", at_angle(0))
        between = await ask(store, "between", at_angle(25))
        far = await ask(store, "far from the first", at_angle(50))

        assert [first.id] * 2 == [between.id, far.id]

    async def test_a_question_joins_the_nearest_of_those_it_resembles(self, store):
        await ask(store, "also near", at_angle(0))
        nearest = await ask(store, "nearest", at_angle(40))

        assert nearest.id == (await ask(store, "asked", at_angle(30))).id

    async def test_meaning_is_compared_only_within_one_server_and_one_model(self, store):
        noted = [
            await ask(store, "Same?"),
            await ask(store, "Same?", guild=THERE),
            await ask(store, "Same?", np.ones(7, np.float32).tobytes(), model="another model"),
        ]

        assert 3 == len({one.id for one in noted})
        assert 2 == len(await waiting(store))

    async def test_a_wording_is_kept_once_and_at_most_twenty_are(self, store):
        for number in range(30):
            await ask(store, f"Question {number}?")
            await ask(store, f"question  {number}?")

        (one,) = await waiting(store)
        assert (MOST_WORDINGS, 60) == (len(one.wordings), one.times)

    async def test_the_same_question_from_twenty_people_at_once_is_one_row(self, store):
        noted = await asyncio.gather(*(ask(store, "Same?", user=UserId(n)) for n in range(20)))

        (one,) = await waiting(store)
        assert {one.id} == {each.id for each in noted}
        assert (20, 20) == (one.times, one.askers)


class TestPeople:
    async def test_more_people_come_before_more_askings_and_the_later_before_the_earlier(self, store):
        for _ in range(10):
            await ask(store, "Ten times one person", at_angle(0), user=NOOR)
        for user in (NOOR, SAM):
            await ask(store, "Two people", at_angle(60), user=user)
        await ask(store, "One person, later", at_angle(120), user=SAM)

        assert [("Two people", 2, 2), ("One person, later", 1, 1), ("Ten times one person", 1, 10)] == [
            (one.question, one.askers, one.times) for one in await waiting(store)
        ]

    async def test_it_says_whether_somebody_asks_for_the_first_time(self, store):
        noted = [await ask(store, "Same?", user=user) for user in (NOOR, NOOR, SAM, None)]

        assert [(1, True), (1, False), (2, True), (2, False)] == [(one.askers, one.is_new_asker) for one in noted]

    async def test_no_name_of_an_asker_and_nothing_that_links_two_questions_is_kept(self, store, database):
        for angle in (0, 90):
            await ask(store, f"Question at {angle}", at_angle(angle), user=UserId(987_654_321_012))
        people = await database.read("SELECT person FROM askers")

        assert 2 == len(set(people))
        kept = b"".join(each.read_bytes() for each in database.path.parent.glob("lantern.db*"))
        assert str(987_654_321_012).encode() not in kept
        assert (987_654_321_012).to_bytes(8, "big") not in kept
        assert (987_654_321_012).to_bytes(6, "big") not in kept


class TestWaiting:
    async def test_a_wish_is_a_switch(self, store, database):
        noted = await ask(store, "Same?")
        wishes = [await store.wish(HERE, noted.id, who) for who in (NOOR, SAM, NOOR)]

        assert [Wish.ON, Wish.ON, Wish.OFF] == wishes
        assert [(SAM,)] == await database.read("SELECT user FROM waiters")

    async def test_nobody_waits_for_a_question_that_is_not_there(self, store, database):
        with pytest.raises(VersionGoneError):
            await store.wish(HERE, 404, NOOR)

        assert [] == await database.read("SELECT * FROM waiters")

    async def test_nor_for_one_that_was_answered_or_dismissed_but_whoever_waited_can_leave(self, store):
        answered, dismissed = await ask(store, "a", at_angle(0)), await ask(store, "b", at_angle(90))
        await store.wish(HERE, dismissed.id, SAM)
        await store.resolve(HERE, answered.id, LETTERS, "notice.answered", by=MIKA, was=WAITING)
        await store.dismiss(HERE, dismissed.id, MIKA)

        assert [Wish.ANSWERED, Wish.DISMISSED, Wish.OFF] == [
            await store.wish(HERE, answered.id, NOOR),
            await store.wish(HERE, dismissed.id, NOOR),
            await store.wish(HERE, dismissed.id, SAM),
        ]


class TestResolving:
    async def test_whoever_waits_gets_one_notice_and_leaves_the_list(self, store, outbox, database):
        noted = await ask(store, "Same?")
        for user in (NOOR, SAM):
            await store.wish(HERE, noted.id, user)
        done = await asyncio.gather(
            *(store.resolve(HERE, noted.id, LETTERS, "notice.answered", by=None, was=WAITING) for _ in range(10))
        )

        assert 1 == sum(done)
        assert [(NOOR, LETTERS), (SAM, LETTERS)] == [
            (notice.user, notice.entry_id) for notice in await outbox.notices(NoticeState.WAITING)
        ]
        assert [] == await database.read("SELECT * FROM waiters")

    async def test_an_answered_question_that_is_asked_again_is_a_new_one(self, store):
        first = await ask(store, "Same?")
        await store.resolve(HERE, first.id, LETTERS, "notice.answered", by=MIKA, was=WAITING)
        again = await ask(store, "Same?")

        assert first.id != again.id
        assert [again.id] == [one.id for one in await waiting(store)]

    async def test_a_dismissed_question_takes_those_of_its_meaning_and_stays_dismissed(self, store):
        first = await ask(store, "Same?")
        await store.dismiss(HERE, first.id, MIKA)
        again = await ask(store, "The same?", at_angle(LIMIT - 1), user=NOOR)

        assert (first.id, QuestionState.DISMISSED) == (again.id, again.state)
        assert [] == await waiting(store)
        kept = await store.question(HERE, first.id)
        assert (2, MIKA) == (kept.times, kept.closed_by)

    async def test_one_that_waits_is_joined_before_one_that_was_dismissed(self, store):
        dismissed = await ask(store, "dismissed", at_angle(0))
        await store.dismiss(HERE, dismissed.id, MIKA)
        waits = await ask(store, "waits", at_angle(40))

        assert waits.id == (await ask(store, "nearer to the dismissed one", at_angle(15))).id

    async def test_of_two_moderators_the_first_dismisses_and_it_can_wait_again(self, store):
        noted = await ask(store, "Same?")

        assert [True, False] == [await store.dismiss(HERE, noted.id, by) for by in (MIKA, SAM)]
        assert MIKA == (await store.question(HERE, noted.id)).closed_by
        assert [True, False] == [await store.reopen(HERE, noted.id) for _ in range(2)]
        assert [noted.id] == [one.id for one in await waiting(store)]

    async def test_a_question_of_another_server_is_out_of_reach(self, store):
        noted = await ask(store, "Same?")

        assert not await store.dismiss(THERE, noted.id, MIKA)
        with pytest.raises(VersionGoneError):
            await store.resolve(THERE, noted.id, LETTERS, "notice.answered", by=MIKA, was=WAITING)
        with pytest.raises(VersionGoneError):
            await store.wish(THERE, noted.id, NOOR)
        with pytest.raises(VersionGoneError):
            await store.question(THERE, noted.id)


class TestMerging:
    async def test_everything_of_the_one_goes_over_to_the_other(self, store):
        into = await ask(store, "into", at_angle(0), user=NOOR)
        gone = await ask(store, "gone", at_angle(60), user=SAM)
        await ask(store, "also gone", at_angle(62), user=INES)
        await store.wish(HERE, gone.id, SAM)
        merged = await store.merge(HERE, into.id, gone.id, MIKA)

        assert merged
        (one,) = await waiting(store)
        assert (into.id, ("into", "gone", "also gone"), 3, 3, 1) == (
            one.id,
            one.wordings,
            one.askers,
            one.times,
            one.waiters,
        )
        assert (QuestionState.MERGED, MIKA) == (
            (await store.question(HERE, gone.id)).state,
            (await store.question(HERE, gone.id)).closed_by,
        )

    async def test_what_is_done_for_a_merged_question_reaches_the_whole(self, store, outbox):
        first, second, third = [await ask(store, str(angle), at_angle(angle)) for angle in (0, 60, 120)]
        await store.merge(HERE, second.id, first.id, MIKA)
        await store.merge(HERE, third.id, second.id, MIKA)
        await store.wish(HERE, first.id, NOOR)
        await store.resolve(HERE, first.id, LETTERS, "notice.answered", by=MIKA, was=WAITING)

        assert QuestionState.RESOLVED == (await store.question(HERE, third.id)).state
        assert [NOOR] == [notice.user for notice in await outbox.notices(NoticeState.WAITING)]

    async def test_somebody_counted_before_the_merge_is_not_counted_again(self, store):
        into, gone = await ask(store, "into", at_angle(0)), await ask(store, "gone", at_angle(60), user=NOOR)
        await store.merge(HERE, into.id, gone.id, MIKA)
        again = await ask(store, "gone once more", at_angle(60), user=NOOR)

        assert (into.id, 1, False) == (again.id, again.askers, again.is_new_asker)

    async def test_a_question_is_not_merged_with_itself_nor_with_one_that_was_dealt_with(self, store):
        one, other = await ask(store, "one", at_angle(0)), await ask(store, "other", at_angle(60))
        await store.dismiss(HERE, other.id, MIKA)

        assert not await store.merge(HERE, one.id, one.id, MIKA)
        assert not await store.merge(HERE, one.id, other.id, MIKA)
        assert not await store.merge(HERE, other.id, one.id, MIKA)
        assert ["one"] == [each.question for each in await waiting(store)]

    async def test_questions_read_by_two_models_can_be_merged(self, store):
        into = await ask(store, "into", at_angle(0))
        gone = await ask(store, "gone", np.ones(7, np.float32).tobytes(), model="old")

        assert await store.merge(HERE, into.id, gone.id, MIKA)
        assert into.id == (await ask(store, "into again", at_angle(0))).id


class TestRecorded:
    async def test_every_wording_of_the_model_in_use_is_given_whatever_became_of_it(self, store):
        first = await ask(store, "first", at_angle(0))
        await ask(store, "first in other words", at_angle(5))
        await ask(store, "of an old model", np.ones(7, np.float32).tobytes(), model="old")
        await store.dismiss(HERE, first.id, MIKA)
        await ask(store, "second", at_angle(60))

        recorded = await store.recorded(HERE, "model", 500)
        assert {"first": at_angle(0), "first in other words": at_angle(5), "second": at_angle(60)} == dict(recorded)
        assert ["second"] == [question for question, _ in await store.recorded(HERE, "model", 1)]

    async def test_wordings_of_an_old_model_are_found_and_renewed(self, store):
        await ask(store, "first", at_angle(0), model="old")
        await ask(store, "again", at_angle(5), model="old")
        old = await store.of_other_models(HERE, "new")
        await store.renew([Recorded(one.id, one.question, at_angle(90), "new") for one in old])

        assert ["first", "again"] == [one.question for one in old]
        assert [] == await store.of_other_models(HERE, "new")
        assert {"first": at_angle(90), "again": at_angle(90)} == dict(await store.recorded(HERE, "new", 500))


class TestOutbox:
    async def test_of_two_processes_one_takes_a_notice(self, store, outbox, database):
        noted = await ask(store, "Same?")
        await store.wish(HERE, noted.id, NOOR)
        await store.resolve(HERE, noted.id, LETTERS, "notice.answered", by=None, was=WAITING)
        beside = await Database.open(database.path)
        (notice,) = await outbox.notices(NoticeState.WAITING)
        takes = [
            each.take_notice(notice, NoticeState.WAITING)
            for each in (outbox, NoticeStore(beside, keyring_of(database))) * 5
        ]

        assert 1 == sum(await asyncio.gather(*takes))
        await beside.close()

    async def test_what_was_being_sent_when_the_bot_stopped_is_forgotten_and_nothing_else(self, outbox, store):
        noted = await ask(store, "Same?")
        for user in (NOOR, SAM):
            await store.wish(HERE, noted.id, user)
        await store.resolve(HERE, noted.id, LETTERS, "notice.answered", by=None, was=WAITING)
        first, second = await outbox.notices(NoticeState.WAITING)
        await outbox.take_notice(first, NoticeState.WAITING)

        assert 1 == await outbox.drop_unfinished()
        assert [second] == await outbox.notices(NoticeState.WAITING)


class TestKey:
    def test_a_key_is_made_once_and_is_its_owners_alone(self, tmp_path):
        path = tmp_path / "state" / "lantern.key"
        made, read = MasterKey(path).made(), MasterKey(path).made()

        assert made == read
        assert 32 == len(made)
        assert 0o600 == stat.S_IMODE(path.stat().st_mode)
        assert [path] == list(path.parent.iterdir())

    def test_without_a_file_each_process_has_its_own(self):
        assert MasterKey().made() != MasterKey().made()

    @pytest.mark.parametrize("text", ["", "abc", "00" * 31, "zz" * 32, "00" * 33, "é" * 64])
    def test_a_damaged_file_is_left_as_it_is_and_said_to_be_damaged(self, tmp_path, text):
        path = tmp_path / "lantern.key"
        path.write_text(text, encoding="utf-8")

        with pytest.raises(KeyFileError, match="is damaged"):
            MasterKey(path).made()
        assert text == path.read_text(encoding="utf-8")

    def test_a_file_that_cannot_be_read_is_named(self, tmp_path):
        (tmp_path / "lantern.key").mkdir()

        with pytest.raises(KeyFileError, match=r"lantern\.key cannot be used"):
            MasterKey(tmp_path / "lantern.key").made()
