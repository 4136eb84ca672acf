"""Logging: one line per event to stderr. Never what somebody asked, never a name."""

from __future__ import annotations

import logging
import secrets


def start_logging(level: str) -> None:
    """Log to stderr from `level` on; libraries only from WARNING on."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.WARNING, force=True)
    logging.getLogger("bot").setLevel(level)


def new_incident() -> str:
    """Return a short number that ties what a person was told to the log line that says why."""
    return secrets.token_hex(3)
