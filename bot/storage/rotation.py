"""Backups on time: made when they are due, the old ones removed, and with them what is noted of deletions."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.core.backups import REPLACED_DAYS
from bot.storage.backup import backups_in, make_backup
from bot.storage.deletions import forget_before
from bot.storage.restoring import replaced_beside

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from bot.core.backups import BackupPlan
    from bot.storage.backup import Backup
    from bot.storage.database import Database
    from bot.storage.keyring import Keyring

LATE = 2
"""So many times the hours between two backups may pass until somebody should look."""


class Backups:
    """The backups of a running bot."""

    def __init__(self, database: Database, keyring: Keyring, plan: BackupPlan | None) -> None:
        """`plan`: None where nothing is backed up, as in the terminal and in memory."""
        self.plan = plan
        self.last_at: datetime | None = None
        """When the newest good backup was made (UTC), as far as anybody looked; None for never."""
        self._database = database
        self._keyring = keyring

    async def look(self) -> None:
        """Learn when the newest backup was made. Raises StorageError."""
        if self.plan is not None and (found := await asyncio.to_thread(backups_in, self.plan.folder)):
            self.last_at = found[-1].at

    async def run_due(self, now: datetime) -> Backup | None:
        """Make a backup if it is time for one, and return it; remove what is older than it may be kept.

        Takes seconds, in a thread, and holds up no write. Raises StorageError; then it is due still.
        """
        plan, path, made = self.plan, self._database.path, None
        if plan is None or path is None:
            return None
        try:
            found = await asyncio.to_thread(backups_in, plan.folder)
            if plan.is_due([each.at for each in found], now):
                made = await asyncio.to_thread(make_backup, path, plan.folder, now, _silently)
        finally:
            await asyncio.to_thread(self._tidy, plan, path, now)
        return made

    def _tidy(self, plan: BackupPlan, database: Path, now: datetime) -> None:
        kept = rotate(plan, now)
        self.last_at = kept[-1].at if kept else None
        for path in replaced_beside(database, before=now - timedelta(days=min(REPLACED_DAYS, plan.days))):
            path.unlink(missing_ok=True)
        if not self._keyring.is_locked:
            oldest = [now - timedelta(days=plan.days), *(each.at for each in kept)]
            forget_before(self._keyring, min(oldest))


def rotate(plan: BackupPlan, now: datetime) -> list[Backup]:
    """Remove the backups that the plan does not keep; return those that stay, oldest first. Raises StorageError."""
    found = backups_in(plan.folder)
    kept = plan.kept([each.at for each in found], now)
    for each in found:
        if each.at not in kept:
            each.path.unlink(missing_ok=True)
    return [each for each in found if each.at in kept]


@dataclass(frozen=True, slots=True)
class BackupState:
    """How backups stand, in a sentence; `mend`: what to do, empty where nothing is to be done."""

    text: str
    mend: str = ""


def look_at_backups(plan: BackupPlan, database: Path, now: datetime) -> BackupState:
    """Tell how old the newest backup is, and what to do where there is none or it is old. Raises StorageError."""
    found = backups_in(plan.folder)
    if not plan.hours:
        return BackupState(
            f"LANTERN_BACKUP_HOURS is 0: the bot makes none by itself; {len(found)} are in {plan.folder}.",
            "" if found else "Make one now and then (lantern backup), or let the bot make them.",
        )
    if not found:
        mend = "Make one: lantern backup. A bot that runs makes them by itself." if database.exists() else ""
        return BackupState(f"There is none yet in {plan.folder}.", mend)
    age = now - found[-1].at
    text = f"The newest of {len(found)} in {plan.folder} is {_told(age)} old."
    if age > LATE * timedelta(hours=plan.hours):
        return BackupState(
            f"{text} One is due every {plan.hours} hours.",
            "Start the bot; where it runs, its log says why none was made. By hand: lantern backup.",
        )
    if database.exists() and plan.folder.stat().st_dev == database.stat().st_dev:
        text += " It is on the database's own disk: copy it to another machine now and then (docs/backup.md)."
    return BackupState(text)


def _told(age: timedelta) -> str:
    hours = round(age / timedelta(hours=1))
    return f"{hours} hours" if hours <= 2 * 24 else f"{age.days} days"


def _silently(_what: str, _done: int, _of: int) -> None:
    """Report nothing."""
