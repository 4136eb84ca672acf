"""The beat of the event loop: how late it comes, everything else does; without one, nothing turns."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from prometheus_client import Histogram

if TYPE_CHECKING:
    from collections.abc import Callable

    from prometheus_client import CollectorRegistry

BEAT_SECONDS = 0.5
FRESH_SECONDS = 30.0
"""A beat is fresh for so long: what holds the loop up longer will not end by itself."""
LATE = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Pulse:
    """Beats in the event loop, once started."""

    def __init__(self, registry: CollectorRegistry, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: seconds that never go back."""
        self._clock = clock
        self._late = Histogram(
            "lantern_loop_lag_seconds", "How late the event loop comes to its work", buckets=LATE, registry=registry
        )
        self._last = clock()
        self._running: asyncio.Task[None] | None = None

    @property
    def age_seconds(self) -> float:
        """Seconds since the last beat."""
        return self._clock() - self._last

    def start(self) -> None:
        """Begin to beat."""
        self._running = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stop."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait({self._running})

    async def _run(self) -> None:
        while True:
            self._last = self._clock()
            await asyncio.sleep(BEAT_SECONDS)
            self._late.observe(max(0.0, self.age_seconds - BEAT_SECONDS))
