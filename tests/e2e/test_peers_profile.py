"""The profile: every choice is saved at once and shown, what is missing is said, and nothing typed is lost."""

from __future__ import annotations

from dataclasses import replace

import discord
import pytest

from bot.core.moderation import Capability
from bot.core.peers import MemberState
from support.acts import do, form_of, picture_of, press_of, said
from support.joining import (
    SENTENCE,
    START,
    STEPS,
    STORY,
    WRITE,
    fill,
    join,
    member_of,
    newcomer,
    options_in,
    peers,
    pick,
    prefilled,
    profile_of,
    take_part,
    turn,
    turn_on,
    write,
)
from support.notes import full, locked, read_only
from support.worlds import buttons_in, open_world, parts, texts_in

FAULTS = {"error.storage_busy": locked, "error.storage_read_only": read_only}
PREVIEW, AGAIN, ZONE = "What others would see", "Open the form again", "Time zone"
CHOICES = {
    "roles": ("you", ["peer", "seeker"]),
    "stage": ("you", ["2"]),
    "languages": ("you", ["en", "es"]),
    "more-languages": ("you", ["cs"]),
    "topics": ("happened", ["ghosting", "limited-energy"]),
    "helps": ("happened", ["listening", "ideas"]),
    "pace": ("happened", ["sometimes"]),
    "hope": ("happened", ["unsure"]),
    "hours": ("talking", ["any", "18-22", "22-2"]),
    "contact": ("talking", ["direct"]),
    "ping": ("talking", ["channel"]),
    "again": ("talking", ["180"]),
}


@pytest.fixture
async def meeting(small_world):
    """A server on which introductions are on."""
    await turn_on(small_world)
    return small_world


@pytest.mark.parametrize("choice", CHOICES)
async def test_every_choice_is_saved_at_once_and_shown_as_chosen(meeting, choice):
    step, values = CHOICES[choice]
    panel = await turn(meeting, await join(meeting), step)
    await pick(meeting, panel, choice, *values)
    again = await turn(meeting, await peers(meeting, "edit"), step)

    assert set(values) == set(options_in(panel, choice)[1])
    assert set(values) == set(options_in(again, choice)[1])


async def test_all_choices_together_make_the_profile(meeting):
    panel = await join(meeting)
    for choice, (step, values) in CHOICES.items():
        await turn(meeting, panel, step)
        await pick(meeting, panel, choice, *values)
    profile = await profile_of(meeting)

    assert {"en", "es", "cs"} == profile.languages
    assert ((18.0, 22.0), (22.0, 2.0)) == profile.hours
    assert profile.asynchronous
    assert (2, 180) == (profile.stage, profile.again_days)


async def test_a_choice_can_be_taken_back(meeting):
    panel = await join(meeting)
    for choice in ("roles", "stage", "languages"):
        await pick(meeting, panel, choice, options_in(panel, choice)[0][0])
        await pick(meeting, panel, choice)

        assert [] == options_in(panel, choice)[1]
    profile = await profile_of(meeting)

    assert (frozenset(), None, frozenset()) == (profile.roles, profile.stage, profile.languages)


async def test_languages_of_one_list_leave_those_of_the_other(meeting):
    panel = await join(meeting)
    await pick(meeting, panel, "languages", "en")
    await pick(meeting, panel, "more-languages", "cs")
    await pick(meeting, panel, "languages")

    assert {"cs"} == (await profile_of(meeting)).languages


async def test_sensitive_topics_are_on_no_card_unless_ticked_by_themselves(meeting):
    panel = await turn(meeting, await join(meeting), "happened")
    await pick(meeting, panel, "topics", "ghosting", "limited-energy")
    label = (await meeting.lantern.membership.taxonomy(meeting.guild.id))["limited-energy"].label
    before = await meeting.noor.click(panel, label=PREVIEW)
    offered = options_in(panel, "shown")
    await pick(meeting, panel, "shown", "limited-energy")
    after = await meeting.noor.click(panel, label=PREVIEW)

    assert (["limited-energy"], []) == offered
    assert label not in texts_in(before.followups[0])
    assert label in texts_in(after.followups[0])
    assert {"limited-energy"} == (await profile_of(meeting)).shown

    await pick(meeting, panel, "topics", "ghosting")

    assert frozenset() == (await profile_of(meeting)).shown
    assert not any(part.get("custom_id") == "meet:choose:shown" for part in parts(panel))


