"""Whatever the gateway does, the bot is back by itself; only what no retry can mend ends it, with a sentence.

discord.py is the real one; a local server answers in Discord's place.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import logging
import weakref
from collections import Counter
from contextlib import asynccontextmanager

import aiohttp
import discord
import pytest
from aiohttp.abc import AbstractResolver
from discord.http import Route
from hypothesis import given
from hypothesis import strategies as st

from bot.cogs import gateway
from bot.cogs.client import LanternClient
from bot.cogs.gateway import DAY_SECONDS, FINAL, LOSSES, SPARE_SESSIONS, pause_before_session, stay_connected
from bot.core.errors import ConfigurationError, Exit
from bot.web.links import LinkChecker
from support.fake_discord import (
    CUT,
    HELLO_SENT,
    INTRODUCED,
    INVALID_SESSION,
    RECONNECT,
    RESUMED,
    RESUMING,
    Fate,
    Hurry,
    point_discord_at,
    posing_as_discord,
    quiet_client,
)

SOON = 0.01
"""Seconds of the first pause between two tries."""
HANGS_SECONDS = 120
"""A test that waits for something so long waits in vain."""
PASSING = (1000, 1001, CUT, 1011, 1012, 4000, 4001, 4002, 4003, 4005, 4006, 4007, 4008, 4009)
"""Close codes after which one may come back: those of WebSockets, and Discord's [its docs, Gateway Close Event Codes]."""
RECONNECT_PLEASE = {"op": RECONNECT, "d": None}
SESSION_OVER, SESSION_STOPPED = ({"op": INVALID_SESSION, "d": may_resume} for may_resume in (False, True))
EACH_PASSING = pytest.mark.parametrize("code", PASSING)


@pytest.fixture
async def fake():
    """A server in Discord's place, listening."""
    async with posing_as_discord() as server:
        await server.listen()
        point_discord_at(server.port)
        yield server


@pytest.fixture
def hurry(monkeypatch):
    """Let discord.py's own pauses be over at once."""
    return Hurry(monkeypatch)


class Stay:
    """`stay_connected` at work: the clients it made, and how often they were ready or back."""

    def __init__(self, caplog, make=quiet_client) -> None:
        self.made = []
        self._caplog = caplog
        self._make = make

    def __call__(self):
        self.made.append(self._make())
        return self.made[-1]

    @asynccontextmanager
    async def running(self, first_wait_seconds=SOON):
        """Stay connected for as long as the block takes; nothing may be left open."""
        stop = asyncio.Event()
        self._caplog.set_level(logging.INFO, "bot")
        self._task = asyncio.create_task(stay_connected(self, "token", stop, first_wait_seconds=first_wait_seconds))
        try:
            async with asyncio.timeout(HANGS_SECONDS):
                yield
        finally:
            stop.set()
            await self._task

        assert all(client.is_closed() for client in self.made)

    async def until(self, is_so) -> None:
        """Wait until something is so; fail where the bot ends before."""
        while not is_so():
            if self._task.done():
                self._task.result()
            assert not self._task.done(), self._caplog.text
            await asyncio.sleep(0)

    async def until_back(self, times=1) -> None:
        """Wait until the log said so often that the bot is ready, or connected again."""
        await self.until(lambda: self.times_back >= times)

    @property
    def times_back(self) -> int:
        return self.said("Ready in") + self.said("Connected again")

    def said(self, words) -> int:
        """Return how often the log says something."""
        return sum(words in record.getMessage() for record in self._caplog.records if record.name == gateway.__name__)


@pytest.fixture
def stay(caplog):
    """What stays connected, with plain clients."""
    return Stay(caplog)


@EACH_PASSING
async def test_a_connection_closed_in_the_middle_goes_on_where_it_was(fake, stay, code):
    async with stay.running():
        await stay.until_back()
        await fake.let(code)
        await stay.until_back(2)

        assert [1, 1, 1] == [len(fake.introduced), len(fake.resumed), len(stay.made)]
        assert 1 == stay.said("The connection to Discord was lost (close code ")


@EACH_PASSING
@pytest.mark.parametrize("at", [HELLO_SENT, INTRODUCED])
async def test_a_connection_closed_before_the_bot_is_in_is_made_anew(fake, stay, hurry, at, code):
    fake.gateways = [Fate(at, code)]
    async with stay.running():
        await stay.until_back()

        assert stay.made[-1].is_ready()
        assert len(fake.introduced) <= 2
        assert len(stay.made) <= 2


@EACH_PASSING
@pytest.mark.parametrize("at", [RESUMING, RESUMED])
async def test_a_connection_closed_again_while_it_comes_back_comes_back(fake, stay, at, code):
    fake.resumes = [Fate(at, code)]
    async with stay.running():
        await stay.until_back()
        await fake.let(4000)
        await stay.until(lambda: len(fake.resumed) >= 2)
        await stay.until_back(2)

        assert [1, 1] == [len(fake.introduced), len(stay.made)]


