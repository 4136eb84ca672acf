"""Ask, wait, be told: once each, in full, after a restart, with closed direct messages, and while Discord is down."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.models import EntryId
from bot.core.moderation import revision_of
from bot.core.unanswered import NoticeState
from support.editor import GOOD, answer_question, guild_of
from support.edits import edit
from support.parts import make_entry
from support.small import ANSWERED, UNKNOWN, question_of
from support.worlds import links_in, open_world, texts_in

NOTIFY = "Tell me when this is answered"
LETTERS = EntryId("letters")


def told(member):
    """Return what somebody was sent directly, oldest first."""
    return [texts_in(message) for message in member.user.dm_channel.history()]


async def wait_for_answer(world, *members):
    """Let members ask what nobody knows, and ask to be told."""
    for member in members:
        await member.click(await world.ask(UNKNOWN, who=member), label=NOTIFY)


async def publish(world, **typed):
    """Let a moderator answer the first question of the queue."""
    card = (await world.mika.slash(world.channel, "faq queue")).response
    shown = await world.mika.click(card, label="Answer")
    return await answer_question(world, card, shown, **typed)


async def answer(world, text=UNKNOWN, **changes):
    """Let an entry answer the question, without the editor."""
    editing = world.lantern.editing
    if changes:
        await edit(world.lantern.library, guild_of(world), LETTERS, make_entry("letters", **changes))
    await editing.add_phrasing(guild_of(world), world.mika.id, LETTERS, text)
    await world.lantern.queue.settled()
    await world.client.delivery.settled()


def close_messages(world, member):
    """Let a member take no direct messages, the next time they are sent one."""
    dm = member.user.dm_channel
    message = "Cannot send messages to this user"
    world.env.inject_error("POST", f"/channels/{dm.id}/messages", status=403, code=50007, message=message)


async def test_two_people_ask_a_moderator_answers_and_both_are_told_once(small_world):
    await wait_for_answer(small_world, small_world.noor, small_world.sam)
    await small_world.ask(UNKNOWN, who=small_world.ines)
    await publish(small_world)
    await answer(small_world, "another wording of it")

    for member in (small_world.noor, small_world.sam):
        (said,) = told(member)
        assert small_world.says("notice.answered", server="Helpdesk") in said
        assert f"## {UNKNOWN}" in said
        assert GOOD["answer"] in said
        assert "The vets" in said
    assert [] == told(small_world.ines)
    assert [] == told(small_world.mika)


async def test_the_message_leads_back_to_the_server_and_has_no_other_button_of_ours(small_world):
    await wait_for_answer(small_world, small_world.noor)
    await answer(small_world)

    (message,) = small_world.noor.user.dm_channel.history()
    assert f"https://discord.com/channels/{small_world.guild.id}" in links_in(message)
    assert "custom_id" not in str([component.to_dict() for component in message.components])


async def test_an_answer_of_many_pages_comes_whole(small_world):
    words = " ".join(f"word{number}" for number in range(450))
    await wait_for_answer(small_world, small_world.noor)
    await answer(small_world, answer=words)

    said = " ".join(told(small_world.noor))
    assert [] == [word for word in words.split() if word not in said]
    assert 2 <= len(told(small_world.noor))


async def test_whoever_took_themselves_off_the_list_is_not_told(small_world):
    await wait_for_answer(small_world, small_world.noor, small_world.noor, small_world.sam)
    await answer(small_world)

    assert [] == told(small_world.noor)
    assert 1 == len(told(small_world.sam))


async def test_pressing_tell_me_on_an_old_card_says_that_there_is_an_answer(small_world):
    message = await small_world.ask(UNKNOWN)
    await answer(small_world)

    click = await small_world.noor.click(message, label=NOTIFY)

    assert small_world.says("unknown.answered") == texts_in(click.followups[0])
    assert [] == told(small_world.noor)


async def test_nobodys_name_is_kept_once_they_were_told(start_small, tmp_path):
    async with start_small(tmp_path / "notes.db") as lantern, open_world(lantern) as world:
        await wait_for_answer(world, world.noor)
        await answer(world)

        read = lantern.activity._database.read
        assert 1 == len(told(world.noor))
        assert [] == await read("SELECT * FROM waiters")
        assert [] == await read("SELECT * FROM notices")


async def test_an_answer_while_the_bot_was_not_running_is_told_at_the_next_start_once(start_small, tmp_path):
    async with start_small(tmp_path / "notes.db") as first, open_world(first) as world:
        await wait_for_answer(world, world.noor, world.sam)
        now = (await first.library.shelf(guild_of(world))).entry(LETTERS)
        await edit(first.library, guild_of(world), LETTERS, make_entry("letters", now.question, UNKNOWN))
        before = told(world.noor)
        for _ in range(2):
            async with start_small(tmp_path / "notes.db") as second:
                await world.restart(second)
                await second.queue.settled()
                await world.client.delivery.settled()

        assert [] == before
        assert [1, 1] == [len(told(member)) for member in (world.noor, world.sam)]


class TestClosedMessages:
    async def test_it_is_shown_privately_after_their_next_question_and_then_no_more(self, small_world):
        await wait_for_answer(small_world, small_world.noor, small_world.sam)
        close_messages(small_world, small_world.noor)
        await answer(small_world)

        by_sam = await small_world.sam.slash(small_world.channel, "ask", question=ANSWERED)
        asked = await small_world.noor.slash(small_world.channel, "ask", question=ANSWERED, visibility="public")
        again = await small_world.noor.slash(small_world.channel, "ask", question=ANSWERED)

        (shown,) = asked.followups
        assert shown.ephemeral
        assert small_world.says("notice.answered", server="Helpdesk") in texts_in(shown)
        assert f"## {question_of('letters')}" in texts_in(shown)
        assert [] == [*by_sam.followups, *again.followups, *told(small_world.noor)]
        assert 1 == len(told(small_world.sam))

    async def test_what_cannot_be_shown_either_comes_with_the_question_after(self, small_world):
        await wait_for_answer(small_world, small_world.noor)
        close_messages(small_world, small_world.noor)
        await answer(small_world)
        small_world.env.inject_error("POST", "/webhooks/*", status=500)

        await small_world.noor.slash(small_world.channel, "ask", question=ANSWERED)
        again = await small_world.noor.slash(small_world.channel, "ask", question=ANSWERED)

        assert small_world.says("notice.answered", server="Helpdesk") in texts_in(again.followups[0])

    async def test_it_is_kept_over_a_restart(self, start_small, tmp_path):
        async with start_small(tmp_path / "notes.db") as first, open_world(first) as world:
            await wait_for_answer(world, world.noor)
            close_messages(world, world.noor)
            await answer(world)
            async with start_small(tmp_path / "notes.db") as second:
                await world.restart(second)
                asked = await world.noor.slash(world.channel, "ask", question=ANSWERED)

                assert world.says("notice.answered", server="Helpdesk") in texts_in(asked.followups[0])
                assert [] == told(world.noor)


class TestDiscordDown:
    @pytest.mark.parametrize("path", ["/channels/*/messages", "/users/@me/channels"])
    async def test_it_is_tried_again_later_and_told_once(self, small_world, path):
        await wait_for_answer(small_world, small_world.noor, small_world.sam)
        small_world.env.inject_error("POST", path, status=503)
        await answer(small_world)
        meanwhile = told(small_world.noor) + told(small_world.sam)

        for _ in range(3):
            await small_world.client.delivery.deliver()

        assert [] == meanwhile
        assert [1, 1] == [len(told(member)) for member in (small_world.noor, small_world.sam)]

    async def test_by_itself_after_a_quarter_of_an_hour(self, small_world):
        await wait_for_answer(small_world, small_world.noor)
        small_world.env.inject_error("POST", "/channels/*/messages", status=503)
        await answer(small_world)

        await small_world.env.advance_time(16 * 60)

        assert 1 == len(told(small_world.noor))

    async def test_somebody_who_left_discord_keeps_nobody_else_from_being_told(self, small_world):
        await wait_for_answer(small_world, small_world.noor, small_world.sam)
        small_world.env.inject_error("POST", "/users/@me/channels", status=404, code=10013)
        await answer(small_world)

        assert [] == told(small_world.noor)
        assert 1 == len(told(small_world.sam))
        assert [] == await small_world.lantern.notices.waiting()


class TestOnce:
    async def test_many_deliveries_at_once_tell_once(self, small_world):
        await wait_for_answer(small_world, small_world.noor)
        small_world.env.inject_error("POST", "/channels/*/messages", status=503)
        await answer(small_world)

        await asyncio.gather(*(small_world.client.delivery.deliver() for _ in range(10)))

        assert 1 == len(told(small_world.noor))

    async def test_what_was_being_sent_when_the_bot_died_is_not_sent_again(self, start_small, tmp_path):
        async with start_small(tmp_path / "notes.db") as first, open_world(first) as world:
            await first.notices.add(guild_of(world), world.noor.id, "notice.answered", entry_id=LETTERS)
            (notice,) = await first.notices.waiting()
            await first.notices.take(notice, NoticeState.WAITING)
            async with start_small(tmp_path / "notes.db") as second:
                await world.restart(second)

                assert [] == told(world.noor)
                assert [] == await second.activity._database.read("SELECT * FROM notices")


async def test_an_entry_that_was_removed_before_it_could_be_told_is_told_when_it_comes_back(small_world):
    await wait_for_answer(small_world, small_world.noor)
    small_world.env.inject_error("POST", "/channels/*/messages", status=503)
    await answer(small_world)
    editing, guild = small_world.lantern.editing, guild_of(small_world)
    entry = (await small_world.lantern.library.shelf(guild)).entry(LETTERS)
    await editing.remove(guild, small_world.mika.id, LETTERS, revision_of(entry))
    await small_world.client.delivery.deliver()
    meanwhile = told(small_world.noor)

    await editing.undo(guild, small_world.mika.id)
    await small_world.client.delivery.deliver()

    assert [] == meanwhile
    assert 1 == len(told(small_world.noor))


async def test_what_people_wrote_is_told_letter_for_letter(small_world):
    await small_world.lantern.notices.add(
        guild_of(small_world),
        small_world.noor.id,
        "suggest.told_published",
        question="**@everyone** [x](https://x.org)",
    )
    await small_world.client.delivery.settled()

    (said,) = told(small_world.noor)
    assert r"\*\*\@everyone\*\*" in said
