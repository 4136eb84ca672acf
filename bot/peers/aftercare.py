"""How two people are asked, after three days and after two weeks, whether they met."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.peers.steps import checked_in, seen_by

if TYPE_CHECKING:
    from datetime import datetime

    from bot.core.introductions import CheckIn, Introduction, IntroductionId
    from bot.core.models import GuildId, UserId
    from bot.core.ports.introductions import IntroductionStore


class Aftercare:
    """What people say to a check-in; that one is due, the clock finds (`Introductions.sweep`)."""

    def __init__(self, store: IntroductionStore) -> None:
        self._store = store

    async def check_in(
        self, guild: GuildId, user: UserId, introduction: IntroductionId, said: CheckIn, now: datetime
    ) -> Introduction:
        """Note what somebody says to the last check-in; said again, it counts anew. A stop ends the introduction.

        Raises NoSuchIntroductionError for one that is not theirs or is over, StorageError.
        """
        changed = await self._store.change(
            guild, introduction, lambda situation: checked_in(situation, user, said, now), now
        )
        return seen_by(changed, user)
