"""`/setup`: administrators choose who may do what, and the habits of the bot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.moderation import Capability, Duty, ForumMode, GuildSettings
from bot.core.peers import PeerSettings
from support.panel import CHANNEL_SELECT, ROLE_SELECT, chosen_in, manager_of, panel, select_in, settings_of
from support.worlds import SELECT, buttons_in, open_world, parts, texts_in


@pytest.fixture
def admin(small_world):
    """Somebody with Manage Server."""
    return manager_of(small_world, "aya")


async def test_only_who_may_set_up_sees_the_panel(small_world, admin):
    refused = await small_world.mika.slash(small_world.channel, "setup")
    shown = await admin.slash(small_world.channel, "setup")

    assert small_world.says("error.not_allowed") == texts_in(refused.response)
    assert small_world.says("setup.text") in texts_in(shown.response)
    assert refused.ephemeral
    assert shown.ephemeral


async def test_every_page_says_what_its_fields_are_for_and_fits_a_message(small_world, admin):
    """At most 40 components and 4,000 characters, even where everything was chosen and then deleted."""
    longest = GuildSettings(
        dict.fromkeys(Capability, frozenset(range(1, 26))),
        1,
        dict.fromkeys(range(2, 27), ForumMode.SHADOW),
        peers=PeerSettings(is_on=True, channel=1, grace=3, k=6),
        duty=Duty(1, "h" * 120),
    )
    for settings in (GuildSettings(), longest):
        await small_world.lantern.guilds.update(small_world.guild.id, lambda _, new=settings: new)
        for page in ("Roles", "Channels", "Help forums", "Habits", "Meeting", "Care"):
            shown = await panel(small_world, admin, page)

            assert len(parts(shown)) <= 40
            assert len(texts_in(shown)) <= 4000
            assert buttons_in(shown)[page]["disabled"]
            fields = [part for part in parts(shown) if part["type"] in {SELECT, ROLE_SELECT, CHANNEL_SELECT}]
            assert texts_in(shown).count("**") >= 2 * len(fields)


@pytest.mark.parametrize("capability", sorted(set(Capability) - {Capability.ALWAYS}))
async def test_roles_are_saved_at_once_and_shown(small_world, admin, capability):
    editors, helpers = small_world.guild.create_role("Editors"), small_world.guild.create_role("Helpers")
    shown = await panel(small_world, admin)
    await admin.select(shown, [editors, helpers], custom_id=f"faq:setup_roles:{capability}")

    assert {capability: {editors.id, helpers.id}} == (await settings_of(small_world)).roles
    assert {editors.id, helpers.id} == chosen_in(shown, f"faq:setup_roles:{capability}")

    await admin.select(shown, [], custom_id=f"faq:setup_roles:{capability}")

    assert {capability: set()} == (await settings_of(small_world)).roles


async def test_everyone_is_never_made_an_editor(small_world, admin):
    shown = await panel(small_world, admin)
    everyone = [small_world.guild.default_role]
    for capability in ("edit", "publish", "administer"):
        result = await admin.select(shown, everyone, custom_id=f"faq:setup_roles:{capability}")

        assert small_world.says("setup.not_everyone") == texts_in(result.followups[0])
    assert {} == (await settings_of(small_world)).roles


async def test_everyone_may_ask_means_that_no_role_is_needed(small_world, admin):
    """Were it kept as a role, everybody who may suggest could ask where asking takes a role."""
    members = small_world.guild.create_role("Members")
    shown = await panel(small_world, admin)
    await admin.select(shown, [members], custom_id="faq:setup_roles:ask")
    await admin.select(shown, [small_world.guild.default_role], custom_id="faq:setup_roles:suggest")
    refused = await small_world.noor.slash(small_world.channel, "ask", question="visas")

    assert {"ask": {members.id}, "suggest": set()} == (await settings_of(small_world)).roles
    assert small_world.says("error.not_allowed") == texts_in(refused.response)


async def test_two_administrators_at_once_keep_each_others_fields(small_world, admin):
    """Each looks at a panel from before the other's choices."""
    other = manager_of(small_world, "bo")
    editors = small_world.guild.create_role("Editors")
    first, second = await panel(small_world, admin), await panel(small_world, other, "Habits")
    await other.click(second, label="Turn on")
    await admin.select(first, [editors], custom_id="faq:setup_roles:edit")
    await other.select(second, ["none"], custom_id="faq:setup_digest")
    settings = await settings_of(small_world)

    assert {"edit": {editors.id}} == settings.roles
    assert settings.four_eyes
    assert settings.digest_day is None


async def test_the_digest_has_a_day_or_none(small_world, admin):
    shown = await panel(small_world, admin, "Habits")
    for value, expected in (("6", 6), ("none", None), ("0", 0)):
        await admin.select(shown, [value], custom_id="faq:setup_digest")
        options = select_in(shown, "faq:setup_digest")["options"]

        assert expected == (await settings_of(small_world)).digest_day
        assert [value] == [option["value"] for option in options if option.get("default")]
    assert ["No weekly summary", "Monday"] == [option["label"] for option in options][:2]
    assert 8 == len(options)


async def test_four_eyes_go_on_and_off(small_world, admin):
    """A second administrator who presses *Turn on* on an older panel does not turn it off again."""
    first, second = await panel(small_world, admin, "Habits"), await panel(small_world, admin, "Habits")
    for shown in (first, second):
        await admin.click(shown, label="Turn on")

        assert small_world.says("setup.four_eyes_on") in texts_in(shown)
        assert (await settings_of(small_world)).four_eyes
    await admin.click(first, label="Turn off")

    assert not (await settings_of(small_world)).four_eyes