async def test_the_panel_says_in_words_what_is_missing_and_starts_only_then(meeting):
    panel = await join(meeting)
    every = [meeting.says(f"lacks.{each}") for each in ("roles", "stage", "languages", "setbacks", "helps", "hours")]

    assert all(each in texts_in(panel) for each in every)
    assert buttons_in(panel)[START]["disabled"]

    await fill(meeting, panel)

    assert not any(each in texts_in(panel) for each in every)
    assert meeting.says("profile.complete") in texts_in(panel)
    assert not buttons_in(panel)[START]["disabled"]


async def test_starting_what_lacks_something_meanwhile_says_what(meeting):
    panel, other = await fill(meeting, await join(meeting)), await peers(meeting, "edit")
    await pick(meeting, other, "roles")
    await meeting.noor.click(panel, label=START)

    assert meeting.says("error.unfinished") in texts_in(panel)
    assert meeting.says("lacks.roles") in texts_in(panel)
    assert (await member_of(meeting)).state is MemberState.UNFINISHED


async def test_who_takes_part_and_takes_something_away_is_told_that_it_is_missing(meeting):
    await take_part(meeting)
    panel = await peers(meeting, "edit")

    assert meeting.says("profile.active") in texts_in(panel)
    assert START not in buttons_in(panel)

    await pick(meeting, panel, "languages")

    assert meeting.says("lacks.languages") in texts_in(panel)
    assert (await member_of(meeting)).state is MemberState.UNFINISHED


@pytest.mark.parametrize(("days", "is_mentor"), [(400, True), (3, False), (29, False)])
async def test_only_an_account_that_is_not_fresh_may_mentor(meeting, days, is_mentor):
    """Statement 57: under 30 days old, or under a week on the server; what else they chose is kept."""
    ari = newcomer(meeting, "ari", days=days)
    panel = await join(meeting, who=ari)
    await pick(meeting, panel, "roles", "seeker", "mentor", who=ari)
    roles = (await profile_of(meeting, ari)).roles

    assert is_mentor == ("mentor" in roles)
    assert "seeker" in roles
    assert is_mentor == (meeting.says("error.fresh_account") not in texts_in(panel))


async def test_a_mentor_says_how_many_people_and_nobody_else_is_asked(meeting):
    ari = newcomer(meeting, "ari", days=400)
    panel = await join(meeting, who=ari)
    await turn(meeting, panel, "talking", who=ari)
    asked_before = any(part.get("custom_id") == "meet:choose:capacity" for part in parts(panel))
    await turn(meeting, panel, "you", who=ari)
    await pick(meeting, panel, "roles", "mentor", who=ari)
    await turn(meeting, panel, "talking", who=ari)
    await pick(meeting, panel, "capacity", "3", who=ari)

    assert not asked_before
    assert 3 == (await profile_of(meeting, ari)).capacity


async def test_how_to_be_told_is_a_choice_and_not_at_all_is_the_default(meeting):
    """Statement 6: nobody is written to directly who did not choose it."""
    panel = await turn(meeting, await join(meeting), "talking")

    assert ["none"] == options_in(panel, "ping")[1]

    await pick(meeting, panel, "ping", "direct")

    assert "direct" == (await profile_of(meeting)).ping
    assert meeting.noor.user.dm_channel is None or [] == list(meeting.noor.user.dm_channel.history())


async def test_where_to_talk_says_who_else_can_read_a_private_thread(meeting):
    panel = await turn(meeting, await join(meeting), "talking")

    assert "*Manage Threads*" in texts_in(panel)
    assert {"either", "thread", "direct"} == set(options_in(panel, "contact")[0])


async def test_own_words_and_the_sentence_are_saved_and_come_back_in_the_form(meeting):
    panel = await turn(meeting, await join(meeting), "happened")
    await write(meeting, panel)
    profile = await profile_of(meeting)
    form = await meeting.noor.click(panel, label=WRITE)

    assert (STORY, SENTENCE) == (profile.story, profile.sentence)
    assert {"story": STORY, "sentence": SENTENCE} == prefilled(form)
    assert SENTENCE.rstrip(".") in texts_in(panel)
    assert STORY not in texts_in(panel)


