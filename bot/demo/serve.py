"""`lantern demo`: asks the first question by itself, then serves the browser until Ctrl-C."""

from __future__ import annotations

import webbrowser
from typing import TYPE_CHECKING, Any

import click
from simcord.components import walk_components

from bot.cogs.client import LanternClient
from bot.cogs.gateway import stop_on_signals
from bot.demo.companions import Companions
from bot.demo.lobby import Lobby
from bot.demo.story import tell_story
from bot.demo.world import build_world
from bot.memory import settle

if TYPE_CHECKING:
    from bot.app import Lantern
    from bot.demo.world import World

FIRST_QUESTION = "how do I get into a PhD without publications"
_TEXT_DISPLAY = 10
"""Discord's component type."""


async def serve(host: str, port: int, browser: bool, lantern: Lantern) -> None:
    """Run the bot in the simulated Discord. Raises UnavailableError when a port is taken."""
    settle()
    # The simulated Discord starts empty each time, so the commands are told each time.
    client = LanternClient(lantern, force_sync=True)
    world = await build_world(client)
    try:
        await _ask_first(world)
        await tell_story(world, client)
        companions = Companions(world, client)
        await companions.opt_in()
        lobby = Lobby(world, companions, host, port)
        with stop_on_signals() as stop:
            await lobby.start()
            companions.start()
            click.echo(f"\nOpen {lobby.url} in a browser: whom to be, and where. Ctrl-C ends it.")
            click.echo("What is pressed and asked there is forgotten when it ends.")
            if browser:
                webbrowser.open(lobby.url)
            await stop.wait()
            await companions.stop()
            await lobby.stop()
    finally:
        await world.env.shutdown()
        await client.close()


async def _ask_first(world: World) -> None:
    newcomer = world.people[0]
    place = world.places_of(newcomer)[0]
    click.echo(f"{newcomer.name} in #{place.name}: /ask {FIRST_QUESTION}\n")
    result = await world.do(newcomer.member.slash, place, "ask", question=FIRST_QUESTION)
    for text in texts_in(result.response):
        click.echo(text)


def texts_in(message: Any) -> list[str]:
    """Return the texts of a Components V2 message, in order."""
    return [part["content"] for part in walk_components(message.components) if part.get("type") == _TEXT_DISPLAY]
