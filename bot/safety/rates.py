"""How fast is too fast: several sliding windows for each person and each server, pure, in memory.

They hold off machines and floods. Nobody who reads what the bot answers comes near them; a test lets somebody busy use
it for an hour. What would hurt others if done often has a limit of its own where it is kept, and none here: new
stories and asking between rounds (`bot/peers/`, by `Limit`), reports and suggestions (counted in the database).
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.core.errors import TooFastError
from bot.core.models import NO_GUILD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.core.models import GuildId, UserId

MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("minutes", "hours", "days"))
EVERYBODY = 0
"""Stands for all people of a server; no id of Discord's is 0."""
MOST_KEPT = 100_000
"""Moments kept in all, about 6 MB; beyond it, who was quiet for the longest is forgotten first."""


class Act(StrEnum):
    """What is counted together."""

    ASK = "ask"
    """A command or a menu: each may mean an embedding."""
    PRESS = "press"
    """A click or a pick: a look into memory or the database."""
    FORM = "form"
    """A form that is saved: it writes, and moderators may have to read it."""
    JOIN = "join"
    """A step into being introduced to others."""
    TYPE = "type"
    """A row of autocomplete, which Discord asks for at each pause in typing."""


@dataclass(frozen=True, slots=True)
class Window:
    """At most `most` within any `period`."""

    most: int
    period: timedelta


@dataclass(frozen=True, slots=True)
class Pace:
    """The windows of one person on one server, and those of everybody on it together."""

    person: tuple[Window, ...]
    server: tuple[Window, ...] = ()


LIMITS: Mapping[Act, Pace] = {
    # Reading one answer takes longer than 3 s. A server gets what two cores can embed, so that others can ask too.
    Act.ASK: Pace((Window(20, MINUTE), Window(150, HOUR), Window(600, DAY)), (Window(600, MINUTE), Window(9000, HOUR))),
    # Turning pages, or choosing twenty things in a profile, is quick; three in two seconds for a minute is not a hand.
    Act.PRESS: Pace((Window(90, MINUTE), Window(1500, HOUR)), (Window(3000, MINUTE),)),
    # A form has to be opened, and typed.
    Act.FORM: Pace((Window(12, MINUTE), Window(60, HOUR), Window(200, DAY)), (Window(300, MINUTE),)),
    # Opting in, thinking again and leaving, several times over, is fine.
    Act.JOIN: Pace((Window(20, HOUR), Window(50, DAY)), (Window(300, HOUR),)),
    Act.TYPE: Pace((Window(300, MINUTE),), (Window(6000, MINUTE),)),
}
"""[assumed] What moderators do is not counted: they are trusted with more, and a role can be taken away."""


class Rates:
    """Counts what people do. After a restart everybody starts anew."""

    def __init__(self, limits: Mapping[Act, Pace] = LIMITS, most_kept: int = MOST_KEPT) -> None:
        self._limits = limits
        self._most_kept = most_kept
        self._kept = 0
        self._moments: OrderedDict[tuple[Act, int, int], deque[datetime]] = OrderedDict()
        """By act, server and person (EVERYBODY for the server as a whole); who did something last comes last."""

    def take(self, act: Act, guild: GuildId, user: UserId, now: datetime) -> None:
        """Count one more. Raises TooFastError, and counts nothing, where a window is full."""
        pace = self._limits.get(act)
        if pace is None:
            return
        counted: list[tuple[tuple[Act, int, int], tuple[Window, ...]]] = [((act, guild, user), pace.person)]
        if guild != NO_GUILD:  # direct messages have no server to look after
            counted.append(((act, guild, EVERYBODY), pace.server))
        waits = [again for key, windows in counted if (again := self._free_at(key, windows, now)) is not None]
        if waits:
            raise TooFastError(f"More than the windows for {act.name} hold.", max(waits))
        for key, windows in counted:
            self._count(key, windows, now)
        while self._kept > self._most_kept:
            self._kept -= len(self._moments.popitem(last=False)[1])

    def _free_at(self, key: tuple[Act, int, int], windows: Sequence[Window], now: datetime) -> datetime | None:
        """Return when the fullest window has room again; None where all have."""
        moments = self._moments.get(key, ())
        full = [
            moments[-window.most] + window.period
            for window in windows
            if len(moments) >= window.most and now - window.period < moments[-window.most] <= now
        ]
        return max(full, default=None)

    def _count(self, key: tuple[Act, int, int], windows: Sequence[Window], now: datetime) -> None:
        if not windows:
            return
        moments = self._moments.setdefault(key, deque(maxlen=max(window.most for window in windows)))
        self._kept += len(moments) < (moments.maxlen or 0)
        moments.append(now)
        self._moments.move_to_end(key)
