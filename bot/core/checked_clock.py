"""Whether this machine's clock can be believed, told by another clock that is right, and by the seconds that passed."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

TOLERANCE = timedelta(minutes=15)
"""How far the clock may be off. A clock that is kept by NTP is off by milliseconds; one that nobody keeps, by seconds a
day; what the bot does by itself is due to the hour or the day."""


def utc_now() -> datetime:
    """Return the time by this machine's clock, UTC."""
    return datetime.now(UTC)


class CheckedClock:
    """The time, as long as it can be believed.

    A clock that jumps a year ahead would make everybody's data too old to be kept, and end every offer: where it is
    off, nothing is to be done by time. Until `heard` the clock is believed as it was when this was made.
    """

    def __init__(self, wall: Callable[[], datetime] = utc_now, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`wall`: the time, UTC; `monotonic`: seconds that never jump."""
        self._wall = wall
        self._monotonic = monotonic
        self.heard(wall())

    def heard(self, right: datetime) -> None:
        """Note the time by a clock that is right."""
        self._right, self._since = right, self._monotonic()

    @property
    def is_off_by(self) -> timedelta:
        """How far the clock is ahead of the time it must be; negative: behind."""
        passed = timedelta(seconds=self._monotonic() - self._since)
        return self._wall() - self._right - passed

    def now(self) -> datetime | None:
        """Return the time, UTC; None where the clock is off by more than TOLERANCE."""
        return self._wall() if abs(self.is_off_by) <= TOLERANCE else None
