"""What one side can see never tells what the other did, nor who they are, before both agreed."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from bot.core.matching import Kind
from bot.core.models import UserId
from bot.core.peers import Ping, Role, Stage
from support.meeting import END, NO, SECRET, WRONG, YES, Meeting, leaks, payloads, seen, traces_of
from support.worlds import buttons_in, texts_in

MOMENTS = ({}, {"hours": 49}, {"hours": 71}, {"hours": 73}, {"hours": 74})
"""Right after it happened, at the reminder, shortly before and after the outcome is told."""


def newcomer(world, name):
    """Return a member with a name, a display name and an avatar that no sentence of ours holds."""
    user = world.env.create_user(f"{name}quux", global_name=f"Dr {name.title()}wort", avatar=f"a_{name}0badc0de")
    return world.guild.add_member(user)


@pytest.fixture
async def meeting(small_world):
    return await Meeting(small_world).turn_on()


async def declines(meeting, member):
    await meeting.press(member, NO)


async def is_silent(_meeting, _member):
    """Do nothing."""


async def pauses(meeting, member):
    await meeting.world.lantern.membership.pause(meeting.guild, UserId(member.id), None, datetime.now(UTC))


async def leaves(meeting, member):
    await meeting.world.lantern.membership.leave(meeting.guild, UserId(member.id), datetime.now(UTC))


async def reports(meeting, member):
    asked = await meeting.press(member, WRONG)
    await member.submit_modal(asked, {"reason": ["pressure"], "text": "They wrote odd things."})


async def takes_it_back(meeting, member):
    await meeting.press(member, YES)
    await meeting.press(member, NO)


async def leaves_the_server(meeting, member):
    meeting.world.env.backend.remove_member(meeting.guild, member.id)
    await meeting.world.env.settle()


CAUSES = (declines, is_silent, pauses, leaves, reports, takes_it_back, leaves_the_server)


class TestWhatCameOfAnOffer:
    @pytest.mark.parametrize("said_yes", [True, False])
    async def test_looks_the_same_to_the_other_whatever_the_cause(self, meeting, said_yes):
        """Statement 11: byte for byte, at every moment, in the inbox and in what they are sent; a block too."""
        now, world = datetime.now(UTC), meeting.world
        pairs = [(newcomer(world, f"left{n}"), newcomer(world, f"right{n}")) for n in range(len(CAUSES) + 1)]
        for pair in pairs:
            await meeting.opt_in(*pair, ping=Ping.DIRECT)
        made = [await meeting.offer(*pair, now=now) for pair in pairs]
        for left, _ in pairs:
            if said_yes:
                await meeting.press(left, YES)
        for (_, right), cause in zip(pairs, CAUSES, strict=False):
            await cause(meeting, right)
        left, right = pairs[-1]
        await world.lantern.membership.block(meeting.guild, UserId(right.id), UserId(left.id), now)
        for moment in MOMENTS:
            await meeting.tick(**moment)
            every = [await seen(meeting, left, one) for (left, _), one in zip(pairs, made, strict=True)]

            assert every == [every[0]] * len(pairs), moment

    async def test_is_told_in_the_same_hour_as_names_are(self, meeting):
        """The moment says nothing: everything is told at full steps."""
        first, second = newcomer(meeting.world, "first"), newcomer(meeting.world, "second")
        await meeting.opt_in(first, second)
        offer = await meeting.offer(first, second)
        await meeting.press(first, YES)
        await meeting.press(second, YES)
        await meeting.tick(hours=1)
        inbox = await meeting.world.lantern.introductions.inbox(meeting.guild, UserId(first.id), datetime.now(UTC))

        assert (0, 0) == (inbox.letters[-1].at.minute, inbox.letters[-1].at.second)
        assert (0, 0) == (offer.told_at.minute, offer.told_at.second)

    async def test_an_answer_is_confirmed_alike_after_the_other_ended_it(self, meeting):
        """Somebody who answers an offer that came to nothing learns no more than anybody who answers."""
        now, answers = datetime.now(UTC), []
        for number, cause in enumerate(CAUSES):
            left, right = newcomer(meeting.world, f"left{number}"), newcomer(meeting.world, f"right{number}")
            await meeting.opt_in(left, right)
            await meeting.offer(left, right, now=now)
            await cause(meeting, right)
            result = await meeting.press(left, YES)
            answers.append((texts_in(result.response), list(buttons_in(result.response)), len(result.followups)))

        assert [answers[0]] * len(CAUSES) == answers


class TestWhoTheyAre:
    async def test_nothing_that_is_sent_before_both_agreed_leads_to_the_other(self, meeting, caplog):
        """Statement 9: every payload, with its path and custom ids, at every step until the names are told."""
        world = meeting.world
        everybody = first, second, seeker, mentor = [
            newcomer(world, name) for name in ("first", "second", "seeker", "mentor")
        ]
        await meeting.opt_in(first, second, ping=Ping.DIRECT)
        await meeting.opt_in(seeker, roles=frozenset({Role.SEEKER}), ping=Ping.DIRECT)
        await meeting.opt_in(mentor, roles=frozenset({Role.MENTOR}), stage=Stage.EARLY, ping=Ping.DIRECT)
        await meeting.offer(first, second)
        await meeting.offer(seeker, mentor, Kind.MENTOR)
        await meeting.tick()
        for member in everybody:
            await meeting.inbox(member)
        await meeting.tick(hours=49)  # reminders
        for member in everybody:
            await member.slash(world.channel, "peers report")
        asked = await second.click(await meeting.inbox(second), label=WRONG)
        await meeting.press(second, YES)
        await meeting.press(mentor, NO)
        await meeting.tick(hours=73)  # both came to nothing
        for member in everybody:
            await meeting.inbox(member)

        assert asked.modal is not None
        assert len(payloads(world)) > 20
        assert [] == leaks(world, everybody)
        assert not [trace for member in everybody for trace in traces_of(member) if trace in caplog.text]

    async def test_the_scan_finds_names_once_they_are_told_and_never_a_story(self, meeting):
        """Statement 10: the story is sent to nobody else, ever."""
        first, second = newcomer(meeting.world, "first"), newcomer(meeting.world, "second")
        await meeting.opt_in(first, second)
        await meeting.reveal(first, second)
        before = leaks(meeting.world, (first, second))
        await meeting.inbox(first)
        await meeting.inbox(second)
        after = leaks(meeting.world, (first, second))

        assert [] == before
        assert {(first.id, str(second.id)), (second.id, str(first.id))} <= set(after)
        assert SECRET not in str(payloads(meeting.world))

    async def test_who_ended_it_is_in_nothing_the_other_reads_afterwards(self, meeting):
        first, second = newcomer(meeting.world, "first"), newcomer(meeting.world, "second")
        await meeting.opt_in(first, second)
        await meeting.reveal(first, second)
        card = (await meeting.press(first, END)).response
        await first.click(card, label=END)
        shown = texts_in(await meeting.inbox(second))

        assert meeting.world.says("introduction.ended") in shown
        assert not [trace for trace in traces_of(first) if trace in shown]


async def test_the_ping_is_the_same_for_every_cause(meeting):
    """An offer, a reminder, names, a check-in, an end: one sentence."""
    first, second = newcomer(meeting.world, "first"), newcomer(meeting.world, "second")
    await meeting.opt_in(first, second, ping=Ping.DIRECT)
    await meeting.offer(first, second)
    steps = ({}, {"hours": 49}, {"hours": 50}, {"days": 6}, {"days": 18}, {"days": 40})
    for number, step in enumerate(steps):
        await meeting.tick(**step)
        shown = await meeting.inbox(first)
        if number == 1:
            await first.click(shown, label=YES)
            await meeting.press(second, YES)
    sent = [texts_in(message) for message in first.user.dm_channel.history()]

    assert len(sent) >= 4
    assert {meeting.world.says("inbox.ping")} == set(sent)


async def test_people_waiting_hear_in_the_same_hour_as_those_who_are_introduced(meeting):
    """Statement 25: with the next date, and no number in a queue."""
    world = meeting.world
    three = [newcomer(world, name) for name in ("first", "second", "third")]
    await meeting.opt_in(*three)
    now = datetime.now(UTC).replace(microsecond=0)
    await world.lantern.rounds.run(meeting.guild, now)
    inboxes = [await world.lantern.introductions.inbox(meeting.guild, UserId(member.id), now) for member in three]
    letters = {member: inbox.letters for member, inbox in zip(three, inboxes, strict=True)}
    without = [member for member in three if "round.unmatched" in {one.text_key for one in letters[member]}]
    (left,) = without
    shown = texts_in(await meeting.inbox(left))

    assert {now} == {one.at for every in letters.values() for one in every}
    assert "<t:" in shown
    assert not re.search(r"\d", re.sub("<t:.*?>", "", shown))
