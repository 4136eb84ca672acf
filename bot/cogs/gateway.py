"""Stays connected to Discord until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import signal
from typing import TYPE_CHECKING

import discord

from bot.core.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 2.0, 300.0
"""Between two tries to connect: doubled each time, with some chance, so that many bots do not knock together."""

log = logging.getLogger(__name__)


async def stay_connected(
    new_client: Callable[[], discord.Client],
    token: str,
    stop: asyncio.Event,
    *,
    first_wait_seconds: float = FIRST_WAIT_SECONDS,
) -> None:
    """Run a client until `stop` is set; a new one after each failure, since discord.py cannot reuse one.

    discord.py retries by itself once it was connected; a failure of the first connect (its issue 10520), or an error
    in its own event parsing, ends it, and this loop starts over.
    Raises ConfigurationError for a token that Discord refuses: no retry will mend that.
    """
    wait = first_wait_seconds
    while not stop.is_set():
        client = new_client()
        started = asyncio.get_running_loop().time()
        try:
            await _run_until(client, token, stop)
        except discord.LoginFailure as error:
            raise ConfigurationError(
                "Discord refused the token. Set LANTERN_DISCORD_TOKEN to the one shown under Bot > Reset Token "
                "in the Discord developer portal."
            ) from error
        except Exception as error:  # noqa: BLE001 - whatever it was, the bot comes back
            log.warning("Discord cannot be reached (%s: %s)", type(error).__name__, error)
        if stop.is_set():
            return
        if asyncio.get_running_loop().time() - started > LONGEST_WAIT_SECONDS:
            wait = first_wait_seconds
        pause = wait * random.uniform(0.5, 1.0)  # noqa: S311 - not a secret
        log.info("Trying again in %.0f s", pause)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
        wait = min(LONGEST_WAIT_SECONDS, wait * 2)


async def _run_until(client: discord.Client, token: str, stop: asyncio.Event) -> None:
    running = asyncio.create_task(client.start(token))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            log.info("Closing the connection to Discord")
    finally:
        # First the reading ends, then the connection: the other way round discord.py says 4000, "back soon",
        # and Discord shows the bot as online for minutes.
        stopping.cancel()
        running.cancel()
        await asyncio.wait({running})
        await client.close()
    if not running.cancelled():
        running.result()


@contextlib.contextmanager
def stop_on_signals() -> Iterator[asyncio.Event]:
    """Yield an event that SIGTERM or SIGINT sets, so that the bot closes cleanly (discord.py would just end)."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)
    for number in signals:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
