"""What is known of links: one row for each, whichever server it stands in."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bot.core.links import KnownLink, LinkReport, LinkState

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bot.storage.database import Database


class LinkStore:
    """Implements the port LinkNotes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def links(self) -> Mapping[str, KnownLink]:
        """Return every link that was checked."""
        sql = "SELECT link, state, detail, moved_to, checked_on, gone_since FROM links ORDER BY link"
        return {
            link: KnownLink(
                LinkReport(link, LinkState(state), detail or "", moved_to),
                date.fromisoformat(checked_on),
                date.fromisoformat(gone_since) if gone_since else None,
            )
            for link, state, detail, moved_to, checked_on, gone_since in await self._database.read(sql)
        }

    async def note_link(self, known: KnownLink) -> None:
        """Note what the last check found."""
        report = known.report
        row = {
            "link": report.link,
            "state": report.state.value,
            "detail": report.detail,
            "moved_to": report.moved_to,
            "checked_on": known.checked_on.isoformat(),
            "gone_since": known.gone_since.isoformat() if known.gone_since else None,
        }
        await self._database.run(lambda db: db.table("links").upsert(row, pk="link"))

    async def forget_links(self, links: Collection[str]) -> None:
        """Forget links that stand nowhere any more."""
        rows = [(link,) for link in links]
        sql = "DELETE FROM links WHERE link = ?"
        await self._database.run(lambda db: db.conn.executemany(sql, rows))
