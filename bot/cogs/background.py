"""What runs beside everything else for as long as a client lives."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from bot.logs import JOB

if TYPE_CHECKING:
    from collections.abc import Coroutine


class Background:
    """Begun once the client is set up, and ended with it; a subclass has `_run`, which goes on until cancelled."""

    job: ClassVar[str]
    """What the log calls it."""

    def __init__(self) -> None:
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._running = asyncio.create_task(self._named())

    async def close(self) -> None:
        """Stop, in the middle of something too: what was not done is done after the next start."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait({self._running})

    def _run(self) -> Coroutine[None, None, None]:
        raise NotImplementedError

    async def _named(self) -> None:
        JOB.set(self.job)
        await self._run()
