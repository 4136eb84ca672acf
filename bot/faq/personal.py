"""What is stored about one person: all of it shown to them, all of it deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.core.models import NO_GUILD

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.core.models import UserId
    from bot.core.ports.personal import PersonalStore

IN_WORDS = "in words"
"""The name under which a sentence that is kept by its key is spelled out."""


class Personal:
    """The use cases of `/mydata`, on every server of this bot at once: they are about a person, not about a place."""

    def __init__(self, store: PersonalStore) -> None:
        self._store = store

    async def everything(self, user: UserId, now: datetime) -> Mapping[str, Any]:
        """Return all that is stored about somebody, as plain JSON. Raises StorageError."""
        found = await self._store.everything(user)
        return {
            "you": str(user),
            "at": now.isoformat(timespec="seconds"),
            "servers": [
                {"server": "direct messages" if guild == NO_GUILD else str(guild), **kinds}
                for guild, kinds in sorted(found.items())
            ],
        }

    async def erase(self, user: UserId, now: datetime) -> None:
        """Forget somebody everywhere. Raises RingLockedError, StorageError."""
        await self._store.erase(user, now)
