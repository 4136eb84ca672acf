"""What the bot sends by itself arrives once, whatever Discord's REST interface does to it on the way.

discord.py is the real one, on a real connection; a local server answers in Discord's place.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.cogs import gateway, once
from bot.cogs.client import LanternClient
from bot.cogs.gateway import stay_connected
from bot.core.introductions import Letter
from bot.core.models import EntryId, UserId
from bot.core.peers import Ping
from bot.core.unanswered import MODERATORS
from bot.faq.digest import claim_of
from bot.logs import Discreet
from bot.storage.letters import insert_letter
from support.fake_discord import Hurry, point_discord_at, posing_as_discord
from support.fake_rest import DIRECT, HTML, FakeRest, Weather
from support.peers import HERE, NOOR, opt_in
from support.small import ANSWERED

MODERATORS_CHANNEL = 77
NOORS = DIRECT + NOOR
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).replace(hour=10)
HOUR = timedelta(hours=1)
HANGS_SECONDS = 15
"""A test that waits for something so long waits in vain."""


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
        await self.letter(NOOR)
        return self.client.clock._pings.send, NOORS

    async def letter(self, user) -> None:
        """Let a letter wait for somebody, who read all others."""
        now = datetime.now(UTC) - HOUR
        await opt_in(self.lantern.membership, user, ping=Ping.DIRECT)
        inbox = await self.lantern.introductions.inbox(HERE, user, now)
        await self.lantern.introductions.mark_read(HERE, user, inbox.letters)
        letter = Letter(0, HERE, user, "round.soon", {"at": "1700000000"}, None, now)
        await self.lantern.activity._database.run(lambda db: insert_letter(db, letter))

    async def check_back(self):
        """Let somebody have asked to be written to by now."""
        now = datetime.now(UTC)
        await self.lantern.check_backs.keep(HERE, NOOR, now - HOUR, "")
        return lambda: self.client.clock._care.look_in(now), NOORS

    async def digest(self):
        """Let the day of the digest come."""
        await self.lantern.guilds.update(HERE, lambda now: replace(now, digest_day=YESTERDAY.weekday()))
        await self.lantern.activity.release(claim_of(HERE, YESTERDAY))
        return lambda: self.client.weekly.run_due(YESTERDAY), MODERATORS_CHANNEL

    async def ask(self) -> str:
        """Let somebody ask; return what their interaction is known by."""
        options = [{"name": "question", "type": 3, "value": ANSWERED}]
        return await self.fake.press(NOOR, 2, {"id": "1", "name": "ask", "type": 1, "options": options}, HERE)

    def answers_to(self, token) -> list[dict]:
        """Return the cards somebody got for an interaction."""
        return [body for _, path, body in self.fake.answers if f"/{token}" in path and "callback" not in path]

    async def until(self, is_so) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(HANGS_SECONDS):
            while not is_so():
                await asyncio.sleep(0)


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
        await fake.join(HERE)
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


def failures_in(caplog) -> list[str]:
    """Return what the log shows with a traceback, as what happened to the server in Discord's place does not count."""
    return [
        f"{record.name}: {record.getMessage()}"
        for record in caplog.records
        if record.exc_info and record.name.startswith(("bot", "discord"))
    ]


