"""What time it is for all that the bot does unasked: Discord dates each of its answers, and so tells a wrong clock."""

from __future__ import annotations

import logging
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from bot.cogs.tell import UNSENT
from bot.core.checked_clock import CheckedClock

if TYPE_CHECKING:
    from datetime import datetime

    import aiohttp
    import discord

log = logging.getLogger(__name__)


class Timekeeper:
    """Tells the time where it can be believed."""

    def __init__(self, client: discord.Client, clock: CheckedClock | None = None) -> None:
        """`client`: not yet connected, so that what Discord answers is heard from the login on."""
        self._client = client
        self._clock = clock or CheckedClock()
        self._is_doubted = False
        if client.http.http_trace is not None:
            client.http.http_trace.on_request_end.append(self._hear)

    async def now(self) -> datetime | None:
        """Return the time, UTC; None, which the log tells, where this machine's clock is wrong: then nothing is due.

        Before it says so it asks Discord: a machine that slept has a clock that is right and seemed to jump.
        """
        now = self._clock.now()
        if now is None:
            await self._ask_discord()
            now = self._clock.now()
        if (now is None) is not self._is_doubted:
            self._is_doubted = now is None
            self._tell()
        return now

    async def _ask_discord(self) -> None:
        try:
            await self._client.application_info()
        except UNSENT as error:
            log.warning("Discord could not be asked for the time: %s", error)

    def _tell(self) -> None:
        if self._is_doubted:
            hours = self._clock.is_off_by.total_seconds() / 3600
            log.error(
                "The clock of this machine is wrong by %+.1f hours. Until it is right, nothing is done by time: no "
                "round, no reminder, no backup, and nothing is deleted for its age. Set the clock, and let NTP keep it",
                hours,
            )
        else:
            log.info("The clock of this machine is right again; what is due is done")

    async def _hear(self, _session: object, _context: object, asked: aiohttp.TraceRequestEndParams) -> None:
        """Learn the time from an answer of Discord; a date that cannot be read tells nothing."""
        if (date := date_of(asked)) is not None:
            self._clock.heard(date)


def date_of(answered: aiohttp.TraceRequestEndParams) -> datetime | None:
    """Return the date of an answer, UTC; None where it has none that can be read."""
    try:
        date = parsedate_to_datetime(answered.response.headers["Date"])
    except (KeyError, ValueError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
