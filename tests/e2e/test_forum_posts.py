"""Suggestions in help forums: quiet unless right, gone at a click, and judged by moderators first."""

from __future__ import annotations

from dataclasses import replace

import discord
import pytest
from simcord.backend.models.channel import Overwrite
from simcord.backend.serializers import message_payload
from simcord.enums import OverwriteType

from bot.cogs.forum import NO_STARTER_YET, PAUSES_SECONDS, ForumPosts
from bot.core.models import EntryId
from bot.core.moderation import Capability, ForumMode, PostState
from support.edits import edit
from support.forums import TITLE, forums_panel, guild_of, mode_of, open_forum, post, said, seed, set_mode, states
from support.small import OFFERED, UNKNOWN, question_of, small_pack
from support.worlds import BUTTON, buttons_in, open_world, parts, texts_in

HELPED, DISMISS, NEVER, READ = "That helped", "Dismiss", "Never suggest to me", "Read the whole answer"


@pytest.fixture
async def forum(small_world):
    """A help forum in which suggestions are on."""
    return await open_forum(small_world)


def waits_of(world):
    """Let the bot note how long it would wait, instead of waiting."""
    waited = []

    async def pause(seconds) -> None:
        waited.append(seconds)

    world.client.forum = ForumPosts(world.client.desk, pause)
    return waited


async def test_a_sure_answer_is_suggested_under_a_new_post(small_world, forum):
    (message,) = said(small_world, await post(small_world, forum))

    assert f"### {TITLE}" in texts_in(message)
    assert "What we know about letters." in texts_in(message)
    assert small_world.says("forum.note") in texts_in(message)
    assert [READ, HELPED, DISMISS, NEVER] == list(buttons_in(message))
    assert [PostState.SUGGESTED] == await states(small_world, forum)


@pytest.mark.parametrize(
    "title", [UNKNOWN + " and all the stars", OFFERED, "letters please", "😭 😭 😭 😭 😭 😭 😭 😭 😭"]
)
async def test_it_is_silent_where_it_is_unsure_or_the_title_says_too_little(small_world, forum, title):
    assert [] == said(small_world, await post(small_world, forum, title))
    assert [PostState.SEEN] == await states(small_world, forum)


async def test_words_of_crisis_are_never_answered_in_public_nor_kept(small_world, forum):
    world, wording = small_world, "I want to kill myself over letters"
    entry = replace(small_pack().entries[0], question=wording)
    await edit(world.lantern.library, guild_of(world), entry.id, entry)

    assert [] == said(world, await post(world, forum, wording))
    assert [] == await states(world, forum)


async def test_it_says_nothing_in_a_forum_that_nobody_listed_nor_in_other_threads(small_world, forum):
    other = small_world.guild.create_forum_channel("showroom")
    await set_mode(small_world, small_world.channel, ForumMode.ON)

    assert [] == said(small_world, await post(small_world, other))
    assert [] == said(small_world, await post(small_world, small_world.channel))


async def test_it_says_nothing_where_staff_wrote_already(small_world, forum):
    world = small_world

    def staff_answers(thread) -> None:
        world.env.backend.create_message(thread.id, world.mika.id, "I know this one.")

    assert [] == said(world, await post(world, forum, before_announced=staff_answers))


async def test_another_members_answer_does_not_silence_it(small_world, forum):
    def sam_answers(thread) -> None:
        small_world.env.backend.create_message(thread.id, small_world.sam.id, "me too")

    assert said(small_world, await post(small_world, forum, before_announced=sam_answers))


async def test_whoever_may_edit_the_faq_counts_as_staff(small_world, forum):
    world = small_world
    role = world.guild.create_role("Writers")
    world.env.backend.add_member_role(world.guild.id, world.sam.id, role.id)
    await world.env.settle()
    roles = {Capability.EDIT: frozenset({role.id})}
    await world.lantern.guilds.update(guild_of(world), lambda was: replace(was, roles=roles))

    assert [] == said(world, await post(world, forum, who=world.sam))
    assert said(world, await post(world, forum, who=world.noor))


async def test_staff_bots_and_those_who_may_not_ask_get_no_suggestions(small_world, forum):
    world = small_world
    robot = world.guild.add_member(world.env.create_user("robot", bot=True))
    role = world.guild.create_role("Askers")
    world.env.backend.add_member_role(world.guild.id, world.sam.id, role.id)
    await world.env.settle()
    roles = {Capability.ASK: frozenset({role.id})}
    await world.lantern.guilds.update(guild_of(world), lambda was: replace(was, roles=roles))

    assert [] == said(world, await post(world, forum, who=world.mika))
    assert [] == said(world, await post(world, forum, who=robot))
    assert [] == said(world, await post(world, forum, who=world.noor))
    assert said(world, await post(world, forum, who=world.sam))


