"""Which links are looked at when: each at most once a week, a few at a time, those of the pack once for all servers."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING

from bot.core.links import noted
from bot.faq.upkeep import links_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from bot.core.links import KnownLink
    from bot.core.upkeep import Checker, LinkNotes
    from bot.faq.library import Library

BATCH = 10
"""Links an hour: 1,680 a week, six times those of the shipped pack."""
REST = timedelta(days=7)


def due_links(links: Collection[str], known: Mapping[str, KnownLink], today: date) -> list[str]:
    """Return the links to look at, never checked ones first, then those checked longest ago. Pure."""
    rested = {link: known[link].checked_on for link in links if link in known}
    new = [link for link in links if link not in known]
    due = [link for link, checked_on in rested.items() if checked_on + REST <= today]
    return new + sorted(due, key=lambda link: (rested[link], link))


class LinkWatch:
    """The use case of looking after links."""

    def __init__(self, library: Library, notes: LinkNotes) -> None:
        self._library = library
        self._notes = notes

    async def check_some(self, checker: Checker, today: date, batch: int = BATCH) -> int:
        """Check the links that are due, at most `batch`; return how many were. Raises StorageError."""
        links, known = await self._links(), await self._notes.links()
        left = [link for link, one in known.items() if link not in links and one.checked_on + REST <= today]
        if left:
            await self._notes.forget_links(left)
        due = due_links(links, known, today)[:batch]
        async for report in checker.check(due):
            await self._notes.note_link(noted(report, known.get(report.link), today))
        return len(due)

    async def _links(self) -> Collection[str]:
        """Return the links of every server's entries, each once, in a fixed order."""
        links = dict.fromkeys(chain.from_iterable(map(links_of, self._library.pack_entries.values())))
        for guild in await self._library.edited():
            entries = (await self._library.shelf(guild)).entries.values()
            links |= dict.fromkeys(chain.from_iterable(map(links_of, entries)))
        return links.keys()
