"""Where introductions are kept: the port over the transactions of bot/storage/introductions.py."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bot.core.errors import NoSuchIntroductionError, RingLockedError, SealBrokenError
from bot.core.introductions import IntroductionId
from bot.core.matching import Kind
from bot.core.models import UserId
from bot.core.ports.peers import Tie, TieKind
from bot.core.retention import DEFAULT
from bot.peers.steps import CHECK_INS, DIRECT, DONE, LOST, NOBODY, REMINDED
from bot.storage.introduction_rows import (
    COLUMNS,
    FORGOTTEN,
    OF_PERSON,
    cards_without,
    from_row,
    opened,
    sealed_cards,
    to_row,
    utc,
)
from bot.storage.introductions import advance, withdraw
from bot.storage.letters import clean_letters, insert_letter
from bot.storage.reports import clean_reports

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime

    import sqlite_utils

    from bot.core.introductions import End, Introduction, Letter
    from bot.core.models import GuildId
    from bot.core.ports.introductions import Also, Situation, Step
    from bot.core.retention import Retention
    from bot.storage.database import Database
    from bot.storage.keyring import Keyring
    from bot.storage.ties import Ties

_DUE = """
    SELECT id FROM introductions WHERE guild = :guild AND (
        state = 'agreed' AND revealed_at <= :now
        OR state = 'offered' AND (told_at <= :now OR is_reminded = 0 AND told_at <= :reminded)
        OR state IN ('revealed', 'frozen') AND (
            check_ins < 1 AND revealed_at <= :first OR check_ins < 2 AND revealed_at <= :second OR revealed_at <= :done
        )
    ) ORDER BY id
"""
_OFFERED = """
    SELECT first FROM introductions WHERE guild = :guild AND state IN ('offered', 'agreed') AND first_out = 0
    UNION SELECT second FROM introductions
    WHERE guild = :guild AND state IN ('offered', 'agreed') AND second_out = 0 AND kind = 'peer'
"""
_MENTORING = """
    SELECT second, count(*) FROM introductions
    WHERE guild = ? AND kind = 'mentor'
    AND (state IN ('agreed', 'revealed', 'frozen') OR state = 'offered' AND second_out = 0) GROUP BY second
"""
_CLEAN = (
    """
    DELETE FROM introductions WHERE guild = :guild AND state = 'closed'
    AND (revealed_at <= :known OR revealed_at IS NULL AND told_at <= :offers)
    """,
    """
    UPDATE introductions SET sealed = :forgotten, thread = NULL
    WHERE guild = :guild AND end IS NOT NULL AND revealed_at <= :offers AND sealed != :forgotten
    """,
)


_OVER = f"""
    SELECT {COLUMNS} FROM introductions
    WHERE guild = :guild AND state = 'closed' AND (first = 0 OR second = 0) AND sealed != :forgotten