async def test_a_post_whose_author_left_is_left_alone(small_world, forum):
    def leaves(_thread) -> None:
        small_world.guild.remove_member(small_world.noor)

    assert [] == said(small_world, await post(small_world, forum, before_announced=leaves))
    assert [PostState.SEEN] == await states(small_world, forum)


async def test_a_second_post_within_minutes_gets_nothing(small_world, forum):
    await post(small_world, forum)

    assert [] == said(small_world, await post(small_world, forum, question_of("visas"), who=small_world.sam))


@pytest.mark.parametrize("permission", ["send_messages_in_threads", "read_message_history", "view_channel"])
async def test_it_does_not_try_where_it_lacks_a_permission_and_the_panel_says_so(small_world, forum, permission):
    world = small_world
    denied = discord.Permissions(**{permission: True}).value
    overwrites = [Overwrite(world.client.user.id, OverwriteType.MEMBER, deny=denied)]
    world.env.backend.edit_channel(forum.id, {}, overwrites=overwrites)
    await world.env.settle()

    assert [] == said(world, await post(world, forum))
    assert world.says("forum.panel_may_not") in texts_in(await forums_panel(world))


async def test_it_waits_for_the_first_message_of_a_post(small_world, forum):
    waited = waits_of(small_world)
    small_world.env.inject_error("POST", "/channels/*/messages", status=403, code=NO_STARTER_YET, times=2)

    assert 1 == len(said(small_world, await post(small_world, forum)))
    assert list(PAUSES_SECONDS[:2]) == waited


async def test_it_gives_up_on_a_post_whose_first_message_never_comes(small_world, forum):
    waited = waits_of(small_world)
    tries = len(PAUSES_SECONDS) + 1
    small_world.env.inject_error("POST", "/channels/*/messages", status=403, code=NO_STARTER_YET, times=tries)

    assert [] == said(small_world, await post(small_world, forum))
    assert list(PAUSES_SECONDS) == waited
    assert [PostState.LOST] == await states(small_world, forum)


@pytest.mark.parametrize(("status", "code"), [(403, 50013), (404, 10003), (500, 0)])
async def test_what_discord_refuses_is_lost_and_counts_for_nothing(small_world, forum, status, code):
    small_world.env.inject_error("POST", "/channels/*/messages", status=status, code=code)

    assert [] == said(small_world, await post(small_world, forum))
    assert [PostState.LOST] == await states(small_world, forum)
    assert said(small_world, await post(small_world, forum, question_of("visas")))


async def test_a_post_deleted_at_once_disturbs_nothing(small_world, forum):
    backend = small_world.env.backend
    made = backend.create_thread(forum.id, TITLE, small_world.noor.id, broadcast=False)
    backend.announce_thread_create(made)
    backend.delete_channel(made.id)
    await small_world.env.settle()

    assert not [one for one in await states(small_world, forum) if one is PostState.SUGGESTED]


async def test_an_event_that_arrives_twice_even_after_a_restart_gets_one_suggestion(small_world, forum):
    thread = await post(small_world, forum)
    await small_world.restart()
    seen = small_world.client.get_channel(thread.id)
    await small_world.client.on_thread_create(seen)

    assert 1 == len(said(small_world, thread))


async def test_anybody_may_read_the_whole_answer_in_private(small_world, forum):
    thread = await post(small_world, forum)
    (message,) = said(small_world, thread)

    click = await small_world.ines.click(message, label=READ)

    assert click.followups[0].ephemeral
    assert f"## {TITLE}" in texts_in(click.followups[0])
    assert "https://example.org/letters" in str(parts(click.followups[0]))
    assert 1 == len(said(small_world, thread))


async def test_the_poster_says_it_helped_after_a_restart_and_the_buttons_go(small_world, forum):
    (message,) = said(small_world, thread := await post(small_world, forum))
    await small_world.restart()

    await small_world.noor.click(message, label=HELPED)

    (after,) = said(small_world, thread)
    assert [READ] == list(buttons_in(after))
    assert small_world.says("forum.has_helped") in texts_in(after)
    assert "What we know about letters." in texts_in(after)
    assert [PostState.HELPED] == await states(small_world, forum)


