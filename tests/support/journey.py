"""Everything that can happen between people who meet, one thing after the other, as they and moderators do it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.core.peers import Contact, Ping
from support.meeting import NO, NOT_YET, STOP, WRONG, YES
from support.worlds import buttons_in

REPORTED = "They wrote heliotrope things."
"""What the reporter writes; moderators alone may read it."""


def story_of(member) -> str:
    """Return what nobody but this member has told."""
    return f"My supervisor praised the quagga{member.id % 997} and never wrote again."


async def live_through(meeting, *pings, contact=Contact.EITHER) -> None:
    """Let Noor, Sam and Ines meet in every way there is, a moderator decide, and all of them leave.

    `pings`: how each of the three chose to be told; without it they are not.
    """
    noor, sam, ines = people = meeting.world.noor, meeting.world.sam, meeting.world.ines
    for member, ping in zip(people, pings or [Ping.NONE] * 3, strict=True):
        await meeting.opt_in(member, ping=ping, contact=contact, story=story_of(member))
    await _hold_a_round(meeting, people)
    await meeting.offer(sam, ines)  # one says yes, the other nothing
    await meeting.press(sam, YES)
    for hours in (50, 80):
        await meeting.tick(hours=hours)
        await _look(meeting, sam, ines)
    await meeting.reveal(noor, sam)
    for days, said in ((4, "We are writing"), (15, NOT_YET)):
        await meeting.tick(days=days)
        for member in (noor, sam):
            await meeting.press(member, said)
    asked = await meeting.press(noor, WRONG)
    await noor.submit_modal(asked, {"reason": ["pressure"], "text": REPORTED})
    await meeting.reveal(noor, ines)
    await meeting.tick(days=4)
    await meeting.press(ines, STOP)
    await meeting.tick()
    await _moderate(meeting)
    await _look(meeting, *people)
    for member in people:
        await member.slash(meeting.world.channel, "peers report")
        card = (await member.slash(meeting.world.channel, "peers leave")).response
        await member.click(card, label="Leave and delete")
    await meeting.tick(days=40)
    assert [] == await meeting.world.lantern.membership.members(meeting.guild)


async def _hold_a_round(meeting, people) -> None:
    """Let a round be announced and held; who is offered somebody declines."""
    rounds, clock = meeting.world.lantern.rounds, meeting.world.client.clock
    settings = (await meeting.world.lantern.guilds.settings(meeting.guild)).peers
    at = rounds.next_at(settings, datetime.now(UTC) + timedelta(days=2))
    await clock.run_due(at - timedelta(hours=24))
    await clock.run_due(at)
    await _look(meeting, *people)
    for member in people:
        shown = await meeting.inbox(member)
        if YES in buttons_in(shown):
            await member.click(shown, label=NO)


async def _moderate(meeting) -> None:
    """Let Mika look at everything there is to look at, and take out who is reported."""
    world = meeting.world
    for command in ("matching round", "matching shortages", "matching topics"):
        await world.mika.slash(world.channel, command)
    shown = (await world.mika.slash(world.channel, "matching reports")).response
    for _ in range(2):  # once to choose, once to confirm
        await world.mika.click(shown, label="Remove from matching")
    await meeting.tick()


async def _look(meeting, *members) -> None:
    """Let people open their inboxes and ask how it stands."""
    for member in members:
        await meeting.inbox(member)
        await member.slash(meeting.world.channel, "peers status")
