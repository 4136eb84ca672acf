"""`lantern doctor`: what is set, what is missing, what to do. Looks only; changes nothing."""

from __future__ import annotations

import os
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from bot import app
from bot.content.helplines import load_helplines
from bot.core.errors import LanternError
from bot.core.helplines import FRESH_DAYS
from bot.search.embedder import BUNDLED_MODEL, check_bundled
from bot.storage.database import inspect_file
from bot.storage.resealing import look_at_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.core.helplines import Helplines
    from bot.settings import Settings

NEEDED_BYTES = 200_000_000
"""Room for the database, its write-ahead log and a backup of it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and what to do where it is not fine."""

    subject: str
    is_fine: bool
    text: str

    def as_row(self) -> dict[str, Any]:
        """Return it for `--json`."""
        return asdict(self)


def examine(settings: Settings) -> list[Finding]:
    """Look at everything `lantern run` needs."""
    return [
        _token(settings),
        *_checked("model", lambda: _model(settings)),
        *_checked("content", lambda: _content(settings)),
        *_checked("helplines", lambda: said_of(load_helplines(settings.data), datetime.now(UTC).date())),
        *_checked("database", lambda: _database(settings.database)),
        *_checked("key", lambda: look_at_keys(settings.database, settings.master_key).text),
        _room(settings.state),
        *_other_settings(settings),
    ]


def _token(settings: Settings) -> Finding:
    if settings.discord_token is None:
        text = (
            "LANTERN_DISCORD_TOKEN is not set. `lantern run` needs it (README, 'On a real server'); the demo does not."
        )
        return Finding("token", is_fine=False, text=text)
    return Finding("token", is_fine=True, text="LANTERN_DISCORD_TOKEN is set; Discord is asked only by `lantern run`.")


def _checked(subject: str, look: Callable[[], str]) -> Iterator[Finding]:
    try:
        yield Finding(subject, is_fine=True, text=look())
    except LanternError as error:
        yield Finding(subject, is_fine=False, text=str(error))


def _model(settings: Settings) -> str:
    if settings.model != BUNDLED_MODEL:
        return f"LANTERN_MODEL is {settings.model}; it is opened when Lantern starts."
    check_bundled()
    return f"{BUNDLED_MODEL} is installed and undamaged."


def _content(settings: Settings) -> str:
    content = app.load_content(settings)
    return f"{len(content.pack.entries)} entries; every sentence in prompts/{settings.locale}.yaml is there."


def said_of(helplines: Helplines, today: date) -> str:
    """Return how old the helplines are. Old ones are still better than none, so that is no fault, only said."""
    seen = sum(country.is_seen for country in helplines.countries.values())
    counted = f"{len(helplines.countries)} countries, {seen} of them seen on a page"
    if helplines.is_stale(today):
        return (
            f"WARNING: gone through on {helplines.checked_on}, more than {FRESH_DAYS} days ago; {counted}. Look up "
            "each number at its source, correct data/helplines.yaml, and set checked_on."
        )
    return f"{counted}; gone through on {helplines.checked_on}."


def _database(path: Path) -> str:
    if not path.exists():
        return f"{path} is not there yet; the first start makes it (LANTERN_STATE is {path.parent})."
    inspect_file(path)
    return f"{path} is sound."


def _room(state: Path) -> Finding:
    existing = next(folder for folder in (state.absolute(), *state.absolute().parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    if free < NEEDED_BYTES:
        text = f"Only {free // 10**6} MB are free for {state}; make room for {NEEDED_BYTES // 10**6} MB."
        return Finding("disk", is_fine=False, text=text)
    return Finding("disk", is_fine=True, text=f"{free // 10**9} GB free for {state}.")


def _other_settings(settings: Settings) -> Iterator[Finding]:
    known = {f"LANTERN_{name.upper()}" for name in type(settings).model_fields}
    for name in sorted(key for key in os.environ if key.startswith("LANTERN_") and key not in known):
        text = f"is set, but Lantern has no such setting. Known: {', '.join(sorted(known))}."
        yield Finding(name, is_fine=False, text=text)
    for name in ("locale", "state", "data", "prompts", "log_level"):
        yield Finding(f"LANTERN_{name.upper()}", is_fine=True, text=f"{getattr(settings, name)}")
