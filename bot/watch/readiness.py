"""Whether each part can do its work now: asked of the part itself, by whoever looks, or every minute by Prometheus."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from prometheus_client import Gauge

from bot.logs import text_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from prometheus_client import CollectorRegistry

PATIENCE_SECONDS = 4.0
"""How long a part has to show that it is ready: more than a write waits for another process, less than who asks."""
FRESH_SECONDS = 60.0
"""For so long Prometheus is told what was found last: each look costs a question to the model, and a write."""
FINE = "ok"

log = logging.getLogger(__name__)


class Readiness:
    """Asks the parts."""

    def __init__(
        self,
        registry: CollectorRegistry,
        checks: Mapping[str, Callable[[], Awaitable[str]]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take what is asked. `checks`: by name, what tells what is wrong with a part, empty where it is ready."""
        self._checks = checks
        self._clock, self._after = clock, 0.0
        self._ready = Gauge("lantern_ready", "Whether a part can do its work", ["part"], registry=registry)

    async def states(self) -> dict[str, str]:
        """Return FINE for each part that is ready, and what is wrong with any other, by name."""
        self._after = self._clock() + FRESH_SECONDS
        found = await asyncio.gather(*(_asked(check) for check in self._checks.values()))
        for name, says in zip(self._checks, found, strict=True):
            self._ready.labels(name).set(not says)
        return {name: says or FINE for name, says in zip(self._checks, found, strict=True)}

    async def refresh(self) -> None:
        """Ask again, unless it was done just now."""
        if self._clock() >= self._after:
            await self.states()


async def _asked(check: Callable[[], Awaitable[str]]) -> str:
    """Return what is wrong with a part; whatever happens, that is an answer too."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await check()
    except TimeoutError:
        return f"does not answer within {PATIENCE_SECONDS:.0f} s"
    except Exception as error:
        log.exception("A part is not ready")
        return f"fails: {text_of(error) or type(error).__name__}"
