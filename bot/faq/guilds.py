"""A server's settings, remembered until they change."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.models import GuildId
    from bot.core.moderation import GuildSettings
    from bot.core.ports import GuildSettingsStore


class Guilds:
    """Every server's settings. Each question asks for them, so they are read once."""

    def __init__(self, store: GuildSettingsStore) -> None:
        self._store = store
        self._known: dict[GuildId, GuildSettings] = {}

    async def settings(self, guild: GuildId) -> GuildSettings:
        """Return a server's settings, or the defaults."""
        known = self._known
        if guild not in known:
            found = await self._store.settings_of(guild)
            known.setdefault(guild, found)  # an update may have been faster
        return known[guild]

    async def update(self, guild: GuildId, change: Callable[[GuildSettings], GuildSettings]) -> GuildSettings:
        """Change a server's settings and return the new ones.

        `change`: e.g. `lambda settings: replace(settings, four_eyes=True)`. It gets the settings as they are at that
        moment, so that two people never undo each other's fields.
        """
        settings = self._known[guild] = await self._store.update_settings(guild, change)
        return settings

    def forget(self) -> None:
        """Read every server's settings anew next time: somebody else may have written."""
        self._known = {}  # a new one: what is being read now goes into the old
