"""What completes each server's own FAQ: there sooner than its index, since who types does not wait."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from bot.search.completion import Completer
from bot.search.once import Once

if TYPE_CHECKING:
    from bot.core.models import GuildId
    from bot.faq.library import Shelf


class Completers:
    """One for each server that edits, about 1 MB for 1,000 entries; made when first asked for, and after a change."""

    def __init__(self) -> None:
        self._known: dict[GuildId, tuple[Shelf, Completer]] = {}
        self._making = Once[Completer]()

    async def of(self, guild: GuildId, shelf: Shelf) -> Completer:
        """Return what completes the FAQ of a guild."""
        known = self._known.get(guild)
        if known is None or known[0] is not shelf:
            work = partial(asyncio.to_thread, Completer, tuple(shelf.entries.values()))
            known = shelf, await self._making.result((guild, id(shelf)), work)
            self._known[guild] = known
        return known[1]

    def close(self) -> None:
        """Give up what is being made."""
        self._making.close()
