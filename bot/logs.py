"""Logging: one line per event to stderr. Never what somebody asked, never a name."""

from __future__ import annotations

import logging
import secrets


def start_logging(level: str) -> None:
    """Log to stderr from `level` on; libraries only from WARNING on."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.WARNING, force=True)
    logging.getLogger("bot").setLevel(level)
    for handler in logging.getLogger().handlers:
        handler.addFilter(_shortened)


def new_incident() -> str:
    """Return a short number that ties what a person was told to the log line that says why."""
    return secrets.token_hex(3)


def _shortened(record: logging.LogRecord) -> bool:
    """Keep every record; of the traceback that discord.py shows while the network is away, its last line will do."""
    if record.name == "discord.client" and record.exc_info and record.msg.startswith("Attempting a reconnect"):
        error = record.exc_info[1]
        record.msg, record.args = f"{record.getMessage()} ({type(error).__name__}: {error})", ()
        record.exc_info = record.exc_text = None
    return True
