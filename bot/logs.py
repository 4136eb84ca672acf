"""Logging: one line per event to stderr, as text or JSON. Never what somebody wrote, never a name, no id but as a hash.

All of it is done where a line is made into text, so that what a library logs, and what a traceback says, pass here too.
"""

from __future__ import annotations

import copy
import hmac
import json
import logging
import re
import secrets
import sqlite3
import traceback
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from bot.core.errors import LanternError

INTERACTION: ContextVar[str] = ContextVar("interaction", default="")
"""What every line has in common that one command, click or form causes, also later and in the background; random."""
JOB: ContextVar[str] = ContextVar("job", default="")
"""Which job in the background a line comes from."""
INCIDENT = "incident"
"""Where a record has the number a person was told, among its `extra`."""
SHOWN = 8
"""Hexadecimal digits of a hash: enough to tell the people in one log apart."""
ID = re.compile(r"\d{15,}")
"""Discord's ids have 17 to 20 digits."""
TOKEN = re.compile(r"(?<=/)(webhooks|interactions)/(\w+)/[^\s/?]+")
"""In addresses that discord.py tells: whoever has the token of an interaction can answer in the bot's name."""
QUOTED = re.compile('".*"', re.DOTALL)
HTML = re.compile(r"\s*<(!doctype|html).*", re.DOTALL | re.IGNORECASE)
"""A whole page, which Cloudflare and other proxies answer with in Discord's place."""
DEPTH = 10
"""Errors behind an error that are told."""
TOLD = (LanternError, OSError, sqlite3.Error, TypeError, AttributeError, NameError, ImportError, RuntimeError)
TOLD_OF = frozenset({"discord.errors", "aiohttp.client_exceptions"})
"""Errors, and modules of errors, whose text is about code, files and connections. That of any other may hold what
somebody wrote, as `ValueError: invalid literal for int() with base 10: 'what they wrote'` does: only its type is told.
"""


def start_logging(level: str, key: bytes | None = None, *, as_json: bool = False) -> None:
    """Log to stderr from `level` on; libraries only from WARNING on. `key`: of the hashes; a new one where None."""
    logging.basicConfig(level=logging.WARNING, force=True)
    logging.getLogger("bot").setLevel(level)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(DiscreetJson(key) if as_json else Discreet(key))


def new_incident() -> str:
    """Return a short number that ties what a person was told to the log line that says why."""
    return secrets.token_hex(3)


@dataclass(frozen=True, slots=True)
class Line:
    """What may be told of an event. `time`: ISO 8601, UTC; of the rest, what there is nothing to say of is empty."""

    time: str
    level: str
    logger: str
    message: str
    interaction: str
    job: str
    incident: str
    traceback: str


class Discreet(logging.Formatter):
    """Writes a line without what must not be in a log. The same id has the same hash as long as the key is the same."""

    def __init__(self, key: bytes | None = None) -> None:
        super().__init__()
        self._key = key or secrets.token_bytes(32)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line to be read, with its traceback below it."""
        line = self.line_of(record)
        cause = " ".join(filter(None, (line.job, line.interaction)))
        head = f"{self.formatTime(record)} {line.level} {line.logger}{cause and f' [{cause}]'}: {line.message}"
        return f"{head}\n{line.traceback}" if line.traceback else head

    def line_of(self, record: logging.LogRecord) -> Line:
        """Return what may be told of an event; what another handler made of it (`exc_text`) is not used."""
        error = record.exc_info[1] if record.exc_info else None
        return Line(
            time=datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            level=record.levelname,
            logger=self._without_ids(record.name),
            message=self._without_ids(_message_of(record)),
            interaction=INTERACTION.get(),
            job=JOB.get(),
            incident=str(getattr(record, INCIDENT, "")),
            traceback="" if error is None or _is_reconnect(record) else self._without_ids(traceback_of(error)),
        )

    def _without_ids(self, line: str) -> str:
        return ID.sub(self._hash_of, TOKEN.sub(r"\1/\2/…", line))

    def _hash_of(self, found: re.Match[str]) -> str:
        return f"#{hmac.digest(self._key, found.group().encode(), 'sha256').hex()[:SHOWN]}"


class DiscreetJson(Discreet):
    """Writes one JSON object a line: the fields of `Line` that there is something to say of."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line for a program that collects logs."""
        return json.dumps({name: value for name, value in asdict(self.line_of(record)).items() if value})


def text_of(error: BaseException) -> str:
    """Return what an error says, as far as it cannot be somebody's words; empty for nothing."""
    if type(error).__module__ in TOLD_OF:
        # Discord repeats a value that it refuses, in quotation marks.
        return QUOTED.sub('"…"', HTML.sub("", str(error)))
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
