"""How moments and texts are written into columns, the same in every table."""

from __future__ import annotations

from datetime import UTC, datetime


def written(moment: datetime) -> str:
    """Return a moment in whole seconds, ISO 8601 with its offset: in UTC, the order of texts is that of time."""
    return moment.isoformat(timespec="seconds")


def now() -> str:
    """Return the present moment, in UTC and whole seconds."""
    return written(datetime.now(UTC))


def now_exactly() -> str:
    """Return the present moment, in UTC and microseconds: several in one second still have an order."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
