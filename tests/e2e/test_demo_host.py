"""`lantern demo --host`: a container must listen beyond itself, and nothing else should."""

from __future__ import annotations

import asyncio

import pytest

from bot.cogs.client import LanternClient
from bot.demo.companions import Companions
from bot.demo.lobby import Lobby
from bot.demo.world import build_world
from support.browser import free_ports


async def listens(host, port) -> bool:
    """Tell whether anybody answers there."""
    try:
        _, writer = await asyncio.open_connection(host, port)
    except ConnectionRefusedError:
        return False
    writer.close()
    return True


@pytest.fixture
async def lobby_on(small_lantern):
    """What makes a lobby of the demo's server, on a host and a port."""
    client = LanternClient(small_lantern, force_sync=True)
    world = await build_world(client)
    yield lambda host, port: Lobby(world, Companions(world, client), host, port)
    await world.env.shutdown()
    await client.close()


async def test_the_lobby_and_its_discord_listen_on_the_given_address_alone(lobby_on):
    port = free_ports()
    lobby = lobby_on("127.0.0.2", port)
    await lobby.start()
    try:
        assert [True, True] == [await listens("127.0.0.2", each) for each in (port, port + 1)]
        assert [False, False] == [await listens("127.0.0.1", each) for each in (port, port + 1)]
    finally:
        await lobby.stop()
