"""People who opted in to be introduced: what they told is sealed, one blob a person, and another for its vector."""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.core.errors import NotMemberError, RingLockedError, SealBrokenError
from bot.core.introductions import End
from bot.core.models import GuildId, UserId
from bot.core.peers import Contact, Help, Hope, Member, MemberState, Pace, Ping, Profile, Role, Setback, Stage
from bot.core.ports.peers import TieKind
from bot.storage.columns import written
from bot.storage.deletions import Deletion, deleting
from bot.storage.erasing import erase_member
from bot.storage.introductions import withdraw
from bot.storage.keyring import Use
from bot.storage.reports import barred

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    import sqlite_utils

    from bot.core.ports.peers import Tie
    from bot.storage.database import Database
    from bot.storage.keyring import Keyring
    from bot.storage.ties import Ties

_MOMENTS = ("consented_at", "active_at", "resumes_at")
_COLUMNS = (
    *("guild", "user", "state", *_MOMENTS, "why_paused"),
    *("waited", "rests", "skips", "is_held", "silences", "introduced", "sealed"),
)
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM peers "  # noqa: S608
_ERASING = "PRAGMA secure_delete = ON"
"""What is deleted or replaced is overwritten with zeros: SQLite would only forget where it was."""
_ROW = _SELECT + "WHERE guild = ? AND user = ?"

log = logging.getLogger(__name__)


