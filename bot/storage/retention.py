"""Ends what time alone ends: rows older than they may be kept, profiles nobody uses, servers the bot has left."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.introductions import Letter
from bot.core.models import NO_GUILD, GuildId, UserId
from bot.core.retention import DEFAULT
from bot.storage.columns import written
from bot.storage.deletions import Deletion, deleting
from bot.storage.erasing import disown, erase_guild, guilds_in
from bot.storage.letters import insert_letter
from bot.storage.resealing import drop_unused_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    import sqlite_utils

    from bot.core.retention import Retention
    from bot.storage.database import Database
    from bot.storage.keyring import Keyring

_OLD_QUESTIONS = """
    SELECT id FROM unanswered AS part WHERE :questions >= coalesce(
        (SELECT last_at FROM unanswered AS whole WHERE whole.id = part.merged_into), last_at, first_at)
"""
"""A question that is part of another stays as long as that: people's hashes in it are bound to the part's id."""
_OLD_PROPOSALS = "SELECT id FROM proposals WHERE state = 'open' AND at <= :drafts"
_DECIDED = """
    UPDATE reports SET reported = 0 WHERE state <> 'open' AND reported <> 0
    AND NOT EXISTS (SELECT 1 FROM peers WHERE peers.guild = reports.guild AND peers.user = reports.reported)
"""
"""Whoever was taken out stays so by a tie, as a keyed hash; whoever was not and left may come back."""
_SWEEPS: tuple[tuple[str, str], ...] = (
    *(
        (table, f"DELETE FROM {table} WHERE unanswered IN ({_OLD_QUESTIONS})")  # noqa: S608 - names of tables
        for table in ("wordings", "askers", "waiters")
    ),
    ("unanswered", f"DELETE FROM unanswered WHERE id IN ({_OLD_QUESTIONS})"),  # noqa: S608
    ("proposers", f"DELETE FROM proposers WHERE proposal IN ({_OLD_PROPOSALS})"),  # noqa: S608
    ("proposals", f"DELETE FROM proposals WHERE id IN ({_OLD_PROPOSALS})"),  # noqa: S608
    ("notices", "DELETE FROM notices WHERE at <= :notices"),
    ("drafts", "DELETE FROM drafts WHERE at <= :drafts"),
    ("uploads", "DELETE FROM uploads WHERE at <= :uploads"),
    ("claims", "DELETE FROM claims WHERE at <= :claims"),
    ("posts", "UPDATE posts SET person = NULL WHERE person IS NOT NULL AND at <= :day"),
    ("reports", _DECIDED),
)
"""What is deleted in which table; each may run alone, and in this order breaks no reference."""
_INVOLVED = """
    SELECT first FROM introductions WHERE guild = :guild AND state IN ('offered', 'agreed', 'revealed', 'frozen')
    UNION SELECT second FROM introductions
    WHERE guild = :guild AND state IN ('offered', 'agreed', 'revealed', 'frozen')
    UNION SELECT user FROM peers WHERE guild = :guild AND (user >> 22) % 24 = :hour
