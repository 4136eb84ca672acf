"""Buttons outlive the process: a new client, a new inside, the same notes file."""

from __future__ import annotations

import pytest

from bot.core.models import EntryId, GuildId
from support.small import ANSWERED, OFFERED, UNKNOWN, question_of
from support.worlds import buttons_in, open_world, selects_in, texts_in


@pytest.fixture
async def restart(start_small, tmp_path):
    """Run the part of a test before a restart, then the part after it, in one server."""

    async def run(before, after):
        notes = tmp_path / "notes.db"
        async with start_small(notes) as first, open_world(first) as world:
            kept = await before(world)
            async with start_small(notes) as second:
                await world.restart(second)
                await after(world, kept)

    return run


async def test_every_button_of_an_answer_works_after_a_restart(restart):
    async def before(world):
        return [await world.ask(ANSWERED) for _ in range(4)]

    async def after(world, cards):
        helped, missed, shared, related = cards
        thanks = await world.noor.click(helped, label="That helped")
        await world.noor.click(missed, label="Not what I meant")
        await world.noor.click(shared, label="Share here")
        await world.noor.select(related, ["visas"], custom_id=selects_in(related)[0]["custom_id"])

        assert texts_in(thanks.followups[0]) == world.says("answer.thanks")
        assert world.says("choices.after_miss") in texts_in(missed)
        assert len(world.public_messages()) == 1
        assert f"## {question_of('visas')}" in texts_in(related)

    await restart(before, after)


async def test_choices_topics_and_waiting_work_after_a_restart(restart):
    async def before(world):
        return await world.ask(OFFERED), await world.ask(OFFERED), await world.ask(UNKNOWN)

    async def after(world, cards):
        chosen, none, unknown = cards
        await world.noor.click(chosen, label=question_of("visas"))
        await world.noor.click(none, label="None of these")
        told = await world.noor.click(unknown, label="Tell me when this is answered")
        listed = await world.noor.click(unknown, label="Basics")

        assert f"## {question_of('visas')}" in texts_in(chosen)
        assert world.says("unknown.text") in texts_in(none)
        assert texts_in(told.followups[0]) == world.says("unknown.notified")
        assert len(selects_in(listed.followups[0])) == 1

    await restart(before, after)


async def test_a_preview_can_be_shared_after_a_restart_and_only_once_over_both_lives(restart):
    async def before(world):
        asked = await world.noor.send(world.channel, ANSWERED)
        shared = await world.menu(asked)
        data = world.raw_click(world.sam, shared, "Share as reply")
        await world.sam.click(shared, label="Share as reply")
        return data, await world.menu(asked)

    async def after(world, kept):
        old_click, fresh = kept
        again = world.emit_click(old_click)
        await world.env.settle()
        await world.sam.click(fresh, label="Share as reply")

        assert texts_in(again.followups[0]) == world.says("answer.already_shared")
        assert len(world.public_messages()) == 2
        assert world.pinged() == [world.noor.id, world.noor.id]

    await restart(before, after)


async def test_public_cards_work_for_everybody_after_a_restart(restart):
    async def before(world):
        await world.noor.click(await world.ask(ANSWERED), label="Share here")

    async def after(world, _):
        (posted,) = world.public_messages()

        thanks = await world.ines.click(posted, label="That helped")

        assert texts_in(thanks.followups[0]) == world.says("answer.thanks")
        votes = await world.lantern.activity.votes_on(GuildId(world.guild.id), EntryId("letters"))
        assert votes == (1, 0)

    await restart(before, after)


async def test_what_was_noted_is_still_there_after_a_restart(restart):
    async def before(world):
        for entry_id in ("visas", "grades", "grades"):
            await world.ask(f"id:{entry_id}")
        await world.ask(UNKNOWN)

    async def after(world, _):
        rows = await world.suggestions("")
        queued = await world.queue()

        assert [row["value"] for row in rows] == ["id:grades", "id:visas", "id:burnout"]
        assert [each.question for each in queued] == [UNKNOWN]

    await restart(before, after)


@pytest.mark.parametrize(
    "custom_id", ["ask:teleport:letters", "ask:share", "ask:page:letters", "ask:", "ask:helped:a:b:c"]
)
async def test_a_button_this_version_does_not_know_gets_its_sentence(small_world, custom_id):
    message = await small_world.ask(ANSWERED)

    click = small_world.emit_click(small_world.raw_click(small_world.noor, message, "That helped", custom_id))
    await small_world.env.settle()

    assert texts_in(click.followups[0] if click.followups else click.response) == small_world.says("error.button_old")


async def test_a_component_that_nothing_knows_is_said_to_be_old_and_changes_nothing(small_world):
    message = await small_world.ask(ANSWERED)
    before = texts_in(message)

    click = small_world.emit_click(small_world.raw_click(small_world.noor, message, "That helped", "poll:1"))
    await small_world.env.settle()

    assert click.acknowledged
    assert texts_in(message) == before
    assert buttons_in(message)
