"""When a backup is made, and which ones stay. Whoever runs the bot decides; PRIVACY.md says how long they live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

REPLACED_DAYS = 7
"""How long a database stays that a restore replaced, and with it the keys that only it needs."""


@dataclass(frozen=True, slots=True)
class BackupPlan:
    """`hours` between two backups, 0 for none; the newest of each of the last `daily` days and `weekly` weeks stays.

    None stays longer than `days`, but the newest of all.
    """

    folder: Path
    hours: int = 24
    daily: int = 7
    weekly: int = 4
    days: int = 30

    def kept(self, made: list[datetime], now: datetime) -> set[datetime]:
        """Return which of the backups made at these moments (UTC) stay."""
        by_day = {each.date(): each for each in sorted(made)}
        by_week = {each.isocalendar()[:2]: each for each in sorted(made)}
        kept = {by_day[day] for day in sorted(by_day)[-self.daily :]} if self.daily else set()
        kept |= {by_week[week] for week in sorted(by_week)[-self.weekly :]} if self.weekly else set()
        return {each for each in kept if now - each <= timedelta(days=self.days)} | set(sorted(made)[-1:])

    def is_due(self, made: list[datetime], now: datetime) -> bool:
        """Tell whether it is time for a backup. One from the future, as after the clock was set, counts for nothing."""
        before = [each for each in made if each <= now]
        return bool(self.hours) and (not before or now - max(before) >= timedelta(hours=self.hours))