@pytest.mark.parametrize("code", sorted(FINAL))
async def test_where_no_retry_can_help_the_bot_ends_with_what_to_do(fake, code):
    fake.gateways = [code]
    with pytest.raises(ConfigurationError) as ended:
        await stay_connected(quiet_client, "token", asyncio.Event(), first_wait_seconds=SOON)

    assert Exit.CONFIGURATION == ended.value.exit_code
    assert any(what in str(ended.value) for what in ("Install a newer Lantern", "Take it off some of them"))
    assert "{" not in str(ended.value)
    assert 1 == len(fake.introduced)


async def test_a_token_that_is_refused_by_mistake_is_tried_again(fake, stay):
    """The gateway says 4004, and the login that follows takes the token."""
    fake.gateways = [4004]
    async with stay.running():
        await stay.until_back()

        assert [2, 2] == [len(fake.tokens), len(stay.made)]


async def test_a_token_that_is_withdrawn_ends_it_though_the_gateway_says_nothing(fake, stay):
    """Whatever the bot asks next is answered 401."""

    async def ask_on() -> None:
        async with stay.running():
            await stay.until_back()
            fake.logins = [401, 401]
            with pytest.raises(discord.HTTPException, match="401"):
                await stay.made[0].http.request(Route("GET", "/users/@me"))
            await stay.until(lambda: False)

    with pytest.raises(ConfigurationError, match="LANTERN_DISCORD_TOKEN"):
        await ask_on()

    assert 3 == len(fake.tokens)


@pytest.mark.parametrize(("what", "sessions"), [(SESSION_STOPPED, 1), (RECONNECT_PLEASE, 1), (SESSION_OVER, 2)])
async def test_what_the_gateway_asks_for_is_done(fake, stay, hurry, what, sessions):
    async with stay.running():
        await stay.until_back()
        await fake.let(what)
        fake.is_refusing = False
        await stay.until_back(2)

        assert [sessions, 2 - sessions, 1] == [len(fake.introduced), len(fake.resumed), len(stay.made)]
        assert [5.0] * (sessions - 1) == hurry.pauses, "Discord allows one session each 5 s"


async def test_a_session_that_is_over_by_the_time_the_bot_comes_back_is_begun_anew(fake, stay, hurry):
    fake.resumes = [Fate(RESUMING, SESSION_OVER)]
    async with stay.running():
        await stay.until_back()
        await fake.let(CUT)
        await stay.until_back(2)

        assert [2, 1, 1] == [len(fake.introduced), len(fake.resumed), len(stay.made)]


@pytest.mark.parametrize("heartbeat_milliseconds", [10, 45_000], ids=["sends heartbeats", "hears nothing"])
async def test_a_gateway_that_says_nothing_any_more_is_left(fake, caplog, heartbeat_milliseconds):
    """It takes heartbeats, and answers none; or nothing comes at all."""
    fake.heartbeat_milliseconds = heartbeat_milliseconds
    stay = Stay(caplog, lambda: quiet_client(heartbeat_timeout=0.5))
    async with stay.running():
        await stay.until_back()
        fake.is_deaf = True
        await stay.until(lambda: fake.connections >= 2)
        fake.is_deaf = False
        await stay.until(lambda: fake.resumed)
        await stay.until_back(2)


async def test_a_gateway_that_takes_every_connection_and_ends_it_is_not_hammered(fake, stay):
    """discord.py alone would come back at once, for ever."""
    fake.resumes = [Fate(RESUMING, 4000)] * 1000
    async with stay.running():
        await stay.until_back()
        await fake.let(4000)
        await stay.until(lambda: len(stay.made) == 2)
        await stay.until_back(2)

        assert len(fake.resumed) <= LOSSES + 1
        assert 1 == stay.said(f"the connection was lost {LOSSES} times in a row")


@pytest.mark.parametrize(
    ("what", "clients"),
    [
        ("this is no JSON", 2),
        ("[]", 2),
        ({"op": 0, "t": "GUILD_CREATE", "s": 5, "d": {}}, 2),
        ({"op": 0, "t": "INTERACTION_CREATE", "s": 5, "d": {"type": 2}}, 2),
        ({"op": 0, "t": "SOMETHING_NEW", "s": 5, "d": {"what": "ever"}}, 1),
        ({"op": 99, "d": None}, 1),
    ],
)
async def test_what_discord_py_cannot_read_costs_a_client_at_most(fake, stay, caplog, what, clients):
    async with stay.running():
        await stay.until_back()
        await fake.let(what)
        if clients == 1:
            await fake.let(RECONNECT_PLEASE)
        await stay.until_back(2)

        assert clients == len(stay.made)
        assert "Traceback" not in caplog.text


