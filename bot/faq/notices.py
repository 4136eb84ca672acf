"""What people are told later: kept until it is sent, and sent once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.unanswered import Notice, NoticeState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.core.models import EntryId, GuildId, UserId
    from bot.core.ports import Outbox


class Notices:
    """The use cases of telling somebody something that they are not there to read."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self.bells: list[Callable[[], None]] = []
        """Called when there is something new to send."""

    async def add(
        self,
        guild: GuildId,
        user: UserId,
        text_key: str,
        *,
        entry_id: EntryId | None = None,
        author: UserId | None = None,
        **details: str,
    ) -> None:
        """Tell somebody a sentence of prompts/ once, by direct message.

        `details`: the sentence's values, shown letter for letter; `{server}` is filled in by itself.
        `entry_id`: an entry whose whole answer goes with it. `user`: MODERATORS for the moderators' channel.
        `author`: whose words the values are; by default the reader's.
        """
        await self._outbox.add_notice(Notice(0, guild, user, text_key, details, entry_id), author=author)
        self.ring()

    def ring(self) -> None:
        """Say that there is something to send."""
        for bell in self.bells:
            bell()

    async def waiting(self) -> Sequence[Notice]:
        """Return what is to be sent, oldest first."""
        return await self._outbox.notices(NoticeState.WAITING)

    async def closed_to(self, guild: GuildId, user: UserId) -> Sequence[Notice]:
        """Return what somebody could not be sent, because they take no direct messages."""
        return await self._outbox.notices_for(guild, user, NoticeState.CLOSED)

    async def take(self, notice: Notice, was: NoticeState = NoticeState.WAITING) -> bool:
        """Take a notice before it is sent, so that nobody else sends it; False where somebody did."""
        return await self._outbox.take_notice(notice, was)

    async def put_back(self, notice: Notice, state: NoticeState) -> None:
        """Keep a notice that was taken, and could not be sent, for later."""
        await self._outbox.put_back(notice, state)

    async def drop(self, notice: Notice) -> None:
        """Forget a notice, because it was sent, or its reader is gone."""
        await self._outbox.drop_notice(notice)

    async def drop_unfinished(self) -> int:
        """Forget what was being sent when the bot stopped; return how many.

        Nobody knows whether those arrived: told once too few is better than told twice.
        """
        return await self._outbox.drop_unfinished()