"""  # noqa: S608 - names of columns
"""Over, and one of both left: while it was open, its cards could not change without telling so."""


class IntroductionTable:
    """Implements the port IntroductionStore."""

    def __init__(self, database: Database, keyring: Keyring, ties: Ties, kept: Retention = DEFAULT) -> None:
        self._database = database
        self._keyring = keyring
        self._ties = ties
        self._kept = kept

    async def offer(
        self,
        guild: GuildId,
        offers: Sequence[tuple[Introduction, int]],
        letters: Sequence[Letter],
        also: Also | None,
    ) -> Sequence[Introduction]:
        """Keep new offers, each with the places of its mentor in all, and return those that may be.

        Left out, with their letters, are those of which somebody is not active any more, is held, is kept
        from the other, or has no place free. Each one kept ties both as `past`.
        """

        def kept(db: sqlite_utils.Database) -> list[Introduction]:
            possible = self._possible(db, guild, offers)
            ids = {introduction.id for introduction in possible}
            # Sealed only now: whoever left since they were paired, and came back, has another key.
            rows = [{**to_row(one), "sealed": sealed_cards(self._keyring, one)} for one in possible]
            db.table("introductions").insert_all(rows)
            for introduction in possible:
                first, second = (side.user for side in introduction.sides)
                self._ties.add(db, guild, Tie(TieKind.PAST, first, second, introduction.offered_at))
            for letter in letters:
                if letter.introduction in ids:
                    insert_letter(db, letter)
            if also is not None:
                also(db)
            return possible

        return await self._database.run(kept)

    async def change(
        self, guild: GuildId, introduction: IntroductionId, decide: Callable[[Situation], Step | None], now: datetime
    ) -> Introduction:
        """Let `decide` look at an introduction, write what it makes of it (None: nothing); return it as it is then.

        Raises NoSuchIntroductionError, SealBrokenError, and what `decide` raises; then nothing is written.
        """

        def changed(db: sqlite_utils.Database) -> Introduction:
            advance(db, guild, introduction, decide, now)
            sql = f"SELECT {COLUMNS} FROM introductions WHERE id = ?"  # noqa: S608 - names of columns
            return opened(self._keyring, db.execute(sql, [introduction]).fetchone())

        return await self._database.run(changed)

    async def advance(
        self, guild: GuildId, introduction: IntroductionId, decide: Callable[[Situation], Step | None], now: datetime
    ) -> None:
        """Do as `change` does, for the clock: cards stay sealed, so that no key is needed."""
        await self._database.run(advance, guild, introduction, decide, now)

    async def withdraw(self, guild: GuildId, user: UserId, end: End, now: datetime) -> None:
        """End what somebody is offered on a server, and nothing that goes on."""
        await self._database.run(withdraw, guild, user, end, now)

    async def introduction(self, guild: GuildId, introduction: IntroductionId) -> Introduction:
        """Return one. Raises NoSuchIntroductionError, SealBrokenError."""
        sql = f"SELECT {COLUMNS} FROM introductions WHERE guild = ? AND id = ?"  # noqa: S608 - names of columns
        rows = await self._database.read(sql, [guild, introduction])
        if not rows:
            raise NoSuchIntroductionError("There is no such introduction on this server.")
        return opened(self._keyring, rows[0])

    async def of(self, guild: GuildId, user: UserId) -> Sequence[Introduction]:
        """Return every one of somebody's, oldest first, closed ones included. Raises RingLockedError.

        Without those with somebody whose key was dropped since, as after an old backup was brought back.
        """
        found = []
        for row in await self._database.read(OF_PERSON, {"guild": guild, "user": user}):
            try:
                found.append(opened(self._keyring, row))
            except RingLockedError:
                raise
            except SealBrokenError:
                continue
        return found

    async def due(self, guild: GuildId, now: datetime) -> Sequence[IntroductionId]:
        """Return those of a server whose next step may be due."""
        first, second = CHECK_INS
        at = {"now": now, "reminded": now + REMINDED, "first": now - first, "second": now - second, "done": now - DONE}
        values = {"guild": guild, **{name: utc(moment) for name, moment in at.items()}}
        return [IntroductionId(number) for (number,) in await self._database.read(_DUE, values)]

    async def without_thread(self, guild: GuildId) -> Sequence[Introduction]:
        """Return those that go on and have no thread, nor a reason for none; their cards stay sealed."""
        sql = (
            f"SELECT {COLUMNS} FROM introductions WHERE guild = ? AND state = 'revealed' AND thread IS NULL ORDER BY id"  # noqa: S608
        )
        return [from_row(row) for row in await self._database.read(sql, [guild])]

    async def set_thread(self, introduction: IntroductionId, thread: int) -> bool:
        """Note the thread of one that goes on; False where there is one, or a reason for none."""
        sql = "UPDATE introductions SET thread = ? WHERE id = ? AND state = 'revealed' AND thread IS NULL"
        return await self._database.run(lambda db: bool(db.execute(sql, [thread, introduction]).rowcount))

    async def lose_thread(self, introduction: IntroductionId) -> None:
        """Note that the thread of one is gone; those who write each other directly have none to lose."""
        sql = "UPDATE introductions SET thread = ? WHERE id = ? AND state IN ('revealed', 'frozen') AND thread IS NOT ?"
        await self._database.run(lambda db: db.execute(sql, [LOST, introduction, DIRECT]))

    async def to_reveal(self, guild: GuildId, now: datetime) -> Sequence[Introduction]:
        """Return those that both agreed to, and whose time has come; their cards stay sealed."""
        sql = (
            f"SELECT {COLUMNS} FROM introductions WHERE guild = ? AND state = 'agreed' AND revealed_at <= ? ORDER BY id"  # noqa: S608
        )
        return [from_row(row) for row in await self._database.read(sql, [guild, utc(now)])]

    async def offered(self, guild: GuildId) -> Collection[UserId]:
        """Return who has an open offer as a peer or seeker."""
        return {UserId(user) for (user,) in await self._database.read(_OFFERED, {"guild": guild})}

    async def mentoring(self, guild: GuildId) -> Mapping[UserId, int]:
        """Return how many places of each mentor are taken, by open offers and introductions that go on."""
        return {UserId(user): count for user, count in await self._database.read(_MENTORING, [guild])}

    async def clean(self, guild: GuildId, now: datetime) -> None:
        """Forget a server's introductions, letters and reports that are older than they may be kept."""
        offers, known = (utc(now - self._kept.span(name)) for name in ("offers", "known"))
        values = {"guild": guild, "offers": offers, "known": known, "forgotten": FORGOTTEN}

        def clean(db: sqlite_utils.Database) -> None:
            gone = _CLEAN[0].replace("DELETE", "SELECT id")
            answers = f"DELETE FROM check_ins WHERE introduction IN ({gone})"  # noqa: S608 - our own statement
            for sql in (answers, *_CLEAN):
                db.execute(sql, values)
            for row in db.execute(_OVER, values).fetchall():
                db.execute(
                    "UPDATE introductions SET sealed = ? WHERE id = ?",
                    [cards_without(self._keyring, row, NOBODY), row[0]],
                )
            clean_letters(db, guild, now, self._kept)
            clean_reports(db, self._ties, guild, now, self._kept)

        await self._database.run(clean)

    def _possible(
        self, db: sqlite_utils.Database, guild: GuildId, offers: Sequence[tuple[Introduction, int]]
    ) -> list[Introduction]:
        """Return the offers that may be made, the first ones first where places do not last for all."""
        users = {side.user for introduction, _ in offers for side in introduction.sides}
        sql = "SELECT user FROM peers WHERE guild = ? AND state = 'active' AND NOT coalesce(is_held, 0)"
        free = {UserId(user) for (user,) in db.execute(sql, [guild])}
        ties = self._ties.between(db, guild, users)
        free -= {tie.first for tie in ties if tie.first == tie.second}
        apart = {frozenset({tie.first, tie.second}) for tie in ties if tie.kind is not TieKind.PAST}
        taken = {UserId(user) for (user,) in db.execute(_OFFERED, {"guild": guild})}
        mentoring = Counter({UserId(user): count for user, count in db.execute(_MENTORING, [guild])})
        possible = []
        for introduction, places in offers:
            first, second = (side.user for side in introduction.sides)
            is_mentor = introduction.kind is Kind.MENTOR
            has_place = mentoring[second] < places if is_mentor else second not in taken
            if {first, second} <= free and first not in taken and has_place and frozenset({first, second}) not in apart:
                possible.append(introduction)
                mentoring[second] += is_mentor
                taken |= {first} if is_mentor else {first, second}
        return possible
