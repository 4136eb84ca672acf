"""The queue's own decisions: what resolves by itself, what a form begins with, what survives a failure."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot import app
from bot.core.errors import EntryGoneError
from bot.core.models import NO_GUILD, EntryId, GuildId, UserId
from bot.core.moderation import Change, ChangeKind, Edit, Form, revision_of
from bot.core.unanswered import DealtWithError, QuestionState
from support.parts import WordEmbedder, make_entry
from support.small import small_pack

HERE, THERE = GuildId(1), GuildId(2)
MOON, TEA = "the moon landing", "green tea with lemon"
NOOR, SAM, INES, MIKA = UserId(11), UserId(12), UserId(13), UserId(14)
LETTERS = EntryId("letters")


@pytest.fixture(scope="module")
def vectors(tmp_path_factory, content):
    """A database in which a FAQ that knows nothing of moons is embedded and calibrated, made once."""
    path = tmp_path_factory.mktemp("queue") / "vectors.db"

    async def fill() -> None:
        async with app.lantern(replace(content, pack=small_pack()), path, None, WordEmbedder):
            pass

    asyncio.run(fill())
    return path


@pytest.fixture
async def small_lantern(content, vectors):
    """The bot's inside with that FAQ; what people do is kept in memory."""
    async with app.lantern(replace(content, pack=small_pack()), vectors, None, WordEmbedder) as started:
        yield started


@pytest.fixture
def queue(small_lantern):
    """The use cases under test, in a small but whole bot."""
    return small_lantern.queue


async def ask(lantern, question, user=NOOR, guild=HERE):
    return await lantern.asking.ask(guild, question, user=user)


async def change(lantern, *entries, guild=HERE, kind=ChangeKind.IMPORTED):
    """Save entries as one change."""
    shelf = await lantern.library.shelf(guild)
    edits = tuple(Edit(entry.id, revision_of(shelf.entries.get(entry.id)), entry) for entry in entries)
    await lantern.editing.apply(guild, Change(kind, MIKA, edits))


async def told(lantern):
    return [(notice.user, notice.entry_id) for notice in await lantern.notices.waiting()]


