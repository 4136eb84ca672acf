"""Servers are apart, and whoever looks after one sees counts and reports, never stories."""

from __future__ import annotations

from datetime import UTC, datetime

import discord
import pytest

from bot.core.models import GuildId, UserId
from bot.peers.profiles import Account
from support.acts import COMMAND, acts_of, do, picture_of
from support.meeting import AGO, SECRET, Meeting, payloads
from support.peers import make_profile
from support.small import ANSWERED


@pytest.fixture
async def meeting(small_world):
    """A server on which Noor and Sam opted in."""
    started = await Meeting(small_world).turn_on()
    await started.opt_in(small_world.noor, small_world.sam)
    return started


async def test_nobody_is_a_candidate_on_another_server_than_they_opted_in_on(meeting):
    """Statement 54: there is no matching across servers at all, so nothing to tick."""
    membership, now = meeting.lantern.membership, datetime.now(UTC)
    elsewhere, ines = GuildId(meeting.guild + 1), UserId(meeting.world.ines.id)
    await membership.join(elsewhere, ines, is_adult=True, now=now)
    account = Account(now - AGO, now - AGO)
    await membership.change(elsewhere, ines, lambda _: make_profile(), now=now, account=account)
    await membership.finish(elsewhere, ines, now)
    here, there = [await membership.candidates(each, now) for each in (meeting.guild, elsewhere)]

    assert {one.id for one in here} == {str(meeting.world.noor.id), str(meeting.world.sam.id)}
    assert {one.id for one in there} == {str(ines)}


async def test_nothing_that_staff_can_do_shows_a_story_or_who_opted_in(meeting):
    """Statement 60: every command of those who moderate and administer, with stories there."""
    world = meeting.world
    chief = world.guild.add_member(world.env.create_user("chief"), roles=[_administrators(world)])
    picture = picture_of(world, await world.ask(ANSWERED, visibility="public"))
    for act in acts_of(world.client):
        if act.kind is COMMAND and not act.name.startswith("peers"):
            await do(world, chief, act, picture)
    seen = [text for reader, text in payloads(world) if reader not in {world.noor.id, world.sam.id}]

    assert len(seen) > 10
    assert [text for text in seen if SECRET in text] == []
    assert [text for text in seen if str(world.sam.id) in text] == []


def _administrators(world):
    return world.guild.create_role("Chiefs", permissions=discord.Permissions(manage_guild=True, manage_messages=True))
