"""Private threads for two who both want one; whatever happens to them, the two can write each other directly."""

from __future__ import annotations

from datetime import UTC, datetime

import discord
import pytest

from bot.cogs.peers.threads import Threads
from bot.core.errors import StorageError
from bot.core.peers import Contact
from bot.peers.introductions import DIRECT, LOST
from support.meeting import DIRECTLY, END, THREAD_AGAIN, WRONG, Meeting, messages_in, thread_of
from support.net import Wire
from support.notes import read_only
from support.panel import deny
from support.worlds import buttons_in, open_world, texts_in

PRIVATE = discord.ChannelType.private_thread.value


@pytest.fixture
async def meeting(small_world):
    """A server where Noor and Sam both like a private thread."""
    started = await Meeting(small_world).turn_on()
    await started.opt_in(small_world.noor, small_world.sam, contact=Contact.THREAD)
    return started


@pytest.fixture
def noor(small_world):
    return small_world.noor


@pytest.fixture
def sam(small_world):
    return small_world.sam


def threads_in(world):
    """Return the threads of the server, with those who are in each."""
    backend = world.env.backend
    found = [backend.channels[one] for one in backend.guilds[world.guild.id].thread_ids]
    return {thread.id: set(thread.thread_members) for thread in found}


async def test_both_are_in_it_and_nobody_else_can_be_invited(meeting, noor, sam):
    await meeting.reveal(noor, sam)
    thread = await thread_of(meeting, noor)
    (made,) = meeting.world.requests("POST", f"/channels/{meeting.channel.id}/threads")

    assert {thread: {meeting.world.client.user.id, noor.id, sam.id}} == threads_in(meeting.world)
    assert (PRIVATE, False) == (made.json["type"], made.json["invitable"])
    assert not any(trace in made.json["name"] for trace in ("noor", "sam", str(noor.id), str(sam.id)))


async def test_the_first_message_says_who_else_reads_it_with_rules_a_beginning_and_the_ways_out(meeting, noor, sam):
    """Statement 58: something felt wrong is one click away in the thread too."""
    await meeting.reveal(noor, sam)
    (message,) = messages_in(meeting.world, await thread_of(meeting, noor))
    asked = await sam.click(message, label=WRONG)

    for key in ("meeting.thread_readers", "meeting.rules", "meeting.opener_listening", "meeting.opener_together"):
        assert meeting.world.says(key) in texts_in(message)
    assert [END, DIRECTLY, WRONG] == list(buttons_in(message))
    assert asked.modal is not None


async def test_both_find_the_way_to_it_in_their_inbox(meeting, noor, sam):
    await meeting.reveal(noor, sam)
    thread = await thread_of(meeting, noor)

    for member in (noor, sam):
        shown = texts_in(await meeting.inbox(member))
        assert f"<#{thread}>" in shown
        assert meeting.world.says("meeting.thread_readers") in shown


async def test_what_is_pressed_in_it_is_answered_privately(meeting, noor, sam):
    await meeting.reveal(noor, sam)
    thread = await thread_of(meeting, noor)
    (message,) = messages_in(meeting.world, thread)
    before = texts_in(message)
    asked = await noor.click(message, label=END)
    await noor.click(asked.followups[0], label=END)
    (after,) = messages_in(meeting.world, thread)

    assert asked.followups[0].ephemeral
    assert before == texts_in(after)
    assert meeting.world.says("introduction.ended") in texts_in(await meeting.inbox(sam))


async def test_where_one_of_both_prefers_it_they_write_directly(meeting, noor, sam):
    await meeting.opt_in(sam, contact=Contact.DIRECT)
    await meeting.reveal(noor, sam)
    shown = await meeting.inbox(noor)

    assert {} == threads_in(meeting.world)
    assert meeting.world.says("meeting.directly") in texts_in(shown)
    assert THREAD_AGAIN not in buttons_in(shown)


async def test_without_a_channel_they_write_directly(meeting, noor, sam):
    await meeting.turn_on(channel=None)
    await meeting.reveal(noor, sam)

    assert {} == threads_in(meeting.world)
    assert meeting.world.says("meeting.directly") in texts_in(await meeting.inbox(noor))


async def test_either_may_choose_to_write_directly_instead(meeting, noor, sam):
    await meeting.reveal(noor, sam)
    chosen = await meeting.press(sam, DIRECTLY)
    shown = texts_in(await meeting.inbox(noor))

    assert meeting.world.says("meeting.chose_direct") == texts_in(chosen.response)
    assert DIRECT == await thread_of(meeting, noor)
    assert meeting.world.says("meeting.directly") in shown
    await meeting.tick(hours=2)
    assert 1 == len(threads_in(meeting.world))


