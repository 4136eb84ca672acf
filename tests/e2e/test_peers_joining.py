"""Opting in: nothing is stored before somebody agreed; and pausing, leaving, keeping apart."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.core.models import GuildId
from bot.core.moderation import Capability
from bot.core.peers import MemberState
from support.acts import do, form_of, picture_of, press_of, said
from support.joining import (
    AGREE,
    agree,
    fill,
    join,
    member_of,
    peers,
    pick,
    say_age,
    take_part,
    turn_on,
)
from support.notes import locked, read_only
from support.worlds import buttons_in, open_world, parts, selects_in, texts_in

FAULTS = {"error.storage_busy": locked, "error.storage_read_only": read_only}


@pytest.fixture
async def meeting(small_world):
    """A server on which introductions are on."""
    await turn_on(small_world)
    return small_world


def words_of(message):
    """Return how many words a message shows, those of its lists and buttons too."""
    shown = [texts_in(message), *buttons_in(message)]
    for select in selects_in(message):
        shown += [select["placeholder"], *(option["label"] for option in select["options"])]
    return len(re.findall(r"\w+(?:['/-]\w+)*", "\n".join(shown)))


async def test_the_consent_says_all_that_matters_in_at_most_120_words_before_its_button_works(meeting):
    """Statement 5: what is stored, who sees what and when, how long, and how to delete."""
    consent = await peers(meeting, "join")

    assert consent.ephemeral
    assert words_of(consent) <= 120
    assert all(word in texts_in(consent) for word in ("Stored", "Seen", "Kept", "Deleted", "/peers leave", "bot"))
    assert buttons_in(consent)[AGREE]["disabled"]
    assert await member_of(meeting) is None

    await say_age(meeting, consent)

    assert not buttons_in(consent)[AGREE]["disabled"]
    assert words_of(consent) <= 120
    assert await member_of(meeting) is None


@pytest.mark.parametrize(("age", "key"), [("minor", "join.for_minors"), ("unsaid", "join.for_unsaid")])
async def test_who_is_no_adult_or_does_not_say_gets_words_and_is_stored_nowhere(meeting, age, key):
    consent = await peers(meeting, "join")
    await say_age(meeting, consent, age)

    assert meeting.says(key) in texts_in(consent)
    assert "findahelpline.com" in texts_in(consent)
    assert {} == buttons_in(consent)
    assert await member_of(meeting) is None


async def test_who_agrees_is_unfinished_and_in_nothing_until_they_start(meeting):
    panel = await fill(meeting, await join(meeting))

    assert (await member_of(meeting)).state is MemberState.UNFINISHED
    assert [] == await meeting.lantern.membership.members(GuildId(meeting.guild.id))

    await meeting.noor.click(panel, label="Start")

    assert (await member_of(meeting)).state is MemberState.ACTIVE
    assert meeting.says("status.started") in texts_in(panel)
    assert re.search(r"<t:\d+:f>", texts_in(panel))
    assert meeting.says("wait.unknown") in texts_in(panel)


async def test_nothing_but_joining_opts_anybody_in(meeting):
    """Statement 2: neither joining the server, nor a role, nor being named, nor asking, nor blocking."""
    helpers = meeting.guild.create_role("Helpers")
    olu = meeting.guild.add_member(meeting.env.create_user("olu"), roles=[helpers])
    await meeting.noor.send(meeting.channel, f"Welcome <@{olu.id}>")
    await meeting.ask("worried about letters", who=olu)
    await peers(meeting, "block", person=olu)
    for command in ("edit", "status", "pause", "resume", "now", "leave", "inbox"):
        await peers(meeting, command, who=olu)

    assert await member_of(meeting, olu) is None
    assert await member_of(meeting, meeting.noor) is None


@pytest.mark.parametrize("command", ["edit", "status", "pause", "resume", "now"])
async def test_who_did_not_opt_in_is_told_how(meeting, command):
    assert meeting.says("error.not_member") == texts_in(await peers(meeting, command))


async def test_joining_twice_keeps_the_profile(meeting):
    panel = await join(meeting)
    await pick(meeting, panel, "roles", "peer", "seeker")
    again = await peers(meeting, "join")

    assert meeting.says("join.is_in") in texts_in(again)
    assert {"peer", "seeker"} == (await member_of(meeting)).profile.roles


async def test_agreeing_twice_keeps_the_profile(meeting):
    first, second = await peers(meeting, "join"), await peers(meeting, "join")
    await agree(meeting, first)
    await pick(meeting, first, "roles", "peer")
    await agree(meeting, second)

    assert {"peer"} == (await member_of(meeting)).profile.roles


async def test_where_introductions_are_off_that_is_said_and_nobody_joins(small_world):
    for command in ("join", "edit", "resume", "now"):
        assert small_world.says("peers.off") == texts_in(await peers(small_world, command))
    assert await member_of(small_world) is None


async def test_where_they_are_turned_off_meanwhile_nothing_is_stored_and_leaving_still_works(meeting):
    consent, panel = await peers(meeting, "join"), await join(meeting, who=meeting.sam)
    await turn_on(meeting, is_on=False)
    refused = await say_age(meeting, consent)
    late = await pick(meeting, panel, "roles", "peer", who=meeting.sam)

    assert [meeting.says("peers.off")] * 2 == [texts_in(each.followups[0]) for each in (refused, late)]
    assert frozenset() == (await member_of(meeting, meeting.sam)).profile.roles
    assert meeting.says("peers.off") in texts_in(await peers(meeting, "status", who=meeting.sam))

    left = await peers(meeting, "leave", who=meeting.sam)
    await meeting.sam.click(left, label="Leave and delete")

    assert await member_of(meeting, meeting.sam) is None


async def test_forged_ids_and_ages_store_nothing(meeting):
    picture = picture_of(meeting, await peers(meeting, "join"))
    for act in (
        press_of("meet:age:-", "grown-up"),
        press_of("meet:age:-"),
        press_of("meet:agree"),
        press_of("meet:choose:roles", "peer"),
        press_of("meet:start"),
        press_of("meet:step:you"),
        press_of("meet:words"),
        press_of("meet:preview"),
        form_of("meet:words_save", story="x", sentence="y"),
    ):
        assert said(await do(meeting, meeting.noor, act, picture)), act.name
    assert await member_of(meeting) is None


async def test_what_somebody_presses_on_a_message_others_see_is_answered_privately(meeting):
    """A forged press must not put a profile into the channel."""
    await take_part(meeting)
    public = await meeting.ask("worried about letters", who=meeting.sam, visibility="public")
    before, picture = texts_in(public), picture_of(meeting, public)
    for act in (press_of("meet:step:you"), press_of("meet:choose:roles", "peer"), press_of("meet:leave")):
        result = await do(meeting, meeting.noor, act, picture)

        assert all(each.ephemeral for each in result.followups)
        assert result.followups
    assert before == texts_in(public)
    assert [public.id] == [message.id for message in meeting.public_messages()]


async def test_everything_goes_on_after_a_restart_at_any_step(start_small, tmp_path):
    notes = tmp_path / "notes.db"
    async with start_small(notes) as before, open_world(before) as world:
        await turn_on(world)
        panel = await peers(world, "join")

        async def restart():
            async with start_small(notes) as after:
                await world.restart(after)
                yield

        for step in (say_age, _agree_only, fill, _start_only):
            async for _ in restart():
                await step(world, panel)
        async with start_small(notes) as after:
            await world.restart(after)

            assert (await member_of(world)).state is MemberState.ACTIVE


async def _agree_only(world, panel):
    await world.noor.click(panel, label=AGREE)


async def _start_only(world, panel):
    await world.noor.click(panel, label="Start")


@pytest.mark.parametrize("key", FAULTS)
async def test_where_nothing_can_be_written_who_agrees_is_told_and_can_agree_again(start_small, tmp_path, key):
    notes = tmp_path / "notes.db"
    async with start_small(notes) as lantern, open_world(lantern) as world:
        await turn_on(world)
        consent = await peers(world, "join")
        await say_age(world, consent)
        async with FAULTS[key](lantern, notes):
            refused = await world.noor.click(consent, label=AGREE)
        nobody = await member_of(world)
        await world.noor.click(consent, label=AGREE)

        assert world.says(key) == texts_in(refused.followups[0])
        assert nobody is None
        assert await member_of(world) is not None


async def test_pausing_stops_everything_and_resuming_goes_on(meeting):
    await take_part(meeting)
    paused = await peers(meeting, "pause")

    assert meeting.says("status.paused_now") == texts_in(paused)
    assert (MemberState.PAUSED, None) == ((await member_of(meeting)).state, (await member_of(meeting)).resumes_at)
    assert meeting.says("status.paused") in texts_in(await peers(meeting, "status"))
    assert meeting.says("status.not_active") == texts_in(await peers(meeting, "now"))

    resumed = await peers(meeting, "resume")

    assert meeting.says("status.started") in texts_in(resumed)
    assert (await member_of(meeting)).state is MemberState.ACTIVE


async def test_a_pause_has_an_end_where_one_was_chosen(meeting):
    """Statement 3 for its part in Discord: the end is told, and stored."""
    await take_part(meeting)
    paused = await peers(meeting, "pause", **{"how-long": 14})
    until = (await member_of(meeting)).resumes_at

    assert f"<t:{int(until.timestamp())}:f>" in texts_in(paused)
    assert f"<t:{int(until.timestamp())}:f>" in texts_in(await peers(meeting, "status"))
    assert 14 == round((until - (await member_of(meeting)).active_at).total_seconds() / 86400)


async def test_resuming_an_unfinished_profile_shows_what_is_missing(meeting):
    await join(meeting)
    await peers(meeting, "pause")

    assert meeting.says("lacks.roles") in texts_in(await peers(meeting, "resume"))


async def test_leaving_is_asked_once_says_what_stays_and_deletes(meeting):
    await take_part(meeting)
    asked = await peers(meeting, "leave")

    assert await member_of(meeting) is not None
    assert "Deleted at once" in texts_in(asked)
    assert "What stays" in texts_in(asked)

    await meeting.noor.click(asked, label="Leave and delete")

    assert meeting.says("status.left") == texts_in(asked)
    assert await member_of(meeting) is None


async def test_leaving_twice_says_that_there_was_nothing(meeting):
    await take_part(meeting)
    first, second = await peers(meeting, "leave"), await peers(meeting, "leave")
    await meeting.noor.click(first, label="Leave and delete")
    await meeting.noor.click(second, label="Leave and delete")

    assert meeting.says("status.was_not_in") == texts_in(second)


async def test_a_block_is_kept_counted_and_taken_back_and_names_nobody(meeting):
    await take_part(meeting)
    blocked = await peers(meeting, "block", person=meeting.sam)
    status = texts_in(await peers(meeting, "status"))
    taken_back = await peers(meeting, "unblock", person=meeting.sam)
    again = await peers(meeting, "unblock", person=meeting.sam)

    assert meeting.says("status.blocked") == texts_in(blocked)
    assert meeting.says("status.blocks", people=1) in status
    assert meeting.says("status.unblocked") == texts_in(taken_back)
    assert meeting.says("status.was_not_blocked") == texts_in(again)
    assert not any(str(meeting.sam.id) in str(body) for _, _, body in meeting.sent())


async def test_nobody_blocks_themselves(meeting):
    await take_part(meeting)

    assert meeting.says("status.not_yourself") == texts_in(await peers(meeting, "block", person=meeting.noor))
    assert "kept apart" not in texts_in(await peers(meeting, "status"))


async def test_the_status_says_when_the_next_round_is_and_what_is_known_of_waiting(meeting):
    await take_part(meeting)
    shown = texts_in(await peers(meeting, "status"))

    assert meeting.says("status.active") in shown
    assert re.search(r"Next round:\*\* <t:\d+:f>", shown)
    assert meeting.says("wait.unknown") in shown
    assert meeting.says("status.first") in shown


async def test_the_status_says_what_stood_in_the_way_and_how_to_loosen_it(meeting):
    """Statement 24 where somebody asks."""
    await take_part(meeting)
    await meeting.lantern.rounds.run(GuildId(meeting.guild.id), datetime.now(UTC))
    shown = texts_in(await peers(meeting, "status"))

    assert meeting.says("obstacle.nobody") in shown
    assert meeting.says("status.waited", rounds=1) in shown


async def test_the_status_of_an_unfinished_profile_says_what_is_missing(meeting):
    await join(meeting)
    shown = texts_in(await peers(meeting, "status"))

    assert meeting.says("status.unfinished") in shown
    assert meeting.says("lacks.languages") in shown


async def test_asking_between_rounds_tells_the_next_date_where_nobody_can_be_spared(meeting):
    await take_part(meeting)
    shown = texts_in(await peers(meeting, "now"))

    assert re.search(r"The next round is <t:\d+:f>", shown)


async def test_nothing_here_ranks_counts_or_announces_anybody(meeting):
    """Statement 61: whoever joins, pauses and leaves, nobody else sees a word of it."""
    await take_part(meeting)
    await peers(meeting, "pause")
    await peers(meeting, "resume")
    await peers(meeting, "status")
    left = await peers(meeting, "leave")
    await meeting.noor.click(left, label="Leave and delete")

    assert left.ephemeral
    assert [] == meeting.public_messages()


async def test_no_list_of_who_opted_in_is_behind_any_command(meeting):
    """Statement 61: what one member is shown does not depend on how many others take part."""
    await take_part(meeting)
    before = texts_in(await peers(meeting, "status"))
    for number in range(3):
        await take_part(meeting, who=meeting.guild.add_member(meeting.env.create_user(f"other{number}")))

    assert before == texts_in(await peers(meeting, "status"))


async def test_whoever_lost_the_role_is_refused_at_the_next_press(meeting):
    consent = await peers(meeting, "join")
    chiefs = meeting.guild.create_role("Chiefs")
    named = {Capability.MEET: frozenset({chiefs.id})}
    await meeting.lantern.guilds.update(meeting.guild.id, lambda known: replace(known, roles=named))
    refused = await say_age(meeting, consent)

    assert meeting.says("error.not_allowed") == texts_in(refused.followups[0])
    assert any(part.get("label") == AGREE and part["disabled"] for part in parts(consent))
