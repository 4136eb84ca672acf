"""A bot that is watched: what its port says of it, while all is well and while something is not.

discord.py is the real one, a local server poses as Discord, and the pages are asked for over HTTP.
"""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import threading
from contextlib import asynccontextmanager

import pytest

from bot import app
from bot.core.models import GuildId, Kind
from bot.core.ports.watch import Came, Gateway, Outcome, Queue, Stage
from bot.settings import Settings
from bot.watch.meter import ASKED
from bot.watch.troubles import LEVELS, kinds
from bot.watching import meter_for, watched
from support.busy_discord import BusyDiscord
from support.fake_discord import FakeDiscord
from support.notes import locked, read_only
from support.small import ANSWERED, OFFERED
from support.watching import GUILD, value_of

UNKNOWN = "zzz qqq xxx"


@pytest.fixture
async def bot(start_watched):
    """A watched bot on a server where people act."""
    async with start_watched(BusyDiscord((GUILD,))) as opened:
        yield opened


class TestFigures:
    async def test_questions_are_counted_by_what_they_came_to_and_timed_by_stage(self, bot):
        for question in (ANSWERED, OFFERED, UNKNOWN):
            await bot.ask(question)
        await bot.type("how do I")
        figures = await bot.figures()

        assert [1, 1, 1] == [value_of(figures, "lantern_questions_total", decision=kind) for kind in ASKED]
        assert 3 == value_of(figures, "lantern_interactions_total", came="command")
        assert 1 == value_of(figures, "lantern_interactions_total", came="autocomplete")
        assert 4 == value_of(figures, "lantern_stage_seconds_count", stage="acknowledge"), "rows are a first answer"
        assert 3 == value_of(figures, "lantern_stage_seconds_count", stage="whole")
        assert 3 == value_of(figures, "lantern_stage_seconds_count", stage="embed")
        assert 3 == value_of(figures, "lantern_stage_seconds_count", stage="score")
        assert value_of(figures, "lantern_stage_seconds_count", stage="write") > 0
        spent = [value_of(figures, "lantern_stage_seconds_sum", stage=stage) for stage in ("embed", "whole")]
        assert 0 < spent[0] < spent[1]

    async def test_requests_and_the_connection_are_counted(self, bot):
        await bot.ask(ANSWERED)
        figures = await bot.figures()

        assert value_of(figures, "lantern_discord_requests_total", outcome="ok") >= 2
        assert 1 == value_of(figures, "lantern_gateway_events_total", event="ready")
        assert 1 == value_of(figures, "lantern_gateway_up")
        assert 1 == value_of(figures, "lantern_servers")

    async def test_what_the_log_says_is_counted_by_the_kind_of_error(self, bot):
        async with read_only(bot.lantern, bot.notes):
            await bot.ask(UNKNOWN)
            figures = await bot.figures()

        assert value_of(figures, "lantern_troubles_total", level="warning", kind="DatabaseReadOnlyError") > 0
        assert 0 == value_of(figures, "lantern_troubles_total", level="error", kind="other")

    async def test_a_question_without_an_answer_waits(self, bot):
        await bot.ask(UNKNOWN)
        figures = await bot.figures()

        assert 1 == value_of(figures, "lantern_queue_length", queue="questions")
        assert 0 == value_of(figures, "lantern_backup_timestamp_seconds"), "there was none"
        assert value_of(figures, "lantern_database_bytes") > 0

    async def test_no_label_says_anything_but_what_is_known_before(self, bot):
        """Whatever people do and type, and whatever fails: no id, no name and no text can become a label."""
        allowed = {
            "decision": set(ASKED),
            "stage": set(Stage),
            "came": set(Came),
            "event": set(Gateway),
            "outcome": set(Outcome),
            "queue": set(Queue),
            "kind": kinds(),
            "level": set(LEVELS.values()),
            "part": {"gateway", "model", "database"},
            "state": {"unfinished", "active", "paused"},
            "round": {*"12345", "6 or more"},
            "rounds": {*"012345", "6 or more"},
        }
        await bot.ask(UNKNOWN)
        await bot.ask("I am worried about zebrafish 123456789012345678")
        async with read_only(bot.lantern, bot.notes):
            await bot.ask(UNKNOWN)
        logging.getLogger("somebody.123456789012345678").error("zebrafish", exc_info=ValueError("zebrafish"))
        figures = await bot.figures()
        labels = [pair for name, pairs in figures if name != "lantern_build_info" for pair in pairs]

        assert set() == {name for name, _ in labels} - {*allowed, "le"}
        assert [] == [(name, said) for name, said in labels if name != "le" and said not in allowed[name]]
        ((_, about),) = (each for each in figures if each[0] == "lantern_build_info")
        assert {"version", "model", "python"} == set(dict(about))

    async def test_both_formats_of_prometheus_are_spoken(self, bot):
        (_, plain), (_, newer) = (
            await bot.get("/metrics"),
            await bot.get("/metrics", Accept="application/openmetrics-text; version=1.0.0"),
        )

        assert "# EOF" not in plain
        assert newer.endswith("# EOF\n")