async def test_a_sentence_with_faults_is_told_why_and_comes_back_and_the_story_is_kept(meeting):
    """Statement 14 where a sentence is written."""
    panel = await turn(meeting, await join(meeting), "happened")
    bad = "Write me at noor@example.org, I was at it in 2019."
    await write(meeting, panel, sentence=bad)
    form = await meeting.noor.click(panel, label=WRITE)

    assert meeting.says("error.card") in texts_in(panel)
    assert "e-mail" in texts_in(panel)
    assert "a year" in texts_in(panel)
    assert ("", STORY) == ((await profile_of(meeting)).sentence, (await profile_of(meeting)).story)
    assert {"story": STORY, "sentence": bad} == prefilled(form)

    await meeting.noor.submit_modal(form, {"story": STORY, "sentence": SENTENCE})

    assert SENTENCE == (await profile_of(meeting)).sentence
    assert bad not in texts_in(panel)
    assert meeting.says("error.card") not in texts_in(panel)


async def test_what_was_refused_stays_over_other_choices_and_a_restart(start_small, tmp_path):
    notes = tmp_path / "notes.db"
    bad = "Ask for `me` at @noor_1987"
    async with start_small(notes) as before, open_world(before) as world:
        await turn_on(world)
        panel = await turn(world, await join(world), "happened")
        await write(world, panel, sentence=bad)
        async with start_small(notes) as after:
            await world.restart(after)
            await pick(world, panel, "helps", "ideas")
            await turn(world, panel, "you")
            await turn(world, panel, "happened")
            form = await world.noor.click(panel, label=WRITE)

    assert bad == prefilled(form)["sentence"]


@pytest.mark.parametrize("key", FAULTS)
async def test_what_was_typed_comes_back_where_it_cannot_be_written(start_small, tmp_path, key):
    notes, story = tmp_path / "notes.db", "First line.\n\nThen `code`, **bold** and ```a fence```."
    async with start_small(notes) as lantern, open_world(lantern) as world:
        await turn_on(world)
        panel = await turn(world, await join(world), "happened")
        async with FAULTS[key](lantern, notes):
            refused = await write(world, panel, story=story)
        form = await world.noor.click(panel, label=AGAIN)
        held = prefilled(form)
        await world.noor.submit_modal(form, held)

        assert world.says(key) == texts_in(refused.followups[-1])
        assert {"story": story, "sentence": SENTENCE} == held
        assert SENTENCE == (await profile_of(world)).sentence
        assert AGAIN not in buttons_in(panel)
        assert "not saved yet" not in texts_in(panel)


async def test_with_a_full_disk_what_was_typed_comes_back(start_small, tmp_path):
    """So long a text needs more room than its page of the database has left."""
    notes, story = tmp_path / "notes.db", "語" * 2000
    async with start_small(notes) as lantern, open_world(lantern) as world:
        await turn_on(world)
        panel = await turn(world, await join(world), "happened")
        async with full(lantern, notes):
            result = await write(world, panel, story=story)
        form = await world.noor.click(panel, label=AGAIN)

        assert world.says("error.storage_full") == texts_in(result.followups[-1])
        assert story == prefilled(form)["story"]


@pytest.mark.parametrize("key", FAULTS)
async def test_a_choice_that_cannot_be_written_is_told_and_works_on_the_next_try(start_small, tmp_path, key):
    notes = tmp_path / "notes.db"
    async with start_small(notes) as lantern, open_world(lantern) as world:
        await turn_on(world)
        panel = await join(world)
        async with FAULTS[key](lantern, notes):
            refused = await pick(world, panel, "roles", "peer")
        await pick(world, panel, "roles", "peer")

        assert world.says(key) == texts_in(refused.followups[0])
        assert {"peer"} == (await profile_of(world)).roles


@pytest.mark.parametrize("field", ["story", "sentence"])
async def test_words_of_crisis_get_help_first_and_are_still_saved(meeting, field):
    panel = await turn(meeting, await join(meeting), "happened")
    words = "i want to kill myself and nobody knows"
    result = await write(meeting, panel, **{field: words})

    assert meeting.help_first(kept="care.kept") == texts_in(result.followups[0])
    assert result.followups[0].ephemeral
    assert words == getattr(await profile_of(meeting), field)


async def test_where_to_find_help_comes_even_where_nothing_can_be_written(start_small, tmp_path):
    notes = tmp_path / "notes.db"
    async with start_small(notes) as lantern, open_world(lantern) as world:
        await turn_on(world)
        panel = await turn(world, await join(world), "happened")
        async with locked(lantern, notes):
            result = await write(world, panel, story="i want to kill myself")

        assert world.help_first(kept="care.kept") == texts_in(result.followups[0])


