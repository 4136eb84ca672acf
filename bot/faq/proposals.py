"""What votes propose: never a rank, only a card that a moderator confirms or refuses."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.errors import StorageError, VersionGoneError
from bot.core.models import NO_GUILD
from bot.core.moderation import ProposalKind, ProposalState
from bot.faq.forms import PHRASING_LENGTHS, owners_of
from bot.safety.text import normalise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.models import Entry, EntryId, GuildId, UserId
    from bot.core.moderation import Change, ChangeId, Proposal, ProposalId
    from bot.core.ports import ProposalNotes, Search
    from bot.faq.editing import Editing
    from bot.faq.library import Library, Shelf
    from bot.safety.crisis import CrisisPhrases
    from bot.safety.pseudonyms import Pseudonyms

log = logging.getLogger(__name__)


class Proposals:
    """The use cases of a vote's afterlife. Who may decide is asked before, at the edge."""

    def __init__(
        self,
        library: Library,
        editing: Editing,
        search: Search,
        notes: ProposalNotes,
        *,
        crisis: CrisisPhrases,
        pseudonyms: Pseudonyms,
    ) -> None:
        self._library = library
        self._editing = editing
        self._search = search
        self._notes = notes
        self._crisis = crisis
        self._pseudonyms = pseudonyms
        editing.after_change.append(self._after_change)

    async def voted(self, guild: GuildId, entry_id: EntryId, question: str, user: UserId, *, helped: bool) -> None:
        """Note what a vote says of the question an entry was shown for: another wording of it, or not one.

        Words of crisis, or what means the same, are never noted, nor what is longer than a wording may be: a story is
        told to the bot alone.
        """
        least, most = PHRASING_LENGTHS
        if guild == NO_GUILD or not least <= len(question) <= most or self._crisis.found_in(question):
            return
        entry = (await self._library.shelf(guild)).entries.get(entry_id)
        if entry is None or normalise(question) in map(normalise, entry.texts):
            return
        kind = ProposalKind.PHRASING if helped else ProposalKind.NEGATIVE

        def person(proposal: ProposalId) -> str:
            return self._pseudonyms.of(user, f"proposal:{proposal}")

        try:
            if (await self._search.search(guild, question, without=frozenset())).is_heavy:
                return
            await self._notes.support(guild, kind, entry_id, question, person=person, author=user)
        except StorageError as error:
            # The vote itself was counted; nobody is owed an error about what a moderator might have made of it.
            log.warning("A vote became no proposal: %s", error)

    async def waiting(self, guild: GuildId) -> Sequence[Proposal]:
        """Return what nobody decided yet, most supported first, then the oldest; drop what no longer applies."""
        found = await self._notes.open_proposals(guild)
        if not found:
            return []
        applying = await asyncio.to_thread(_applying, found, await self._library.shelf(guild))
        if gone := [one for one in found if one not in applying]:
            await self._notes.drop(gone)
        return applying

    async def others(self, proposal: Proposal) -> Sequence[Entry]:
        """Return the entries nearest to a proposal's question but for its own, nearest first."""
        evidence = await self._search.search(proposal.guild, proposal.question, without=frozenset({proposal.entry_id}))
        entries = (await self._library.shelf(proposal.guild)).entries
        return [entries[hit.entry_id] for hit in evidence.hits if hit.entry_id in entries]

    async def confirm(self, proposal: Proposal, by: UserId, instead: EntryId | None = None) -> ChangeId | None:
        """Make it so; return the change of the FAQ that came of it, None for a negative.

        A phrasing joins its entry. A negative leaves its entry out for that question from now on, and the question
        joins the entry it belongs to `instead`, where that is known.
        Raises VersionGoneError where somebody was faster; EntryGoneError, ConflictError: then it stays open.
        """
        (await self._library.shelf(proposal.guild)).entry(proposal.entry_id)
        await self._settle(proposal, ProposalState.CONFIRMED)
        target = proposal.entry_id if proposal.kind is ProposalKind.PHRASING else instead
        if target is None:
            return None
        try:
            saved = await self._editing.add_phrasing(proposal.guild, by, target, proposal.question)
        except BaseException:
            await self._settle(replace(proposal, state=ProposalState.CONFIRMED), ProposalState.OPEN)
            raise
        return saved.change

    async def refuse(self, proposal: Proposal) -> None:
        """Remember that it is not so: the same is never proposed again. Raises VersionGoneError."""
        await self._settle(proposal, ProposalState.REFUSED)

    async def undo(self, guild: GuildId, proposal_id: ProposalId, by: UserId, change: ChangeId | None) -> Proposal:
        """Take a confirmation back, with the change that came of it; the proposal waits again.

        Raises VersionGoneError; ConflictError where the entry was changed since.
        """
        proposal = await self._notes.proposal(guild, proposal_id)
        if proposal.state is not ProposalState.CONFIRMED:
            raise VersionGoneError(f"Proposal {proposal_id} is not confirmed.")
        if change is not None:
            await self._editing.undo(guild, by, change)
        await self._settle(proposal, ProposalState.OPEN)
        return replace(proposal, state=ProposalState.OPEN)

    async def _after_change(self, guild: GuildId, _change_id: ChangeId, _change: Change) -> None:
        await self.waiting(guild)

    async def _settle(self, proposal: Proposal, state: ProposalState) -> None:
        if not await self._notes.settle(proposal, state):
            raise VersionGoneError(f"Proposal {proposal.id} was decided meanwhile.")
        if proposal.kind is ProposalKind.NEGATIVE and ProposalState.CONFIRMED in {proposal.state, state}:
            # The shelf knows which entries are wrong for which question.
            self._library.forget(proposal.guild)


def _applying(proposals: Sequence[Proposal], shelf: Shelf) -> list[Proposal]:
    """Return those that still leave something to decide: the entry stands, and nobody said what the question is."""
    return [
        one
        for one in proposals
        if one.entry_id in shelf.entries
        and one.entry_id not in shelf.negatives.get(normalise(one.question), ())
        and not owners_of([one.question], shelf)
    ]
