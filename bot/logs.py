"""Logging: one line per event to stderr. Never what somebody wrote, never a name, and no id but as a keyed hash.

All of it is done where a line is made into text, so that what a library logs, and what a traceback says, pass here too.
"""

from __future__ import annotations

import copy
import hmac
import logging
import re
import secrets
import sqlite3
import traceback
from typing import TYPE_CHECKING

from bot.core.errors import LanternError

if TYPE_CHECKING:
    from types import TracebackType

SHOWN = 8
"""Hexadecimal digits of a hash: enough to tell the people in one log apart."""
ID = re.compile(r"\d{15,}")
"""Discord's ids have 17 to 20 digits."""
TOKEN = re.compile(r"(?<=/)(webhooks|interactions)/(\w+)/[^\s/?]+")
"""In addresses that discord.py tells: whoever has the token of an interaction can answer in the bot's name."""
QUOTED = re.compile('".*"', re.DOTALL)
DEPTH = 10
"""Errors behind an error that are told."""
TOLD = (LanternError, OSError, sqlite3.Error, TypeError, AttributeError, NameError, ImportError, RuntimeError)
TOLD_OF = frozenset({"discord.errors", "aiohttp.client_exceptions"})
"""Errors, and modules of errors, whose text is about code, files and connections. That of any other may hold what
somebody wrote, as `ValueError: invalid literal for int() with base 10: 'what they wrote'` does: only its type is told.
"""


def start_logging(level: str, key: bytes | None = None) -> None:
    """Log to stderr from `level` on; libraries only from WARNING on. `key`: of the hashes; a new one where None."""
    logging.basicConfig(level=logging.WARNING, force=True)
    logging.getLogger("bot").setLevel(level)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(Discreet(key))


def new_incident() -> str:
    """Return a short number that ties what a person was told to the log line that says why."""
    return secrets.token_hex(3)


class Discreet(logging.Formatter):
    """Writes a line without what must not be in a log. The same id has the same hash as long as the key is the same."""

    def __init__(self, key: bytes | None = None) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._key = key or secrets.token_bytes(32)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with its traceback below it."""
        told = copy.copy(record)
        told.msg, told.args = _message_of(record), ()
        told.exc_text = told.stack_info = None  # what another handler made of it
        if _is_reconnect(record):
            told.exc_info = None
        return self._without_ids(super().format(told))

    def formatException(  # noqa: N802 - logging calls it so
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """Return where an error came from, as Python shows it, and what may be told of what it says."""
        return traceback_of(ei[1]) if ei[1] is not None else ""

    def _without_ids(self, line: str) -> str:
        return ID.sub(self._hash_of, TOKEN.sub(r"\1/\2/…", line))

    def _hash_of(self, found: re.Match[str]) -> str:
        return f"#{hmac.digest(self._key, found.group().encode(), 'sha256').hex()[:SHOWN]}"


def text_of(error: BaseException) -> str:
    """Return what an error says, as far as it cannot be somebody's words; empty for nothing."""
    if type(error).__module__ in TOLD_OF:
        return QUOTED.sub('"…"', str(error))  # Discord repeats a value that it refuses, in quotation marks
    return str(error) if isinstance(error, TOLD) else ""


def traceback_of(error: BaseException) -> str:
    """Return where an error came from, and what is behind it; of what they say, what `text_of` tells."""
    return "\n".join(_lines_of(error, DEPTH))


def _message_of(record: logging.LogRecord) -> str:
    """Return a line's own text: errors in it as `text_of` tells them, of asyncio's, which repeat errors, the first."""
    error = record.exc_info[1] if record.exc_info else None
    if error is not None and _is_reconnect(record):
        return f"{record.getMessage()} ({_last_line_of(error)})"
    told = copy.copy(record)
    if isinstance(told.args, tuple):
        told.args = tuple(_last_line_of(each) if isinstance(each, BaseException) else each for each in told.args)
    try:
        message = told.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"A line that cannot be written: {record.msg!r}"
    return message.partition("\n")[0] if record.name == "asyncio" else message


def _is_reconnect(record: logging.LogRecord) -> bool:
    """Tell whether discord.py says that the network is away: of its traceback, the last line will do."""
    is_its = record.name == "discord.client" and str(record.msg).startswith("Attempting a reconnect")
    return is_its and bool(record.exc_info)


def _lines_of(error: BaseException, depth: int) -> list[str]:
    behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    lines = [*_lines_of(behind, depth - 1), "", "Then:"] if behind is not None and depth else []
    lines += ["Traceback (most recent call last):", *"".join(traceback.format_tb(error.__traceback__)).splitlines()]
    lines.append(_last_line_of(error))
    if isinstance(error, BaseExceptionGroup) and depth:
        for each in error.exceptions:
            lines += [f"  | {line}" for line in _lines_of(each, depth - 1)]
    return lines


def _last_line_of(error: BaseException) -> str:
    kind, text = type(error).__name__, text_of(error)
    return f"{kind}: {text}" if text else kind
