"""What votes propose, who says so by name nobody can read, and the questions an entry is confirmed not to answer."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from bot.core.errors import VersionGoneError
from bot.core.models import EntryId, GuildId
from bot.core.moderation import Proposal, ProposalId, ProposalKind, ProposalState
from bot.storage.columns import hash_of, now_exactly

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import sqlite_utils

    from bot.storage.database import Database

MOST_OPEN = 200
"""Open proposals a server keeps: an hour's reading [assumed]. More than that is a flood, not a hint."""

_PROPOSALS = """
    SELECT id, guild, kind, entry_id, question, state,
        (SELECT count(*) FROM proposers WHERE proposal = proposals.id) AS people
    FROM proposals WHERE guild = ?
"""
_OPPOSITES = {ProposalKind.PHRASING: ProposalKind.NEGATIVE, ProposalKind.NEGATIVE: ProposalKind.PHRASING}


class ProposalStore:
    """Implements the port ProposalNotes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def support(
        self,
        guild: GuildId,
        kind: ProposalKind,
        entry_id: EntryId,
        question: str,
        *,
        person: Callable[[ProposalId], str],
    ) -> None:
        """Note that somebody says so, and no longer the opposite; `person`: their name within a proposal.

        Of more than MOST_OPEN the least supported is dropped, the oldest first. One that was decided stays as it is.
        """
        await self._database.run(_support, guild, kind, entry_id, question, person=person)

    async def open_proposals(self, guild: GuildId) -> Sequence[Proposal]:
        """Return those nobody decided yet, most supported first, then the oldest."""
        rows = await self._database.read(_PROPOSALS + "AND state = 'open' ORDER BY people DESC, at, id", [guild])
        return [_proposal(row) for row in rows]

    async def proposal(self, guild: GuildId, proposal_id: ProposalId) -> Proposal:
        """Return a proposal, whatever its state. Raises VersionGoneError."""
        rows = await self._database.read(_PROPOSALS + "AND id = ?", [guild, proposal_id])
        if not rows:
            raise VersionGoneError(f"There is no proposal {proposal_id} on this server.")
        return _proposal(rows[0])

    async def settle(self, proposal: Proposal, state: ProposalState) -> bool:
        """Move a proposal from the state it is in to another; False where somebody was faster.

        A negative is in the table `negatives` as long as it is confirmed.
        """
        return await self._database.run(_settle, proposal, state)

    async def drop(self, proposals: Sequence[Proposal]) -> None:
        """Forget open proposals."""
        await self._database.run(_drop, [proposal.id for proposal in proposals])


def _support(
    db: sqlite_utils.Database,
    guild: GuildId,
    kind: ProposalKind,
    entry_id: EntryId,
    question: str,
    *,
    person: Callable[[ProposalId], str],
) -> None:
    other_id = _id_of(guild, _OPPOSITES[kind], entry_id, question)
    if _state_of(db, other_id) is ProposalState.OPEN:
        db.table("proposers").delete_where("proposal = ? AND person = ?", [other_id, person(other_id)])
        if not db.table("proposers").count_where("proposal = ?", [other_id]):
            _drop(db, [other_id])
    proposal_id = _id_of(guild, kind, entry_id, question)
    row = {
        "id": proposal_id,
        "guild": guild,
        "kind": kind.value,
        "entry_id": entry_id,
        "hash": hash_of(question),
        "question": question,
        "state": ProposalState.OPEN.value,
        "at": now_exactly(),
    }
    db.table("proposals").insert(row, pk="id", ignore=True)
    if _state_of(db, proposal_id) is ProposalState.OPEN:
        said = {"proposal": proposal_id, "person": person(proposal_id)}
        db.table("proposers").insert(said, pk=("proposal", "person"), ignore=True)
        _drop_those_too_many(db, guild)


def _id_of(guild: GuildId, kind: ProposalKind, entry_id: EntryId, question: str) -> ProposalId:
    """Return the id of what is said: were they counted, a button could come to mean another proposal than it showed.

    56 bits, so that a server's thousands never share one.
    """
    said = f"{guild}:{kind}:{entry_id}:{hash_of(question)}"
    return ProposalId(int.from_bytes(hashlib.sha256(said.encode()).digest()[:7]))


def _state_of(db: sqlite_utils.Database, proposal_id: ProposalId) -> ProposalState | None:
    row = db.execute("SELECT state FROM proposals WHERE id = ?", [proposal_id]).fetchone()
    return None if row is None else ProposalState(row[0])


def _drop_those_too_many(db: sqlite_utils.Database, guild: GuildId) -> None:
    sql = _PROPOSALS + "AND state = 'open' ORDER BY people DESC, at DESC LIMIT -1 OFFSET ?"
    _drop(db, [ProposalId(row[0]) for row in db.execute(sql, [guild, MOST_OPEN]).fetchall()])


def _drop(db: sqlite_utils.Database, proposals: Sequence[ProposalId]) -> None:
    for proposal_id in proposals:
        if _state_of(db, proposal_id) is ProposalState.OPEN:
            db.table("proposers").delete_where("proposal = ?", [proposal_id])
            db.table("proposals").delete_where("id = ?", [proposal_id])


def _settle(db: sqlite_utils.Database, proposal: Proposal, state: ProposalState) -> bool:
    sql = "UPDATE proposals SET state = ?, at = ? WHERE guild = ? AND id = ? AND state = ?"
    values = [state.value, now_exactly(), proposal.guild, proposal.id, proposal.state.value]
    if not db.execute(sql, values).rowcount:
        return False
    if proposal.kind is ProposalKind.NEGATIVE:
        key = {"guild": proposal.guild, "entry_id": proposal.entry_id, "hash": hash_of(proposal.question)}
        if state is ProposalState.CONFIRMED:
            row = {**key, "question": proposal.question, "at": now_exactly()}
            db.table("negatives").upsert(row, pk=("guild", "entry_id", "hash"))
        else:
            db.table("negatives").delete_where("guild = :guild AND entry_id = :entry_id AND hash = :hash", key)
    return True


def _proposal(row: tuple[Any, ...]) -> Proposal:
    proposal_id, guild, kind, entry_id, question, state, people = row
    return Proposal(
        ProposalId(proposal_id),
        GuildId(guild),
        ProposalKind(kind),
        EntryId(entry_id),
        question,
        ProposalState(state),
        people,
    )