async def test_the_country_is_picked_or_typed(small_world, admin):
    shown = await panel(small_world, admin, "Habits")
    await admin.select(shown, ["DE"], custom_id="faq:setup_country")

    assert "DE" == (await settings_of(small_world)).country

    asked = await admin.click(shown, label="Another country")
    await admin.submit_modal(asked, {"country": "jp"})
    options = select_in(shown, "faq:setup_country")["options"]

    assert "JP" == (await settings_of(small_world)).country
    assert ["🇯🇵 JP"] == [option["label"] for option in options if option.get("default")]
    assert 25 == len(options)

    await admin.select(shown, [], custom_id="faq:setup_country")

    assert (await settings_of(small_world)).country is None


@pytest.mark.parametrize("letters", ["UK", "zz", "🇩🇪", "1-", "<@"])
async def test_what_is_no_country_is_refused(small_world, admin, letters):
    shown = await panel(small_world, admin, "Habits")
    asked = await admin.click(shown, label="Another country")
    result = await admin.submit_modal(asked, {"country": letters})

    assert "is not the code of a country" in texts_in(result.followups[0])
    assert (await settings_of(small_world)).country is None


async def test_the_only_language_is_told_without_a_choice(small_world, admin):
    shown = await panel(small_world, admin, "Habits")

    assert small_world.says("setup.one_language", language="en") in texts_in(shown)
    assert not any(part.get("custom_id") == "faq:setup_language" for part in parts(shown))


async def test_with_a_second_language_a_server_chooses(small_lantern):
    """The panel itself speaks it at once, and so does what members see."""
    texts = small_lantern.texts
    german = {**texts.sentences, "setup.digest": "Wann?", "error.question_blank": "Da stand nichts."}
    async with open_world(replace(small_lantern, texts=replace(texts, others={"de": german}))) as world:
        admin = manager_of(world, "aya")
        shown = await panel(world, admin, "Habits")
        await admin.select(shown, ["de"], custom_id="faq:setup_language")
        blank = await world.ask("\u2800")

    assert "Wann?" in texts_in(shown)
    assert "Da stand nichts." == texts_in(blank)


async def test_deleted_roles_are_told_let_nobody_in_and_can_be_forgotten(small_world, admin):
    role = small_world.guild.create_role("Members")
    shown = await panel(small_world, admin)
    await admin.select(shown, [role], custom_id="faq:setup_roles:ask")
    small_world.env.backend.delete_role(small_world.guild.id, role.id)
    await small_world.env.settle()
    refused = await small_world.noor.slash(small_world.channel, "ask", question="visas")
    still = await admin.slash(small_world.channel, "ask", question="visas")
    shown = await panel(small_world, admin)

    assert small_world.says("error.not_allowed") == texts_in(refused.response)
    assert small_world.says("error.not_allowed") != texts_in(still.response)
    assert small_world.says("setup.roles_deleted", number=1) in texts_in(shown)
    assert set() == chosen_in(shown, "faq:setup_roles:ask")
    assert "Choose again" == select_in(shown, "faq:setup_roles:ask")["placeholder"]

    await admin.click(shown, label="Forget what was deleted")
    again = await small_world.noor.slash(small_world.channel, "ask", question="visas")

    assert small_world.says("setup.roles_deleted", number=1) not in texts_in(shown)
    assert small_world.says("error.not_allowed") != texts_in(again.response)


async def test_the_helplines_of_the_chosen_country_come_first(small_world, admin):
    shown = await panel(small_world, admin, "Habits")
    await admin.select(shown, ["DE"], custom_id="faq:setup_country")
    answer = await small_world.ask("I want to kill myself")

    assert small_world.help_first(country="DE") == texts_in(answer)


async def test_the_panel_works_after_a_restart(small_world, admin):
    shown = await panel(small_world, admin, "Habits")
    asked = await admin.click(shown, label="Another country")
    await small_world.restart()
    await admin.submit_modal(asked, {"country": "JP"})
    await admin.click(shown, label="Turn on")

    assert "JP" == (await settings_of(small_world)).country
    assert (await settings_of(small_world)).four_eyes


async def test_who_loses_the_role_is_refused_at_the_next_choice(small_world):
    """The panel is still on their screen; a modal they opened is refused as well."""
    chiefs = small_world.guild.create_role("Chiefs")
    await small_world.lantern.guilds.update(
        small_world.guild.id,
        lambda settings: replace(settings, roles={Capability.ADMINISTER: frozenset({chiefs.id})}),
    )
    chief = small_world.guild.add_member(small_world.env.create_user("chi"), roles=[chiefs])
    shown = await panel(small_world, chief, "Habits")
    asked = await chief.click(shown, label="Another country")
    small_world.env.backend.remove_member_role(small_world.guild.id, chief.id, chiefs.id)
    await small_world.env.settle()
    before = await settings_of(small_world)
    typed = await chief.submit_modal(asked, {"country": "JP"})
    clicked = await chief.click(shown, label="Turn on")

    assert small_world.says("error.not_allowed") == texts_in(typed.followups[0])
    assert small_world.says("error.not_allowed") == texts_in(clicked.followups[0])
    assert before == await settings_of(small_world)
