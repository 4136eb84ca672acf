"""Where a server's settings and its help forums are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from bot.core.models import GuildId
    from bot.core.moderation import GuildSettings, Post, PostState


class GuildSettingsStore(Protocol):
    """What `/setup` set, by guild."""

    async def settings_of(self, guild: GuildId) -> GuildSettings:
        """Return a guild's settings, or the defaults."""

    async def update_settings(self, guild: GuildId, change: Callable[[GuildSettings], GuildSettings]) -> GuildSettings:
        """Replace a guild's settings by what `change` makes of them, in one transaction; return the new ones."""


class Posts(Protocol):
    """Posts in help forums, and who wants no suggestions there. A `person` is a keyed hash."""

    async def add_post(self, post: Post, *, forget_before: datetime) -> bool:
        """Note a post; False where it was noted before. Forgets whose posts those before a moment were."""

    async def speak(self, post: Post, person: str, *, forum_since: datetime, person_since: datetime) -> bool:
        """Give a noted post its suggestion; False where the forum or the person had one since."""

    async def move_post(self, thread: int, state: PostState) -> int | None:
        """Move a suggestion to another state and return its forum; None where it was judged before."""

    async def posts_in(self, guild: GuildId, forum: int) -> Sequence[Post]:
        """Return a forum's posts, newest first."""

    async def is_quiet(self, guild: GuildId, person: str) -> bool:
        """Tell whether somebody wants no suggestions."""

    async def set_quiet(self, guild: GuildId, person: str, *, quiet: bool) -> None:
        """Note that somebody wants no suggestions (True), or wants them again."""


class Facts(Protocol):
    """Small things the bot remembers about itself."""

    async def fact(self, name: str) -> str | None:
        """Return what was kept under `name`."""

    async def keep_fact(self, name: str, value: str) -> None:
        """Keep a value under `name`."""
