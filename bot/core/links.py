"""The nouns of checking source links. Frozen, like those of `models`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


class LinkState(StrEnum):
    """What is known of a link."""

    OK = auto()
    GONE = auto()
    """404, 410, or a host that does not exist. One check proves little; two on different days do."""
    MOVED = auto()
    """A permanent redirect to a page that answers."""
    REFUSED = auto()
    """Not asked: not https, another port, a user's name, or an address that is not public."""
    UNSURE = auto()
    """No sign that it is dead: a timeout, 403, 429, a server's error, a lookup that failed for now."""


@dataclass(frozen=True, slots=True)
class LinkReport:
    """What one check found. `detail`: why, in a few words; `moved_to`: only of a link that has moved."""

    link: str
    state: LinkState
    detail: str
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class KnownLink:
    """What the last check found, and on which day (UTC). `gone_since`: the first day it was gone, not back since."""

    report: LinkReport
    checked_on: date
    gone_since: date | None = None

    @property
    def is_dead(self) -> bool:
        """Whether it was gone on two different days."""
        is_gone = self.report.state is LinkState.GONE
        return is_gone and self.gone_since is not None and self.gone_since < self.checked_on


def noted(report: LinkReport, before: KnownLink | None, today: date) -> KnownLink:
    """Return what is known of a link after one more check. Pure.

    Only a page that answers is surely back: where a check was unsure, the day from which it was gone stays.
    """
    gone_since = before.gone_since if before else None
    match report.state:
        case LinkState.GONE:
            gone_since = gone_since or today
        case LinkState.OK | LinkState.MOVED:
            gone_since = None
    return KnownLink(report, today, gone_since)
