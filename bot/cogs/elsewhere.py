"""Asks now and then whether another process, e.g. `lantern faq import`, wrote into the notes."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from bot.logs import JOB

if TYPE_CHECKING:
    from bot.cogs.desk import Desk

LOOK_SECONDS = 10.0
"""Between two looks, each of which is one number read from SQLite."""

log = logging.getLogger(__name__)


class Watch:
    """Looks again and again, once started."""

    def __init__(self, desk: Desk, every_seconds: float = LOOK_SECONDS) -> None:
        self._desk = desk
        self._every_seconds = every_seconds
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._running = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stop."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait({self._running})

    async def _run(self) -> None:
        JOB.set("elsewhere")
        await self._desk.client.wait_until_ready()
        while True:
            await asyncio.sleep(self._every_seconds)
            try:
                await self._desk.lantern.elsewhere.look()
            except Exception:
                log.exception("What another process wrote is not known yet")
