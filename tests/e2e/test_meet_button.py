"""From an answer to meeting somebody: the button is there where it helps, and what led to it goes along."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.models import EntryId, GuildId
from bot.core.moderation import Capability
from support.acts import do, picture_of, press_of, said
from support.edits import edit
from support.joining import (
    STORY,
    WRITE,
    agree,
    fill,
    join,
    member_of,
    options_in,
    pick,
    prefilled,
    profile_of,
    turn,
    turn_on,
    write,
)
from support.small import ANSWERED, OFFERED, UNKNOWN
from support.worlds import buttons_in, open_world, parts, texts_in

MEET = "Meet someone who has been through this"


@pytest.fixture
async def meeting(small_world):
    """A server on which introductions are on, and letters are something that people lived through."""
    await turn_on(small_world)
    await live_through(small_world, "letters", "ghosting", "no-letters", "limited-energy")
    return small_world


async def live_through(world, entry, *setbacks):
    """Mark an entry as lived experience with setbacks."""
    guild, library = GuildId(world.guild.id), world.lantern.library
    known = (await library.shelf(guild)).entry(EntryId(entry))
    await edit(library, guild, known.id, replace(known, lived_experience=True, setbacks=setbacks))


async def press(world, answer, *, who=None):
    """Press the button, and return what it opens."""
    return (await (who or world.noor).click(answer, label=MEET)).followups[0]


async def test_it_is_on_lived_experience_and_on_what_has_no_answer_and_nowhere_else(meeting):
    lived, unknown = await meeting.ask(ANSWERED), await meeting.ask(UNKNOWN)
    offered = await meeting.ask(OFFERED)
    await meeting.noor.click(offered, label="What should one know about visas?")

    assert MEET in buttons_in(lived)
    assert MEET in buttons_in(unknown)
    assert MEET not in buttons_in(offered)


async def test_it_is_not_there_where_introductions_are_off(small_world):
    await live_through(small_world, "letters", "ghosting")

    assert MEET not in buttons_in(await small_world.ask(ANSWERED))
    assert MEET not in buttons_in(await small_world.ask(UNKNOWN))


async def test_it_is_never_on_what_others_see(meeting):
    public = await meeting.ask(ANSWERED, visibility="public")
    private = await meeting.ask(ANSWERED)
    await meeting.noor.click(private, label="Share here")

    assert all(MEET not in buttons_in(message) for message in [public, *meeting.public_messages()])
    assert 2 == len(meeting.public_messages())


async def test_it_is_not_in_direct_messages(meeting):
    result = await meeting.noor.user.slash("ask", question=UNKNOWN)

    assert MEET not in buttons_in(result.response)


async def test_it_is_not_there_for_who_may_not_meet_others(meeting):
    named = {Capability.MEET: frozenset({meeting.guild.create_role("Members").id})}
    await meeting.lantern.guilds.update(meeting.guild.id, lambda known: replace(known, roles=named))

    assert MEET not in buttons_in(await meeting.ask(UNKNOWN))


async def test_whoever_writes_of_a_crisis_is_not_sent_to_another_person(meeting):
    result = await meeting.noor.slash(meeting.channel, "ask", question="I want to kill myself")

    assert meeting.help_first() == texts_in(result.response)
    assert all(MEET not in buttons_in(message) for message in (result.response, *result.followups))


async def test_it_stays_through_the_other_buttons_of_the_answer(meeting):
    answer = await meeting.ask(ANSWERED)
    await meeting.noor.click(answer, label="Share here")
    shared = MEET in buttons_in(answer)
    await meeting.noor.click(answer, label="Not what I meant")
    await meeting.noor.click(answer, label="None of these")

    assert shared
    assert MEET in buttons_in(answer)


async def test_from_an_answer_its_setbacks_are_chosen_but_health_and_money_are_not(meeting):
    consent = await press(meeting, await meeting.ask(ANSWERED))
    nobody = await member_of(meeting)
    panel = await agree(meeting, consent)

    assert consent.ephemeral
    assert nobody is None
    assert {"ghosting", "no-letters"} == set(options_in(panel, "topics")[1])
    assert {"ghosting", "no-letters"} == (await profile_of(meeting)).setbacks
    assert "I chose for you" in texts_in(panel)


async def test_what_was_chosen_for_somebody_can_be_taken_out_again(meeting):
    panel = await agree(meeting, await press(meeting, await meeting.ask(ANSWERED)))
    await pick(meeting, panel, "topics", "isolation")

    assert {"isolation"} == (await profile_of(meeting)).setbacks


async def test_a_question_without_an_answer_is_a_first_draft_that_is_stored_only_once_it_is_saved(meeting):
    question = "the moon landing *was* `hard`"
    consent = await press(meeting, await meeting.ask(question))
    shown = texts_in(consent)
    panel = await agree(meeting, consent)
    unsaved = (await profile_of(meeting)).story
    await fill(meeting, panel)
    await turn(meeting, panel, "happened")
    form = await meeting.noor.click(panel, label=WRITE)
    held = prefilled(form)
    await meeting.noor.submit_modal(form, {"story": f"{held['story']}, and cold", "sentence": ""})

    assert "" == unsaved
    assert question in shown
    assert question == held["story"]
    assert f"{question}, and cold" == (await profile_of(meeting)).story
    assert "not saved yet" not in texts_in(panel)


async def test_a_draft_outlives_a_restart(start_small, tmp_path):
    notes = tmp_path / "notes.db"
    async with start_small(notes) as before, open_world(before) as world:
        await turn_on(world)
        consent = await press(world, await world.ask(UNKNOWN))
        async with start_small(notes) as after:
            await world.restart(after)
            panel = await turn(world, await agree(world, consent), "happened")
            form = await world.noor.click(panel, label=WRITE)

    assert UNKNOWN == prefilled(form)["story"]


async def test_who_is_in_already_gets_their_profile_and_keeps_their_own_words(meeting):
    panel = await turn(meeting, await join(meeting), "happened")
    await write(meeting, panel)
    await pick(meeting, panel, "topics", "isolation")
    opened = await press(meeting, await meeting.ask(ANSWERED))
    again = await turn(meeting, await press(meeting, await meeting.ask(UNKNOWN)), "happened")
    form = await meeting.noor.click(again, label=WRITE)

    assert {"isolation", "ghosting", "no-letters"} == set(options_in(opened, "topics")[1])
    assert STORY == prefilled(form)["story"]
    assert UNKNOWN not in texts_in(again)


async def test_somebody_elses_message_is_no_draft_of_ones_own_words(meeting):
    message = await meeting.noor.send(meeting.channel, UNKNOWN)
    answer = await meeting.menu(message)
    consent = await press(meeting, answer, who=meeting.sam)

    assert MEET in buttons_in(answer)
    assert UNKNOWN not in texts_in(consent)


async def test_an_entry_that_is_gone_or_none_leads_to_the_same_flow(meeting):
    answer = await meeting.ask(ANSWERED)
    picture = picture_of(meeting, answer)
    await edit(meeting.lantern.library, GuildId(meeting.guild.id), EntryId("letters"), None)
    consent = await press(meeting, answer)
    forged = await do(meeting, meeting.sam, press_of("meet:from:../../etc"), picture)
    panel = await agree(meeting, consent)

    assert frozenset() == (await profile_of(meeting)).setbacks
    assert meeting.says("profile.you") in buttons_in(panel)
    assert meeting.says("join.text") in said(forged)[-1]


async def test_where_introductions_were_turned_off_meanwhile_the_button_says_so(meeting):
    answer = await meeting.ask(ANSWERED)
    await turn_on(meeting, is_on=False)

    assert meeting.says("peers.off") == texts_in(await press(meeting, answer))


async def test_the_fullest_answer_with_the_button_fits_a_message(meeting):
    """At most 40 components, five buttons in a row, and ids that are unique in the message."""
    message = await meeting.noor.send(meeting.channel, ANSWERED)
    answer = await meeting.menu(message)
    rows = [part for part in parts(answer) if part["type"] == 1]
    ids = [part["custom_id"] for part in parts(answer) if "custom_id" in part]

    assert MEET in buttons_in(answer)
    assert len(parts(answer)) <= 40
    assert all(len(row["components"]) <= 5 for row in rows)
    assert len(ids) == len(set(ids))