class TestResolvingByItself:
    @pytest.mark.parametrize("kind", [ChangeKind.ADDED, ChangeKind.IMPORTED, ChangeKind.RESTORED])
    async def test_any_change_that_answers_a_question_resolves_it_and_tells_who_waits(self, small_lantern, queue, kind):
        moon, tea = await ask(small_lantern, MOON), await ask(small_lantern, TEA)
        for reply in (moon, tea):
            await queue.wish(HERE, reply.unanswered_id, NOOR)
        await change(small_lantern, make_entry("moon", "Was the moon landing real?", MOON), kind=kind)
        await queue.settled()

        resolved = await queue.one(HERE, moon.unanswered_id)
        assert (QuestionState.RESOLVED, "moon", None) == (resolved.state, resolved.entry_id, resolved.closed_by)
        assert [TEA] == [one.question for one in await queue.waiting(HERE)]
        assert [(NOOR, "moon")] == await told(small_lantern)

    async def test_an_edit_resolves_too(self, small_lantern, queue):
        await ask(small_lantern, MOON)
        entry = (await small_lantern.library.shelf(HERE)).entry(LETTERS)
        await change(small_lantern, replace(entry, question="Why the moon landing?"), kind=ChangeKind.EDITED)
        await small_lantern.editing.add_phrasing(HERE, MIKA, LETTERS, MOON)
        await queue.settled()

        assert [] == await queue.waiting(HERE)

    async def test_what_people_found_not_to_be_meant_answers_them_only_once_it_is_edited(self, small_lantern, queue):
        missed = (await ask(small_lantern, "worried about letters")).entry
        noted = await small_lantern.asking.give_up(HERE, "worried about letters", NOOR)
        await queue.wish(HERE, noted.unanswered_id, NOOR)
        await change(small_lantern, make_entry("tea", TEA))
        await queue.settled()
        before = await told(small_lantern)
        await change(small_lantern, replace(missed, answer="It is about letters of recommendation."))
        await queue.settled()

        assert LETTERS == missed.id
        assert [] == before
        assert [(NOOR, LETTERS)] == await told(small_lantern)

    async def test_a_change_of_one_server_resolves_nothing_in_another(self, small_lantern, queue):
        await ask(small_lantern, MOON, guild=THERE)
        await change(small_lantern, make_entry("moon", MOON))
        await queue.settled()

        assert [MOON] == [one.question for one in await queue.waiting(THERE)]

    async def test_a_failure_is_survived_and_the_next_change_reads_everything(self, small_lantern, queue, caplog):
        await ask(small_lantern, MOON)
        run = small_lantern.activity._database.run
        await run(lambda db: db.execute("ALTER TABLE unanswered RENAME TO gone"))
        await change(small_lantern, make_entry("moon", MOON))
        await queue.settled()
        await run(lambda db: db.execute("ALTER TABLE gone RENAME TO unanswered"))
        waited = await queue.waiting(HERE)
        await change(small_lantern, make_entry("tea", TEA))
        await queue.settled()

        assert [MOON] == [one.question for one in waited]
        assert [] == await queue.waiting(HERE)
        assert "could not be read again" in caplog.text

    async def test_what_changed_while_the_bot_was_not_running_is_caught_up_with(self, small_lantern, queue):
        await ask(small_lantern, MOON)
        await queue.wish(HERE, (await queue.waiting(HERE))[0].id, NOOR)
        moon = make_entry("moon", MOON)
        await small_lantern.library.apply(HERE, Change(ChangeKind.IMPORTED, None, (Edit(moon.id, "", moon),)))
        await queue.settled()
        before = await told(small_lantern)
        await queue.catch_up()
        await queue.settled()

        assert [] == before
        assert [(NOOR, "moon")] == await told(small_lantern)

    async def test_a_question_read_by_another_model_is_read_anew_and_resolved(self, small_lantern, queue):
        reply = await ask(small_lantern, MOON)
        sql = "UPDATE unanswered SET model = 'an older one'"
        await small_lantern.activity._database.run(lambda db: db.execute(sql))
        before = await queue.recorded(HERE)
        await queue.catch_up()
        await queue.settled()

        assert [] == before
        assert [(MOON, (await small_lantern.search.vector_of(MOON))[0])] == await queue.recorded(HERE)
        await change(small_lantern, make_entry("moon", MOON))
        await queue.settled()
        assert QuestionState.RESOLVED == (await queue.one(HERE, reply.unanswered_id)).state

    async def test_many_changes_at_once_are_read_once_or_more_and_nobody_is_told_twice(self, small_lantern, queue):
        await queue.wish(HERE, (await ask(small_lantern, MOON)).unanswered_id, NOOR)
        entries = [make_entry(f"moon-{number}", f"the moon landing number {number}") for number in range(5)]
        await asyncio.gather(
            *(change(small_lantern, entry) for entry in entries), change(small_lantern, make_entry("moon", MOON))
        )
        await queue.settled()

        assert [NOOR] == [user for user, _ in await told(small_lantern)]


class TestLinking:
    async def test_the_entry_takes_the_wording_and_answers_it_from_now_on(self, small_lantern, queue):
        reply = await ask(small_lantern, MOON)
        phrasing = await queue.link(HERE, reply.unanswered_id, LETTERS, MIKA)
        again = await ask(small_lantern, MOON)

        assert MOON == phrasing
        assert LETTERS == again.entry.id
        linked = await queue.one(HERE, reply.unanswered_id)
        assert (QuestionState.RESOLVED, MIKA) == (linked.state, linked.closed_by)

    async def test_a_question_too_long_for_a_phrasing_is_resolved_and_changes_no_entry(self, small_lantern, queue):
        reply = await ask(small_lantern, f"{MOON} " * 20)
        before = (await small_lantern.library.shelf(HERE)).entry(LETTERS)
        phrasing = await queue.link(HERE, reply.unanswered_id, LETTERS, MIKA)

        assert phrasing is None
        assert before == (await small_lantern.library.shelf(HERE)).entry(LETTERS)
        assert LETTERS == (await queue.one(HERE, reply.unanswered_id)).entry_id

    async def test_of_two_who_link_at_once_one_is_told_that_it_was_dealt_with(self, small_lantern, queue):
        reply = await ask(small_lantern, MOON)
        await queue.link(HERE, reply.unanswered_id, LETTERS, MIKA)

        with pytest.raises(DealtWithError) as raised:
            await queue.link(HERE, reply.unanswered_id, EntryId("visas"), SAM)
        assert MIKA == raised.value.question.closed_by

    async def test_an_entry_that_is_gone_leaves_the_question_waiting(self, small_lantern, queue):
        reply = await ask(small_lantern, MOON)

        with pytest.raises(EntryGoneError):
            await queue.link(HERE, reply.unanswered_id, EntryId("nowhere"), MIKA)
        assert [MOON] == [one.question for one in await queue.waiting(HERE)]


