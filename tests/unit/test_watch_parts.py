"""The parts that watch: the beat of the loop, the stock of what waits, the kinds of trouble."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp
import discord
import pytest
from prometheus_client import CollectorRegistry

from bot.core.errors import DiskFullError, StorageError, TooFastError
from bot.core.ports.watch import Census, Gateway, Held, Queue, Stage, Waiting
from bot.watch.meter import PrometheusMeter
from bot.watch.pulse import FRESH_SECONDS, Pulse
from bot.watch.server import Watched, WatchServer
from bot.watch.stock import FRESH_SECONDS as STOCK_SECONDS
from bot.watch.stock import Stock
from bot.watch.troubles import kind_of, kinds
from support.watching import free_port

NOTHING = Census(dict.fromkeys(Queue, Waiting()), Held(0, 0, {}, 0, 0.0), {}, {}, 4096)


class Clock:
    """Seconds that go on when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds


class Taker:
    """Counts what it is told to count, and how often it was asked."""

    def __init__(self, census) -> None:
        self.census_now, self.asked = census, 0

    async def census(self, _now):
        self.asked += 1
        if isinstance(self.census_now, Exception):
            raise self.census_now
        return self.census_now


class Response:
    """What discord.py keeps of an answer."""

    reason = "no"

    def __init__(self, status) -> None:
        self.status = status


async def healthz(pulse):
    """Return the status of /healthz and what it says."""
    server, port = WatchServer(Watched(CollectorRegistry(), pulse, None, None)), free_port()
    await server.start("127.0.0.1", port)
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/healthz") as response:
        found = response.status, json.loads(await response.text())["lantern"]
    await server.close()
    return found


class TestPulse:
    async def test_a_bot_whose_heart_stopped_is_not_alive(self):
        clock = Clock()
        pulse = Pulse(CollectorRegistry(), clock)
        alive = await healthz(pulse)
        clock.seconds += FRESH_SECONDS
        status, says = await healthz(pulse)

        assert (200, "ok") == alive
        assert 503 == status
        assert "The bot's heart has not beaten for 30 s. Restart Lantern." == says

    async def test_it_beats_as_long_as_the_loop_turns_and_notes_how_late(self):
        registry, clock = CollectorRegistry(), Clock()
        pulse = Pulse(registry, clock)
        pulse.start()
        await asyncio.sleep(0)
        clock.seconds += 3
        while not registry.get_sample_value("lantern_loop_lag_seconds_count"):
            await asyncio.sleep(0.01)
        await pulse.close()

        assert 2.5 == registry.get_sample_value("lantern_loop_lag_seconds_sum")
        assert 0 == pulse.age_seconds


