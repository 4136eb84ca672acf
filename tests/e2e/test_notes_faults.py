"""The notes cannot be written: answers are still given, the person is told what was not kept, nothing is lost."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.models import EntryId, GuildId
from support.notes import full, locked, read_only, run
from support.small import ANSWERED, UNKNOWN, question_of
from support.worlds import buttons_in, open_world, texts_in

LETTERS = EntryId("letters")


FAULTS = {"error.storage_busy": locked, "error.storage_read_only": read_only}
both = pytest.mark.parametrize("key", FAULTS)


@pytest.fixture
async def noted_world(start_small, tmp_path):
    """A server whose notes are in a file."""
    async with start_small(tmp_path / "notes.db") as lantern, open_world(lantern) as world:
        world.notes = tmp_path / "notes.db"
        yield world


@both
async def test_an_answer_is_given_whatever_the_notes_do(noted_world, key):
    async with FAULTS[key](noted_world.lantern, noted_world.notes):
        message = await noted_world.ask(ANSWERED)

    assert f"## {question_of('letters')}" in texts_in(message)


async def test_nobody_waits_for_their_answer_until_the_notes_are_written(noted_world, caplog):
    async with locked(noted_world.lantern, noted_world.notes):
        result = noted_world.start_ask(noted_world.noor, ANSWERED)
        while result.response is None or result.response.flags.loading:
            await asyncio.sleep(0)

        said, failed_meanwhile = texts_in(result.response), "not counted" in caplog.text
        await noted_world.env.settle()

    assert f"## {question_of('letters')}" in said
    assert not failed_meanwhile
    assert "A use was not counted" in caplog.text


@both
async def test_an_unknown_question_that_cannot_be_queued_is_said_to_be_not_passed_on(noted_world, key):
    async with FAULTS[key](noted_world.lantern, noted_world.notes):
        message = await noted_world.ask(UNKNOWN)

    assert noted_world.says("unknown.not_queued") in texts_in(message)
    assert "Tell me when this is answered" not in buttons_in(message)
    assert "Basics" in buttons_in(message)


@both
async def test_a_vote_that_cannot_be_kept_gets_its_sentence_and_counts_on_the_next_try(noted_world, key):
    message = await noted_world.ask(ANSWERED)
    async with FAULTS[key](noted_world.lantern, noted_world.notes):
        refused = await noted_world.noor.click(message, label="That helped")
    thanked = await noted_world.noor.click(message, label="That helped")

    assert texts_in(refused.followups[0]) == noted_world.says(key)
    assert texts_in(thanked.followups[0]) == noted_world.says("answer.thanks")
    assert await noted_world.lantern.activity.votes_on(GuildId(noted_world.guild.id), LETTERS) == (1, 0)


@both
async def test_not_what_i_meant_offers_others_even_where_the_vote_is_not_kept(noted_world, key):
    message = await noted_world.ask(ANSWERED)
    async with FAULTS[key](noted_world.lantern, noted_world.notes):
        await noted_world.noor.click(message, label="Not what I meant")

    assert noted_world.says("choices.after_miss") in texts_in(message)


@both
async def test_the_wish_to_be_told_gets_its_sentence_and_works_on_the_next_try(noted_world, key):
    message = await noted_world.ask(UNKNOWN)
    async with FAULTS[key](noted_world.lantern, noted_world.notes):
        refused = await noted_world.noor.click(message, label="Tell me when this is answered")
    kept = await noted_world.noor.click(message, label="Tell me when this is answered")

    assert texts_in(refused.followups[0]) == noted_world.says(key)
    assert texts_in(kept.followups[0]) == noted_world.says("unknown.notified")


@both
async def test_a_share_that_cannot_be_noted_is_not_posted_and_works_on_the_next_try(noted_world, key):
    message = await noted_world.ask(ANSWERED)
    async with FAULTS[key](noted_world.lantern, noted_world.notes):
        refused = await noted_world.noor.click(message, label="Share here")
        posted_meanwhile = noted_world.public_messages()
    await noted_world.noor.click(message, label="Share here")

    assert texts_in(refused.followups[0]) == noted_world.says(key)
    assert posted_meanwhile == []
    assert len(noted_world.public_messages()) == 1


async def test_a_full_disk_gets_its_sentence_and_answers_go_on(noted_world):
    """The queue's rows are large: with no page left, the first one that needs a page fails."""
    async with full(noted_world.lantern, noted_world.notes):
        said = [texts_in(await noted_world.ask(f"the moon landing number {'x' * 900} {n}")) for n in range(8)]
        answered = await noted_world.ask(ANSWERED)

    assert any(noted_world.says("unknown.not_queued") in each for each in said)
    assert f"## {question_of('letters')}" in texts_in(answered)


async def test_with_a_full_disk_votes_get_its_sentence(noted_world):
    activity = noted_world.lantern.activity
    message = await noted_world.ask(ANSWERED, visibility="public")
    async with full(noted_world.lantern, noted_world.notes):
        refused = None
        for number in range(400):
            voter = noted_world.guild.add_member(noted_world.env.create_user(f"voter{number}"))
            click = await voter.click(message, label="That helped")
            if texts_in(click.followups[0]) != noted_world.says("answer.thanks"):
                refused = texts_in(click.followups[0])
                break

    assert refused == noted_world.says("error.storage_full")
    assert await activity.votes_on(GuildId(noted_world.guild.id), LETTERS) == (number, 0)


async def test_suggestions_come_even_where_the_notes_cannot_be_read(small_world):
    """The table of uses is gone, as after damage; the starters are still shown."""
    await small_world.suggestions("letters")
    await run(small_world.lantern, "DROP TABLE uses")

    rows = await small_world.suggestions("")

    assert [row["value"] for row in rows] == ["id:burnout"]
