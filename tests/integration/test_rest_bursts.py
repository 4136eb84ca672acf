"""What the bot sends by itself arrives once, whatever Discord's REST interface does to it on the way.

discord.py is the real one, on a real connection; a local server answers in Discord's place.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import discord
import pytest

from bot.cogs import once
from bot.cogs.client import LanternClient
from bot.cogs.gateway import stay_connected
from bot.core.introductions import Letter
from bot.core.models import EntryId, UserId
from bot.core.peers import Ping
from bot.core.unanswered import MODERATORS
from bot.storage.letters import insert_letter
from support.fake_discord import Hurry, point_discord_at, posing_as_discord
from support.fake_rest import DIRECT, GUILD, HTML, FakeRest, Weather
from support.peers import HERE, NOOR, opt_in
from support.small import ANSWERED

MODERATORS_CHANNEL = 77
NOORS = DIRECT + NOOR
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).replace(hour=10)
HOUR = timedelta(hours=1)


class Bot:
    """Lantern on a server, connected to the fake."""

    def __init__(self, fake, lantern, client) -> None:
        self.fake, self.lantern, self.client = fake, lantern, client

    async def notice(self):
        """Let somebody be told that their question is answered; return what sends it, and where it arrives."""
        await self.lantern.notices.add(HERE, NOOR, "notice.answered", entry_id=EntryId("letters"))
        await self.client.delivery.settled()
        return self.client.delivery.deliver, NOORS

    async def line(self):
        """Let the moderators be told that a question is wanted."""
        details = {"number": "7", "people": "3", "question": "Where is the moon?"}
        await self.lantern.notices.add(HERE, MODERATORS, "queue.wanted", **details)
        await self.client.delivery.settled()
        return self.client.delivery.deliver, MODERATORS_CHANNEL

    async def ping(self):
        """Let a letter wait for somebody."""
        now = datetime.now(UTC) - HOUR
        await opt_in(self.lantern.membership, NOOR, ping=Ping.DIRECT)
        letter = Letter(0, HERE, NOOR, "round.soon", {"at": "1700000000"}, None, now)
        await self.lantern.activity._database.run(lambda db: insert_letter(db, letter))
        return self.client.clock._pings.send, NOORS

    async def check_back(self):
        """Let somebody have asked to be written to by now."""
        now = datetime.now(UTC)
        await self.lantern.check_backs.keep(HERE, NOOR, now - HOUR, "")
        return lambda: self.client.clock._care.look_in(now), NOORS

    async def digest(self):
        """Let the day of the digest come."""
        await self.lantern.guilds.update(HERE, lambda now: replace(now, digest_day=YESTERDAY.weekday()))
        return lambda: self.client.weekly.run_due(YESTERDAY), MODERATORS_CHANNEL


KINDS = (Bot.notice, Bot.line, Bot.ping, Bot.check_back, Bot.digest)


@pytest.fixture
async def bot(small_lantern, monkeypatch, caplog):
    """Lantern, connected and ready, on one server; discord.py's pauses are over at once."""
    caplog.set_level(logging.INFO, "bot")
    stop, made = asyncio.Event(), []

    def make():
        made.append(LanternClient(small_lantern))
        made[-1]._connection.guild_ready_timeout = 0
        return made[-1]

    async with posing_as_discord(FakeRest) as fake:
        await fake.listen()
        point_discord_at(fake.port)
        running = asyncio.create_task(stay_connected(make, "token", stop, first_wait_seconds=0.01))
        while not (made and made[-1].is_ready()):
            await asyncio.sleep(0)
        await fake.tell("GUILD_CREATE", {**GUILD, "id": str(HERE)})
        while made[-1].get_guild(HERE) is None:
            await asyncio.sleep(0)
        await small_lantern.guilds.update(HERE, lambda now: replace(now, moderators_channel=MODERATORS_CHANNEL))
        served = Bot(fake, small_lantern, made[-1])
        served.hurry = Hurry(monkeypatch)
        yield served
        stop.set()
        await running


def message(**changes) -> Weather:
    """Return what becomes of messages, until the weather changes."""
    return Weather("POST", "/messages", times=1000, **changes)


LIMITED = {"message": "You are being rate limited.", "retry_after": 0.3, "global": False}
VIA = {"Via": "1.1 google"}
STORMS = {
    "refused": lambda: message(),
    **{f"{status}": lambda status=status: message(status=status) for status in (500, 502, 503, 504)},
    "429": lambda: message(status=429, body=LIMITED, headers=VIA),
    "429 for all": lambda: message(status=429, body={**LIMITED, "global": True}, headers=VIA),
    "429 shared": lambda: message(status=429, body=LIMITED, headers={**VIA, "X-RateLimit-Scope": "shared"}),
    "429 of Cloudflare": lambda: message(status=429, body=HTML),
    "403 of Cloudflare": lambda: message(status=403, body=HTML),
    "404 of a proxy": lambda: message(status=404, body=HTML),
    "taken, and then nothing": lambda: message(is_done=True),
    **{
        f"taken, and then {status}": lambda status=status: message(is_done=True, status=status, body=HTML)
        for status in (500, 502, 503)
    },
}


@pytest.mark.parametrize("storm", STORMS)
@pytest.mark.parametrize("is_later", [False, True], ids=["tried again at once", "tried again much later"])
async def test_what_is_sent_unasked_arrives_once(bot, storm, is_later, monkeypatch, caplog):
    """Much later, Discord does not know any more what it was sent before."""
    bot.fake.weather = [STORMS[storm]()]
    senders = [await kind(bot) for kind in KINDS]
    for send, _ in senders:
        await send()
    bot.fake.weather = []
    if is_later:
        bot.fake.forget_nonces()
        monkeypatch.setattr(once, "FRESH", timedelta(0))
    for send, _ in senders * 3:
        await send()

    told = [text for channel in (NOORS, MODERATORS_CHANNEL) for text in bot.fake.said(channel)]
    assert len(KINDS) == len(told) == len(set(told)), told
    assert not any(record.exc_info for record in caplog.records)
