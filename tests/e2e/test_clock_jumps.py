"""The machine's clock jumps while the bot runs: nothing is deleted, told, or held, until it is right again."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.cogs.client import LanternClient
from bot.cogs.housekeeping import Housekeeping
from bot.cogs.peers.clock import Clock as PeersClock
from bot.cogs.timekeeping import Timekeeper
from bot.core.checked_clock import CheckedClock
from bot.core.errors import LimitError, TooFastError
from bot.core.models import GuildId, UserId
from bot.safety.limits import Limit
from bot.safety.rates import Act, Pace, Rates, Window
from support.fake_discord import point_discord_at, posing_as_discord
from support.meeting import YES, Meeting
from support.small import UNKNOWN
from support.worlds import buttons_in

YEARS, DAYS = timedelta(days=730), timedelta(days=2)
HOUR = timedelta(hours=1)
WRONG, RIGHT = "clock of this machine is wrong", "clock of this machine is right again"


class Clock:
    """A clock that can be set."""

    def __init__(self) -> None:
        self.set_by = timedelta(0)

    def __call__(self):
        return datetime.now(UTC) + self.set_by


async def until(words, caplog) -> None:
    """Let things happen until the log says so."""
    while words not in caplog.text:
        await asyncio.sleep(0)


async def looks_once(world, kind, caplog, words) -> None:
    """Let a part of the bot look at the time by itself, as it does again and again, until the log says so."""
    caplog.clear()
    part = kind(replace(world.client.desk, time=world.keeper))
    part.start()
    await until(words, caplog)
    await part.close()


async def test_a_clock_two_years_ahead_deletes_nothing_and_neither_does_it_once_it_is_right(small_world, caplog):
    """Without the check, a year is over for every question."""
    world, wall = small_world, Clock()
    world.keeper = Timekeeper(world.client, CheckedClock(wall))
    await world.ask(UNKNOWN)
    with caplog.at_level(logging.INFO, "bot"):
        wall.set_by = YEARS
        await looks_once(world, Housekeeping, caplog, WRONG)
        kept = [one.question for one in await world.queue()]
        wall.set_by = timedelta(0)
        await looks_once(world, Housekeeping, caplog, RIGHT)
        still = [one.question for one in await world.queue()]
    await world.client.housekeeping.run_due(wall() + YEARS)

    assert [UNKNOWN] == kept == still
    assert [] == await world.queue(), "which shows that it was the check that kept it"


async def test_a_clock_four_days_ahead_ends_no_offer_and_tells_nobody(small_world, caplog):
    """Without the check, the three days in which somebody may answer are over."""
    world, wall = small_world, Clock()
    world.keeper = Timekeeper(world.client, CheckedClock(wall))
    meeting = await Meeting(world).turn_on()
    await meeting.opt_in(world.noor, world.sam)
    await meeting.offer(world.noor, world.sam)
    wall.set_by = 2 * DAYS
    with caplog.at_level(logging.INFO, "bot"):
        await looks_once(world, PeersClock, caplog, WRONG)
    kept = buttons_in(await meeting.inbox(world.noor))
    await world.client.clock.run_due(wall())

    assert YES in kept
    assert YES not in buttons_in(await meeting.inbox(world.noor)), "which shows that it was the check that kept it"


@pytest.mark.parametrize("jump", [DAYS, -YEARS / 2])
async def test_a_jump_is_told_once_and_so_is_its_end(small_world, caplog, jump):
    """Discord, which SimCord plays without dates, cannot say that the clock is right."""
    wall = Clock()
    keeper = Timekeeper(small_world.client, CheckedClock(wall))
    with caplog.at_level(logging.INFO, "bot"):
        before = await keeper.now()
        wall.set_by = jump
        during = [await keeper.now() for _ in range(3)]
        wall.set_by = timedelta(0)
        after = [await keeper.now() for _ in range(3)]

    assert before is not None
    assert [None] * 3 == during
    assert None not in after
    assert (1, 1) == (caplog.text.count(WRONG), caplog.text.count(RIGHT))
    assert f"{jump.total_seconds() / 3600:+.0f}" in caplog.text


async def test_discord_tells_from_the_login_on_that_a_clock_is_wrong(small_lantern, small_world):
    """The real discord.py, and a server that dates its answers, as Discord does."""
    wall = Clock()
    wall.set_by = YEARS
    async with posing_as_discord() as fake:
        await fake.listen()
        point_discord_at(fake.port)
        client = LanternClient(small_lantern)
        keeper = Timekeeper(client, CheckedClock(wall))
        believed = await keeper.now()
        await client.login("token")
        wrong = await keeper.now()
        wall.set_by = timedelta(0)
        right = await keeper.now()
        await client.close()

    assert believed is not None, "nobody knows better yet"
    assert wrong is None
    assert right is not None


def test_who_did_much_before_a_clock_was_set_back_is_not_held_off_for_a_year():
    limit, rates = Limit(1, HOUR), Rates({Act.ASK: Pace((Window(1, HOUR),))})
    guild, user, now = GuildId(1), UserId(2), datetime.now(UTC)
    limit.take(user, now + YEARS)
    rates.take(Act.ASK, guild, user, now + YEARS)
    limit.take(user, now)
    rates.take(Act.ASK, guild, user, now)

    with pytest.raises(LimitError):
        limit.take(user, now)
    with pytest.raises(TooFastError):
        rates.take(Act.ASK, guild, user, now)