async def test_where_few_sessions_are_left_today_the_next_waits_for_its_share_of_the_day(fake, stay):
    fake.sessions_left = 100
    async with stay.running():
        await stay.until(lambda: stay.said("Trying again"))

        assert [] == fake.introduced
        assert 1 == stay.said(f"Trying again in {86_400 - (100 - SPARE_SESSIONS) * 192:.0f} s")


@given(
    tries=st.lists(st.floats(0, 20_000), min_size=1, max_size=60),
    begun_elsewhere=st.integers(0, 1000),
)
def test_no_loop_of_crashes_uses_up_the_sessions_of_a_day(tries, begun_elsewhere):
    """Discord resets the token of a bot that begins more than 1000 in a day.

    A loop that begins one as soon as it may, again and again, with whatever pauses between.
    """
    at, left = 0.0, 1000 - begun_elsewhere
    for pause in itertools.cycle((*tries, *[0.0] * 40)):
        at += pause + 1.0
        at += pause_before_session({"total": 1000, "remaining": left, "reset_after": (DAY_SECONDS - at) * 1000})
        if at >= DAY_SECONDS:
            break
        assert left > SPARE_SESSIONS
        left -= 1


class Names(AbstractResolver):
    """Knows where Discord is, or nothing."""

    def __init__(self) -> None:
        self.is_gone = False
        self.asked = 0

    async def resolve(self, host, port=0, family=0):
        self.asked += 1
        if self.is_gone:
            raise OSError(None, "Temporary failure in name resolution")
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": family, "proto": 0, "flags": 0}]

    async def close(self) -> None:
        pass


@pytest.mark.parametrize("is_gone_first", [True, False])
async def test_without_names_the_bot_asks_again_and_comes_back_when_there_are_some(fake, caplog, hurry, is_gone_first):
    names = Names()
    names.is_gone = is_gone_first
    fake.host = "discord.test"
    point_discord_at(fake.port, fake.host)

    def make():
        connector = aiohttp.TCPConnector(resolver=names, use_dns_cache=False, force_close=True)
        return quiet_client(connector=connector)

    stay = Stay(caplog, make)
    async with stay.running():
        if not is_gone_first:
            await stay.until_back()
            names.is_gone = True
            await fake.let(CUT)
        await stay.until(lambda: len(stay.made) >= 4)
        names.is_gone = False
        await stay.until_back(2 - is_gone_first)

        assert stay.said("Discord cannot be reached (ClientConnectorDNSError: ") >= 2


async def test_after_twenty_clients_nothing_runs_twice_and_nothing_of_the_old_ones_is_left(fake, caplog, small_lantern):
    """Everything that acts by itself is at work: deliveries, the clock, housekeeping, links, the watch."""
    fake.heartbeat_milliseconds = 50  # so long may discord.py's heartbeat hold on to a client

    def make():
        client = LanternClient(small_lantern, checker=LinkChecker())
        client._connection.guild_ready_timeout = 0
        old.append(weakref.ref(client))
        return client

    async def lose() -> None:
        """Let a client end, and the next one take over."""
        times = stay.times_back
        await fake.let("this is no JSON")
        await stay.until_back(times + 1)
        await stay.until(lambda: len(small_lantern.notices.bells) == 1)
        stay.made.clear()

    old, stay = [], Stay(caplog, make)
    async with stay.running(1e-7):  # it doubles with each
        await stay.until_back()
        await lose()
        tasks = at_work()
        for _ in range(20):
            await lose()

        assert tasks == at_work()
        assert 1 == len(small_lantern.notices.bells)
        await stay.until(lambda: gc.collect() >= 0 and sum(client() is not None for client in old) == 1)


def at_work() -> Counter[str]:
    """Return what runs in the background of Lantern, and how many times."""
    names = (task.get_coro().__qualname__ for task in asyncio.all_tasks())
    return Counter(name for name in names if not name.startswith(("RequestHandler", "Event.wait", "FakeDiscord")))


async def test_pauses_between_tries_double_with_some_chance_up_to_the_longest(fake, stay, caplog, monkeypatch):
    monkeypatch.setattr(gateway, "LONGEST_WAIT_SECONDS", SOON * 8)
    fake.logins = [403] * 7
    async with stay.running():
        await stay.until_back()
        pauses = [record.args[0] for record in caplog.records if record.msg.startswith("Trying again")]

    longest = [SOON * min(2**number, 8) for number in range(7)]
    assert all(most / 2 <= pause <= most for pause, most in zip(pauses, longest, strict=True)), pauses
    assert len(set(pauses)) == len(pauses)