async def test_it_helped_although_the_entry_is_gone_meanwhile(small_world, forum):
    (message,) = said(small_world, thread := await post(small_world, forum))
    await edit(small_world.lantern.library, guild_of(small_world), EntryId("letters"), None)

    await small_world.noor.click(message, label=HELPED)

    assert [small_world.says("forum.has_helped")] == [texts_in(one) for one in said(small_world, thread)]
    assert [PostState.HELPED] == await states(small_world, forum)


@pytest.mark.parametrize("who", ["noor", "mika"])
async def test_the_poster_and_staff_take_a_suggestion_away(small_world, forum, who):
    (message,) = said(small_world, thread := await post(small_world, forum))

    await getattr(small_world, who).click(message, label=DISMISS)

    assert [] == said(small_world, thread)
    assert [PostState.DISMISSED] == await states(small_world, forum)


@pytest.mark.parametrize(
    ("who", "label", "key"),
    [
        ("ines", HELPED, "forum.poster_only"),
        ("mika", HELPED, "forum.poster_only"),
        ("ines", DISMISS, "forum.poster_or_staff_only"),
        ("ines", NEVER, "forum.poster_only"),
        ("mika", NEVER, "forum.poster_only"),
    ],
)
async def test_others_are_told_why_not(small_world, forum, who, label, key):
    (message,) = said(small_world, thread := await post(small_world, forum))

    click = await getattr(small_world, who).click(message, label=label)

    assert click.followups[0].ephemeral
    assert small_world.says(key) == texts_in(click.followups[0])
    assert [HELPED, DISMISS, NEVER] == list(buttons_in(said(small_world, thread)[0]))[1:]
    assert [PostState.SUGGESTED] == await states(small_world, forum)


async def test_never_takes_it_away_for_good_until_the_poster_wants_it_back(small_world, forum):
    (message,) = said(small_world, thread := await post(small_world, forum))

    click = await small_world.noor.click(message, label=NEVER)

    assert [] == said(small_world, thread)
    assert click.followups[0].ephemeral
    assert small_world.says("forum.is_quiet") == texts_in(click.followups[0])
    assert [PostState.DISMISSED] == await states(small_world, forum)
    other = small_world.guild.create_forum_channel("careers")
    await set_mode(small_world, other, ForumMode.ON)
    assert [] == said(small_world, await post(small_world, other))

    await small_world.noor.click(click.followups[0], label="Suggest to me again")

    assert said(small_world, await post(small_world, other))


@pytest.mark.parametrize("labels", [(DISMISS, DISMISS), (HELPED, HELPED), (NEVER, NEVER), (DISMISS, HELPED)])
async def test_of_two_clicks_at_once_one_counts_and_neither_fails(small_world, forum, labels):
    world = small_world
    thread = world.channel = await post(world, forum)
    (message,) = said(world, thread)
    shown = dict(message_payload(world.env.backend, world.env.backend.get_message(thread.id, message.id)))
    for label in labels:
        data = {"custom_id": buttons_in(message)[label]["custom_id"], "component_type": BUTTON}
        world.emit_click((world.noor, data, shown))
    await world.env.settle()

    assert await states(world, forum) in ([PostState.DISMISSED], [PostState.HELPED])


async def test_a_forum_that_annoys_turns_itself_off_and_tells_the_moderators_once(small_world, forum):
    world = small_world
    room = world.guild.create_text_channel("mods")
    await world.lantern.guilds.update(guild_of(world), lambda was: replace(was, moderators_channel=room.id))
    await seed(world, forum, *[PostState.DISMISSED] * 7)
    (message,) = said(world, await post(world, forum))

    await world.noor.click(message, label=DISMISS)

    assert await mode_of(world, forum) is ForumMode.SHADOW
    told = [texts_in(one) for one in room.history()]
    assert [world.says("forum.turned_off", forum=f"<#{forum.id}>")] == told
    assert [] == said(world, await post(world, forum, question_of("visas"), who=world.sam))


async def test_notes_that_cannot_be_written_cost_nobody_anything(start_small, tmp_path):
    async with start_small(tmp_path / "lantern.db") as lantern, open_world(lantern) as world:
        made = world.guild.create_forum_channel("help")
        await set_mode(world, made, ForumMode.ON)
        await lantern.forums._posts._database.run(lambda db: db.execute("DROP TABLE posts"))

        assert [] == said(world, await post(world, made))
