"""Where the bot is used: direct messages, threads, channels one may only read."""

from __future__ import annotations

import pytest

from support.small import ANSWERED, OFFERED, UNKNOWN, question_of
from support.worlds import buttons_in, open_world, selects_in, texts_in


async def ask_in_private(world, question):
    """Return the answer to /ask in a member's direct messages, and the member there."""
    member = world.noor.user
    return member, (await member.slash("ask", question=question)).response


async def test_every_button_works_in_direct_messages(small_world):
    member, answered = await ask_in_private(small_world, ANSWERED)
    thanks = await member.click(answered, label="That helped")
    await member.select(answered, ["visas"], custom_id=selects_in(answered)[0]["custom_id"])
    _, missed = await ask_in_private(small_world, ANSWERED)
    await member.click(missed, label="Not what I meant")
    _, offered = await ask_in_private(small_world, OFFERED)
    await member.click(offered, label=question_of("visas"))
    _, unknown = await ask_in_private(small_world, UNKNOWN)
    told = await member.click(unknown, label="Tell me when this is answered")

    assert texts_in(thanks.followups[0]) == small_world.says("answer.thanks")
    assert f"## {question_of('visas')}" in texts_in(answered)
    assert small_world.says("choices.after_miss") in texts_in(missed)
    assert f"## {question_of('visas')}" in texts_in(offered)
    assert texts_in(told.followups[0]) == small_world.says("unknown.notified")
    for message in (answered, missed, offered, unknown):
        assert "Share here" not in buttons_in(message)


async def test_help_comes_first_in_direct_messages_too(small_world):
    result = await small_world.noor.user.slash("ask", question="I want to kill myself")

    assert texts_in(result.response) == small_world.help_first()
    assert len(result.followups) == 1


@pytest.fixture
async def thread_world(small_lantern):
    """A server in which everything happens in a thread of a channel that only moderators write in."""
    async with open_world(small_lantern) as world:
        thread = world.env.backend.create_thread(world.channel.id, "My question", world.noor.id)
        await world.env.settle()
        world.parent = world.channel
        world.channel = next(each for each in world.parent.threads if each.id == thread.id)
        yield world


async def test_who_may_write_in_threads_shares_there_even_where_the_channel_is_read_only(thread_world):
    await forbid_in_parent(thread_world, send_messages=True)

    await thread_world.noor.click(await thread_world.ask(ANSWERED), label="Share here")
    public = await thread_world.ask(ANSWERED, visibility="public")

    assert len(thread_world.public_messages()) == 2
    assert not public.ephemeral


async def test_who_may_not_write_in_threads_gets_private_answers_without_share_buttons(thread_world):
    await forbid_in_parent(thread_world, send_messages_in_threads=True)

    message = await thread_world.ask(ANSWERED, visibility="public")

    assert message.ephemeral
    assert "Share here" not in buttons_in(message)


async def forbid_in_parent(world, **permissions):
    """Take permissions away from Noor in the thread's channel."""
    thread, world.channel = world.channel, world.parent
    await world.forbid(world.noor.id, **permissions)
    world.channel = thread


async def test_public_is_not_a_way_round_a_channel_one_may_not_write_in(small_world):
    news = small_world.read_only_channel()

    result = await small_world.noor.slash(news, "ask", question=ANSWERED, visibility="public")
    by_writer = await small_world.mika.slash(news, "ask", question=ANSWERED, visibility="public")

    assert result.ephemeral
    assert "Share here" not in buttons_in(result.response)
    assert not by_writer.ephemeral
