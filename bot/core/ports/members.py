"""Where it is kept what members ask, say and wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from bot.core.models import EntryId, GuildId, UserId
    from bot.core.moderation import Proposal, ProposalId, ProposalKind, ProposalState
    from bot.core.unanswered import Noted, Notice, NoticeState, QuestionState, Recorded, Unanswered, Wish


class Activity(Protocol):
    """What members did: votes and uses."""

    async def count_use(self, guild: GuildId, entry_id: EntryId) -> None:
        """Count that an entry was shown."""

    async def most_used(self, guild: GuildId, limit: int) -> Sequence[EntryId]:
        """Return pinned entries, then the most shown ones."""

    async def vote(self, guild: GuildId, entry_id: EntryId, user: UserId, *, helped: bool) -> None:
        """Record whether an answer helped; a member's last vote on an entry counts."""

    async def claim(self, what: str) -> bool:
        """Take a thing that may be done once, e.g. a share; False when it was taken before."""

    async def release(self, what: str) -> None:
        """Give a claim back, because what it was for failed."""


class ProposalNotes(Protocol):
    """What votes say of questions and entries, and what moderators made of it."""

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

        `author`: whose words the question is, with whose key it is sealed. Raises RingLockedError.
        Of too many open ones the least supported is dropped, the oldest first. One that was decided stays as it is.
        """

    async def open_proposals(self, guild: GuildId) -> Sequence[Proposal]:
        """Return those nobody decided yet, most supported first, then the oldest."""

    async def proposal(self, guild: GuildId, proposal_id: ProposalId) -> Proposal:
        """Return a proposal, whatever its state. Raises VersionGoneError."""

    async def settle(self, proposal: Proposal, state: ProposalState) -> bool:
        """Move a proposal from the state it is in to another; False where somebody was faster.

        A negative is kept for the search as long as it is confirmed.
        """

    async def drop(self, proposals: Sequence[Proposal]) -> None:
        """Forget open proposals."""


class QuestionStore(Protocol):
    """Questions that had no answer. Nobody's name is in it but of those who ticked that they want to be told."""

    async def note(
        self,
        guild: GuildId,
        asked: Recorded,
        *,
        person: Callable[[int], str] | None,
        author: UserId | None = None,
        news: Callable[[Noted], Notice | None] | None = None,
    ) -> Noted:
        """Queue a question (its id is ignored), or count it again where one of its meaning waits, or was dismissed.

        `person`: the asker's name within a question, by its id; None where nobody is counted. `author`: whose words
        they are, with whose key they are sealed. `news`: what is to be told of it, in the same transaction.
        Raises RingLockedError.
        """

    async def questions(self, guild: GuildId, state: QuestionState) -> Sequence[Unanswered]:
        """Return a guild's questions, those of most people first, then those asked last."""

    async def question(self, guild: GuildId, question_id: int) -> Unanswered:
        """Return a question, whatever its state. Raises VersionGoneError."""

    async def first_wordings(self, guild: GuildId) -> Sequence[Recorded]:
        """Return the first wording of each question that waits, with its vector."""

    async def recorded(self, guild: GuildId, model: str, limit: int) -> Sequence[tuple[str, bytes]]:
        """Return wordings of every question that was noted, with vectors of `model`, those asked last first."""

    async def of_other_models(self, guild: GuildId, model: str) -> Sequence[Recorded]:
        """Return the wordings of questions that wait or were dismissed whose vectors are of another model."""

    async def renew(self, wordings: Sequence[Recorded]) -> None:
        """Replace the vectors of wordings."""

    async def guilds_waiting(self) -> Sequence[GuildId]:
        """Return the guilds where a question waits."""

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

    async def dismiss(self, guild: GuildId, question_id: int, by: UserId) -> bool:
        """Note that the FAQ will not cover a question; False where it does not wait."""

    async def reopen(self, guild: GuildId, question_id: int) -> bool:
        """Let a question wait again that was dismissed or resolved; False where it was not."""

    async def merge(self, guild: GuildId, into: int, gone: int, by: UserId) -> bool:
        """Let a waiting question go on as part of another; False where not both wait."""

    async def wish(self, guild: GuildId, question_id: int, user: UserId) -> Wish:
        """Put a member on the list of those to be told, or take them off it. Raises VersionGoneError."""


class Outbox(Protocol):
    """What people are to be told, kept until it is sent."""

    async def add_notice(self, notice: Notice, *, author: UserId | None = None) -> None:
        """Keep what somebody is to be told; the notice's own id is ignored."""

    async def notices(self, state: NoticeState) -> Sequence[Notice]:
        """Return every server's notices in a state, oldest first."""

    async def notices_for(self, guild: GuildId, user: UserId, state: NoticeState) -> Sequence[Notice]:
        """Return one person's notices of one server in a state, oldest first."""

    async def take_notice(self, notice: Notice, was: NoticeState) -> bool:
        """Take a notice to send it; False where it is no longer in state `was`."""

    async def put_back(self, notice: Notice, state: NoticeState) -> None:
        """Give a notice that was taken, and could not be told, another state."""

    async def drop_notice(self, notice: Notice) -> None:
        """Forget a notice that was taken, because it was told."""

    async def drop_unfinished(self) -> int:
        """Forget what was taken in an earlier life and perhaps told; return how many."""
