"""`/setup`, page Meeting: whether members meet, where, when, and who may."""

from __future__ import annotations

import pytest

from bot.core.models import GuildId
from bot.core.peers import PeerSettings
from support.acts import do, picture_of, press_of, said
from support.panel import chosen_in, deny, manager_of, panel, select_in, settings_of
from support.worlds import buttons_in, texts_in


@pytest.fixture
def admin(small_world):
    """Somebody with Manage Server."""
    return manager_of(small_world, "aya")


async def test_it_is_off_until_an_administrator_turns_it_on(small_world, admin):
    shown = await panel(small_world, admin, "Meeting")
    before = (await settings_of(small_world)).peers
    await admin.click(shown, label="Turn on")
    turned_on = (await settings_of(small_world)).peers

    assert PeerSettings() == before
    assert not before.is_on
    assert turned_on.is_on
    assert small_world.says("setup.meeting_on") in texts_in(shown)

    await admin.click(shown, label="Turn off")

    assert not (await settings_of(small_world)).peers.is_on
    assert small_world.says("setup.meeting_off") in texts_in(shown)


async def test_the_channel_says_what_it_lacks_and_can_be_forgotten(small_world, admin):
    lounge = small_world.guild.create_text_channel("lounge")
    shown = await panel(small_world, admin, "Meeting")
    await admin.select(shown, [lounge], custom_id="faq:setup_peers_channel")

    assert lounge.id == (await settings_of(small_world)).peers.channel
    assert {lounge.id} == chosen_in(shown, "faq:setup_peers_channel")

    await deny(small_world, lounge, small_world.client.user.id, create_private_threads=True)
    shown = await panel(small_world, admin, "Meeting")

    assert small_world.says("setup.may_create_threads") in texts_in(shown)
    assert small_world.says("setup.may_send") + "," not in texts_in(shown)

    small_world.env.backend.delete_channel(lounge.id)
    await small_world.env.settle()
    shown = await panel(small_world, admin, "Meeting")
    was_told = small_world.says("setup.channel_deleted") in texts_in(shown)
    await admin.click(shown, label="Forget what was deleted")

    assert was_told
    assert (await settings_of(small_world)).peers.channel is None


async def test_no_other_kind_of_channel_is_taken(small_world, admin):
    voice = small_world.guild.create_voice_channel("voice")
    shown = await panel(small_world, admin, "Meeting")
    forged = press_of("faq:setup_peers_channel", str(voice.id))
    result = await do(small_world, admin, forged, picture_of(small_world, shown))

    assert small_world.says("setup.channel_kind") == said(result)[-1]
    assert (await settings_of(small_world)).peers.channel is None


@pytest.mark.parametrize(
    ("verb", "field", "value"),
    [("round_day", "round_day", 6), ("round_hour", "round_hour", 0), ("grace", "grace", 2), ("crowd", "k", 12)],
)
async def test_each_choice_is_saved_at_once_and_shown(small_world, admin, verb, field, value):
    shown = await panel(small_world, admin, "Meeting")
    await admin.select(shown, [str(value)], custom_id=f"faq:setup_{verb}")
    options = select_in(shown, f"faq:setup_{verb}")["options"]

    assert value == getattr((await settings_of(small_world)).peers, field)
    assert [str(value)] == [option["value"] for option in options if option.get("default")]


@pytest.mark.parametrize(("verb", "value"), [("round_day", "7"), ("round_hour", "24"), ("grace", "-1"), ("crowd", "1")])
async def test_what_is_not_offered_is_not_taken(small_world, admin, verb, value):
    shown = await panel(small_world, admin, "Meeting")
    forged = press_of(f"faq:setup_{verb}", value)
    result = await do(small_world, admin, forged, picture_of(small_world, shown))

    assert small_world.says("error.button_old") == said(result)[-1]
    assert PeerSettings() == (await settings_of(small_world)).peers


async def test_the_page_is_turned_to_like_the_others(small_world, admin):
    shown = await panel(small_world, admin, "Meeting")

    assert ["Roles", "Channels", "Help forums", "Habits", "Meeting"] == list(buttons_in(shown))[:5]
    assert buttons_in(shown)["Meeting"]["disabled"]


async def test_what_was_set_before_there_were_introductions_stays(small_world, admin):
    """Choices on this page change nothing of the other pages."""
    shown = await panel(small_world, admin, "Habits")
    await admin.select(shown, ["3"], custom_id="faq:setup_digest")
    shown = await panel(small_world, admin, "Meeting")
    await admin.click(shown, label="Turn on")
    settings = await small_world.lantern.guilds.settings(GuildId(small_world.guild.id))

    assert 3 == settings.digest_day
    assert settings.peers.is_on
