"""Which Lantern this is, for reports of what went wrong."""

from __future__ import annotations

import platform
from importlib import metadata

from bot.search.embedder import BUNDLED_MODEL
from bot.storage.migrations import known_names

UNINSTALLED = "not installed"


def version() -> str:
    """Return Lantern's version, as pyproject.toml has it."""
    return _of("lantern-bot")


def version_line() -> str:
    """Return one line: Lantern, Python, discord.py, the model that ships with it, the database's last migration."""
    parts = (
        f"Python {platform.python_version()}",
        f"discord.py {_of('discord.py')}",
        f"model {BUNDLED_MODEL}",
        f"database {max(known_names())}",
    )
    return f"lantern {version()} ({', '.join(parts)})"


def _of(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return UNINSTALLED