"""
"""The 22 lower bits of an id only count within a millisecond; the rest spreads people evenly over the day."""


class RetentionTable:
    """Implements the port RetentionStore."""

    def __init__(self, database: Database, keyring: Keyring, kept: Retention = DEFAULT) -> None:
        self._database = database
        self._keyring = keyring
        self._kept = kept

    async def sweep(self, now: datetime) -> Mapping[str, int]:
        """Delete what is older than it may be kept; return how many rows, by table. Done twice, it is done once."""
        edges = {name: _utc(now - timedelta(days=days)) for name, days in self._kept.figures().items()}
        edges["day"] = _utc(now - timedelta(days=1))

        def sweep(db: sqlite_utils.Database) -> dict[str, int]:
            if not self._keyring.is_locked:
                disown(db, self._keyring, edges["authors"])
            return {table: count for table, sql in _SWEEPS if (count := db.execute(sql, edges).rowcount)}

        swept = await self._database.run(sweep)
        await drop_unused_keys(self._database, self._keyring)
        await self._truncate()
        return swept

    async def ask_idle(self, now: datetime) -> int:
        """Put a letter into the inbox of each member who did nothing for long and was not asked; return how many."""
        sql = "SELECT guild, user FROM peers WHERE active_at <= ? AND coalesce(asked_at, '') < active_at"
        until = str(int((now + self._kept.span("answer")).timestamp()))

        def ask(db: sqlite_utils.Database) -> int:
            idle = db.execute(sql, [_utc(now - self._kept.span("idle"))]).fetchall()
            for guild, user in idle:
                db.execute("UPDATE peers SET asked_at = ? WHERE guild = ? AND user = ?", [_utc(now), guild, user])
                letter = Letter(0, GuildId(guild), UserId(user), "personal.still_there", {"until": until}, None, now)
                insert_letter(db, letter)
            return len(idle)

        return await self._database.run(ask)

    async def unheard(self, now: datetime) -> Sequence[tuple[GuildId, UserId]]:
        """Return who was asked, did nothing since, and whose time to is over."""
        sql = "SELECT guild, user FROM peers WHERE asked_at <= ? AND active_at <= asked_at ORDER BY guild, user"
        rows = await self._database.read(sql, [_utc(now - self._kept.span("answer"))])
        return [(GuildId(guild), UserId(user)) for guild, user in rows]

    async def touch(self, guild: GuildId, user: UserId, now: datetime) -> None:
        """Note that somebody who was asked whether their profile is to stay did something."""
        whose, asked = [guild, user], "guild = ? AND user = ? AND asked_at IS NOT NULL"
        if await self._database.read(f"SELECT 1 FROM peers WHERE {asked}", whose):  # noqa: S608 - our own condition
            sql = f"UPDATE peers SET asked_at = NULL, active_at = ? WHERE {asked}"  # noqa: S608
            await self._database.run(lambda db: db.execute(sql, [_utc(now), *whose]))

    async def look(self, present: Collection[GuildId], now: datetime) -> int:
        """Note which servers with data the bot is not on; return of how many that is new. `present`: those it is on."""

        def look(db: sqlite_utils.Database) -> int:
            gone = guilds_in(db) - {NO_GUILD, *present}
            known = {guild for (guild,) in db.execute("SELECT guild FROM gone_guilds")}
            for guild in known - gone:
                db.execute("DELETE FROM gone_guilds WHERE guild = ?", [guild])
            for guild in gone - known:
                db.execute("INSERT INTO gone_guilds (guild, since) VALUES (?, ?)", [guild, _utc(now)])
            return len(gone - known)

        return await self._database.run(look)

    async def drop_gone(self, before: datetime) -> Sequence[GuildId]:
        """Delete all data of servers that are gone since before a moment; return them."""

        def drop(db: sqlite_utils.Database, note: Callable[[Deletion], None]) -> list[GuildId]:
            rows = db.execute("SELECT guild FROM gone_guilds WHERE since <= ? ORDER BY guild", [_utc(before)])
            gone = [GuildId(guild) for (guild,) in rows.fetchall()]
            for guild in gone:
                erase_guild(db, guild)
                note(Deletion(guild=guild))
            return gone

        gone = await deleting(self._database, self._keyring, drop, datetime.now(UTC))
        for guild in gone:
            await asyncio.to_thread(self._keyring.forget_guild, guild)
        if gone:
            await self._truncate()
        return gone

    async def involved(self, guild: GuildId, hour: int) -> Sequence[UserId]:
        """Return whose presence on a server is to be looked at: who has something open, and every 24th member.

        `hour`: 0 to 23, which of the 24 parts.
        """
        rows = await self._database.read(_INVOLVED, {"guild": guild, "hour": hour})
        return [UserId(user) for (user,) in rows if user]

    async def _truncate(self) -> None:
        """Empty the log beside the database's file, which still holds the old rows."""
        await self._database.read("PRAGMA wal_checkpoint(TRUNCATE)")


def _utc(moment: datetime) -> str:
    """Return a moment as columns hold it, to the second.

    Columns with microseconds sort right beside it: `+` and `.` both come before the digits of a later second.
    """
    return written(moment.astimezone(UTC))
