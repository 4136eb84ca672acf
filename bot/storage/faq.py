"""A guild's own FAQ, copy on write over the shipped pack, and every state its entries ever had."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bot.core.errors import ConflictError, SealBrokenError, VersionGoneError
from bot.core.models import Entry, EntryId, GuildId, Phrasing, Source, Topic, TopicId, UserId
from bot.core.moderation import ChangeId, ChangeKind, Version, VersionId, revision_of
from bot.safety.text import normalise
from bot.storage.columns import now
from bot.storage.proposals import negative_context

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import sqlite_utils

    from bot.core.moderation import Change, Edit
    from bot.storage.database import Database
    from bot.storage.keyring import Keyring

_VERSIONS = """
    SELECT versions.id, change, entry_id, entry, kind, "by", at, note
    FROM versions JOIN changes ON changes.id = versions.change
"""
_BEFORE = f"""
    {_VERSIONS} WHERE versions.id IN (
        SELECT (
            SELECT max(id) FROM versions AS older
            WHERE older.guild = made.guild AND older.entry_id = made.entry_id AND older.id < made.id
        )
        FROM versions AS made WHERE made.guild = ? AND made.change = ?
    )
"""  # noqa: S608 - the SQL above
"""Of each state that one change made, the one before."""


class GuildEntries:
    """Implements the port GuildEdits."""

    def __init__(self, database: Database, keyring: Keyring | None = None) -> None:
        """`keyring`: opens what moderators confirmed an entry not to answer; without it there is none of that."""
        self._database = database
        self._keyring = keyring

    async def edits_of(self, guild: GuildId) -> Mapping[EntryId, Entry | None]:
        """Return what this guild changed or added, by id; None where it removed an entry of the pack."""
        sql = "SELECT entry_id, entry FROM guild_entries WHERE guild = ? ORDER BY entry_id"
        rows = await self._database.read(sql, [guild])
        # A FAQ that is all one's own takes 50 ms.
        return await asyncio.to_thread(lambda: {EntryId(entry_id): _maybe_entry(text) for entry_id, text in rows})

    async def topics_of(self, guild: GuildId) -> Sequence[Topic]:
        """Return the shelves this guild added."""
        sql = "SELECT topic_id, title FROM guild_topics WHERE guild = ? ORDER BY topic_id"
        return [Topic(TopicId(row), title) for row, title in await self._database.read(sql, [guild])]

    async def guilds(self) -> Sequence[GuildId]:
        """Return the guilds that changed anything."""
        rows = await self._database.read("SELECT DISTINCT guild FROM guild_entries ORDER BY guild", [])
        return [GuildId(guild) for (guild,) in rows]

    async def pack_revisions(self, guild: GuildId) -> Mapping[EntryId, str]:
        """Return the revision of the pack's entry that each of this guild's own was made over; empty for none."""
        sql = "SELECT entry_id, pack_revision FROM guild_entries WHERE guild = ? AND pack_revision IS NOT NULL"
        rows = await self._database.read(sql, [guild])
        return {EntryId(entry_id): revision for entry_id, revision in rows}

    async def record(self, guild: GuildId, change: Change, pack: Mapping[EntryId, Entry]) -> ChangeId:
        """Make a change, all of it or nothing; `pack` holds the pack's own entries of those it touches.

        Raises ConflictError naming each entry whose state is no longer the one the change was made from.
        """
        return await self._database.run(_record, guild, change, pack)

    async def history(self, guild: GuildId, entry_id: EntryId) -> Sequence[Version]:
        """Return every state an entry had, oldest first."""
        sql = _VERSIONS + "WHERE versions.guild = ? AND entry_id = ? ORDER BY versions.id"
        return [_version(row) for row in await self._database.read(sql, [guild, entry_id])]

    async def version(self, guild: GuildId, version_id: VersionId) -> tuple[Version, Version | None]:
        """Return a state and the one before it. Raises VersionGoneError."""
        sql = _VERSIONS + "WHERE versions.guild = ? AND versions.id = ?"
        rows = await self._database.read(sql, [guild, version_id])
        if not rows:
            raise VersionGoneError(f"There is no version {version_id} on this server.")
        version = _version(rows[0])
        sql = (
            _VERSIONS
            + "WHERE versions.guild = ? AND entry_id = ? AND versions.id < ? ORDER BY versions.id DESC LIMIT 1"
        )
        before = await self._database.read(sql, [guild, version.entry_id, version_id])
        return version, _version(before[0]) if before else None

    async def versions_in(self, guild: GuildId, change_id: ChangeId) -> Sequence[Version]:
        """Return the states one change made. Raises VersionGoneError."""
        sql = _VERSIONS + "WHERE versions.guild = ? AND change = ? ORDER BY versions.id"
        rows = await self._database.read(sql, [guild, change_id])
        if not rows:
            raise VersionGoneError(f"There is no change {change_id} on this server.")
        return [_version(row) for row in rows]

    async def states_in(self, guild: GuildId, change_id: ChangeId) -> Sequence[tuple[Version, Version | None]]:
        """Return the states one change made, each with the one before it. Raises VersionGoneError."""
        sql = _VERSIONS + "WHERE versions.guild = ? AND change = ? ORDER BY versions.id"
        rows = await self._database.read(sql, [guild, change_id])
        if not rows:
            raise VersionGoneError(f"There is no change {change_id} on this server.")
        older = await self._database.read(_BEFORE, [guild, change_id])
        # An import touches thousands: their JSON is not read on the event loop.
        return await asyncio.to_thread(_with_before, rows, older)

    async def removed(self, guild: GuildId) -> Sequence[Entry]:
        """Return the entries that were taken out of this guild's FAQ, as they last were; the newest first."""
        sql = """
            WITH newest AS (SELECT max(id) AS id FROM versions WHERE guild = :guild GROUP BY entry_id)
            SELECT (
                SELECT entry FROM versions AS older
                WHERE guild = :guild AND older.entry_id = versions.entry_id AND entry IS NOT NULL
                ORDER BY older.id DESC LIMIT 1
            )
            FROM newest JOIN versions USING (id) WHERE versions.entry IS NULL ORDER BY id DESC
        """
        rows = await self._database.read(sql, {"guild": guild})
        return await asyncio.to_thread(lambda: [entry_from_json(text) for (text,) in rows if text is not None])

    async def negatives_of(self, guild: GuildId) -> Mapping[str, frozenset[EntryId]]:
        """Return questions, normalised, with the entries that moderators confirmed not to answer them.

        Without those that do not open: the FAQ goes on while the keys are locked away.
        """
        sql = "SELECT hash, question, person, entry_id FROM negatives WHERE guild = ? ORDER BY entry_id, hash"
        found: dict[str, frozenset[EntryId]] = {}
        if self._keyring is None:
            return found
        rows = await self._database.read(sql, [guild])
        for hashed, sealed, person, entry_id in rows:
            with suppress(SealBrokenError):
                context = negative_context(guild, EntryId(entry_id), hashed)
                key = normalise(self._keyring.words(guild, person).open(sealed, context).decode())
                found[key] = found.get(key, frozenset()) | {EntryId(entry_id)}
        return dict(sorted(found.items()))

    async def last_change_by(self, guild: GuildId, user: UserId) -> ChangeId | None:
        """Return somebody's newest change; None where they never made one."""
        sql = 'SELECT id FROM changes WHERE guild = ? AND "by" = ? ORDER BY id DESC LIMIT 1'
        rows = await self._database.read(sql, [guild, user])
        return ChangeId(rows[0][0]) if rows else None

    async def changes_after(self, change_id: ChangeId) -> Sequence[tuple[GuildId, ChangeId]]:
        """Return every server's changes that are newer than one, oldest first."""
        sql = "SELECT guild, id FROM changes WHERE id > ? AND kind != ? ORDER BY id"
        rows = await self._database.read(sql, [change_id, ChangeKind.SHIPPED.value])
        return [(GuildId(guild), ChangeId(change)) for guild, change in rows]

    async def newest_change(self) -> ChangeId:
        """Return the newest change of any server, 0 for none."""
        ((newest,),) = await self._database.read("SELECT coalesce(max(id), 0) FROM changes")
        return ChangeId(newest)

    async def servers(self) -> Sequence[GuildId]:
        """Return the servers of which anything is known: a change, a setting, a question."""
        sql = "SELECT guild FROM changes UNION SELECT guild FROM guild_settings UNION SELECT guild FROM days ORDER BY 1"
        return [GuildId(guild) for (guild,) in await self._database.read(sql, []) if guild]