async def test_a_time_zone_is_understood_or_told_why_not_and_comes_back(meeting):
    panel = await turn(meeting, await join(meeting), "talking")
    form = await meeting.noor.click(panel, label=ZONE)
    await meeting.noor.submit_modal(form, {"zone": "Atlantis"})
    again = await meeting.noor.click(panel, label=ZONE)

    assert meeting.says("zone.unknown", text="Atlantis") in texts_in(panel).replace("\\", "")
    assert {"zone": "Atlantis"} == prefilled(again)

    await meeting.noor.submit_modal(again, {"zone": "berlin"})

    assert "Europe/Berlin" == (await profile_of(meeting)).zone
    assert "Europe/Berlin" in texts_in(panel).replace("\\", "")
    assert "Atlantis" not in texts_in(panel)


async def test_hours_need_a_time_zone_and_writing_at_any_time_does_not(meeting):
    panel = await turn(meeting, await join(meeting), "talking")
    await pick(meeting, panel, "hours", "18-22")
    with_hours = texts_in(panel)
    await pick(meeting, panel, "hours", "any")

    assert meeting.says("lacks.zone") in with_hours
    assert meeting.says("lacks.zone") not in texts_in(panel)


async def test_the_preview_shows_the_sentence_and_the_topics_but_never_the_own_words(meeting):
    """Statement 10: not even to oneself; a card has no place for them."""
    panel = await turn(meeting, await fill(meeting, await join(meeting)), "happened")
    await write(meeting, panel)
    shown = (await meeting.noor.click(panel, label=PREVIEW)).followups[0]
    label = (await meeting.lantern.membership.taxonomy(meeting.guild.id))["ghosting"].label

    assert shown.ephemeral
    assert SENTENCE.rstrip(".") in texts_in(shown)
    assert label in texts_in(shown).replace("\\", "")
    assert STORY not in texts_in(shown)
    assert str(meeting.noor.id) not in texts_in(shown)


async def test_what_only_its_author_can_tell_of_a_sentence_is_asked_in_the_preview(meeting):
    panel = await turn(meeting, await join(meeting), "happened")
    await write(meeting, panel, sentence="我希望认识一个也被拒绝过很多次的人")
    shown = (await meeting.noor.click(panel, label=PREVIEW)).followups[0]

    assert meeting.says("card.reread_script") in texts_in(shown)


async def test_an_empty_card_says_so(meeting):
    panel = await join(meeting)
    shown = (await meeting.noor.click(panel, label=PREVIEW)).followups[0]

    assert meeting.says("profile.preview_empty") in texts_in(shown)


async def test_the_preview_says_why_a_sentence_is_not_on_the_card(meeting):
    panel = await turn(meeting, await join(meeting), "happened")
    await write(meeting, panel, sentence="I was at it in 2019.")
    shown = (await meeting.noor.click(panel, label=PREVIEW)).followups[0]

    assert meeting.says("profile.refused") in texts_in(shown)
    assert meeting.says("card.year", text="2019") in texts_in(shown)
    assert "I was at it" not in texts_in(shown)


async def test_who_loses_the_role_while_writing_is_refused_but_keeps_the_text(meeting):
    panel = await turn(meeting, await join(meeting), "happened")
    form = await meeting.noor.click(panel, label=WRITE)
    named = {Capability.MEET: frozenset({meeting.guild.create_role("Members").id})}
    await meeting.lantern.guilds.update(meeting.guild.id, lambda known: replace(known, roles=named))
    result = await meeting.noor.submit_modal(form, {"story": STORY, "sentence": SENTENCE})

    assert meeting.says("error.not_allowed") == texts_in(result.followups[0])
    assert STORY in texts_in(panel)
    assert SENTENCE in texts_in(panel)
    assert "" == (await profile_of(meeting)).story


async def test_every_step_fits_a_message_whatever_was_chosen_and_typed(meeting):
    """At most 40 components and 4,000 characters; every list names what it is about."""
    ari = newcomer(meeting, "ari", days=400)
    panel = await join(meeting, who=ari)
    for step in STEPS:
        await turn(meeting, panel, step, who=ari)
        for part in parts(panel):
            if part.get("custom_id", "").startswith("meet:choose:"):
                values = [option["value"] for option in part["options"]][: part["max_values"]]
                await pick(meeting, panel, part["custom_id"].rsplit(":", 1)[1], *values, who=ari)
    await turn(meeting, panel, "happened", who=ari)
    await write(meeting, panel, story="*" * 2000, sentence="*a " * 66, who=ari)
    await write(meeting, panel, story="`" * 2000, sentence="Ask 1999 at a@b.org or Bob@c.org, Ada Byron" * 4, who=ari)
    for step in STEPS:
        await turn(meeting, panel, step, who=ari)

        assert len(parts(panel)) <= 40
        assert len(texts_in(panel)) <= 4000
        assert texts_in(panel).count("**") >= 2 * sum(part["type"] == 3 for part in parts(panel))


