"""`/faq forums`: moderators judge suggestions before members see any, and administrators turn them on."""

from __future__ import annotations

from dataclasses import replace

import discord
import pytest

from bot.core.moderation import ForumMode, PostState
from support.forums import TITLE, forums_panel, guild_of, mode_of, open_forum, post, said, seed, set_mode
from support.small import UNKNOWN
from support.worlds import buttons_in, texts_in


@pytest.fixture
async def forum(small_world):
    """A help forum in which suggestions are on."""
    return await open_forum(small_world)


async def test_in_shadow_mode_nothing_is_posted_and_moderators_see_what_would_have_been(small_world, forum):
    world = small_world
    await set_mode(world, forum, ForumMode.SHADOW)
    thread = await post(world, forum)
    await post(world, forum, UNKNOWN + " and all the stars")

    panel = texts_in(await forums_panel(world))

    assert [] == said(world, thread)
    assert world.says("forum.panel_shadow") in panel
    assert world.says("forum.panel_seen", seen=2, shadow=1) in panel
    assert world.says("forum.panel_precision", percent=100, number=1) in panel
    assert f"<#{thread.id}>: {TITLE} (100 % sure)" in panel


async def test_the_panel_counts_what_became_of_suggestions(small_world, forum):
    judged = [PostState.HELPED, PostState.HELPED, PostState.DISMISSED, PostState.SUGGESTED]
    await seed(small_world, forum, *judged)

    panel = texts_in(await forums_panel(small_world))

    assert small_world.says("forum.panel_on") in panel
    assert small_world.says("forum.panel_spoken", spoken=4, helped=2, dismissed=1, rest=1) in panel
    assert small_world.says("forum.panel_precision", percent=90, number=4) in panel


async def test_without_a_forum_the_panel_says_how_to_add_one_and_members_do_not_see_it(small_world):
    refused = await small_world.noor.slash(small_world.channel, "faq forums")

    assert small_world.says("error.not_allowed") == texts_in(refused.response)
    assert small_world.says("forum.none") == texts_in(await forums_panel(small_world))


async def an_administrator(world):
    """Return somebody who may switch suggestions on, and the role that lets her."""
    role = world.guild.create_role("Admins", permissions=discord.Permissions(manage_guild=True))
    member = world.guild.add_member(world.env.create_user("ada"), roles=[role])
    await world.env.settle()
    return member, role


async def test_administrators_turn_a_well_tried_forum_on_and_back(small_world, forum):
    world = small_world
    await set_mode(world, forum, ForumMode.SHADOW)
    await seed(world, forum, *[PostState.SHADOW] * 10)
    ada, _ = await an_administrator(world)
    panel = await forums_panel(world, ada)

    await ada.click(panel, label="Turn on")

    assert await mode_of(world, forum) is ForumMode.ON
    assert world.says("forum.panel_on") in texts_in(panel)

    await ada.click(panel, label="Back to shadow mode")

    assert await mode_of(world, forum) is ForumMode.SHADOW


async def test_turning_on_what_nobody_could_judge_yet_asks_once_more(small_world, forum):
    world = small_world
    await set_mode(world, forum, ForumMode.SHADOW)
    await seed(world, forum, *[PostState.SHADOW] * 9)
    ada, _ = await an_administrator(world)
    panel = await forums_panel(world, ada)

    await ada.click(panel, label="Turn on")

    assert await mode_of(world, forum) is ForumMode.SHADOW
    assert world.says("forum.sure", posts=9) in texts_in(panel)

    await ada.click(panel, label="Turn on anyway")

    assert await mode_of(world, forum) is ForumMode.ON


async def test_moderators_look_but_only_administrators_switch(small_world, forum):
    world = small_world
    panel = await forums_panel(world)

    assert {} == buttons_in(panel)
    assert world.says("forum.panel_who") in texts_in(panel)

    ada, role = await an_administrator(world)
    theirs = await forums_panel(world, ada)
    world.env.backend.remove_member_role(world.guild.id, ada.id, role.id)
    await world.env.settle()
    click = await ada.click(theirs, label="Back to shadow mode")

    assert world.says("error.not_allowed") == texts_in(click.followups[0])
    assert await mode_of(world, forum) is ForumMode.ON


async def test_a_panel_shows_one_of_several_forums_and_those_that_were_deleted(small_world, forum):
    world = small_world
    other = world.guild.create_forum_channel("careers")
    await world.env.settle()
    await set_mode(world, other, ForumMode.SHADOW)
    panel = await forums_panel(world)

    await world.mika.select(panel, [str(other.id)], custom_id="faq:forum_look")

    assert f"<#{other.id}>" in texts_in(panel)

    world.env.backend.delete_channel(other.id)
    await world.env.settle()
    await world.mika.select(panel, [str(other.id)], custom_id="faq:forum_look")

    assert world.says("forum.panel_may_not") in texts_in(panel)


async def test_a_forum_taken_off_the_list_cannot_be_switched_by_an_old_panel(small_world, forum):
    world = small_world
    ada, _ = await an_administrator(world)
    panel = await forums_panel(world, ada)
    await world.lantern.guilds.update(guild_of(world), lambda was: replace(was, forums={}))

    click = await ada.click(panel, label="Back to shadow mode")

    assert world.says("forum.not_listed") == texts_in(click.followups[0])
    assert world.says("forum.none") == texts_in(panel)
