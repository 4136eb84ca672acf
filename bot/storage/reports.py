"""Reports: kept, and what follows from them, in one transaction each. Their text is sealed; moderators read it.

Each with a key of its own: whoever reports somebody may leave at once, and their report is read all the same.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.core.errors import LimitError, NoSuchIntroductionError, SealBrokenError, VersionGoneError
from bot.core.introductions import IntroductionId, Letter, Report, ReportId, ReportReason, ReportState
from bot.core.models import GuildId, UserId
from bot.core.ports.peers import Tie, TieKind
from bot.peers.steps import NOBODY, decided, reported, unix
from bot.storage.introduction_rows import utc
from bot.storage.introductions import advance, forget, hold
from bot.storage.keyring import Use
from bot.storage.letters import insert_letter

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import sqlite_utils

    from bot.core.retention import Retention
    from bot.storage.database import Database
    from bot.storage.keyring import Keyring
    from bot.storage.sealing import KeyedSealer
    from bot.storage.ties import Ties

log = logging.getLogger(__name__)

_ROWS = """
    SELECT id, guild, introduction, reporter, reported, reason, sealed, state, at, (
        SELECT count(*) FROM reports AS other
        WHERE other.guild = report.guild AND other.reporter = report.reporter AND other.state = 'unfounded'
    ) FROM reports AS report
"""


class ReportTable:
    """Implements the port ReportStore."""

    def __init__(self, database: Database, keyring: Keyring, ties: Ties) -> None:
        self._database = database
        self._keyring = keyring
        self._ties = ties

    async def add(self, report: Report, *, at_most: int, since: datetime) -> Report:
        """Keep a report, hold who is reported, and freeze the introduction, in one transaction.

        Returns it with who is reported; the same report made twice is one. Raises LimitError where the reporter made
        `at_most` since then, NoSuchIntroductionError.
        """
        return await self._database.run(self._add, report, at_most, since)

    async def open(self, guild: GuildId) -> Sequence[Report]:
        """Return those that wait for a moderator, oldest first; of one that does not open, the text is missing."""
        sql = f"{_ROWS} WHERE guild = ? AND state = 'open' ORDER BY at, id"
        return [self._report(row) for row in await self._database.read(sql, [guild])]

    async def decide(self, guild: GuildId, report: ReportId, state: ReportState, by: UserId, now: datetime) -> Report:
        """Close an open report with all that follows, in one transaction. Raises VersionGoneError for any other."""

        def closed(db: sqlite_utils.Database) -> Report:
            row = db.execute(f"{_ROWS} WHERE guild = ? AND id = ? AND state = 'open'", [guild, report]).fetchone()
            if row is None:
                raise VersionGoneError(f"There is no open report {report} on this server.")
            decision = replace(self._report(row), state=state)
            close(db, self._ties, decision, by, now)
            if state is ReportState.REMOVED:
                _remove(db, self._keyring, self._ties, decision, now)
            return decision

        decision = await self._database.run(closed)
        if state is ReportState.REMOVED:
            await asyncio.to_thread(self._keyring.forget, guild, decision.reported, Use.MEETING)
        return decision

    async def barred(self, guild: GuildId) -> Collection[UserId]:
        """Return who is reported and not looked at yet, or was taken out lately."""
        return await self._database.run(barred, guild)

    def _add(self, db: sqlite_utils.Database, report: Report, at_most: int, since: datetime) -> Report:
        sql = f"{_ROWS} WHERE guild = ? AND introduction = ? AND reporter = ? AND state = 'open'"
        for row in db.execute(sql, [report.guild, report.introduction, report.reporter]).fetchall():
            same = self._report(row)
            if (same.reason, same.text) == (report.reason, report.text):
                return same
        sql = "SELECT count(*) FROM reports WHERE guild = ? AND reporter = ? AND at > ?"
        if db.execute(sql, [report.guild, report.reporter, utc(since)]).fetchone()[0] >= at_most:
            raise LimitError("Somebody reported too often in a day.")
        introduction = advance(
            db, report.guild, report.introduction, lambda each: reported(each, report.reporter, report.at), report.at
        )
        report = replace(report, reported=introduction.other_of(report.reporter).user)
        row = {
            "id": report.id,
            "guild": report.guild,
            "introduction": report.introduction,
            "reporter": report.reporter,
            "reported": report.reported,
            "reason": report.reason.value,
            "sealed": self._sealer(report.guild, report.id).seal(report.text, _context(report.guild, report.id)),
            "state": report.state.value,
            "at": utc(report.at),
        }
        db.table("reports").insert(row)
        hold(db, report.guild, report.reported, report.at)
        return self._report(db.execute(f"{_ROWS} WHERE id = ?", [report.id]).fetchone())

    def _report(self, row: tuple[Any, ...]) -> Report:
        number, guild, sealed = row[0], row[1], row[6]
        try:
            return _report(row, self._sealer(guild, number).open(sealed, _context(guild, number)).decode())
        except SealBrokenError:
            log.warning("The text of a report does not open. Restore its keys.db.")
            return _report(row, "")

    def _sealer(self, guild: GuildId, report: ReportId) -> KeyedSealer:
        return self._keyring.apart(guild, key_of_report(report))


def key_of_report(report: int) -> str:
    """Return the name of a report's own key."""
    return f"report:{report}"


