"""What is due between people who meet: pauses that end, rounds, outcomes, check-ins, threads, pings."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from bot.cogs.care import CareDesk
from bot.cogs.peers.people import let_go
from bot.cogs.peers.pings import Pings
from bot.cogs.peers.threads import Threads
from bot.core.models import GuildId
from bot.core.texts import SPOKEN
from bot.logs import JOB

if TYPE_CHECKING:
    from datetime import datetime

    import discord

    from bot.cogs.desk import Desk

TICK_SECONDS = 60.0
"""Between two looks at the clock. What is told is told at full steps (`PeerSettings.told_every_minutes`)."""

log = logging.getLogger(__name__)


class Clock:
    """Does what is due, whenever it is asked to; `start` asks it every TICK_SECONDS.

    A round, which may take minutes, holds up nothing else: it runs beside the rest.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lantern = desk.lantern
        self._threads = Threads(desk)
        self._pings = Pings(desk)
        self._care = CareDesk(desk)
        self._running: asyncio.Task[None] | None = None
        self._rounds: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look at the clock, once the client is set up."""
        self._running = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stop, in the middle of a round too: one that was not stored never was."""
        tasks = {task for task in (self._running, self._rounds) if task is not None}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def run_due(self, now: datetime) -> None:
        """Do everything that is due at a moment (UTC), rounds too. Whatever fails is logged, and tried again."""
        await self._go_on(now)
        await self._run_rounds(now)

    async def _run(self) -> None:
        JOB.set("clock")
        await self._desk.client.wait_until_ready()
        while True:
            now = await self._desk.time.now()
            if now is not None:
                await self._go_on(now)
                if self._rounds is None or self._rounds.done():
                    self._rounds = asyncio.create_task(self._run_rounds(now))
            await asyncio.sleep(TICK_SECONDS)

    async def _go_on(self, now: datetime) -> None:
        """Let everything go on that is under way; where meeting was turned off too, so that nobody is left hanging."""
        try:
            await self._lantern.membership.resume_due(now)
        except Exception:
            log.exception("Pauses could not be ended; it is tried again")
        for server in list(self._desk.client.guilds):  # the bot may join or leave one meanwhile
            try:
                await self._sweep(server, now)
            except Exception:
                log.exception("Introductions of server %d did not go on; it is tried again", server.id)
        await self._ping()
        try:
            await self._care.look_in(now)
        except Exception:
            log.exception("Not everybody who asked for it was written to; it is tried again")

    async def _sweep(self, server: discord.Guild, now: datetime) -> None:
        guild = GuildId(server.id)
        SPOKEN.set((await self._desk.gate.guilds.settings(guild)).language or "")
        for introduction in await self._lantern.introductions.to_reveal(guild, now):
            await let_go(server, introduction, self._lantern.membership, now)
        await self._lantern.introductions.sweep(guild, now)
        await self._threads.open_due(server, now)

    async def _run_rounds(self, now: datetime) -> None:
        for server in list(self._desk.client.guilds):
            try:
                if (await self._desk.gate.guilds.settings(GuildId(server.id))).peers.is_on:
                    await self._lantern.rounds.announce_due(GuildId(server.id), now)
                    await self._lantern.rounds.run_due(GuildId(server.id), now)
            except Exception:
                log.exception("The round of server %d did not run; it is tried again", server.id)
        await self._ping()

    async def _ping(self) -> None:
        try:
            await self._pings.send()
        except Exception:
            log.exception("Not everybody was pinged; it is tried again")
