"""`lantern run` and `lantern demo`: the bot on Discord, or in a simulated one."""

from __future__ import annotations

import asyncio
import functools
import logging
import signal
import sys
from typing import TYPE_CHECKING

import click

from bot.beside import beside
from bot.core.errors import ConfigurationError, Exit
from bot.memory import settle
from bot.session import begin, with_lantern
from bot.storage.lock import alone
from bot.succession import predecessor, succession
from bot.warming import warm

if TYPE_CHECKING:
    from bot.app import Lantern


@click.command()
@click.option("--sync", "force_sync", is_flag=True, help="Tell Discord the commands even if they did not change.")
def run(*, force_sync: bool) -> None:
    """Run the bot on Discord until Ctrl-C or SIGTERM; needs LANTERN_DISCORD_TOKEN."""
    settings = begin()
    if settings.discord_token is None:
        raise ConfigurationError(
            "LANTERN_DISCORD_TOKEN is not set. Create a bot in the Discord developer portal and put its token there "
            "(README, 'On a real server'). To try Lantern without Discord: lantern demo"
        )
    token = settings.discord_token.get_secret_value()
    from bot.watching import meter_for, watched  # noqa: PLC0415 - only a bot that runs is watched

    async def work(lantern: Lantern) -> None:
        from bot.cogs.client import LanternClient  # noqa: PLC0415 - discord is loaded only where it is used
        from bot.cogs.gateway import stay_connected, stop_on_signals  # noqa: PLC0415
        from bot.web.links import LinkChecker  # noqa: PLC0415

        settle()

        def new_client() -> LanternClient:
            return LanternClient(lantern, force_sync=force_sync, checker=LinkChecker())

        with stop_on_signals() as stop:
            async with watched(lantern, settings), succession(lantern, settings, before), beside(warm(lantern)):
                await stay_connected(new_client, token, stop)

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(Exit.OK))  # while it starts; then it is heard where it runs
    with alone(settings.database):
        before, meter = predecessor(settings), meter_for(settings)
        asyncio.run(with_lantern(settings, work, notes=settings.database, meter=meter, model=before))


@click.command()
@click.option("--port", default=8801, show_default=True, help="Where the lobby page listens; its Discord on the next.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Who may open it: this machine alone. 0.0.0.0 only inside a container, as in deploy/compose.yaml.",
)
@click.option("--browser/--no-browser", default=True, help="Open a browser where there is one.")
def demo(port: int, host: str, *, browser: bool) -> None:
    """Try everything in a simulated Discord, in the browser; nothing leaves this machine."""
    settings = begin()
    logging.getLogger("discord").setLevel(logging.ERROR)  # importing SimCord makes a bare client, which warns
    try:
        from bot.demo.serve import serve  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ConfigurationError(
            f"The demo's parts are not installed ({error}). Run `make demo`, or `pip install 'lantern-bot[demo]'`."
        ) from error
    # The simulated server is another one each time, so nothing that happens there is worth keeping.
    asyncio.run(with_lantern(settings, functools.partial(serve, host, port, browser), notes=None))
