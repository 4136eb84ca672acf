"""`/setup`: administrators choose where Lantern writes, and in which help forums it may offer answers."""

from __future__ import annotations

from dataclasses import replace

import discord
import pytest
from simcord.backend.models.channel import Overwrite
from simcord.enums import OverwriteType

from bot.core.moderation import ForumMode, GuildSettings
from bot.views.answers import sentence
from support.panel import chosen_in, deny, manager_of, panel, settings_of
from support.worlds import buttons_in, texts_in


@pytest.fixture
def admin(small_world):
    """Somebody with Manage Server."""
    return manager_of(small_world, "aya")


async def test_twenty_five_forums_fit_a_message(small_world, admin):
    forums = [small_world.guild.create_forum_channel(f"help-{number}") for number in range(25)]
    for forum in forums:
        await deny(small_world, forum, small_world.client.user.id, view_channel=True)
    shown = await panel(small_world, admin, "Help forums")
    await admin.select(shown, forums, custom_id="faq:setup_forums")

    assert 25 == len((await settings_of(small_world)).forums)
    assert len(texts_in(shown)) <= 4000


async def test_the_moderators_channel_is_chosen_and_taken_away_again(small_world, admin):
    private = small_world.guild.create_text_channel("mods")
    seen = discord.Permissions(view_channel=True, send_messages=True, attach_files=True).value
    everybody = Overwrite(small_world.guild.default_role.id, OverwriteType.ROLE, deny=seen)
    here = (Overwrite(who, OverwriteType.MEMBER, allow=seen) for who in (admin.id, small_world.client.user.id))
    small_world.env.backend.edit_channel(private.id, {}, overwrites=[everybody, *here])
    await small_world.env.settle()
    shown = await panel(small_world, admin, "Channels")
    await admin.select(shown, [private], custom_id="faq:setup_channel")

    assert private.id == (await settings_of(small_world)).moderators_channel
    assert {private.id} == chosen_in(shown, "faq:setup_channel")
    assert small_world.says("setup.channel_good", channel=private.id) in texts_in(shown)
    assert small_world.says("setup.channel_open", channel=private.id) not in texts_in(shown)

    await admin.select(shown, [], custom_id="faq:setup_channel")

    assert (await settings_of(small_world)).moderators_channel is None


async def test_a_channel_everybody_reads_is_pointed_out(small_world, admin):
    shown = await panel(small_world, admin, "Channels")
    await admin.select(shown, [small_world.channel], custom_id="faq:setup_channel")

    assert small_world.says("setup.channel_open", channel=small_world.channel.id) in texts_in(shown)


@pytest.mark.parametrize(
    ("denied", "named"),
    [
        ("view_channel", "View Channel, Send Messages, Attach Files"),
        ("send_messages", "Send Messages, Attach Files"),
        ("attach_files", "Attach Files"),
    ],
)
async def test_what_lantern_lacks_in_the_moderators_channel_is_named(small_world, admin, denied, named):
    mods = small_world.guild.create_text_channel("mods")
    await deny(small_world, mods, small_world.client.user.id, **{denied: True})
    shown = await panel(small_world, admin, "Channels")
    await admin.select(shown, [mods], custom_id="faq:setup_channel")

    assert small_world.says("setup.channel_lacking", channel=mods.id, permissions=named) in texts_in(shown)


async def test_a_channel_of_another_kind_is_refused(small_world, admin):
    """Discord offers only the right kind, but what a click says is checked."""
    forum = small_world.guild.create_forum_channel("help")
    shown = await panel(small_world, admin, "Channels")
    first = await admin.select(shown, [forum], custom_id="faq:setup_channel")
    await admin.click(shown, label="Help forums")
    second = await admin.select(shown, [small_world.channel], custom_id="faq:setup_forums")

    assert small_world.says("setup.channel_kind") == texts_in(first.followups[0])
    assert small_world.says("setup.channel_kind") == texts_in(second.followups[0])
    assert GuildSettings() == await settings_of(small_world)


async def test_forums_start_silent_and_those_that_stay_keep_their_mode(small_world, admin):
    one, two, three = (small_world.guild.create_forum_channel(name) for name in ("one", "two", "three"))
    await small_world.lantern.guilds.update(
        small_world.guild.id,
        lambda settings: replace(settings, forums={one.id: ForumMode.ON, two.id: ForumMode.SHADOW}),
    )
    shown = await panel(small_world, admin, "Help forums")
    await admin.select(shown, [one, three], custom_id="faq:setup_forums")

    assert {one.id: ForumMode.ON, three.id: ForumMode.SHADOW} == (await settings_of(small_world)).forums
    assert {one.id, three.id} == chosen_in(shown, "faq:setup_forums")
    assert small_world.says("setup.forum_on", forum=one.id) in texts_in(shown)
    assert small_world.says("setup.forum_shadow", forum=three.id) in texts_in(shown)


async def test_deleted_channels_are_told_and_can_be_forgotten(small_world, admin):
    mods, forum = small_world.guild.create_text_channel("mods"), small_world.guild.create_forum_channel("help")
    kept = small_world.guild.create_forum_channel("kept")
    await small_world.lantern.guilds.update(
        small_world.guild.id,
        lambda settings: replace(
            settings,
            moderators_channel=mods.id,
            forums={forum.id: ForumMode.ON, kept.id: ForumMode.ON},
        ),
    )
    for channel in (mods, forum):
        small_world.env.backend.delete_channel(channel.id)
    await small_world.env.settle()
    shown = await panel(small_world, admin, "Channels")

    assert small_world.says("setup.channel_deleted") in texts_in(shown)

    await admin.click(shown, label="Forget what was deleted")
    assert (await settings_of(small_world)).moderators_channel is None
    await admin.click(shown, label="Help forums")

    assert small_world.says("setup.forums_deleted", number=1) in texts_in(shown)

    await admin.click(shown, label="Forget what was deleted")

    assert {kept.id: ForumMode.ON} == (await settings_of(small_world)).forums
    assert "Forget what was deleted" not in buttons_in(shown)


async def test_a_deleted_moderators_channel_stops_nothing(small_world):
    mods = small_world.guild.create_text_channel("mods")
    await small_world.lantern.guilds.update(
        small_world.guild.id, lambda settings: replace(settings, moderators_channel=mods.id)
    )

    assert await small_world.client.desk.tell_moderators(small_world.guild.id, sentence("Changed.")) is not None

    small_world.env.backend.delete_channel(mods.id)
    await small_world.env.settle()

    assert await small_world.client.desk.tell_moderators(small_world.guild.id, sentence("Changed.")) is None
