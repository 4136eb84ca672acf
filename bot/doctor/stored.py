"""Findings on what is stored: the database, the keys, and who else may read them."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from bot.doctor.findings import Area, Finding, Level, looked_at
from bot.storage.inspection import faults_in, look_closely
from bot.storage.keys import KEY_FILE
from bot.storage.resealing import look_at_keys
from bot.storage.ring import RING_FILE
from bot.storage.rotation import look_at_backups

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.doctor.findings import Tell
    from bot.settings import Settings

STORED = Area.STORED
LONG_LOG_BYTES = 64_000_000
"""The write-ahead log is emptied at 4 MB; one so long means that some program reads the database without an end."""
RESTORE = "Stop Lantern, then put the last backup in its place: lantern restore"
POSIX = os.name == "posix"


def of_stored(settings: Settings, tell: Tell) -> Iterator[Finding]:
    """Yield every finding on what is stored; `tell`: reading a large file takes its time."""
    yield from looked_at(STORED, "database", partial(database, settings.database, tell))
    yield from looked_at(STORED, "key", partial(keys, settings))
    yield from looked_at(STORED, "backups", partial(backups, settings))
    yield from rights(settings.state)


def database(path: Path, tell: Tell) -> Iterator[Finding]:
    """Read every page of the database. Raises StorageError for a file that is not usable at all."""
    if not path.exists():
        text = f"{path} is not there yet; the first start makes it (LANTERN_STATE is {path.parent})."
        yield Finding(STORED, "database", Level.OK, text)
        return
    tell(f"Reading {path.name}, {path.stat().st_size // 10**6} MB", 0, 0)
    state = look_closely(path)
    if state.faults:
        text = f"{path} is damaged: {'; '.join(state.faults)}."
        yield Finding(STORED, "database", Level.WRONG, text, RESTORE)
    elif state.orphans:
        named = ", ".join(f"{count} in {table}" for table, count in sorted(state.orphans.items()))
        text = f"{path} has rows that refer to rows that are not there: {named}."
        yield Finding(STORED, "database", Level.WRONG, text, RESTORE)
    else:
        text = f"{path} is sound: {state.size / 10**6:.1f} MB, every page read, {state.applied} migrations."
        yield Finding(STORED, "database", Level.OK, text)
    if state.pending:
        text = f"{path} is of an older Lantern; the next start applies {len(state.pending)} migrations to it."
        mend = "Make a backup first (lantern backup): an older Lantern does not open it afterwards."
        yield Finding(STORED, "migrations", Level.WARNING, text, mend)
    if state.log_size > LONG_LOG_BYTES:
        text = f"The write-ahead log {path.name}-wal has {state.log_size // 10**6} MB."
        mend = "Close programs that have the database open, then start Lantern anew."
        yield Finding(STORED, "write-ahead log", Level.WARNING, text, mend)


def keys(settings: Settings) -> Iterator[Finding]:
    """Tell whether what is encrypted can be read. Raises StorageError where it cannot."""
    found = look_at_keys(settings.database, settings.master_key)
    ring = settings.database.with_name(RING_FILE)
    if ring.exists() and (faults := faults_in(ring)):
        yield Finding(STORED, "key", Level.WRONG, f"{ring} is damaged: {'; '.join(faults)}.", RESTORE)
    else:
        yield Finding(STORED, "key", Level.OK, found.text)


def backups(settings: Settings) -> Iterator[Finding]:
    """Tell how old the newest backup is. Raises StorageError for a folder that cannot be read."""
    found = look_at_backups(settings.backup_plan, settings.database, datetime.now(UTC))
    yield Finding(STORED, "backups", Level.WARNING if found.mend else Level.OK, found.text, found.mend)


def rights(state: Path) -> Iterator[Finding]:
    """Tell whether others on this machine may read what is stored; a closed folder protects what is in it."""
    if not POSIX or not state.is_dir():
        return
    mode = state.stat().st_mode
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        text = f"Others on this machine may look into {state} ({stat.filemode(mode)})."
        yield Finding(STORED, "access", Level.WARNING, text, f"chmod 700 {state}")
    else:
        yield Finding(STORED, "access", Level.OK, f"Only its owner may look into {state}.")
    secret = (path for path in sorted(state.iterdir()) if path.name.startswith((RING_FILE, KEY_FILE)))
    yield from filter(None, (exposed(STORED, path) for path in secret))


def exposed(area: Area, path: Path) -> Finding | None:
    """Return a finding where others may read a secret in a file: anybody is wrong, a group worth knowing."""
    if not POSIX or not path.exists():
        return None
    mode = path.stat().st_mode
    if mode & stat.S_IROTH and is_reachable(path):
        text = f"Everybody on this machine may read {path}, and it holds a secret."
        return Finding(area, path.name, Level.WRONG, text, f"chmod 600 {path}")
    if mode & stat.S_IRGRP and path.parent.stat().st_mode & stat.S_IXGRP:
        text = f"The group of {path} may read it, and it holds a secret."
        return Finding(area, path.name, Level.WARNING, text, f"chmod 600 {path}")
    return None


def is_reachable(path: Path) -> bool:
    """Tell whether everybody may go into each folder above a file."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.absolute().parents)
