"""The bot finds its way back to Discord by itself, and gives up only where no retry can help.

discord.py is the real one; a local server answers in Discord's place.
"""

from __future__ import annotations

import asyncio
import logging
import socket

import pytest

from bot.cogs.client import LanternClient
from bot.cogs.gateway import stay_connected
from bot.core.errors import ConfigurationError, Exit
from support.fake_discord import point_discord_at, posing_as_discord, quiet_client

SOON = 0.01
"""Seconds of the first pause between two tries."""


@pytest.fixture
async def fake():
    """A server in Discord's place, listening."""
    async with posing_as_discord() as server:
        await server.listen()
        point_discord_at(server.port)
        yield server


class Clients:
    """Makes clients for `stay_connected` and remembers them."""

    def __init__(self, make=quiet_client) -> None:
        self.made = []
        self._make = make

    def __call__(self):
        self.made.append(self._make())
        return self.made[-1]


async def stay_until_ready(server, clients) -> None:
    """Run `stay_connected` until the bot is in, then stop it; nothing may be left open."""
    stop = asyncio.Event()
    running = asyncio.create_task(stay_connected(clients, "token", stop, first_wait_seconds=SOON))
    ready = asyncio.create_task(server.is_ready.wait())
    await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
    if ready.done():
        await clients.made[-1].wait_until_ready()
    stop.set()
    ready.cancel()
    await running

    assert all(client.is_closed() for client in clients.made)


async def test_the_bot_connects_and_leaves_politely(fake):
    clients = Clients()
    await stay_until_ready(fake, clients)

    assert ["Bot token"] == fake.tokens
    assert 1 == len(clients.made)
    assert [1000] == fake.closed_with


async def test_lantern_asks_for_servers_and_nothing_else_and_tells_its_commands_once(fake, small_lantern):
    """A second connection in the same state does not tell them again: Discord allows 200 creations a day."""
    clients = Clients(lambda: LanternClient(small_lantern))
    for _ in range(2):
        fake.is_ready.clear()
        await stay_until_ready(fake, clients)
    commands = {command.name for command in clients.made[0].tree.get_commands(type=None)}

    assert [1, 1] == [introduction["intents"] for introduction in fake.introduced]
    assert {"about", "ask", "Answer from the FAQ", "faq"} <= commands
    assert [commands] == [{each["name"] for each in told} for told in fake.told_commands]


async def test_a_refused_token_ends_it_at_once(fake):
    fake.logins = [401]
    clients = Clients()
    with pytest.raises(ConfigurationError, match="LANTERN_DISCORD_TOKEN") as caught:
        await stay_connected(clients, "a-secret", asyncio.Event(), first_wait_seconds=SOON)

    assert Exit.CONFIGURATION == caught.value.exit_code
    assert 1 == len(fake.tokens)
    assert [True] == [client.is_closed() for client in clients.made]
    assert "a-secret" not in str(caught.value)


async def test_a_token_that_is_withdrawn_while_connected_ends_it(fake):
    """The gateway says 4004; the login that follows says 401."""
    fake.gateways, fake.logins = [4004], [200, 401]
    with pytest.raises(ConfigurationError, match="LANTERN_DISCORD_TOKEN"):
        await stay_connected(quiet_client, "a-secret", asyncio.Event(), first_wait_seconds=SOON)

    assert 1 == len(fake.introduced)


async def test_a_connection_refused_at_first_is_tried_again_with_a_new_client(caplog):
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    async with posing_as_discord() as server:
        point_discord_at(port)
        tasks = []

        def make():
            if len(clients.made) == 2:
                tasks.append(asyncio.create_task(server.listen(port)))
            return quiet_client()

        clients = Clients(make)
        with caplog.at_level(logging.INFO, "bot"):
            await stay_until_ready(server, clients)

    assert len(clients.made) >= 3
    assert len(clients.made) == len({id(client) for client in clients.made})
    assert len(clients.made) - 1 == caplog.text.count("Discord cannot be reached")
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("status", [403, 404, 418])
async def test_a_login_that_is_refused_for_another_reason_is_tried_again(fake, status):
    """403 is what a network that Discord blocks for a while gets."""
    fake.logins = [status, status]
    clients = Clients()
    await stay_until_ready(fake, clients)

    assert 3 == len(clients.made)


async def test_a_gateway_that_refuses_the_first_connection_is_tried_again(fake, caplog):
    """discord.py (issue 10520) trips over its own missing connection there and ends."""
    fake.gateways = [503]
    clients = Clients()
    with caplog.at_level(logging.INFO, "bot"):
        await stay_until_ready(fake, clients)

    assert 2 == len(clients.made)
    assert 1 == len(fake.introduced)
    assert [(True, 1)] == [(clients.made[0].is_closed(), caplog.text.count("Discord cannot be reached"))]


async def test_stopping_interrupts_the_pause_between_two_tries(fake, caplog):
    """The pause would be hours; the test would not end."""
    fake.logins = [403]
    stop = asyncio.Event()
    stopper = asyncio.create_task(_once("Trying again", caplog, stop))
    with caplog.at_level(logging.INFO, "bot"):
        await stay_connected(quiet_client, "token", stop, first_wait_seconds=10_000)
    await stopper

    assert 1 == len(fake.tokens)


async def _once(words, caplog, stop) -> None:
    while words not in caplog.text:
        await asyncio.sleep(0)
    stop.set()


async def test_stopping_interrupts_a_login_that_hangs():
    """A server that takes the connection and never answers."""
    taken = asyncio.Event()

    async def never(_reader, writer):
        taken.set()
        await forever.wait()
        writer.close()

    forever, stop = asyncio.Event(), asyncio.Event()
    server = await asyncio.start_server(never, "127.0.0.1", 0)
    async with posing_as_discord():
        point_discord_at(server.sockets[0].getsockname()[1])
        clients = Clients()
        running = asyncio.create_task(stay_connected(clients, "token", stop, first_wait_seconds=SOON))
        await taken.wait()
        stop.set()
        await running
    forever.set()
    server.close()

    assert [True] == [client.is_closed() for client in clients.made]


async def test_nothing_is_tried_where_it_was_stopped_before(fake):
    stop = asyncio.Event()
    stop.set()
    clients = Clients()
    await stay_connected(clients, "token", stop)

    assert [] == clients.made
