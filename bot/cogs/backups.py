"""Makes a backup whenever one is due, beside everything else; nothing waits for it, and nothing fails with it."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from bot.cogs.background import Background
from bot.core.errors import LanternError

if TYPE_CHECKING:
    from datetime import datetime

    from bot.cogs.timekeeping import Timekeeper
    from bot.storage.rotation import Backups

TICK_SECONDS = 600.0
"""Between two looks whether one is due; the first comes so long after the start, which is busy enough."""
RETRY_SECONDS = 3600.0
"""After one that failed."""

log = logging.getLogger(__name__)


class BackupClock(Background):
    """Asks again and again; a backup that is being made when it is closed comes to its end in its thread."""

    job = "backups"

    def __init__(self, backups: Backups, time: Timekeeper, every_seconds: float = TICK_SECONDS) -> None:
        super().__init__()
        self._backups = backups
        self._time = time
        self._every_seconds = every_seconds

    async def run_due(self, now: datetime) -> bool:
        """Do what is due at a moment (UTC). Never raises; False where it failed, which the log says."""
        try:
            made = await self._backups.run_due(now)
        except LanternError as error:
            log.error("No backup was made: %s It is tried again in an hour", error)  # noqa: TRY400 - a sentence says it
            return False
        except Exception:
            log.exception("No backup was made; it is tried again in an hour")
            return False
        if made is not None:
            log.info("A backup was made and proven: %s, %.1f MB", made.path.name, made.size / 10**6)
        return True

    async def _run(self) -> None:
        pause = self._every_seconds
        try:
            await self._backups.look()
        except LanternError as error:
            log.error("Backups cannot be made: %s", error)  # noqa: TRY400 - a sentence says it
        while True:
            await asyncio.sleep(pause)
            now = await self._time.now()
            pause = self._every_seconds if now is None or await self.run_due(now) else RETRY_SECONDS
