"""Counts the lines of the log from WARNING on, by the kind of error they name: log and figures cannot differ."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import aiohttp
from prometheus_client import Counter

from bot.core.errors import LanternError

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

NONE, OTHER, UNREACHABLE = "none", "other", "unreachable"
"""A line without an error; an error that nobody foresaw; one of the network."""
DISCORD = ("discord_4xx", "discord_429", "discord_5xx")
LEVELS = {logging.WARNING: "warning", logging.ERROR: "error", logging.CRITICAL: "critical"}


def kinds() -> frozenset[str]:
    """Return every value the label `kind` may have."""
    return frozenset({NONE, OTHER, UNREACHABLE, *DISCORD, *(each.__name__ for each in _family(LanternError))})


def kind_of(error: BaseException | None) -> str:
    """Return the kind of an error: a class of Lantern's, what Discord answered, or one of few words."""
    if error is None:
        return NONE
    error = getattr(error, "original", error)  # what discord.py wraps around the error of a command
    if isinstance(error, LanternError):
        return type(error).__name__
    status = getattr(error, "status", None)  # what discord.py and aiohttp have, and nothing else here
    if isinstance(status, int):
        return "discord_429" if status == 429 else f"discord_{min(max(status // 100, 4), 5)}xx"  # noqa: PLR2004 - HTTP's
    return UNREACHABLE if isinstance(error, aiohttp.ClientError | TimeoutError | ConnectionError) else OTHER


class Troubles(logging.Handler):
    """Hears every line of the log, once it is added to the root logger."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__(logging.WARNING)
        self._counter = Counter(
            "lantern_troubles",
            "Lines of the log from WARNING on, by the kind of error they name",
            ["level", "kind"],
            registry=registry,
        )
        for kind in kinds():  # so that the alert sees the first one, too: Prometheus compares with what was before
            self._counter.labels(LEVELS[logging.ERROR], kind)

    def emit(self, record: logging.LogRecord) -> None:
        """Count a line."""
        error = record.exc_info[1] if record.exc_info else None
        named = (each for each in record.args or () if isinstance(each, BaseException))
        self._counter.labels(_level_of(record), kind_of(error or next(named, None))).inc()


def _level_of(record: logging.LogRecord) -> str:
    return LEVELS[max(level for level in LEVELS if level <= record.levelno)]


def _family(kind: type[LanternError]) -> set[type[LanternError]]:
    return {kind, *(each for child in kind.__subclasses__() for each in _family(child))}
