"""Something felt wrong: reports, and what moderators make of them."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.core.introductions import Report, ReportId, ReportState
from bot.peers.introductions import IDS
from bot.peers.steps import NOBODY, seen_by

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from bot.core.introductions import Introduction, IntroductionId, ReportReason
    from bot.core.models import GuildId, UserId
    from bot.core.ports.introductions import IntroductionStore, ReportStore

A_DAY = 5
"""So many reports somebody may make in a day [assumed]."""
REPORTABLE = timedelta(days=90)
LOOK_TWICE = 5
"""From so many unfounded reports on, moderators are told so, and decide what it means (safety.md 7.57)."""


class Reports:
    """The use cases around reports. Who may use which is asked before, at the edge."""

    def __init__(self, store: ReportStore, introductions: IntroductionStore) -> None:
        self._store = store
        self._introductions = introductions

    async def report(  # noqa: PLR0917 - who, what, why, in that order
        self,
        guild: GuildId,
        user: UserId,
        introduction: IntroductionId,
        reason: ReportReason,
        text: str,
        now: datetime,
    ) -> Report:
        """Keep a report; at once, the pair is frozen and who is reported gets nothing new until a moderator has looked.

        Who is reported sees no difference. Raises LimitError after A_DAY in a day, NoSuchIntroductionError,
        StorageError.
        """
        number = ReportId(secrets.randbelow(IDS))
        report = Report(number, guild, introduction, user, NOBODY, reason, text, ReportState.OPEN, now)
        return await self._store.add(report, at_most=A_DAY, since=now - timedelta(days=1))

    async def open(self, guild: GuildId) -> Sequence[Report]:
        """Return what waits for a moderator, oldest first."""
        return await self._store.open(guild)

    async def decide(self, guild: GuildId, report: ReportId, state: ReportState, by: UserId, now: datetime) -> Report:
        """Close a report: the first of several moderators does. Raises VersionGoneError for all others, StorageError.

        UNFOUNDED lets both go on. SETTLED and REMOVED end the pair for good; REMOVED takes the reported person out of
        the matching, for good too.
        """
        return await self._store.decide(guild, report, state, by, now)

    async def reportable(self, guild: GuildId, user: UserId, now: datetime) -> Sequence[Introduction]:
        """Return somebody's introductions of the last REPORTABLE, as long as they are kept; newest first."""
        own = reversed(await self._introductions.of(guild, user))
        return [seen_by(each, user) for each in own if now - (each.revealed_at or each.offered_at) < REPORTABLE]

    async def barred(self, guild: GuildId) -> Collection[UserId]:
        """Return who must not be introduced: reported and not looked at yet, or taken out."""
        return await self._store.barred(guild)
