"""Everything about one person, found by what the tables are declared to hold: to show it, and to forget it."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.core.errors import RingLockedError, SealBrokenError
from bot.core.models import GuildId, UserId
from bot.peers.steps import seen_by
from bot.storage.deletions import Deletion, deleting
from bot.storage.erasing import erase, guilds_in, know_pseudonyms
from bot.storage.holdings import HOLDINGS, Key
from bot.storage.introduction_rows import OF_PERSON, from_row, opened
from bot.storage.reports import key_of_report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    import sqlite_utils

    from bot.core.introductions import Introduction
    from bot.storage.database import Database
    from bot.storage.holdings import Holding
    from bot.storage.keyring import Keyring
    from bot.storage.sealing import KeyedSealer

BROKEN = "this is stored encrypted, and its key is gone: nobody can read it any more"
Found = dict[GuildId, dict[str, list[dict[str, Any]]]]


class PersonalTable:
    """Implements the port PersonalStore."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def everything(self, user: UserId) -> Mapping[GuildId, Mapping[str, Sequence[Mapping[str, Any]]]]:
        """Return all that is stored about somebody and may be shown to them: by server, then by kind.

        Each row is plain JSON with names that can be read. What does not open says so in its place.
        Raises RingLockedError: without the key of pseudonyms, nobody is found.
        """
        return await self._database.run(self._everything, user)

    async def erase(self, user: UserId, now: datetime) -> None:
        """Forget somebody on every server, in one transaction, and drop their keys.

        Leaves no byte of what they told in the database's files. Done twice, it is done once.
        Raises RingLockedError, StorageError.
        """

        def forget(db: sqlite_utils.Database, note: Callable[[Deletion], None]) -> list[tuple[GuildId, str]]:
            note(Deletion(user))
            return erase(db, self._keyring, user, now)

        reported = await deleting(self._database, self._keyring, forget, now)
        await asyncio.to_thread(self._drop_keys, user, reported)
        await self._database.read("PRAGMA wal_checkpoint(TRUNCATE)")  # the log beside the file still holds the old rows

    def _drop_keys(self, user: UserId, reported: Sequence[tuple[GuildId, str]]) -> None:
        self._keyring.forget_everywhere(user)
        self._keyring.drop(reported)

    def _everything(self, db: sqlite_utils.Database, user: UserId) -> Found:
        know_pseudonyms(db, self._keyring)
        found: Found = defaultdict(lambda: defaultdict(list))
        for holding in HOLDINGS:
            for guild, row in self._rows(db, holding, user):
                found[guild][holding.name].append(row)
        for guild in guilds_in(db):
            for row in db.execute(OF_PERSON, {"guild": guild, "user": user}).fetchall():
                found[guild]["introductions"].append(_seen(self._introduction(row), user))
        return found

    def _rows(
        self, db: sqlite_utils.Database, holding: Holding, user: UserId
    ) -> Iterator[tuple[GuildId, dict[str, Any]]]:
        for trace in holding.traces:
            if trace.shown:
                sql = f"SELECT *, {holding.guild} AS of_guild FROM {holding.table} WHERE {trace.where}"  # noqa: S608
                for row in list(db.query(sql, {"user": user})):
                    told = {name: self._value(holding, column, row, user) for column, name in trace.shown.items()}
                    yield GuildId(row["of_guild"]), {name: value for name, value in told.items() if value is not None}

    def _value(self, holding: Holding, column: str, row: Mapping[str, Any], user: UserId) -> Any:
        """Return a column as plain JSON."""
        value = row[column]
        if value is not None and column in holding.sealed:
            try:
                value = self._sealer(holding, row, user).open(value, holding.sealed[column].format_map(row))
            except RingLockedError:
                raise
            except SealBrokenError:
                return BROKEN
            return np.frombuffer(value, np.float32).tolist() if "vector" in column else _plain(value.decode())
        return value.decode(errors="replace") if isinstance(value, bytes) else value

    def _sealer(self, holding: Holding, row: Mapping[str, Any], user: UserId) -> KeyedSealer:
        guild = GuildId(row["of_guild"])
        match holding.key:
            case Key.MEETING | Key.BOTH:
                return self._keyring.sealer(guild, user)
            case Key.REPORT:
                return self._keyring.apart(guild, key_of_report(row["id"]))
            case Key.WORDS:
                person = row["person"] if "person" in holding.columns else self._keyring.author(guild, user)
                return self._keyring.words(guild, person)

    def _introduction(self, row: tuple[Any, ...]) -> Introduction:
        """Return an introduction; one whose cards do not open, without them."""
        try:
            return opened(self._keyring, row)
        except RingLockedError:
            raise
        except SealBrokenError:
            return from_row(row)


def _plain(text: str) -> Any:
    """Return what is kept as JSON as such, and any other text as it is."""
    if text.startswith(("{", "[")):
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            return text
    return text


def _seen(introduction: Introduction, user: UserId) -> dict[str, Any]:
    """Return somebody's own side of an introduction: nothing the other one is, said or did shows in it."""
    seen, own = seen_by(introduction, user), introduction.side_of(user)
    card = asdict(introduction.cards[1 - introduction.index_of(user)])
    return {
        "kind": seen.kind.value,
        "state": seen.state.value,
        "offered": seen.offered_at.isoformat(),
        "told by": seen.told_at.isoformat(),
        "you answered": own.answer and own.answer.value,
        "you ended it": own.is_out,
        "names known since": seen.revealed_at and seen.revealed_at.isoformat(),
        "thread": seen.thread,
        "your card, without a name": card,
        "what you share": [asdict(reason) for reason in introduction.because],
    }
