"""Questions that had no answer: gathered by meaning, counted by person, and nobody's name but of those who wait.

Their words are sealed, each wording with its author's key: one whose key was dropped is as if it were not there.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.core.errors import VersionGoneError
from bot.core.models import EntryId, GuildId, UserId
from bot.core.unanswered import Noted, Notice, QuestionState, Recorded, Unanswered, Wish
from bot.storage.columns import now_exactly
from bot.storage.notices import insert_notice
from bot.storage.wordings import ORDER, SEALED, Wording, Wordings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    import sqlite_utils

    from bot.storage.database import Database
    from bot.storage.keyring import Keyring

    NameOf = Callable[[int], str]
    News = Callable[[Noted], Notice | None]

_QUESTIONS = """
    SELECT id, guild, state,
        max(1, (SELECT count(*) FROM askers WHERE unanswered = id)) AS people, times,
        (SELECT count(*) FROM waiters WHERE unanswered = id), first_at, last_at, entry_id, closed_by
    FROM unanswered
"""
_WORDINGS = f"SELECT {SEALED} FROM every_wording WHERE guild = ? AND "  # noqa: S608 - names of columns


class QueueStore:
    """Implements the port QuestionStore."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring
        self._wordings = Wordings(keyring)

    async def note(
        self,
        guild: GuildId,
        asked: Recorded,
        *,
        person: NameOf | None = None,
        author: UserId | None = None,
        news: News | None = None,
    ) -> Noted:
        """Queue a question (its id is ignored), or count it again where one of its meaning waits, or was dismissed.

        `person`: the asker's name within a question, by its id; None where nobody is counted. `author`: whose words
        they are. `news`: what is to be told of it, in the same transaction. Raises RingLockedError.
        """
        whose = self._keyring.author(guild, author)

        def note(db: sqlite_utils.Database) -> Noted:
            noted = _note(db, self._wordings, guild, asked, person=person, author=whose)
            if news is not None and (notice := news(noted)) is not None:
                insert_notice(db, self._keyring, notice, author=author)
            return noted

        return await self._database.run(note)

    async def questions(self, guild: GuildId, state: QuestionState) -> Sequence[Unanswered]:
        """Return a guild's questions, those of most people first, then those asked last. Raises RingLockedError."""
        order = "WHERE guild = ? AND state = ? ORDER BY people DESC, last_at DESC, id DESC"
        rows = await self._database.read(_QUESTIONS + order, [guild, state.value])
        return _questions(rows, await self._opened(f"state = ?{ORDER}", guild, state.value))

    async def question(self, guild: GuildId, question_id: int) -> Unanswered:
        """Return a question, whatever its state. Raises VersionGoneError, RingLockedError."""
        rows = await self._database.read(_QUESTIONS + "WHERE guild = ? AND id = ?", [guild, question_id])
        for found in _questions(rows, await self._opened(f"id = ?{ORDER}", guild, question_id)):
            return found
        raise VersionGoneError(f"There is no question {question_id} on this server.")

    async def first_wordings(self, guild: GuildId) -> Sequence[Recorded]:
        """Return the first wording of each question that waits, with its vector. Raises RingLockedError."""
        sql = "SELECT id, refused FROM unanswered WHERE guild = ? AND state = 'waiting'"
        refused = dict(await self._database.read(sql, [guild]))
        return [
            Recorded(one.id, one.question, one.vector, one.model, frozenset(json.loads(refused[one.id])))
            for one in await self._opened("state = 'waiting' AND hash = '' ORDER BY id", guild)
            if one.id in refused
        ]

    async def recorded(self, guild: GuildId, model: str, limit: int) -> Sequence[tuple[str, bytes]]:
        """Return wordings of every question that was noted, with vectors of `model`, those asked last first.

        Raises RingLockedError.
        """
        found = await self._opened("model = ? ORDER BY last_at DESC LIMIT ?", guild, model, limit)
        return [(one.question, one.vector) for one in found]

    async def of_other_models(self, guild: GuildId, model: str) -> Sequence[Recorded]:
        """Return the wordings of questions that wait or were dismissed whose vectors are of another model.

        Raises RingLockedError.
        """
        found = await self._opened("model <> ? AND state IN ('waiting', 'dismissed')", guild, model)
        return [Recorded(one.id, one.question, one.vector, one.model) for one in found]

    async def renew(self, wordings: Sequence[Recorded]) -> None:
        """Replace the vectors of wordings. Raises RingLockedError."""
        await self._database.run(self._wordings.renew, wordings)

    async def guilds_waiting(self) -> Sequence[GuildId]:
        """Return the guilds where a question waits."""
        sql = "SELECT DISTINCT guild FROM unanswered WHERE state = 'waiting' ORDER BY guild"
        return [GuildId(guild) for (guild,) in await self._database.read(sql)]

    async def resolve(
        self,
        guild: GuildId,
        question_id: int,
        entry_id: EntryId,
        text_key: str,
        *,
        by: UserId | None,
        was: Collection[QuestionState],
    ) -> bool:
        """Note that an entry answers a question, or the one it was merged into.

        Whoever waits gets a notice and is taken off the list. False where it is in none of the states `was`.
        """

        def tell(db: sqlite_utils.Database, user: UserId) -> None:
            insert_notice(db, self._keyring, Notice(0, guild, user, text_key, {}, entry_id))

        return await self._database.run(_resolve, guild, question_id, entry_id, tell, was=was, by=by)

    async def dismiss(self, guild: GuildId, question_id: int, by: UserId) -> bool:
        """Note that the FAQ will not cover a question; False where it does not wait."""
        waiting = [QuestionState.WAITING]
        return await self._database.run(_close, guild, question_id, QuestionState.DISMISSED, was=waiting, by=by)

    async def reopen(self, guild: GuildId, question_id: int) -> bool:
        """Let a question wait again that was dismissed or resolved; False where it was not."""
        closed = [QuestionState.DISMISSED, QuestionState.RESOLVED]
        return await self._database.run(_close, guild, question_id, QuestionState.WAITING, was=closed)

    async def merge(self, guild: GuildId, into: int, gone: int, by: UserId) -> bool:
        """Let a waiting question go on as part of another; False where not both wait.

        People are known within one question only, so who asked both is counted twice until they ask again.
        """
        return await self._database.run(_merge, self._wordings, guild, into, gone, by=by)

    async def wish(self, guild: GuildId, question_id: int, user: UserId) -> Wish:
        """Put a member on the list of those to be told, or take them off it. Raises VersionGoneError."""
        return await self._database.run(_wish, guild, question_id, user)

    async def _opened(self, where: str, *values: object) -> list[Wording]:
        rows = await self._database.read(_WORDINGS + where, values)
        return await asyncio.to_thread(lambda: list(self._wordings.opened(rows)))


