"""Where everything about one person is found, and forgotten; and where time alone ends things."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from bot.core.models import GuildId, UserId


class PersonalStore(Protocol):
    """Everything that is stored about people, by person."""

    async def everything(self, user: UserId) -> Mapping[GuildId, Mapping[str, Sequence[Mapping[str, Any]]]]:
        """Return all that is stored about somebody and may be shown to them: by server, then by kind.

        Each row is plain JSON with names that can be read. What does not open says so in its place.
        """

    async def erase(self, user: UserId, now: datetime) -> None:
        """Forget somebody on every server, in one transaction, and drop their keys.

        Leaves no byte of what they told in the database's files. Done twice, it is done once.
        Raises RingLockedError, StorageError.
        """


class RetentionStore(Protocol):
    """What ends when its time is over."""

    async def sweep(self, now: datetime) -> Mapping[str, int]:
        """Delete what is older than it may be kept; return how many rows, by table. Done twice, it is done once."""

    async def ask_idle(self, now: datetime) -> int:
        """Put a letter into the inbox of each member who did nothing for long and was not asked; return how many."""

    async def unheard(self, now: datetime) -> Sequence[tuple[GuildId, UserId]]:
        """Return who was asked, did nothing since, and whose time to is over."""

    async def touch(self, guild: GuildId, user: UserId, now: datetime) -> None:
        """Note that somebody who was asked whether their profile is to stay did something."""

    async def look(self, present: Collection[GuildId], now: datetime) -> int:
        """Note which servers with data the bot is not on; return of how many that is new. `present`: those it is on."""

    async def drop_gone(self, before: datetime) -> Sequence[GuildId]:
        """Delete all data of servers that are gone since before a moment; return them."""

    async def involved(self, guild: GuildId, hour: int) -> Sequence[UserId]:
        """Return whose presence on a server is to be looked at: who has something open, and every 24th member.

        `hour`: 0 to 23, which of the 24 parts.
        """