def close(db: sqlite_utils.Database, ties: Ties, report: Report, by: UserId, now: datetime) -> None:
    """Close a report, `report.state` being what is made of it, with all that follows from that but a removal."""
    state = report.state
    db.execute("UPDATE reports SET state = ?, decided_by = ? WHERE id = ?", [state.value, by, report.id])
    sql = (
        "SELECT count(*) FILTER (WHERE introduction = ?), count(*) FROM reports WHERE state = 'open' AND guild = ? AND "
    )
    others = db.execute(f"{sql} reported = ?", [report.introduction, report.guild, report.reported]).fetchone()
    is_last, is_free = others[0] == 0, others[1] == 0
    with suppress(NoSuchIntroductionError):  # closed so long ago that it is forgotten
        advance(db, report.guild, report.introduction, lambda each: decided(each, state, now, is_last=is_last), now)
    if is_free and state is not ReportState.REMOVED:
        db.execute("UPDATE peers SET is_held = 0 WHERE guild = ? AND user = ?", [report.guild, report.reported])
    if report.reporter == NOBODY:
        return
    is_unfounded = state is ReportState.UNFOUNDED
    if not is_unfounded and report.reported != NOBODY:
        # Only this way round: how many somebody blocks is theirs to see, and this must not be.
        ties.add(db, report.guild, Tie(TieKind.BLOCK, report.reporter, report.reported, now))
    text_key = "report.unfounded" if is_unfounded else "report.settled"
    insert_letter(db, Letter(0, report.guild, report.reporter, text_key, {"at": unix(report.at)}, None, now))


def barred(db: sqlite_utils.Database, guild: GuildId) -> set[UserId]:
    """Return who is reported and not looked at yet, or was taken out lately; leaving and returning is no way out."""
    sql = "SELECT DISTINCT reported FROM reports WHERE guild = ? AND state IN ('open', 'removed')"
    return {UserId(user) for (user,) in db.execute(sql, [guild])}


def clean_reports(db: sqlite_utils.Database, ties: Ties, guild: GuildId, now: datetime, kept: Retention) -> None:
    """Forget a server's reports that are older than they may be kept; first what nobody has looked at is settled."""
    sql = f"{_ROWS} WHERE guild = ? AND at <= ?"
    old = [guild, utc(now - kept.span("reports"))]
    for row in db.execute(sql + " AND state = 'open'", old).fetchall():
        close(db, ties, replace(_report(row, ""), state=ReportState.SETTLED), NOBODY, now)
    db.execute("DELETE FROM reports WHERE guild = ? AND at <= ?", old)


def _remove(db: sqlite_utils.Database, keyring: Keyring, ties: Ties, report: Report, now: datetime) -> None:
    """Take who is reported out of the matching: for good, by a block of themselves, which outlives their profile."""
    forget(db, keyring, report.guild, report.reported, now)
    db.execute("DELETE FROM peers WHERE guild = ? AND user = ?", [report.guild, report.reported])
    ties.add(db, report.guild, Tie(TieKind.BLOCK, report.reported, report.reported, now))
    insert_letter(db, Letter(0, report.guild, report.reported, "report.removed", {}, None, now))


def _report(row: tuple[Any, ...], text: str) -> Report:
    number, guild, introduction, reporter, reported_one, reason, _, state, at, unfounded_before = row
    return Report(
        id=ReportId(number),
        guild=GuildId(guild),
        introduction=IntroductionId(introduction),
        reporter=UserId(reporter),
        reported=UserId(reported_one),
        reason=ReportReason(reason),
        text=text,
        state=ReportState(state),
        at=datetime.fromisoformat(at),
        unfounded_before=unfounded_before,
    )


def _context(guild: int, report: int) -> str:
    return f"reports:{guild}:{report}"