def _note(
    db: sqlite_utils.Database,
    wordings: Wordings,
    guild: GuildId,
    asked: Recorded,
    *,
    person: NameOf | None,
    author: str | None,
) -> Noted:
    now = now_exactly()
    same = wordings.same_meaning(db, guild, asked)
    if same is None:
        ((same,),) = db.execute("SELECT coalesce(max(id), 0) + 1 FROM unanswered").fetchall()
        first = Wording(same, "", guild, author, asked.question, asked.vector, asked.model)
        row = {"id": same, "guild": guild, "model": asked.model, **wordings.sealed(first)}
        db.table("unanswered").insert({**row, "times": 1, "first_at": now, "last_at": now})
    else:
        db.execute("UPDATE unanswered SET times = times + 1, last_at = ? WHERE id = ?", [now, same])
        further = Wording(same, "", guild, author, asked.question, asked.vector, asked.model)
        wordings.add(db, further, now)
    _refuse(db, same, asked.refused)
    is_new = person is not None and _count(db, same, person)
    sql = "SELECT state, (SELECT count(*) FROM askers WHERE unanswered = id) FROM unanswered WHERE id = ?"
    state, askers = db.execute(sql, [same]).fetchone()
    return Noted(same, QuestionState(state), askers, is_new)


def _refuse(db: sqlite_utils.Database, question_id: int, states: Collection[str]) -> None:
    if states:
        ((known,),) = db.execute("SELECT refused FROM unanswered WHERE id = ?", [question_id]).fetchall()
        every = json.dumps(sorted({*json.loads(known), *states}))
        db.execute("UPDATE unanswered SET refused = ? WHERE id = ?", [every, question_id])


def _count(db: sqlite_utils.Database, question_id: int, person: NameOf) -> bool:
    """Count a person once, under whichever of the merged questions they were counted before."""
    parts = db.execute("SELECT id FROM unanswered WHERE id = :id OR merged_into = :id", {"id": question_id}).fetchall()
    names = json.dumps([person(part) for (part,) in parts])
    sql = "SELECT 1 FROM askers WHERE unanswered = ? AND person IN (SELECT value FROM json_each(?))"
    if db.execute(sql, [question_id, names]).fetchone():
        return False
    db.table("askers").insert({"unanswered": question_id, "person": person(question_id)})
    return True


