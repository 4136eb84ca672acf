"""The weekly digest: when it is due, and what it says. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.core.models import Kind
from bot.core.upkeep import FindingKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from bot.core.models import GuildId
    from bot.core.moderation import GuildSettings
    from bot.core.upkeep import DayCount
    from bot.faq.upkeep import Finding

FIRST_HOUR = 9
"""UTC: morning in Europe, daytime in Asia; the Americas find it when they get up."""
DAYS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Digest:
    """What moderators should know of a week.

    `answered`, `choices`, `unknown`: what questions came to in the seven days before today; `waiting`: questions
    that wait, with how many people asked, in the queue's order; `drafts`: those handed in for another pair of eyes.
    """

    answered: int
    choices: int
    unknown: int
    waiting: tuple[tuple[str, int], ...]
    proposals: int
    suggestions: int
    drafts: int
    findings: Mapping[FindingKind, int]

    @property
    def asked(self) -> int:
        """All questions of the week."""
        return self.answered + self.choices + self.unknown

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.waiting or self.proposals or self.suggestions or self.drafts or self.findings)


def is_due(now: datetime, settings: GuildSettings) -> bool:
    """Tell whether a server's digest may be posted now (UTC): on its day, from FIRST_HOUR on."""
    has_place = settings.moderators_channel is not None
    return has_place and now.weekday() == settings.digest_day and now.hour >= FIRST_HOUR


def claim_of(guild: GuildId, now: datetime) -> str:
    """Return what is claimed so that a server gets one digest in an ISO week, whoever posts it."""
    year, week, _ = now.isocalendar()
    return f"digest:{guild}:{year}-{week:02}"


def asked_in(counts: Iterable[DayCount], today: date) -> tuple[int, int, int]:
    """Return (answered, choices, unknown) of the seven days before today."""
    found: Counter[str] = Counter()
    for each in counts:
        if today - DAYS <= each.day < today:
            found[each.what] += each.count
    return found[Kind.ANSWER], found[Kind.CHOICES], found[Kind.UNKNOWN]


def by_kind(findings: Iterable[Finding]) -> dict[FindingKind, int]:
    """Return how many findings there are of each kind, in their order."""
    return dict(Counter(finding.kind for finding in findings))


def worth_telling(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings a digest counts: what is not used is nothing wrong, and the same week after week."""
    return [finding for finding in findings if finding.kind is not FindingKind.UNUSED]
