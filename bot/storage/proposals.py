"""What votes propose, who says so by name nobody can read, and the questions an entry is confirmed not to answer.

The question is sealed with the key of who proposed it first: once that is dropped, it is as if nobody had.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.core.errors import RingLockedError, SealBrokenError, VersionGoneError
from bot.core.models import EntryId, GuildId
from bot.core.moderation import Proposal, ProposalId, ProposalKind, ProposalState
from bot.storage.columns import now_exactly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import sqlite_utils

    from bot.core.models import UserId
    from bot.storage.database import Database
    from bot.storage.keyring import Keyring

MOST_OPEN = 200
"""Open proposals a server keeps: an hour's reading [assumed]. More than that is a flood, not a hint."""

_PROPOSALS = """
    SELECT id, guild, kind, entry_id, person, question, state,
        (SELECT count(*) FROM proposers WHERE proposal = proposals.id) AS people
    FROM proposals WHERE guild = ?
"""
_OPPOSITES = {ProposalKind.PHRASING: ProposalKind.NEGATIVE, ProposalKind.NEGATIVE: ProposalKind.PHRASING}


class ProposalStore:
    """Implements the port ProposalNotes."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._votes = Votes(keyring)

    async def support(
        self,
        guild: GuildId,
        kind: ProposalKind,
        entry_id: EntryId,
        question: str,
        *,
        person: Callable[[ProposalId], str],
        author: UserId | None = None,
    ) -> None:
        """Note that somebody says so, and no longer the opposite; `person`: their name within a proposal.

        `author`: whose words the question is. Of more than MOST_OPEN the least supported is dropped, the oldest first.
        One that was decided stays as it is. Raises RingLockedError.
        """
        await self._database.run(self._votes.support, guild, kind, entry_id, question, person=person, author=author)

    async def open_proposals(self, guild: GuildId) -> Sequence[Proposal]:
        """Return those nobody decided yet, most supported first, then the oldest. Raises RingLockedError."""
        rows = await self._database.read(_PROPOSALS + "AND state = 'open' ORDER BY people DESC, at, id", [guild])
        return list(self._votes.opened(rows))

    async def proposal(self, guild: GuildId, proposal_id: ProposalId) -> Proposal:
        """Return a proposal, whatever its state. Raises VersionGoneError, RingLockedError."""
        rows = await self._database.read(_PROPOSALS + "AND id = ?", [guild, proposal_id])
        for found in self._votes.opened(rows):
            return found
        raise VersionGoneError(f"There is no proposal {proposal_id} on this server.")

    async def settle(self, proposal: Proposal, state: ProposalState) -> bool:
        """Move a proposal from the state it is in to another; False where somebody was faster.

        A negative is in the table `negatives` as long as it is confirmed.
        """
        return await self._database.run(self._votes.settle, proposal, state)

    async def drop(self, proposals: Sequence[Proposal]) -> None:
        """Forget open proposals."""
        await self._database.run(_drop, [proposal.id for proposal in proposals])


@dataclass(frozen=True, slots=True)
class Votes:
    """Reads and writes proposals, inside the transaction of whoever holds `db`."""

    keyring: Keyring

    def support(
        self,
        db: sqlite_utils.Database,
        guild: GuildId,
        kind: ProposalKind,
        entry_id: EntryId,
        question: str,
        *,
        person: Callable[[ProposalId], str],
        author: UserId | None,
    ) -> None:
        """Do what `ProposalStore.support` says."""
        opposite, other_id = self._find(db, guild, _OPPOSITES[kind], entry_id, question)
        if opposite is ProposalState.OPEN:
            db.table("proposers").delete_where("proposal = ? AND person = ?", [other_id, person(other_id)])
            if not db.table("proposers").count_where("proposal = ?", [other_id]):
                _drop(db, [other_id])
        state, proposal_id = self._find(db, guild, kind, entry_id, question)
        if state is None:
            whose = self.keyring.author(guild, author)
            row = {
                "id": proposal_id,
                "guild": guild,
                "kind": kind.value,
                "entry_id": entry_id,
                "hash": self.keyring.hash_of(guild, question),
                "question": self.keyring.words(guild, whose).seal(question, f"proposals:{proposal_id}"),
                "person": whose,
                "state": ProposalState.OPEN.value,
                "at": now_exactly(),
            }
            db.table("proposals").insert(row, pk="id")
        if state in {None, ProposalState.OPEN}:
            said = {"proposal": proposal_id, "person": person(proposal_id)}
            db.table("proposers").insert(said, pk=("proposal", "person"), ignore=True)
            _drop_those_too_many(db, guild)

    def settle(self, db: sqlite_utils.Database, proposal: Proposal, state: ProposalState) -> bool:
        """Do what `ProposalStore.settle` says."""
        sql = "UPDATE proposals SET state = ?, at = ? WHERE guild = ? AND id = ? AND state = ?"
        values = [state.value, now_exactly(), proposal.guild, proposal.id, proposal.state.value]
        if not db.execute(sql, values).rowcount:
            return False
        if proposal.kind is ProposalKind.NEGATIVE:
            hashed = self.keyring.hash_of(proposal.guild, proposal.question)
            key = {"guild": proposal.guild, "entry_id": proposal.entry_id, "hash": hashed}
            if state is ProposalState.CONFIRMED:
                ((whose,),) = db.execute("SELECT person FROM proposals WHERE id = ?", [proposal.id]).fetchall()
                context = negative_context(proposal.guild, proposal.entry_id, hashed)
                question = self.keyring.words(proposal.guild, whose).seal(proposal.question, context)
                row = {**key, "question": question, "person": whose, "at": now_exactly()}
                db.table("negatives").upsert(row, pk=("guild", "entry_id", "hash"))
            else:
                db.table("negatives").delete_where("guild = :guild AND entry_id = :entry_id AND hash = :hash", key)
        return True

    def opened(self, rows: Sequence[tuple[Any, ...]]) -> Iterator[Proposal]:
        """Yield the proposals in rows of _PROPOSALS that open. Raises RingLockedError."""
        for proposal_id, guild, kind, entry_id, person, sealed, state, people in rows:
            try:
                question = self.keyring.words(GuildId(guild), person).open(sealed, f"proposals:{proposal_id}").decode()
            except RingLockedError:
                raise
            except SealBrokenError:
                continue
            yield Proposal(
                ProposalId(proposal_id),
                GuildId(guild),
                ProposalKind(kind),
                EntryId(entry_id),
                question,
                ProposalState(state),
                people,
            )

    def _find(
        self, db: sqlite_utils.Database, guild: GuildId, kind: ProposalKind, entry_id: EntryId, question: str
    ) -> tuple[ProposalState | None, ProposalId]:
        """Return the state (None: nobody said so yet) and the id of what is said.

        Were ids counted, a button could come to mean another proposal than it showed. 56 bits, so that a server's
        thousands never share one.
        """
        hashed = self.keyring.hash_of(guild, question)
        sql = "SELECT state, id FROM proposals WHERE guild = ? AND kind = ? AND entry_id = ? AND hash = ?"
        row = db.execute(sql, [guild, kind.value, entry_id, hashed]).fetchone()
        if row is not None:
            return ProposalState(row[0]), ProposalId(row[1])
        said = self.keyring.hash_of(guild, f"{kind}:{entry_id}:{hashed}")
        return None, ProposalId(int(said[:14], 16))


def negative_context(guild: GuildId, entry_id: EntryId, hashed: str) -> str:
    """Return what the question of a confirmed negative is bound to."""
    return f"negatives:{guild}:{entry_id}:{hashed}"


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