def entry_to_json(entry: Entry) -> str:
    """Return an entry as JSON that `entry_from_json` reads back to an equal one."""
    return json.dumps(asdict(entry), default=date.isoformat, ensure_ascii=False, sort_keys=True)


def entry_from_json(text: str) -> Entry:
    """Return the entry that `entry_to_json` wrote."""
    row: dict[str, Any] = json.loads(text)
    return Entry(
        id=EntryId(row["id"]),
        topic=TopicId(row["topic"]),
        question=row["question"],
        phrasings=tuple(Phrasing(**phrasing) for phrasing in row["phrasings"]),
        answer=row["answer"],
        setbacks=tuple(row["setbacks"]),
        lived_experience=row["lived_experience"],
        sources=tuple(Source(**source) for source in row["sources"]),
        reviewed_on=date.fromisoformat(row["reviewed_on"]),
        review_after_days=row["review_after_days"],
        related=tuple(EntryId(other) for other in row["related"]),
    )


def _maybe_entry(text: str | None) -> Entry | None:
    return entry_from_json(text) if text else None


def _version(row: tuple[Any, ...]) -> Version:
    version_id, change, entry_id, entry, kind, by, at, note = row
    return Version(
        VersionId(version_id),
        ChangeId(change),
        EntryId(entry_id),
        _maybe_entry(entry),
        ChangeKind(kind),
        None if by is None else UserId(by),
        datetime.fromisoformat(at),
        note or "",
    )


