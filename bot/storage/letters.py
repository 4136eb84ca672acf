"""Letters: what waits in people's inboxes. They hold no name, no id of another person, and nothing anybody told."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.core.introductions import IntroductionId, Letter
from bot.core.models import GuildId, UserId
from bot.storage.columns import written

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import sqlite_utils

    from bot.core.retention import Retention
    from bot.storage.database import Database

_COLUMNS = "id, guild, user, text_key, details, introduction, at, is_pinged, is_read"


class LetterTable:
    """Implements the port LetterStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def unread(self, guild: GuildId, user: UserId) -> Sequence[Letter]:
        """Return somebody's unread letters, oldest first."""
        sql = f"SELECT {_COLUMNS} FROM letters WHERE guild = ? AND user = ? AND is_read = 0 ORDER BY at, id"  # noqa: S608
        return [_letter(row) for row in await self._database.read(sql, [guild, user])]

    async def last_of(self, guild: GuildId, user: UserId, text_keys: Collection[str]) -> Letter | None:
        """Return somebody's newest letter of some kinds, read or not, as long as letters are kept."""
        sql = f"""
            SELECT {_COLUMNS} FROM letters
            WHERE guild = ? AND user = ? AND text_key IN (SELECT value FROM json_each(?))
            ORDER BY at DESC, id DESC LIMIT 1
        """  # noqa: S608 - names of columns
        rows = await self._database.read(sql, [guild, user, json.dumps(sorted(text_keys))])
        return _letter(rows[0]) if rows else None

    async def mark_read(self, guild: GuildId, user: UserId, letters: Collection[int]) -> None:
        """Note that somebody saw letters, by their ids; those of others stay as they are."""
        sql = """
            UPDATE letters SET is_read = 1
            WHERE guild = ? AND user = ? AND id IN (SELECT value FROM json_each(?))
        """
        values = [guild, user, json.dumps(sorted(letters))]
        await self._database.run(lambda db: db.execute(sql, values))

    async def unpinged(self) -> Sequence[Letter]:
        """Return the unread letters of everybody who was not pinged since they last read, on every server."""
        sql = f"""
            SELECT {_COLUMNS} FROM letters AS letter WHERE is_read = 0 AND NOT EXISTS (
                SELECT 1 FROM letters
                WHERE guild = letter.guild AND user = letter.user AND is_read = 0 AND is_pinged = 1
            ) ORDER BY at, id
        """  # noqa: S608 - names of columns
        return [_letter(row) for row in await self._database.read(sql)]

    async def pinged(self, letters: Collection[int], *, are_told: bool) -> None:
        """Note that people are told that these wait, or were not after all."""
        sql = "UPDATE letters SET is_pinged = ? WHERE id IN (SELECT value FROM json_each(?))"
        await self._database.run(lambda db: db.execute(sql, [int(are_told), json.dumps(sorted(letters))]))


def insert_letter(db: sqlite_utils.Database, letter: Letter) -> None:
    """Put a letter (its own id is ignored) into an inbox, in the transaction of what it tells about.

    It takes the place of unread ones about the same introduction: what those asked is over.
    """
    if letter.introduction is not None:
        drop_unread(db, letter.guild, letter.user, letter.introduction)
    sql = """
        INSERT INTO letters (guild, user, text_key, details, introduction, at, is_pinged, is_read)
        VALUES (?, ?, ?, ?, ?, ?, 0, 0)
    """
    details = json.dumps(dict(letter.details), ensure_ascii=False, sort_keys=True)
    values = [letter.guild, letter.user, letter.text_key, details, letter.introduction, written(letter.at)]
    db.execute(sql, values)


def drop_unread(db: sqlite_utils.Database, guild: GuildId, user: UserId, introduction: IntroductionId) -> None:
    """Drop what somebody has not read yet about an introduction."""
    sql = "DELETE FROM letters WHERE guild = ? AND user = ? AND introduction = ? AND is_read = 0"
    db.execute(sql, [guild, user, introduction])


def clean_letters(db: sqlite_utils.Database, guild: GuildId, now: datetime, kept: Retention) -> None:
    """Forget a server's letters that are older than they may be kept."""
    sql = "DELETE FROM letters WHERE guild = ? AND at <= CASE WHEN is_read THEN ? ELSE ? END"
    db.execute(sql, [guild, *(written(now - kept.span(name)) for name in ("letters_read", "letters"))])


def _letter(row: tuple[Any, ...]) -> Letter:
    letter_id, guild, user, text_key, details, introduction, at, is_pinged, is_read = row
    return Letter(
        id=letter_id,
        guild=GuildId(guild),
        user=UserId(user),
        text_key=text_key,
        details=json.loads(details),
        introduction=None if introduction is None else IntroductionId(introduction),
        at=datetime.fromisoformat(at),
        is_pinged=bool(is_pinged),
        is_read=bool(is_read),
    )