class TestPublishing:
    async def test_a_draft_made_for_a_question_resolves_it_however_unlike_it_is(self, small_lantern, queue):
        await ask(small_lantern, TEA)
        reply = await ask(small_lantern, MOON)
        await queue.wish(HERE, reply.unanswered_id, NOOR)
        form = Form("Which rocket flies where?", "That one.", topic="Basics", sources="What people know")
        draft = await small_lantern.editing.keep(
            await small_lantern.editing.open(HERE, MIKA, None, form, f"unanswered:{reply.unanswered_id}")
        )
        saved = await small_lantern.editing.publish(draft, MIKA, make_entry().reviewed_on)
        await queue.settled()

        assert [(NOOR, saved.entry_id)] == await told(small_lantern)
        assert [TEA] == [one.question for one in await queue.waiting(HERE)]

    async def test_one_made_for_something_else_resolves_nothing(self, small_lantern, queue):
        await ask(small_lantern, MOON)
        form = Form("Which rocket flies where?", "That one.", topic="Basics", sources="What people know")
        draft = await small_lantern.editing.keep(await small_lantern.editing.open(HERE, MIKA, None, form, "draft:1"))
        await small_lantern.editing.publish(draft, MIKA, make_entry().reviewed_on)
        await queue.settled()

        assert [MOON] == [one.question for one in await queue.waiting(HERE)]


class TestForms:
    async def test_an_answer_begins_with_every_wording(self, small_lantern, queue):
        for text in (MOON, "landing, the moon", "The moon: landing"):
            await ask(small_lantern, text)
        (one,) = await queue.waiting(HERE)

        assert Form(MOON, phrasings="landing, the moon\nThe moon: landing") == queue.form(one)

    async def test_what_is_too_long_for_a_question_becomes_a_phrasing_and_what_is_longer_still_is_left_out(
        self, small_lantern, queue
    ):
        for text in (" ".join([MOON] * 12), " ".join([MOON] * 20), MOON):
            await ask(small_lantern, text)
        (one,) = await queue.waiting(HERE)

        assert Form("", phrasings="\n".join([" ".join([MOON] * 12), MOON])) == queue.form(one)


class TestFigures:
    async def test_gaps_are_the_questions_with_how_many_people_asked(self, small_lantern, queue):
        for user in (NOOR, NOOR, SAM):
            await ask(small_lantern, MOON, user)
        await ask(small_lantern, TEA)

        assert [(MOON, 2), (TEA, 1)] == await queue.gaps(HERE)

    async def test_a_question_of_nobody_known_counts_as_one_person(self, small_lantern, queue):
        await ask(small_lantern, MOON, user=None, guild=NO_GUILD)

        assert [(MOON, 1)] == await queue.gaps(NO_GUILD)

    async def test_the_nearest_other_questions_come_first(self, small_lantern, queue):
        first = await ask(small_lantern, MOON)
        for text in (TEA, "the moon landing of a small rocket in winter", "bread and butter"):
            await ask(small_lantern, text)
        question = await queue.one(HERE, first.unanswered_id)
        near = await queue.nearest(question, 2)

        assert 2 == len(near)
        assert "the moon landing of a small rocket in winter" == near[0].question

    async def test_the_moderators_hear_of_a_question_once_when_the_third_person_asked(self, small_lantern):
        heard = []
        for user in (NOOR, NOOR, SAM, SAM, INES, INES, MIKA):
            await ask(small_lantern, MOON, user)
            heard.append(len(await small_lantern.notices.waiting()))

        assert [0, 0, 0, 0, 1, 1, 1] == heard
        (notice,) = await small_lantern.notices.waiting()
        assert ("queue.wanted", 0) == (notice.text_key, notice.user)


async def test_of_a_dismissed_question_the_asker_is_told_the_truth(small_lantern, queue):
    reply = await ask(small_lantern, MOON)
    await queue.dismiss(HERE, reply.unanswered_id, MIKA)
    again = await ask(small_lantern, MOON, SAM)

    assert (None, True) == (again.unanswered_id, again.is_dismissed)
    assert [] == await queue.waiting(HERE)


async def test_a_question_opens_again_once_its_entry_is_gone(small_lantern, queue):
    await ask(small_lantern, MOON)
    await change(small_lantern, make_entry("moon", MOON))
    await queue.settled()
    shelf = await small_lantern.library.shelf(HERE)
    await small_lantern.editing.remove(HERE, MIKA, EntryId("moon"), revision_of(shelf.entry(EntryId("moon"))))
    again = await ask(small_lantern, MOON)

    assert [again.unanswered_id] == [one.id for one in await queue.waiting(HERE)]
