"""How often one person may do one thing."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from bot.core.errors import LimitError

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import datetime, timedelta


class Limit:
    """At most `most` times within any `period`, by key. Kept in memory: after a restart everybody starts anew."""

    def __init__(self, most: int, period: timedelta) -> None:
        self._most = most
        self._period = period
        self._taken: dict[Hashable, deque[datetime]] = {}

    def take(self, key: Hashable, now: datetime) -> None:
        """Count one more time. Raises LimitError, and counts nothing, where that is too often."""
        for known in [known for known, times in self._taken.items() if times[-1] <= now - self._period]:
            del self._taken[known]
        times = self._taken.setdefault(key, deque(maxlen=self._most))
        if len(times) == self._most and now - self._period < times[0] <= now:  # a clock may be set back
            raise LimitError(f"Somebody reached {self._most} times within {self._period}.")
        times.append(now)