LIMITED = {"message": "You are being rate limited.", "retry_after": 0.3, "global": False}
VIA = {"Via": "1.1 google"}
STORMS = {
    "refused": message,
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


@pytest.mark.parametrize("is_later", [False, True], ids=["tried again at once", "tried again much later"])
async def test_what_is_sent_unasked_arrives_once_whatever_the_weather(bot, is_later, monkeypatch, caplog):
    """Much later, Discord does not know any more what it was sent before."""
    arrived = {}
    for storm, weather in STORMS.items():
        bot.fake.messages.clear()
        bot.fake.forget_nonces()
        bot.fake.weather = [weather()]
        with monkeypatch.context() as patch:
            senders = [await kind(bot) for kind in KINDS]
            for send, _ in senders:
                await send()
            bot.fake.weather = []
            if is_later:
                bot.fake.forget_nonces()
                patch.setattr(once, "FRESH", timedelta(0))
            for send, _ in senders * 3:
                await send()
        told = [text for channel in (NOORS, MODERATORS_CHANNEL) for text in bot.fake.said(channel)]
        arrived[storm] = len(told), len(set(told))

    lines = [Discreet().format(record) for record in caplog.records if record.name.startswith("bot")]

    assert dict.fromkeys(STORMS, (len(KINDS), len(KINDS))) == arrived
    assert [] == failures_in(caplog)
    assert [] == [line for line in lines if "\n" in line or "<html" in line]
    assert any("Cloudflare" in str(record.args) for record in caplog.records), "there were pages to leave out"


async def test_people_with_closed_messages_cost_one_refusal_each_and_no_storm(bot):
    """Discord blocks an address for 10,000 refusals in ten minutes."""
    people = [UserId(NOOR + number) for number in range(30)]
    bot.fake.closed_to_us = {DIRECT + person for person in people}
    for person in people:
        await bot.lantern.notices.add(HERE, person, "notice.answered", entry_id=EntryId("letters"))
        await bot.lantern.check_backs.keep(HERE, person, datetime.now(UTC) - HOUR, "")
        await bot.letter(person)
    await bot.client.delivery.settled()
    for _ in range(5):
        await bot.client.delivery.deliver()
        await bot.client.clock._pings.send()
        await bot.client.clock._care.look_in(datetime.now(UTC))

    refused = [path for _, path, status in bot.fake.asked if status == 403]
    assert {2, 3} >= set(Counter(refused).values()), "a notice, a ping, a check-back: each is tried once"
    assert 3 * len(people) == len(refused)


class TestAnswers:
    async def test_while_discord_does_not_answer_for_one_everybody_else_is_answered(self, bot):
        patient = asyncio.Event()
        bot.fake.weather = [Weather("POST", "/token1/callback", status=200, until=patient)]
        first, second = [await bot.ask() for _ in range(2)]
        await bot.until(lambda: bot.answers_to(second))
        waiting = bot.answers_to(first)
        patient.set()
        await bot.until(lambda: bot.answers_to(first))

        assert [] == waiting

    async def test_being_late_is_no_incident_and_nothing_is_told_twice(self, bot, caplog):
        """Discord gives a first answer 3 s. Whoever waited longer reads of it from Discord, and asks again."""
        for status, code in ((404, 10062), (400, 40060), (404, 10015), (401, 50027)):
            caplog.clear()
            bot.fake.weather = [Weather("POST", "callback", status=status, body={"code": code, "message": "late"})]
            late = await bot.ask()
            await bot.until(lambda: "Somebody was gone" in caplog.text)
            asked_again = await bot.ask()
            await bot.until(lambda asked=asked_again: bot.answers_to(asked))

            assert [] == bot.answers_to(late)
            assert "Incident" not in caplog.text
            assert "Discord does not take the token" not in caplog.text, "the token that is over is the interaction's"

    async def test_a_burst_delays_an_answer_and_does_not_double_it(self, bot, caplog):
        for method, path in (("POST", "/callback"), ("PATCH", "/webhooks/")):
            for storm in ("500", "502", "429", "429 for all"):
                bot.fake.weather = [replace(STORMS[storm](), method=method, path=path, times=3)]
                asked = await bot.ask()
                await bot.until(lambda asked=asked: bot.answers_to(asked))

                assert 1 == len(bot.answers_to(asked)), (path, storm)
        assert "Incident" not in caplog.text

    @pytest.mark.parametrize("arrives", [True, False])
    async def test_an_answer_under_way_when_the_client_ends_arrives_or_is_given_up(
        self, bot, arrives, caplog, monkeypatch
    ):
        if not arrives:
            monkeypatch.setattr(gateway, "LAST_ANSWERS_SECONDS", 0.1)
        patient = asyncio.Event()
        bot.fake.weather = [Weather("PATCH", "/webhooks/", status=200, until=patient)]
        first = await bot.ask()
        await bot.until(lambda: not bot.fake.weather)
        await bot.fake.tell("GUILD_CREATE", {})  # which discord.py cannot read
        await bot.until(lambda: "1 answers are under way" in caplog.text)
        if arrives:
            patient.set()
        await bot.until(lambda: "Ready in" in caplog.text)
        await bot.fake.join(HERE)
        answered = bool(bot.answers_to(first))
        patient.set()
        asked_again = await bot.ask()
        await bot.until(lambda: bot.answers_to(asked_again))

        assert arrives is answered
        assert "Incident" not in caplog.text
        assert [] == failures_in(caplog)
