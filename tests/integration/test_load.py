"""The real bot under a few seconds of many people at once, as `make load` does it at full size (docs/reliability.md)."""

from __future__ import annotations

import math
import os
from dataclasses import replace

import pytest

from bench.load import FIRST_PATIENCE_SECONDS, Run, until
from bench.load_bot import Bot
from bench.load_data import guild_id
from bench.load_mix import Kind, People
from bot.content.packs import load_pack
from support.busy_discord import BusyDiscord
from support.packs import write_small_bot

GUILDS = tuple(guild_id(place) for place in range(3))
RATE, SECONDS = 40.0, 3.0


@pytest.fixture
async def run(tmp_path):
    """A bot that three small servers ask, and that Discord gives all the time it needs: this machine may be slow."""
    settings = write_small_bot(tmp_path)
    entries = load_pack(settings["data"]).entries
    discord = BusyDiscord(GUILDS)
    await discord.listen()
    (tmp_path / "state").mkdir()
    bot = Bot(tmp_path / "state", discord.port, exports=os.environ["LANTERN_EXPORTS"], **settings)
    run = Run(discord, People(GUILDS, dict.fromkeys(GUILDS, entries), 200), bot, patience=math.inf)
    await bot.start()
    assert await until(lambda: discord.is_heard, FIRST_PATIENCE_SECONDS), bot.log.read_text()
    await run.greet(GUILDS)
    yield run
    await bot.stop()
    await discord.close()


@pytest.mark.timeout(300)
async def test_everybody_is_acknowledged_once_and_answered_and_memory_stays(run):
    outcomes = [await run.rush(RATE, SECONDS, seed) for seed in range(3)]
    rows = [row for outcome in outcomes for row in outcome.rows]
    first, *_, last = (outcome.memory[-1][1] for outcome in outcomes)

    assert {Kind.TYPE, Kind.ASK, Kind.CLICK} == {row.kind for row in rows}
    assert [] == [row for row in rows if row.acknowledged is None or row.finished is None]
    assert [] == run.discord.surprises
    assert "" == run.bot.log.read_text()
    assert last < 1.1 * first


@pytest.mark.timeout(300)
async def test_after_a_kill_in_the_middle_of_it_the_next_bot_answers_everybody(run):
    await run.rush(RATE, SECONDS / 3, seed=1)
    for planned in [replace(one, at=0) for one, _, _ in run.sent]:
        await run.one(planned, 0)
    await run.bot.stop(is_killed=True)
    assert await until(lambda: not run.discord.is_heard, FIRST_PATIENCE_SECONDS)
    await run.bot.start()
    assert await until(lambda: run.discord.is_heard, FIRST_PATIENCE_SECONDS), run.bot.log.read_text()
    outcome = await run.rush(RATE, SECONDS, seed=2)

    assert outcome.rows
    assert 0 == outcome.lost
    assert "" == run.bot.log.read_text()