class TestStock:
    @pytest.fixture
    def clock(self):
        return Clock()

    @pytest.fixture
    def registry(self):
        return CollectorRegistry()

    @pytest.fixture
    def stock_of(self, clock, registry, tmp_path):
        def stock_of(taker, backed_up=lambda: None):
            return Stock(
                registry, taker, folder=tmp_path, backed_up=backed_up, about=lambda: {"version": "1"}, clock=clock
            )

        return stock_of

    async def test_who_looks_often_costs_the_database_nothing_more(self, stock_of, clock):
        taker = Taker(NOTHING)
        stock = stock_of(taker)
        for _ in range(5):
            await stock.refresh()
        clock.seconds += STOCK_SECONDS
        await stock.refresh()

        assert 2 == taker.asked

    async def test_ages_are_of_the_oldest_and_never_below_nothing(self, stock_of, registry):
        now = datetime.now(UTC)
        queues = {
            **NOTHING.queues,
            Queue.REPORTS: Waiting(2, now - timedelta(days=1)),
            Queue.OFFERS: Waiting(1, now + timedelta(days=1)),
        }
        await stock_of(Taker(replace(NOTHING, queues=queues))).refresh()

        assert 2 == registry.get_sample_value("lantern_queue_length", {"queue": "reports"})
        assert 86400 <= registry.get_sample_value("lantern_queue_oldest_seconds", {"queue": "reports"}) < 86460
        assert 0 == registry.get_sample_value("lantern_queue_oldest_seconds", {"queue": "offers"})

    async def test_who_waited_long_is_in_the_last_value(self, stock_of, registry):
        census = replace(NOTHING, waiting={0: 9, 5: 1, 6: 2, 40: 3}, held=Held(2, 5, {1: 4, 7: 1, 90: 1}, 3, 0.5))
        await stock_of(Taker(census)).refresh()
        waiting = {
            each: registry.get_sample_value("lantern_waiting_people", {"rounds": each})
            for each in ("0", "5", "6 or more")
        }

        assert {"0": 9, "5": 1, "6 or more": 5} == waiting
        assert 2 == registry.get_sample_value("lantern_week_matched_people", {"round": "6 or more"})
        assert registry.get_sample_value("lantern_week_matched_people", {"round": "0"}) is None

    async def test_a_database_that_cannot_be_read_leaves_the_figures_and_their_age(self, stock_of, registry, clock):
        taker = Taker(replace(NOTHING, bytes=77))
        stock = stock_of(taker)
        await stock.refresh()
        taken_at = registry.get_sample_value("lantern_census_timestamp_seconds")
        taker.census_now = StorageError("away")
        clock.seconds += STOCK_SECONDS
        await stock.refresh()

        assert 2 == taker.asked
        assert 77 == registry.get_sample_value("lantern_database_bytes")
        assert taken_at == registry.get_sample_value("lantern_census_timestamp_seconds")

    async def test_where_the_bot_makes_no_backups_there_is_no_figure_of_them(self, stock_of, registry):
        await stock_of(Taker(NOTHING), None).refresh()

        assert registry.get_sample_value("lantern_backup_timestamp_seconds") is None

    async def test_the_last_backup_and_the_room_are_told(self, stock_of, registry):
        at = datetime(2026, 11, 1, tzinfo=UTC)
        await stock_of(Taker(NOTHING), lambda: at).refresh()

        assert at.timestamp() == registry.get_sample_value("lantern_backup_timestamp_seconds")
        free, size = (registry.get_sample_value(f"lantern_disk_{each}_bytes") for each in ("free", "size"))
        assert 0 < free <= size


class TestMeter:
    def test_a_connection_is_not_lost_twice(self):
        meter = PrometheusMeter()
        for event in (Gateway.LOST, Gateway.READY, Gateway.LOST, Gateway.LOST, Gateway.RESUMED):
            meter.gateway(event)
        lost = meter.registry.get_sample_value("lantern_gateway_events_total", {"event": "lost"})

        assert 1 == lost
        assert meter.is_connected

    def test_clocks_that_differ_make_no_time_negative(self):
        meter = PrometheusMeter()
        meter.took(Stage.ACKNOWLEDGE, -3)

        assert 0 == meter.registry.get_sample_value("lantern_stage_seconds_sum", {"stage": "acknowledge"})

    def test_two_bots_in_one_process_have_figures_of_their_own(self):
        assert PrometheusMeter().registry is not PrometheusMeter().registry


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (None, "none"),
        (DiskFullError("full"), "DiskFullError"),
        (discord.HTTPException(Response(503), "no"), "discord_5xx"),
        (discord.HTTPException(Response(429), "no"), "discord_429"),
        (discord.NotFound(Response(404), "no"), "discord_4xx"),
        (aiohttp.ClientConnectionError("away"), "unreachable"),
        (TimeoutError(), "unreachable"),
        (KeyError("somebody"), "other"),
    ],
)
def test_an_error_has_one_kind_of_those_that_are_known_before(error, kind):
    assert kind == kind_of(error)
    assert kind in kinds()


def test_what_discord_py_wraps_around_an_error_is_taken_off():
    wrapped = Exception("a command raised an exception")
    wrapped.original = TooFastError("fast", again_at=datetime.now(UTC))

    assert "TooFastError" == kind_of(wrapped)
