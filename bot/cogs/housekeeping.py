"""What ends by itself: what is older than it may be kept, people and servers that are gone."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.cogs.background import Background
from bot.cogs.gate import guild_of
from bot.cogs.peers.people import name_of
from bot.core.errors import LanternError
from bot.core.models import NO_GUILD, GuildId, UserId
from bot.core.retention import GONE_HOURS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import date

    import discord

    from bot.cogs.desk import Desk
    from bot.cogs.gate import Interaction

TICK_SECONDS = 3600.0
"""Between two looks; PRIVACY.md says how soon what happens, and counts on it."""

log = logging.getLogger(__name__)


class Housekeeping(Background):
    """Does what is due, whenever it is asked to; `start` asks it every TICK_SECONDS. Done twice, it is done once.

    The log gets counts, and nothing that leads to anybody.
    """

    job = "housekeeping"

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._keeping = desk.lantern.keeping
        self._membership = desk.lantern.membership
        self._swept_on: date | None = None

    async def run_due(self, now: datetime) -> None:
        """Do everything that is due at a moment (UTC). Whatever fails is logged, and tried again the next time."""
        steps: list[Callable[[datetime], Awaitable[None]]] = [self._look_for_servers, self._look_for_members]
        if self._swept_on != now.date():
            steps += [self._sweep, self._let_go_of_idle]
        is_done = [await self._attempt(step, now) for step in steps]
        if all(is_done):
            self._swept_on = now.date()

    async def saw(self, interaction: Interaction) -> None:
        """Note that somebody did something, where they were asked whether their profile is to stay. Never raises."""
        guild, user = guild_of(interaction), UserId(interaction.user.id)
        if guild == NO_GUILD:
            return
        try:
            await self._keeping.touch(guild, user, datetime.now(UTC))
        except LanternError as error:
            log.warning("That somebody did something was not noted: %s", error)

    async def _run(self) -> None:
        await self._desk.client.wait_until_ready()
        while True:
            now = await self._desk.time.now()
            if now is not None:
                await self.run_due(now)
            await asyncio.sleep(TICK_SECONDS)

    async def _attempt(self, step: Callable[[datetime], Awaitable[None]], now: datetime) -> bool:
        try:
            await step(now)
        except Exception:
            log.exception("Housekeeping was not finished; it is tried again")
            return False
        return True

    async def _look_for_servers(self, now: datetime) -> None:
        """Delete what is of servers that are gone. One that is only out of reach is among the client's still."""
        present = {GuildId(server.id) for server in self._desk.client.guilds}
        if gone := await self._keeping.look(present, now):
            log.warning(
                "The bot is no longer on %d servers. Their data is deleted in %d hours, unless it is back by then",
                gone,
                GONE_HOURS,
            )
        if dropped := await self._keeping.drop_gone(now):
            log.info("Data of %d servers that the bot is no longer on was deleted", dropped)

    async def _look_for_members(self, now: datetime) -> None:
        """Forget who left a server; nobody tells the bot, which has no list of members."""
        gone = 0
        for server in list(self._desk.client.guilds):  # the bot may join or leave one meanwhile
            if not server.unavailable:
                gone += await self._look_at(server, now)
        if gone:
            log.info("%d people who left their server were forgotten there", gone)

    async def _look_at(self, server: discord.Guild, now: datetime) -> int:
        guild, gone = GuildId(server.id), 0
        for user in await self._keeping.involved(guild, now):
            if await name_of(server, user) is None:
                gone += await self._membership.leave(guild, user, now)
        return gone

    async def _sweep(self, now: datetime) -> None:
        for table, rows in (await self._keeping.sweep(now)).items():
            log.info("%d rows of %s were older than they may be kept", rows, table)

    async def _let_go_of_idle(self, now: datetime) -> None:
        """Ask who did nothing for long whether their profile is to stay; delete those who were asked in vain."""
        gone = [await self._membership.leave(guild, user, now) for guild, user in await self._keeping.unheard(now)]
        asked = await self._keeping.ask_idle(now)
        if gone or asked:
            log.info("%d profiles were not used any more and deleted; %d people were asked", sum(gone), asked)
