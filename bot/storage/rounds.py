"""Rounds: one row each, first as announced, then as held. Nobody is in them."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.core.errors import NotMemberError, RoundTakenError
from bot.core.matching import Kind, Obstacle, RoundRecord, Shortage
from bot.core.ports.rounds import Announced
from bot.storage.columns import written
from bot.storage.letters import insert_letter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import sqlite_utils

    from bot.core.introductions import Letter
    from bot.core.models import GuildId, UserId
    from bot.core.ports.introductions import Also
    from bot.core.ports.rounds import News
    from bot.storage.database import Database

_HELD = "json_extract(record, '$.people') IS NOT NULL"
_ROW = "SELECT number, record FROM rounds WHERE guild = ? AND "


class RoundTable:
    """Implements the port RoundStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def last_number(self, guild: GuildId) -> int:
        """Return the number of the last round that was held, 0 for none."""
        rows = await self._database.read(f"SELECT max(number) FROM rounds WHERE guild = ? AND {_HELD}", [guild])  # noqa: S608
        return int(rows[0][0] or 0)

    async def announced(self, guild: GuildId) -> Announced | None:
        """Return the round that people were told of and that was not held yet."""
        rows = await self._database.read(f"{_ROW} NOT {_HELD} ORDER BY number LIMIT 1", [guild])
        return Announced(rows[0][0], datetime.fromisoformat(json.loads(rows[0][1])["at"])) if rows else None

    async def announce(self, guild: GuildId, round_: Announced, letters: Sequence[Letter]) -> bool:
        """Note a round that comes, and tell people, in one transaction; False where its number is there already."""

        def announce(db: sqlite_utils.Database) -> bool:
            if _record(db, guild, round_.number) is not None:
                return False
            _keep(db, guild, round_.number, {"at": written(round_.at)})
            for letter in letters:
                insert_letter(db, letter)
            return True

        return await self._database.run(announce)

    async def cancel(self, guild: GuildId, number: int) -> None:
        """Forget a round that was announced and not held."""
        sql = f"DELETE FROM rounds WHERE guild = ? AND number = ? AND NOT {_HELD}"  # noqa: S608
        await self._database.run(lambda db: db.execute(sql, [guild, number]))

    def closing(self, guild: GuildId, record: RoundRecord, news: Mapping[UserId, News]) -> Also:
        """Return what ends a round, to be written in the transaction of its offers, after them.

        It keeps the record, counts the waiting of those of `news` who are in no offer of this round and tells them, and
        counts down the rest of mentors. It raises RoundTakenError where the round was held already.
        """

        def close(db: sqlite_utils.Database) -> None:
            known = _record(db, guild, record.number)
            if known is not None and "people" in known:
                raise RoundTakenError(f"Round {record.number} was held already.")
            _keep(db, guild, record.number, _to_json(record))
            sql = "SELECT first, second FROM introductions WHERE guild = ? AND round = ?"
            offered = {user for pair in db.execute(sql, [guild, record.number]) for user in pair}
            for user, each in news.items():
                if user not in offered:
                    _tell(db, guild, user, each)
            db.execute("UPDATE peers SET rests = rests - 1 WHERE guild = ? AND rests > 0", [guild])

        return close

    async def records(self, guild: GuildId, limit: int) -> Sequence[RoundRecord]:
        """Return a server's last rounds, newest first."""
        rows = await self._database.read(f"{_ROW} {_HELD} ORDER BY number DESC LIMIT ?", [guild, limit])
        return [_from_json(number, json.loads(record)) for number, record in rows]

    async def skip(self, guild: GuildId, user: UserId, number: int) -> None:
        """Note that somebody skips a round. Raises NotMemberError."""
        sql = "UPDATE peers SET skips = ? WHERE guild = ? AND user = ?"
        if not await self._database.run(lambda db: db.execute(sql, [number, guild, user]).rowcount):
            raise NotMemberError("Somebody who has not opted in skipped a round.")


def _record(db: sqlite_utils.Database, guild: GuildId, number: int) -> dict[str, Any] | None:
    row = db.execute(f"{_ROW} number = ?", [guild, number]).fetchone()
    found: dict[str, Any] | None = row and json.loads(row[1])
    return found


def _keep(db: sqlite_utils.Database, guild: GuildId, number: int, record: Mapping[str, Any]) -> None:
    row = {"guild": guild, "number": number, "record": json.dumps(record)}
    db.table("rounds").upsert(row, pk=("guild", "number"))


def _tell(db: sqlite_utils.Database, guild: GuildId, user: UserId, news: News) -> None:
    """Tell somebody what came of a round, unless they paused or left while it was computed."""
    sql = "UPDATE peers SET waited = coalesce(waited, 0) + ? WHERE guild = ? AND user = ? AND state = 'active'"
    if db.execute(sql, [int(news.waits), guild, user]).rowcount:
        for letter in news.letters:
            insert_letter(db, letter)


def _to_json(record: RoundRecord) -> dict[str, Any]:
    row = asdict(record)
    del row["number"]
    return {**row, "at": written(record.at)}


def _from_json(number: int, row: Mapping[str, Any]) -> RoundRecord:
    shortages = tuple(
        Shortage(**{**each, "lacks": Kind(each["lacks"]), "obstacle": Obstacle(each["obstacle"])})
        for each in row["shortages"]
    )
    by_rounds = {name: {int(rounds): people for rounds, people in row[name].items()} for name in ("waited", "waiting")}
    return RoundRecord(
        number=number, **{**row, **by_rounds, "at": datetime.fromisoformat(row["at"]), "shortages": shortages}
    )
