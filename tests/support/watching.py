"""A bot that is watched: the real client on a real gateway, and real requests to its port."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import asynccontextmanager
from itertools import count

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from bot.cogs.client import LanternClient
from bot.cogs.gateway import stay_connected
from bot.settings import Settings
from bot.watch.meter import ASKED
from bot.watching import watched
from support.busy_discord import Answered, interaction, snowflake
from support.fake_discord import point_discord_at, posing_as_discord

GUILD, SOMEBODY = 300000000000000001, 400000000000000002
COMMAND, CLICK, AUTOCOMPLETE, FORM = 2, 3, 4, 5
SOON = 0.01
"""Seconds of the first pause between two tries to connect."""


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        return reserved.getsockname()[1]


class Watched:
    """A bot, what poses as Discord, and somebody who looks at the bot's port."""

    def __init__(self, discord, port, session, lantern) -> None:
        self.discord, self.port, self.lantern = discord, port, lantern
        self._session = session
        self._numbers = count(1)

    async def get(self, path, **headers):
        """Return the status and the text of a page."""
        async with self._session.get(f"http://127.0.0.1:{self.port}{path}", headers=headers) as response:
            return response.status, await response.text()

    async def states(self, path):
        """Return the status of /healthz or /readyz, and what it says of each part."""
        status, text = await self.get(path)
        return status, json.loads(text)

    async def figures(self):
        """Return every sample of /metrics: its value by name and labels."""
        return samples_in((await self.get("/metrics"))[1])

    async def ask(self, question) -> Answered:
        """Ask a question in a server, and return once the answer is shown and counted."""
        before = self._asked()
        answered = await self._act(COMMAND, _ask(question))
        while self._asked() == before:
            await asyncio.sleep(0)
        return answered

    def _asked(self) -> float:
        sample = self.lantern.meter.registry.get_sample_value
        return sum(sample("lantern_questions_total", {"decision": kind}) for kind in ASKED)

    async def type(self, typed) -> Answered:
        """Type a question, and see rows."""
        return await self._act(AUTOCOMPLETE, _ask(typed, focused=True))

    async def _act(self, kind, data) -> Answered:
        number = next(self._numbers)
        token = f"token-{number}"
        answered = self.discord.told[token] = Answered(token)
        rest = f'"data": {json.dumps(data)}'
        await self.discord.send(interaction(snowflake(number), token, GUILD, SOMEBODY, kind=kind, rest=rest))
        while answered.finished is None:
            await asyncio.sleep(0)
        return answered


def _ask(question, **more):
    return {
        "id": "1",
        "name": "ask",
        "type": 1,
        "options": [{"type": 3, "name": "question", "value": question, **more}],
    }


def samples_in(text):
    """Return every sample in Prometheus' format: its value by name and labels."""
    families = text_string_to_metric_families(text)
    return {(each.name, frozenset(each.labels.items())): each.value for family in families for each in family.samples}


def value_of(figures, name, **labels):
    """Return the value of one sample."""
    return figures[name, frozenset(labels.items())]


@asynccontextmanager
async def watched_bot(lantern, discord, state):
    """Run the bot, watched, on what poses as Discord; it is connected, and nobody has done anything yet."""
    port, stop = free_port(), asyncio.Event()
    settings = Settings(_env_file=None, state=state, watch_port=port)

    def new_client():
        client = LanternClient(lantern)
        client._connection.guild_ready_timeout = 0  # it would wait two seconds for further servers
        return client

    async with posing_as_discord(), aiohttp.ClientSession() as session, watched(lantern, settings):
        await discord.listen()
        point_discord_at(discord.port)
        running = asyncio.create_task(stay_connected(new_client, "token", stop, first_wait_seconds=SOON))
        try:
            while not lantern.meter.is_connected:
                await asyncio.sleep(0)
            yield Watched(discord, port, session, lantern)
        finally:
            stop.set()
            await running
            await discord.close()
