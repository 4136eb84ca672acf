"""What the bot does without being asked: the weekly digest, and looking after links."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.cogs.background import Background
from bot.cogs.once import Sending
from bot.cogs.tell import UNSENT
from bot.core.models import GuildId
from bot.core.moderation import DraftState
from bot.core.texts import SPOKEN
from bot.faq.digest import DAYS, FIRST_HOUR, Digest, asked_in, by_kind, claim_of, is_due, worth_telling
from bot.views.moderators.digest import digest_card

if TYPE_CHECKING:
    from datetime import date

    from bot.cogs.desk import Desk
    from bot.core.upkeep import Checker
    from bot.views.answers import Card

TICK_SECONDS = 600.0
"""Between two looks at the clock; the first comes so long after the start, which is busy enough."""
LINKS_EVERY = timedelta(hours=1)

log = logging.getLogger(__name__)


class Weekly(Background):
    """Does what is due, whenever it is asked to; `start` asks it every TICK_SECONDS."""

    job = "weekly"

    def __init__(self, desk: Desk, checker: Checker | None = None) -> None:
        """`checker`: asks links; without one they are left alone."""
        super().__init__()
        self._desk = desk
        self._checker = checker
        self._links_after = datetime.min.replace(tzinfo=UTC)

    def start(self) -> None:
        """Begin to look at the clock, once the client is set up; without a checker, nothing happens unasked."""
        if self._checker is not None:
            super().start()

    async def run_due(self, now: datetime) -> None:
        """Do everything that is due at a moment (UTC). Whatever fails is logged, and tried again the next time."""
        for server in list(self._desk.client.guilds):  # the bot may join or leave one meanwhile
            try:
                await self._post_digest(GuildId(server.id), now)
            except Exception:
                log.exception("The digest of server %d is not posted yet", server.id)
        if self._checker is not None and now >= self._links_after:
            self._links_after = now + LINKS_EVERY
            try:
                await self._desk.lantern.links.check_some(self._checker, now.date())
            except Exception:
                log.exception("Links could not be checked")

    async def _run(self) -> None:
        await self._desk.client.wait_until_ready()
        while True:
            await asyncio.sleep(TICK_SECONDS)
            now = await self._desk.time.now()
            if now is not None:
                await self.run_due(now)

    async def _post_digest(self, guild: GuildId, now: datetime) -> None:
        settings = await self._desk.gate.guilds.settings(guild)
        activity, claim = self._desk.lantern.activity, claim_of(guild, now)
        if not is_due(now, settings) or not await activity.claim(claim):
            return
        SPOKEN.set(settings.language or "")
        sending = Sending(claim, now.replace(hour=FIRST_HOUR, minute=0, second=0), by_first_line=True)
        try:
            is_posted = await self._desk.post_once(guild, await self._digest(guild, now.date()), sending)
        except BaseException as error:
            await activity.release(claim)
            if not isinstance(error, UNSENT):
                raise
            log.warning("The moderators' channel could not be told: %s", error)
        else:
            if not is_posted:
                await activity.release(claim)

    async def _digest(self, guild: GuildId, today: date) -> Card:
        lantern = self._desk.lantern
        counts = await lantern.days.counts(guild, today - DAYS)
        waiting = await lantern.queue.waiting(guild)
        digest = Digest(
            *asked_in(counts, today),
            waiting=tuple((one.question, one.askers) for one in waiting),
            proposals=len(await lantern.proposals.waiting(guild)),
            suggestions=len(await lantern.suggestions.waiting(guild)),
            drafts=len(await lantern.editing.drafts(guild, states={DraftState.SUBMITTED})),
            findings=by_kind(worth_telling(await lantern.upkeep.findings(guild, today))),
        )
        return digest_card(digest, waiting[0].id if waiting else 0, self._desk.texts)
