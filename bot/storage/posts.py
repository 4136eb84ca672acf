"""Posts in help forums: that they were there and what became of them, never their words."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.core.models import EntryId, GuildId
from bot.core.moderation import Post, PostState
from bot.storage.columns import written

if TYPE_CHECKING:
    from collections.abc import Sequence

    import sqlite_utils

    from bot.storage.database import Database

KEPT = 1000
"""Posts of a server that are kept: of a busy forum a few months, and read in milliseconds."""


class PostStore:
    """Implements the port Posts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_post(self, post: Post, *, forget_before: datetime) -> bool:
        """Note a post; False where it was noted before. Forgets whose posts those before a moment were."""
        return await self._database.run(_add, post, written(forget_before))

    async def speak(self, post: Post, person: str, *, forum_since: datetime, person_since: datetime) -> bool:
        """Give a noted post its suggestion; False where the forum or the person had one since."""
        sql = """
            UPDATE posts SET entry_id = :entry_id, probability = :probability, state = :state, person = :person
            WHERE thread = :thread AND state = 'seen' AND NOT EXISTS (
                SELECT * FROM posts WHERE guild = :guild AND forum = :forum AND state NOT IN ('seen', 'lost')
                AND (at > :forum_since OR at > :person_since AND person = :person)
            )
        """
        since = {"forum_since": written(forum_since), "person_since": written(person_since)}
        values = {**_row(post), **since, "person": person}
        return await self._database.run(lambda db: bool(db.execute(sql, values).rowcount))

    async def move_post(self, thread: int, state: PostState) -> int | None:
        """Move a suggestion to another state and return its forum; None where it was judged before."""
        sql = "UPDATE posts SET state = ? WHERE thread = ? AND state IN ('suggested', 'lost') RETURNING forum"
        rows = await self._database.run(lambda db: db.execute(sql, [state.value, thread]).fetchall())
        return int(rows[0][0]) if rows else None

    async def posts_in(self, guild: GuildId, forum: int) -> Sequence[Post]:
        """Return a forum's posts, newest first."""
        columns = "thread, guild, forum, entry_id, probability, state, at"
        sql = f"SELECT {columns} FROM posts WHERE guild = ? AND forum = ? ORDER BY thread DESC"  # noqa: S608 - names of columns
        return [_post(row) for row in await self._database.read(sql, [guild, forum])]

    async def is_quiet(self, guild: GuildId, person: str) -> bool:
        """Tell whether somebody wants no suggestions."""
        sql = "SELECT * FROM quiet WHERE guild = ? AND person = ?"
        return bool(await self._database.read(sql, [guild, person]))

    async def set_quiet(self, guild: GuildId, person: str, *, quiet: bool) -> None:
        """Note that somebody wants no suggestions (True), or wants them again."""
        add, remove = "INSERT OR IGNORE INTO quiet VALUES (?, ?)", "DELETE FROM quiet WHERE guild = ? AND person = ?"
        await self._database.run(lambda db: db.execute(add if quiet else remove, [guild, person]))


def _add(db: sqlite_utils.Database, post: Post, forget_before: str) -> bool:
    forget = "UPDATE posts SET person = NULL WHERE guild = ? AND person IS NOT NULL AND at < ?"
    db.execute(forget, [post.guild, forget_before])
    sql = (
        "INSERT INTO posts (thread, guild, forum, entry_id, probability, state, at) "
        "VALUES (:thread, :guild, :forum, :entry_id, :probability, :state, :at) ON CONFLICT DO NOTHING"
    )
    is_new = bool(db.execute(sql, _row(post)).rowcount)
    prune = (
        "DELETE FROM posts WHERE guild = :guild AND thread <= "
        "(SELECT thread FROM posts WHERE guild = :guild ORDER BY thread DESC LIMIT 1 OFFSET :kept)"
    )
    db.execute(prune, {"guild": post.guild, "kept": KEPT})
    return is_new


def _row(post: Post) -> dict[str, Any]:
    row = {key: getattr(post, key) for key in Post.__dataclass_fields__}
    return {**row, "state": post.state.value, "at": written(post.at)}


def _post(row: tuple[Any, ...]) -> Post:
    thread, guild, forum, entry_id, probability, state, at = row
    entry = None if entry_id is None else EntryId(entry_id)
    return Post(thread, GuildId(guild), forum, entry, probability, PostState(state), datetime.fromisoformat(at))