class PeerTable:
    """Implements the port PeerStore."""

    def __init__(self, database: Database, keyring: Keyring, ties: Ties) -> None:
        self._database = database
        self._keyring = keyring
        self._ties = ties

    async def add(self, member: Member) -> Member:
        """Keep somebody new and return them; who is there already stays, and is returned, as they are.

        Whose profile no longer opens is new. Whoever a report waits for is held, also where they left and come back;
        and for good, whoever moderators took out.
        """

        def add(db: sqlite_utils.Database) -> Member:
            row = db.execute(_ROW, [member.guild, member.user]).fetchone()
            if row is not None:
                try:
                    return self._member(row)
                except RingLockedError:
                    raise
                except SealBrokenError:
                    log.warning("Somebody whose profile did not open joined anew.")
            is_barred = member.user in barred(db, member.guild) or self._ties.is_out(db, member.guild, member.user)
            new = replace(member, is_held=member.is_held or is_barred)
            db.table("peers").upsert(self._row(new), pk=("guild", "user"))
            return new

        return await self._database.run(add)

    async def member(self, guild: GuildId, user: UserId) -> Member | None:
        """Return somebody who opted in, None for everybody else. Raises SealBrokenError."""
        rows = await self._database.read(_ROW, [guild, user])
        return self._member(rows[0]) if rows else None

    async def members(self, guild: GuildId, state: MemberState) -> Sequence[Member]:
        """Return a server's members in a state, by id; those whose profile does not open are left out, and logged.

        Raises RingLockedError.
        """
        rows = await self._database.read(_SELECT + "WHERE guild = ? AND state = ? ORDER BY user", [guild, state.value])
        return await asyncio.to_thread(self._opened, guild, rows)  # of 5,000 people, a fifth of a second

    async def update(
        self, guild: GuildId, user: UserId, change: Callable[[Member], Member], *, pauses_at: datetime | None = None
    ) -> Member:
        """Replace a member by what `change` makes of them, in one transaction; return the new one.

        A story that changed loses its vector. `pauses_at`: withdraws their offers in the same transaction, as of that
        moment. Raises NotMemberError, SealBrokenError.
        """

        def update(db: sqlite_utils.Database) -> Member:
            db.execute(_ERASING)
            row = db.execute(_ROW, [guild, user]).fetchone()
            if row is None:
                raise NotMemberError("Somebody who has not opted in cannot be changed.")
            before = self._member(row)
            after = change(before)
            changed = self._row(after)
            if after.profile.story != before.profile.story:
                changed |= {"sealed_vector": None, "model": None}
            db.table("peers").upsert(changed, pk=("guild", "user"))
            if pauses_at is not None:
                withdraw(db, guild, user, End.WITHDRAWN, pauses_at)
            return after

        return await self._database.run(update)

    async def remove(self, guild: GuildId, user: UserId, now: datetime) -> bool:
        """Forget somebody and withdraw their introductions, in one transaction; False where nothing was stored.

        Ties stay. Leaves no byte of what was told in the database's files, and drops their key, so that no copy of them
        gives it back. Also done while the keys are locked away; their key is then dropped by the next start that can.
        """

        def remove(db: sqlite_utils.Database, note: Callable[[Deletion], None]) -> bool:
            db.execute(_ERASING)
            was_there = erase_member(db, self._keyring, guild, user, now)
            if was_there:
                note(Deletion(user, guild))
            return was_there

        was_there = await deleting(self._database, self._keyring, remove, now)
        await self._database.read("PRAGMA wal_checkpoint(TRUNCATE)")  # the log beside the file still holds the old rows
        with suppress(RingLockedError):
            await asyncio.to_thread(self._keyring.forget, guild, user, Use.MEETING)
        return was_there

    async def due(self, now: datetime) -> Sequence[tuple[GuildId, UserId]]:
        """Return whose pause has ended by `now`, on every server."""
        sql = "SELECT guild, user FROM peers WHERE state = ? AND resumes_at <= ? ORDER BY guild, user"
        rows = await self._database.read(sql, [MemberState.PAUSED.value, _utc(now)])
        return [(GuildId(guild), UserId(user)) for guild, user in rows]

    async def keep_vector(self, guild: GuildId, user: UserId, story: str, vector: bytes, model: str) -> None:
        """Keep the vector (float32) of a story, unless the story is another by now."""

        def keep(db: sqlite_utils.Database) -> None:
            row = db.execute(_ROW, [guild, user]).fetchone()
            if row is not None and self._member(row).profile.story == story:
                sealed = self._keyring.sealer(guild, user).seal(vector, _vector_context(guild, user))
                db.table("peers").update((guild, user), {"sealed_vector": sealed, "model": model})

        await self._database.run(keep)

    async def vectors(self, guild: GuildId, model: str) -> Mapping[UserId, bytes]:
        """Return the stories' vectors that are of this model, and open. Raises RingLockedError."""
        sql = "SELECT user, sealed_vector FROM peers WHERE guild = ? AND model = ? AND sealed_vector IS NOT NULL"
        rows = await self._database.read(sql, [guild, model])
        return await asyncio.to_thread(self._opened_vectors, guild, rows)

    async def tie(self, guild: GuildId, tie: Tie) -> None:
        """Keep a tie; one that is there gets the new moment. A block ends what the two have, in one transaction."""

        def tied(db: sqlite_utils.Database) -> None:
            self._ties.add(db, guild, tie)
            if tie.kind is TieKind.BLOCK:
                withdraw(db, guild, tie.first, End.BLOCKED, tie.at, other=tie.second)

        await self._database.run(tied)

    async def untie(self, guild: GuildId, kind: TieKind, first: UserId, second: UserId) -> bool:
        """Drop a tie; False where there was none."""
        return await self._database.run(self._ties.drop, guild, kind, first, second)

    async def ties(self, guild: GuildId, users: Collection[UserId]) -> Sequence[Tie]:
        """Return every tie between two of these people."""
        return await self._database.run(self._ties.between, guild, users)

    async def blocks(self, guild: GuildId, by: UserId) -> int:
        """Return how many people somebody blocks; whom is stored as keyed hashes that nobody can list."""
        return await self._database.run(self._ties.blocks_by, guild, by)

    async def own_setbacks(self, guild: GuildId) -> Sequence[Setback]:
        """Return the topics a server added itself, in the order they were added."""
        sql = "SELECT id, label, is_sensitive FROM setbacks WHERE guild = ? ORDER BY rowid"
        rows = await self._database.read(sql, [guild])
        return [Setback(key, label, bool(is_sensitive)) for key, label, is_sensitive in rows]

    async def add_setback(self, guild: GuildId, setback: Setback) -> None:
        """Add a topic, or replace the one of that id."""
        row = {"guild": guild, "id": setback.id, "label": setback.label, "is_sensitive": setback.is_sensitive}
        await self._database.run(lambda db: db.table("setbacks").upsert(row, pk=("guild", "id")))

    async def remove_setback(self, guild: GuildId, setback_id: str) -> bool:
        """Remove a topic of the server's own; False where it has none of that id."""
        sql = "DELETE FROM setbacks WHERE guild = ? AND id = ?"
        return await self._database.run(lambda db: db.execute(sql, [guild, setback_id]).rowcount > 0)

    def _opened(self, guild: GuildId, rows: Sequence[tuple[Any, ...]]) -> list[Member]:
        self._keyring.load(guild)
        found, broken = [], 0
        for row in rows:
            try:
                found.append(self._member(row))
            except RingLockedError:
                raise
            except SealBrokenError:
                broken += 1
        if broken:
            log.warning("%s profiles do not open and take part in nothing. Restore their keys.db.", broken)
        return found

    def _opened_vectors(self, guild: GuildId, rows: Sequence[tuple[int, bytes]]) -> dict[UserId, bytes]:
        self._keyring.load(guild)
        found = {}
        for user, sealed in rows:
            try:
                sealer = self._keyring.sealer(guild, UserId(user))
                found[UserId(user)] = sealer.open(sealed, _vector_context(guild, user))
            except RingLockedError:
                raise
            except SealBrokenError:
                continue  # the profile does not open either, and `members` says so
        return found

    def _row(self, member: Member) -> dict[str, Any]:
        row = {name: getattr(member, name) for name in _COLUMNS[:-1]}
        moments = {name: row[name] and _utc(row[name]) for name in _MOMENTS}
        sealer = self._keyring.sealer(member.guild, member.user)
        sealed = sealer.seal(_to_json(member.profile), _context(member.guild, member.user))
        return row | moments | {"state": member.state.value, "sealed": sealed}

    def _member(self, row: tuple[Any, ...]) -> Member:
        told = dict(zip(_COLUMNS, row, strict=True))
        sealer = self._keyring.sealer(told["guild"], told["user"])
        profile = sealer.open(told.pop("sealed"), _context(told["guild"], told["user"]))
        moments = {name: told[name] and datetime.fromisoformat(told[name]) for name in _MOMENTS}
        typed = {"state": MemberState(told["state"]), "is_held": bool(told["is_held"]), "profile": _from_json(profile)}
        return Member(**told | moments | typed)


def _context(guild: int, user: int) -> str:
    return f"peers:{guild}:{user}"


def _vector_context(guild: int, user: int) -> str:
    return f"peers:{guild}:{user}:vector"


def _utc(moment: datetime) -> str:
    return written(moment.astimezone(UTC))


def _to_json(profile: Profile) -> str:
    row = {name: getattr(profile, name) for name in Profile.__dataclass_fields__}
    return json.dumps(row, default=sorted)  # sets, the only values that JSON has no form for


def _from_json(text: bytes) -> Profile:
    row = json.loads(text)
    return replace(
        Profile(**row),
        roles=frozenset(map(Role, row["roles"])),
        setbacks=frozenset(row["setbacks"]),
        shown=frozenset(row["shown"]),
        helps=frozenset(map(Help, row["helps"])),
        pace=row["pace"] and Pace(row["pace"]),
        hope=row["hope"] and Hope(row["hope"]),
        stage=None if row["stage"] is None else Stage(row["stage"]),
        languages=frozenset(row["languages"]),
        hours=tuple((start, end) for start, end in row["hours"]),
        contact=Contact(row["contact"]),
        ping=Ping(row["ping"]),
    )