def _with_before(
    rows: Sequence[tuple[Any, ...]], older: Sequence[tuple[Any, ...]]
) -> list[tuple[Version, Version | None]]:
    before = {version.entry_id: version for version in map(_version, older)}
    return [(version, before.get(version.entry_id)) for version in map(_version, rows)]


def _record(db: sqlite_utils.Database, guild: GuildId, change: Change, pack: Mapping[EntryId, Entry]) -> ChangeId:
    heads = {edit.entry_id: _head(db, guild, edit.entry_id, pack) for edit in change.edits}
    stale = [edit.entry_id for edit in change.edits if revision_of(heads[edit.entry_id]) != edit.expected]
    if stale:
        raise ConflictError(stale)
    for edit in change.edits:
        _keep_untouched(db, guild, edit.entry_id, heads[edit.entry_id])
    change_id = _insert_change(db, guild, change.kind, change.by, change.note)
    for edit in change.edits:
        _insert_version(db, change_id, guild, edit.entry_id, edit.entry)
        _move_head(db, guild, edit, pack)
    topics = ({"guild": guild, "topic_id": topic.id, "title": topic.title} for topic in change.topics)
    db.table("guild_topics").insert_all(topics, pk=("guild", "topic_id"), ignore=True)
    return change_id


def _head(db: sqlite_utils.Database, guild: GuildId, entry_id: EntryId, pack: Mapping[EntryId, Entry]) -> Entry | None:
    sql = "SELECT entry FROM guild_entries WHERE guild = ? AND entry_id = ?"
    row = db.execute(sql, [guild, entry_id]).fetchone()
    return pack.get(entry_id) if row is None else _maybe_entry(row[0])


def _keep_untouched(db: sqlite_utils.Database, guild: GuildId, entry_id: EntryId, head: Entry | None) -> None:
    """Note the pack's own state before it is changed here, so that history can lead back to it."""
    sql = "SELECT entry FROM versions WHERE guild = ? AND entry_id = ? ORDER BY id DESC LIMIT 1"
    row = db.execute(sql, [guild, entry_id]).fetchone()
    last = None if row is None else _maybe_entry(row[0])
    if last != head:
        _insert_version(db, _insert_change(db, guild, ChangeKind.SHIPPED, None, ""), guild, entry_id, head)


def _insert_change(
    db: sqlite_utils.Database, guild: GuildId, kind: ChangeKind, by: UserId | None, note: str
) -> ChangeId:
    row = {"guild": guild, "kind": kind.value, "by": by, "at": now(), "note": note}
    return ChangeId(int(str(db.table("changes").insert(row).last_pk)))


def _insert_version(
    db: sqlite_utils.Database, change: ChangeId, guild: GuildId, entry_id: EntryId, entry: Entry | None
) -> None:
    text = None if entry is None else entry_to_json(entry)
    db.table("versions").insert({"change": change, "guild": guild, "entry_id": entry_id, "entry": text})


def _move_head(db: sqlite_utils.Database, guild: GuildId, edit: Edit, pack: Mapping[EntryId, Entry]) -> None:
    shipped = pack.get(edit.entry_id)
    if edit.entry == shipped:
        # Copy on write: what is the pack's own again follows the pack's updates.
        db.table("guild_entries").delete_where("guild = ? AND entry_id = ?", [guild, edit.entry_id])
        return
    row = {
        "guild": guild,
        "entry_id": edit.entry_id,
        "entry": None if edit.entry is None else entry_to_json(edit.entry),
        "pack_revision": revision_of(shipped),
    }
    db.table("guild_entries").upsert(row, pk=("guild", "entry_id"))
