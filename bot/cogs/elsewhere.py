"""Asks now and then whether another process, e.g. `lantern faq import`, wrote into the notes."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from bot.cogs.background import Background

if TYPE_CHECKING:
    from bot.cogs.desk import Desk

LOOK_SECONDS = 10.0
"""Between two looks, each of which is one number read from SQLite."""

log = logging.getLogger(__name__)


class Watch(Background):
    """Looks again and again."""

    job = "elsewhere"

    def __init__(self, desk: Desk, every_seconds: float = LOOK_SECONDS) -> None:
        super().__init__()
        self._desk = desk
        self._every_seconds = every_seconds

    async def _run(self) -> None:
        await self._desk.client.wait_until_ready()
        while True:
            await asyncio.sleep(self._every_seconds)
            try:
                await self._desk.lantern.elsewhere.look()
            except Exception:
                log.exception("What another process wrote is not known yet")