@pytest.mark.parametrize(
    ("choice", "picked"),
    [
        ("roles", ["king"]),
        ("stage", ["9"]),
        ("stage", ["x"]),
        ("languages", ["xx"]),
        ("languages", ["cs"]),
        ("helps", ["money"]),
        ("pace", ["never"]),
        ("hope", ["none"]),
        ("hours", ["0-24"]),
        ("capacity", ["many"]),
        ("capacity", []),
        ("contact", ["phone"]),
        ("ping", ["everybody"]),
        ("again", ["-1"]),
        ("again", ["90", "180"]),
        ("weight", ["1"]),
    ],
)
async def test_a_forged_pick_changes_nothing_and_is_answered(meeting, choice, picked):
    panel = await join(meeting)
    before, picture = await profile_of(meeting), picture_of(meeting, panel)
    act = press_of(f"meet:choose:{choice}", *picked)
    result = await do(meeting, meeting.noor, act, picture)

    assert meeting.says("error.button_old") in said(result)
    assert before == await profile_of(meeting)


async def test_topics_that_are_not_offered_and_places_without_end_are_not_kept(meeting):
    panel = await join(meeting)
    picture = picture_of(meeting, panel)
    await do(meeting, meeting.noor, press_of("meet:choose:topics", "ghosting", "royalty"), picture)
    await do(meeting, meeting.noor, press_of("meet:choose:shown", "ghosting", "royalty"), picture)
    await do(meeting, meeting.noor, press_of("meet:choose:capacity", "999"), picture)
    profile = await profile_of(meeting)

    assert ({"ghosting"}, frozenset()) == (profile.setbacks, profile.shown)
    assert profile.capacity <= 5


async def test_a_forged_form_longer_than_any_is_refused_with_the_reasons(meeting):
    picture = picture_of(meeting, await join(meeting))
    form = form_of("meet:words_save", story="y" * 4000, sentence="z" * 900)
    result = await do(meeting, meeting.noor, form, picture)

    assert meeting.says("card.long", length=900, most=200) in "".join(said(result))
    assert ("", "") == ((await profile_of(meeting)).story, (await profile_of(meeting)).sentence)


async def test_somebody_elses_panel_changes_only_ones_own_profile(meeting):
    theirs = picture_of(meeting, await take_part(meeting))
    await join(meeting, who=meeting.sam)
    await do(meeting, meeting.sam, press_of("meet:choose:roles", "seeker"), theirs)

    assert {"peer"} == (await profile_of(meeting)).roles
    assert {"seeker"} == (await profile_of(meeting, meeting.sam)).roles


async def test_more_stories_than_anybody_tells_are_refused_and_given_back(meeting):
    panel = await turn(meeting, await join(meeting), "happened")
    for number in range(30):
        result = await write(meeting, panel, story=f"Story number {number}.")
        if result.followups:
            break

    assert meeting.says("peers.too_often") == texts_in(result.followups[-1])
    assert f"Story number {number}." == prefilled(await meeting.noor.click(panel, label=AGAIN))["story"]
    assert f"Story number {number - 1}." == (await profile_of(meeting)).story


async def test_in_direct_messages_there_is_a_clear_sentence(meeting):
    noor = meeting.noor.user
    picture = picture_of(meeting, (await noor.slash("ask", question="worried about letters")).response)
    result = await do(meeting, noor, press_of("meet:step:you"), picture)

    assert [meeting.says("error.not_here")] == said(result)[-1:]
    assert not any("peers" in name for name in noor.available_commands())


async def test_a_topic_of_the_servers_own_can_be_chosen(meeting):
    made = await meeting.lantern.membership.add_setback(meeting.guild.id, "A lab that closed", is_sensitive=False)
    panel = await turn(meeting, await join(meeting), "happened")
    await pick(meeting, panel, "topics", made.id)

    assert {made.id} == (await profile_of(meeting)).setbacks


async def test_the_form_says_what_nobody_will_see(meeting):
    panel = await turn(meeting, await join(meeting), "happened")
    form = await meeting.noor.click(panel, label=WRITE)
    hints = [part["description"] for part in form.modal["components"]]

    assert [meeting.says("profile.story_hint"), meeting.says("profile.sentence_hint")] == hints
    assert all(len(hint) <= 100 for hint in hints)
    assert form.modal["components"][0]["component"]["style"] == discord.TextStyle.paragraph.value