class TestItCannotBeHad:
    @pytest.mark.parametrize("lacking", ["create_private_threads", "send_messages_in_threads"])
    async def test_without_the_permission_the_inbox_offers_the_other_way_and_a_new_try(
        self, meeting, noor, sam, lacking
    ):
        bot = meeting.world.client.user.id
        await deny(meeting.world, meeting.channel, bot, **{lacking: True})
        await meeting.reveal(noor, sam)
        refused = await thread_of(meeting, noor)
        shown = await meeting.inbox(noor)
        told = texts_in(shown)
        meeting.world.env.backend.edit_channel(meeting.channel.id, {}, overwrites=[])
        await meeting.world.env.settle()
        await noor.click(shown, label=THREAD_AGAIN)
        asked_again = texts_in(shown)
        await meeting.tick(hours=1)
        thread = await thread_of(meeting, sam)

        assert refused == LOST
        assert meeting.world.says("meeting.opening") in asked_again
        assert meeting.world.says("meeting.directly") in told
        assert meeting.world.says("meeting.lost") in told
        assert {meeting.world.client.user.id, noor.id, sam.id} == threads_in(meeting.world)[thread]

    async def test_a_deleted_channel_leaves_them_the_other_way(self, meeting, noor, sam):
        meeting.world.env.backend.delete_channel(meeting.channel.id)
        await meeting.reveal(noor, sam)
        shown = texts_in(await meeting.inbox(noor))

        assert meeting.world.says("meeting.directly") in shown
        assert sam.mention in shown

    async def test_a_deleted_thread_is_noticed_and_can_be_had_again(self, meeting, noor, sam):
        await meeting.reveal(noor, sam)
        gone = await thread_of(meeting, noor)
        meeting.world.env.backend.delete_channel(gone)
        await meeting.world.env.settle()
        shown = await meeting.inbox(noor)
        told = texts_in(shown)
        await noor.click(shown, label=THREAD_AGAIN)
        await meeting.tick(hours=1)
        thread = await thread_of(meeting, sam)

        assert meeting.world.says("meeting.lost") in told
        assert gone not in {LOST, thread}
        assert f"<#{thread}>" in texts_in(await meeting.inbox(noor))

    async def test_an_archived_thread_is_still_theirs(self, meeting, noor, sam):
        await meeting.reveal(noor, sam)
        thread = await thread_of(meeting, noor)
        meeting.world.env.backend.edit_channel(thread, {}, thread_metadata={"archived": True})
        await meeting.world.env.settle()

        assert f"<#{thread}>" in texts_in(await meeting.inbox(noor))

    async def test_for_somebody_who_left_the_server_none_is_opened(self, meeting, noor, sam):
        await meeting.turn_on(channel=None)
        await meeting.reveal(noor, sam)
        await meeting.turn_on()
        meeting.world.env.backend.remove_member(meeting.guild, sam.id)
        await meeting.tick(hours=1)

        assert {} == threads_in(meeting.world)
        assert meeting.world.says("introduction.ended") in texts_in(await meeting.inbox(noor))


class TestHalfOpened:
    """Statement 12: a crash in between is completed, and there are never two threads."""

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", "/channels/*/threads"),
            ("PUT", "/channels/*/thread-members/*"),
            ("POST", "/channels/*/messages"),
            ("GET", "/guilds/*/threads/active"),
        ],
    )
    async def test_what_discord_did_not_take_is_finished_later(self, meeting, noor, sam, method, path):
        meeting.world.env.inject_error(method, path, status=503, times=10)
        await meeting.reveal(noor, sam)
        before = await thread_of(meeting, noor)
        meeting.world.env.backend.faults.clear()
        await meeting.tick(hours=1)
        thread = await thread_of(meeting, noor)

        assert before is None
        assert {thread: {meeting.world.client.user.id, noor.id, sam.id}} == threads_in(meeting.world)
        assert 1 == len(messages_in(meeting.world, thread))

    @pytest.mark.parametrize(
        ("method", "path"), [("POST", "/threads"), ("PUT", "/thread-members/"), ("POST", "/messages")]
    )
    async def test_what_discord_did_and_could_not_confirm_is_not_done_twice(self, meeting, noor, sam, method, path):
        wire = Wire(meeting.world)
        wire.cut(method, path, after=True)
        await meeting.reveal(noor, sam)
        wire.mend()
        await meeting.tick(hours=1)
        thread = await thread_of(meeting, noor)

        assert {thread: {meeting.world.client.user.id, noor.id, sam.id}} == threads_in(meeting.world)
        assert 1 == len(messages_in(meeting.world, thread))

    async def test_one_that_could_not_be_noted_is_found_again_after_a_restart(self, start_small, tmp_path):
        notes = tmp_path / "notes.db"
        async with start_small(notes) as lantern, open_world(lantern) as world:
            meeting = await Meeting(world).turn_on(channel=None)
            await meeting.opt_in(world.noor, world.sam, contact=Contact.THREAD)
            await meeting.reveal(world.noor, world.sam)
            await meeting.turn_on()
            server = world.client.get_guild(world.guild.id)
            async with read_only(lantern, notes):
                with pytest.raises(StorageError):
                    await Threads(world.client.desk).open_due(server, datetime.now(UTC))
            async with start_small(notes) as again:
                await world.restart(again)
                await meeting.tick(hours=1)
                thread = await thread_of(meeting, world.noor)

                assert [thread] == list(threads_in(world))
                assert 1 == len(messages_in(world, thread))