class TestAlive:
    async def test_a_bot_that_can_neither_write_nor_reach_discord_is_alive(self, start_watched):
        """Discord, or a disk, is not mended by a restart."""
        async with start_watched(FakeDiscord()) as bot, read_only(bot.lantern, bot.notes), disconnected(bot):
            assert (200, {"lantern": "ok"}) == await bot.states("/healthz")
            assert 503 == (await bot.states("/readyz"))[0]


class TestReady:
    async def test_it_is_when_every_part_is(self, bot):
        assert (200, dict.fromkeys(("lantern", "gateway", "model", "database"), "ok")) == await bot.states("/readyz")

    async def test_it_is_not_without_a_connection_and_is_again_with_one(self, start_watched):
        async with start_watched(FakeDiscord()) as bot:
            async with disconnected(bot):
                status, states = await bot.states("/readyz")
            after, _ = await bot.states("/readyz")
            figures = await bot.figures()

        assert 503 == status
        assert "no connection to Discord" in states["gateway"]
        assert "ok" == states["database"] == states["model"]
        assert 200 == after
        assert 1 == value_of(figures, "lantern_gateway_events_total", event="lost")
        assert 2 == sum(
            value_of(figures, "lantern_gateway_events_total", event=event) for event in ("ready", "resumed")
        )

    @pytest.mark.parametrize("breaking", [read_only, locked])
    async def test_it_is_not_where_nothing_can_be_written(self, bot, breaking):
        async with breaking(bot.lantern, bot.notes):
            status, states = await bot.states("/readyz")

        assert 503 == status
        assert re.search("cannot be written|in use|does not answer", states.pop("database"))
        assert {"lantern": "not ready", "gateway": "ok", "model": "ok"} == states
        assert 200 == (await bot.states("/readyz"))[0]

    @pytest.mark.parametrize("part", ["model", "database"])
    async def test_it_is_not_while_a_part_does_not_answer_and_the_figures_are_told_all_the_same(self, bot, part):
        """The part is asked in the thread of everybody's questions, which something holds up here."""
        release = threading.Event()
        threads = {"model": bot.lantern.search._executor, "database": bot.lantern.activity._database._executor}
        threads[part].submit(release.wait)
        status, states = await bot.states("/readyz")
        figures = await bot.figures()
        alive, _ = await bot.states("/healthz")
        release.set()

        assert (503, 200) == (status, alive)
        assert [part] == [name for name, says in states.items() if "does not answer" in says]
        assert {"gateway": 1, "model": 1, "database": 1, part: 0} == {
            name: value_of(figures, "lantern_ready", part=name) for name in ("gateway", "model", "database")
        }
        assert 200 == (await bot.states("/readyz"))[0]


@asynccontextmanager
async def disconnected(bot):
    """Discord is away, and comes back at the same place; the bot comes back by itself."""
    await bot.discord.close()
    await until(lambda: not bot.lantern.meter.is_connected)
    yield
    await bot.discord.listen(bot.discord.port)
    await until(lambda: bot.lantern.meter.is_connected)


async def until(is_so):
    """Wait for what the bot does by itself."""
    while not is_so():
        await asyncio.sleep(0)


class TestPort:
    async def test_a_port_that_is_taken_keeps_no_bot_down_and_the_log_says_what_to_do(
        self, small_content, small_vectors_path, word_embedder, tmp_path, caplog
    ):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            settings = Settings(_env_file=None, state=tmp_path, watch_port=taken.getsockname()[1])
            meter = meter_for(settings)
            async with (
                app.lantern(small_content, small_vectors_path, None, lambda: word_embedder, meter=meter) as lantern,
                watched(lantern, settings),
            ):
                reply = await lantern.asking.ask(GuildId(GUILD), ANSWERED)
        (record,) = (each for each in caplog.records if each.name == "bot.watching")

        assert Kind.ANSWER == reply.decision.kind
        assert "Set LANTERN_WATCH_PORT to a free one" in record.getMessage()
        assert "in use" in record.getMessage()

    async def test_without_a_port_nothing_is_measured_and_nothing_listens(self, small_lantern, tmp_path):
        settings = Settings(_env_file=None, state=tmp_path, watch_port=0)
        handlers = logging.getLogger().handlers[:]
        async with watched(small_lantern, settings):
            assert handlers == logging.getLogger().handlers
        assert meter_for(settings) is small_lantern.meter
