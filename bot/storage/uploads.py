"""Files that wait to be imported, so that the button works after a restart."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.errors import VersionGoneError
from bot.core.models import UserId
from bot.core.moderation import Upload
from bot.storage.columns import written

if TYPE_CHECKING:
    import sqlite_utils

    from bot.core.models import GuildId
    from bot.storage.database import Database

KEPT_DAYS, KEPT = 7, 20
"""Of a server's files the newest are kept, and not for long; whoever wants one still has it."""


class Uploads:
    """Keeps uploaded files by number."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, guild: GuildId, upload: Upload) -> int:
        """Keep a file and return its number."""
        row = {**asdict(upload), "guild": guild, "at": written(upload.at)}
        oldest = written(upload.at - timedelta(days=KEPT_DAYS))

        def job(db: sqlite_utils.Database) -> int:
            number = int(str(db.table("uploads").insert(row).last_pk))
            db.table("uploads").delete_where("at < ?", [oldest])
            newest = "SELECT id FROM uploads WHERE guild = ? ORDER BY id DESC LIMIT ?"
            db.table("uploads").delete_where(f"guild = ? AND id NOT IN ({newest})", [guild, guild, KEPT])
            return number

        return await self._database.run(job)

    async def take(self, guild: GuildId, number: int) -> Upload:
        """Return a kept file. Raises VersionGoneError."""
        sql = 'SELECT "by", name, content, topic, replaces, at FROM uploads WHERE guild = ? AND id = ?'
        rows = await self._database.read(sql, [guild, number])
        if not rows:
            raise VersionGoneError(f"There is no uploaded file {number} on this server.")
        by, name, content, topic, replaces, at = rows[0]
        return Upload(UserId(by), name, content, topic, bool(replaces), datetime.fromisoformat(at))

    async def drop(self, guild: GuildId, number: int) -> None:
        """Forget a file."""

        def job(db: sqlite_utils.Database) -> None:
            db.table("uploads").delete_where("guild = ? AND id = ?", [guild, number])

        await self._database.run(job)
