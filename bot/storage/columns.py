"""How moments and texts are written into columns, the same in every table."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from bot.safety.text import normalise


def written(moment: datetime) -> str:
    """Return a moment in whole seconds, ISO 8601 with its offset: in UTC, the order of texts is that of time."""
    return moment.isoformat(timespec="seconds")


def now() -> str:
    """Return the present moment, in UTC and whole seconds."""
    return written(datetime.now(UTC))


def now_exactly() -> str:
    """Return the present moment, in UTC and microseconds: several in one second still have an order."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def hash_of(question: str) -> str:
    """Return the sha256 of a question's normalised form, hex: two ways to write the same words have the same."""
    return hashlib.sha256(normalise(question).encode()).hexdigest()
