"""Writes the steps of introductions, inside the transaction of whoever holds `db`. All of it works without keys."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.core.errors import NoSuchIntroductionError
from bot.core.introductions import CheckIn, End, IntroductionState, Letter
from bot.core.matching import Kind
from bot.core.models import UserId
from bot.core.peers import MemberState
from bot.core.ports.introductions import Situation, Standing, Step
from bot.peers.steps import KNOWN, NOBODY, OPEN, doomed, out
from bot.storage.introduction_rows import COLUMNS, OF_PERSON, cards_without, from_row, to_row, utc
from bot.storage.letters import drop_unread, insert_letter

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import sqlite_utils

    from bot.core.introductions import Introduction, IntroductionId
    from bot.core.models import GuildId
    from bot.storage.keyring import Keyring


def advance(
    db: sqlite_utils.Database,
    guild: GuildId,
    introduction: IntroductionId,
    decide: Callable[[Situation], Step | None],
    now: datetime,
) -> Introduction:
    """Let `decide` look at an introduction, write what it makes of it, and return that, its cards sealed.

    Raises NoSuchIntroductionError, and what `decide` raises; then nothing is written.
    """
    situation = _situation(db, guild, introduction)
    step = decide(situation)
    if step is None:
        return situation.introduction
    _write(db, situation.introduction, step, now)
    return step.introduction


def withdraw(
    db: sqlite_utils.Database, guild: GuildId, user: UserId, end: End, now: datetime, *, other: UserId | None = None
) -> None:
    """End what somebody has been offered, for a pause (WITHDRAWN); or all they have with `other`, for a block.

    Whoever leaves is for `forget`.
    """
    states = OPEN if other is None else OPEN | KNOWN
    for introduction in _of(db, guild, user, states):
        if other in (None, introduction.other_of(user).user) and not introduction.side_of(user).is_out:
            _write(db, introduction, out(introduction, user, end, now), now)


def hold(db: sqlite_utils.Database, guild: GuildId, user: UserId, now: datetime) -> None:
    """Keep somebody from new introductions, and let what they are offered come to nothing, which nobody sees."""
    db.execute("UPDATE peers SET is_held = 1 WHERE guild = ? AND user = ?", [guild, user])
    for introduction in _of(db, guild, user, OPEN):
        _write(db, introduction, Step(doomed(introduction, End.WITHDRAWN)), now)


def forget(db: sqlite_utils.Database, keyring: Keyring, guild: GuildId, user: UserId, now: datetime) -> None:
    """End every introduction of somebody who leaves, and take their id and what they said out of all of them.

    Whoever has an open offer sees it until its end, as always: its cards are sealed anew for them alone, before
    `keyring` drops the key of who leaves. Reports about them stay, as long as reports do.
    """
    for introduction in _of(db, guild, user, OPEN | KNOWN):
        if not introduction.side_of(user).is_out:
            _write(db, introduction, out(introduction, user, End.WITHDRAWN, now), now)
    for row in db.execute(OF_PERSON, {"guild": guild, "user": user}).fetchall():
        db.execute("UPDATE introductions SET sealed = ? WHERE id = ?", [cards_without(keyring, row, user), row[0]])
    db.execute(
        "DELETE FROM check_ins WHERE user = ? AND introduction IN (SELECT id FROM introductions WHERE guild = ?)",
        [user, guild],
    )
    for table, column in (("introductions", "first"), ("introductions", "second"), ("reports", "reporter")):
        sql = f"UPDATE {table} SET {column} = ? WHERE guild = ? AND {column} = ?"  # noqa: S608 - names of columns
        db.execute(sql, [NOBODY, guild, user])
    db.execute("DELETE FROM letters WHERE guild = ? AND user = ?", [guild, user])


def _of(
    db: sqlite_utils.Database, guild: GuildId, user: UserId, states: Collection[IntroductionState]
) -> list[Introduction]:
    every = map(from_row, db.execute(OF_PERSON, {"guild": guild, "user": user}).fetchall())
    return [introduction for introduction in every if introduction.state in states]


def _situation(db: sqlite_utils.Database, guild: GuildId, number: IntroductionId) -> Situation:
    sql = f"SELECT {COLUMNS} FROM introductions WHERE guild = ? AND id = ?"  # noqa: S608 - names of columns
    row = db.execute(sql, [guild, number]).fetchone()
    if row is None:
        raise NoSuchIntroductionError("There is no such introduction on this server.")
    introduction = from_row(row)
    said = db.execute("SELECT number, user, said FROM check_ins WHERE introduction = ?", [number]).fetchall()
    sql = """
        SELECT count(*) FROM introductions
        WHERE guild = ? AND kind = ? AND second = ? AND id != ? AND state IN ('agreed', 'revealed', 'frozen')
    """
    values = [guild, Kind.MENTOR.value, introduction.sides[1].user, number]
    return Situation(
        introduction,
        said={(check_in, UserId(user)): CheckIn(each) for check_in, user, each in said},
        mentoring=db.execute(sql, values).fetchone()[0],
    )


def _write(db: sqlite_utils.Database, before: Introduction, step: Step, now: datetime) -> None:
    after = step.introduction
    row = to_row(after)
    columns = ", ".join(f"{column} = :{column}" for column in row)
    db.execute(f"UPDATE introductions SET {columns} WHERE id = :id", row)  # noqa: S608 - names of columns
    if step.said is not None:
        user, said = step.said
        sql = "INSERT OR REPLACE INTO check_ins (introduction, number, user, said, at) VALUES (?, ?, ?, ?, ?)"
        db.execute(sql, [after.id, after.check_ins, user, said.value, utc(now)])
    for was, side in zip(before.sides, after.sides, strict=True):
        if side.is_out and not was.is_out:
            drop_unread(db, after.guild, side.user, after.id)
    for letter in step.letters:
        insert_letter(db, letter)
    for user, change in step.people:
        _change_standing(db, after.guild, user, change, now)
    if after.state is IntroductionState.CLOSED and before.state is not after.state and after.end is not None:
        _count(db, after.guild, after.end, now)


def _change_standing(
    db: sqlite_utils.Database, guild: GuildId, user: UserId, change: Callable[[Standing], Standing], now: datetime
) -> None:
    """Change what is kept of a member; of who left meanwhile, nothing."""
    sql = """
        SELECT state, active_at, why_paused, waited, rests, silences, introduced FROM peers
        WHERE guild = ? AND user = ?
    """
    row = db.execute(sql, [guild, user]).fetchone()
    if row is None:
        return
    state, active_at, why_paused, *figures = row
    figures = [figure or 0 for figure in figures]
    before = Standing(MemberState(state), datetime.fromisoformat(active_at), why_paused or "", *figures)
    after = change(before)
    sql = """
        UPDATE peers SET state = ?, active_at = ?, why_paused = ?, waited = ?, rests = ?, silences = ?, introduced = ?
        WHERE guild = ? AND user = ?
    """
    figures = [after.waited, after.rests, after.silences, after.introduced]
    db.execute(sql, [after.state.value, utc(after.active_at), after.why_paused, *figures, guild, user])
    if after.state is MemberState.PAUSED and before.state is not MemberState.PAUSED:
        insert_letter(db, Letter(0, guild, user, after.why_paused, {}, None, now))
        withdraw(db, guild, user, End.WITHDRAWN, now)


def _count(db: sqlite_utils.Database, guild: GuildId, end: End, now: datetime) -> None:
    """Count how an introduction ended: all that is kept of it for long."""
    sql = (
        "INSERT INTO days (guild, day, what, entry_id, count) VALUES (?, ?, ?, '', 1) "
        "ON CONFLICT (guild, day, what, entry_id) DO UPDATE SET count = count + 1"
    )
    db.execute(sql, [guild, now.date().isoformat(), f"introduction:{end.value}"])