def _close(
    db: sqlite_utils.Database,
    guild: GuildId,
    question_id: int,
    state: QuestionState,
    *,
    was: Collection[QuestionState],
    by: UserId | None = None,
    entry_id: EntryId | None = None,
) -> bool:
    sql = """
        UPDATE unanswered SET state = ?, entry_id = ?, closed_by = ?, closed_at = ?
        WHERE guild = ? AND id = ? AND state IN (SELECT value FROM json_each(?))
    """
    values = [state.value, entry_id, by, now_exactly(), guild, question_id, json.dumps([each.value for each in was])]
    return bool(db.execute(sql, values).rowcount)


def _resolve(
    db: sqlite_utils.Database,
    guild: GuildId,
    question_id: int,
    entry_id: EntryId,
    tell: Callable[[sqlite_utils.Database, UserId], None],
    *,
    was: Collection[QuestionState],
    by: UserId | None,
) -> bool:
    whole = _followed(db, guild, question_id)
    if not _close(db, guild, whole, QuestionState.RESOLVED, was=was, by=by, entry_id=entry_id):
        return False
    waiters = db.execute("SELECT user FROM waiters WHERE unanswered = ? ORDER BY at, user", [whole]).fetchall()
    for (user,) in waiters:
        tell(db, UserId(user))
    db.table("waiters").delete_where("unanswered = ?", [whole])
    return True


def _merge(db: sqlite_utils.Database, wordings: Wordings, guild: GuildId, into: int, gone: int, *, by: UserId) -> bool:
    columns = "model, times, first_at, last_at, refused"
    sql = f"SELECT {columns} FROM unanswered WHERE guild = ? AND id = ? "  # noqa: S608 - names of columns
    target, part = (db.execute(sql + "AND state = 'waiting'", [guild, each]).fetchone() for each in (into, gone))
    if into == gone or target is None or part is None:
        return False
    model, times, first_at, last_at, refused = part
    for table in ("askers", "waiters"):
        db.execute(f"UPDATE OR IGNORE {table} SET unanswered = ? WHERE unanswered = ?", [into, gone])  # noqa: S608
        db.table(table).delete_where("unanswered = ?", [gone])
    if model == target[0]:  # vectors of two models cannot be compared
        for one in wordings.of_question(db, gone):
            wordings.add(db, replace(one, id=into), now_exactly())
    db.table("wordings").delete_where("unanswered = ?", [gone])
    _refuse(db, into, json.loads(refused))
    db.execute(
        "UPDATE unanswered SET times = times + ?, first_at = min(first_at, ?), last_at = max(last_at, ?) WHERE id = ?",
        [times, first_at, last_at, into],
    )
    _close(db, guild, gone, QuestionState.MERGED, was=[QuestionState.WAITING], by=by)
    db.execute(
        "UPDATE unanswered SET merged_into = :into WHERE id = :gone OR merged_into = :gone",
        {"into": into, "gone": gone},
    )
    return True


def _wish(db: sqlite_utils.Database, guild: GuildId, question_id: int, user: UserId) -> Wish:
    question_id = _followed(db, guild, question_id)
    key = (question_id, user)
    if db.execute("DELETE FROM waiters WHERE unanswered = ? AND user = ?", key).rowcount:
        return Wish.OFF
    ((state,),) = db.execute("SELECT state FROM unanswered WHERE id = ?", [question_id]).fetchall()
    if state != QuestionState.WAITING:
        return Wish.ANSWERED if state == QuestionState.RESOLVED else Wish.DISMISSED
    db.table("waiters").insert({"unanswered": question_id, "user": user, "at": now_exactly()})
    return Wish.ON


def _followed(db: sqlite_utils.Database, guild: GuildId, question_id: int) -> int:
    """Return the question that this one is part of by now, or itself. Raises VersionGoneError."""
    sql = "SELECT coalesce(merged_into, id) FROM unanswered WHERE guild = ? AND id = ?"
    row = db.execute(sql, [guild, question_id]).fetchone()
    if row is None:
        raise VersionGoneError(f"There is no question {question_id} on this server.")
    return int(row[0])


def _questions(rows: Sequence[tuple[Any, ...]], wordings: Sequence[Wording]) -> list[Unanswered]:
    """Return questions from rows of _QUESTIONS; without those of which no word opens."""
    words: dict[int, list[str]] = defaultdict(list)
    for one in wordings:
        words[one.id].append(one.question)
    return [
        Unanswered(
            id=question_id,
            guild=GuildId(guild),
            state=QuestionState(state),
            question=words[question_id][0],
            others=tuple(words[question_id][1:]),
            askers=askers,
            times=times,
            waiters=waiters,
            first_at=datetime.fromisoformat(first_at),
            last_at=datetime.fromisoformat(last_at),
            entry_id=None if entry_id is None else EntryId(entry_id),
            closed_by=None if closed_by is None else UserId(closed_by),
        )
        for question_id, guild, state, askers, times, waiters, first_at, last_at, entry_id, closed_by in rows
        if question_id in words
    ]
