"""How long what is kept, and what becomes of the data of a server that the bot is no longer on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.core.retention import GONE_HOURS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from bot.core.models import GuildId, UserId
    from bot.core.ports.personal import RetentionStore
    from bot.faq.guilds import Guilds
    from bot.faq.library import Library


class Keeping:
    """The use cases of forgetting what nobody needs any more."""

    def __init__(self, store: RetentionStore, guilds: Guilds, library: Library) -> None:
        self._store = store
        self._guilds = guilds
        self._library = library

    async def sweep(self, now: datetime) -> Mapping[str, int]:
        """Delete what is older than it may be kept; return how many rows, by table."""
        return await self._store.sweep(now)

    async def ask_idle(self, now: datetime) -> int:
        """Ask who did nothing for long whether their profile is to stay, once; return how many."""
        return await self._store.ask_idle(now)

    async def unheard(self, now: datetime) -> Sequence[tuple[GuildId, UserId]]:
        """Return who was asked in vain, by server."""
        return await self._store.unheard(now)

    async def touch(self, guild: GuildId, user: UserId, now: datetime) -> None:
        """Note that somebody who was asked did something."""
        await self._store.touch(guild, user, now)

    async def involved(self, guild: GuildId, now: datetime) -> Sequence[UserId]:
        """Return whose presence on a server is to be looked at in this hour."""
        return await self._store.involved(guild, now.hour)

    async def look(self, present: Collection[GuildId], now: datetime) -> int:
        """Note which servers the bot is no longer on; return of how many that is new.

        `present`: those it is on, also those that are out of reach.
        """
        return await self._store.look(present, now)

    async def drop_gone(self, now: datetime) -> int:
        """Delete all data of servers that the bot has not been on for GONE_HOURS; return of how many."""
        gone = await self._store.drop_gone(now - timedelta(hours=GONE_HOURS))
        if gone:
            self._guilds.forget()
            for guild in gone:
                self._library.forget(guild)
        return len(gone)
