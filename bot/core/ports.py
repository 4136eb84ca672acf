"""What the inside needs from the outside, as Protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime

    import numpy as np
    from numpy.typing import NDArray

    from bot.core.models import (
        Entry,
        EntryId,
        Evidence,
        Explanation,
        GuildId,
        Nearness,
        Pair,
        Suggestion,
        Topic,
        UserId,
    )
    from bot.core.moderation import (
        Change,
        ChangeId,
        Draft,
        DraftId,
        DraftState,
        GuildSettings,
        Post,
        PostState,
        Proposal,
        ProposalId,
        ProposalKind,
        ProposalState,
        Version,
        VersionId,
    )
    from bot.core.unanswered import Noted, Notice, NoticeState, QuestionState, Recorded, Unanswered, Wish


class Embedder(Protocol):
    """Texts to vectors."""

    @property
    def model_id(self) -> str:
        """The model's name, as in the setting."""

    @property
    def revision(self) -> str:
        """What tells two states of the same model apart: a hash or a version."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row per text, shape (len(texts), dimensions), each of unit length."""


class VectorStore(Protocol):
    """Vectors that were computed before, by the hash of their normalised text."""

    async def load(self, model_id: str, revision: str, hashes: Sequence[str]) -> Mapping[str, bytes]:
        """Return float32 bytes for those of `hashes` (hex sha256) that are stored."""

    async def save(self, model_id: str, revision: str, vectors: Mapping[str, bytes]) -> None:
        """Store float32 bytes by hash."""


class CalibrationStore(Protocol):
    """Fitted calibrations, by model and fingerprint of the data they were fitted on."""

    async def load_calibration(self, model_id: str, fingerprint: str) -> str | None:
        """Return the JSON that was saved, if any."""

    async def save_calibration(self, model_id: str, fingerprint: str, calibration: str) -> None:
        """Keep JSON for the next start."""


class GuildEdits(Protocol):
    """A guild's own entries, which win over the pack's, and every state they ever had."""

    async def edits_of(self, guild: GuildId) -> Mapping[EntryId, Entry | None]:
        """Return what this guild changed or added; None = removed here."""

    async def topics_of(self, guild: GuildId) -> Sequence[Topic]:
        """Return the shelves this guild added."""

    async def guilds(self) -> Sequence[GuildId]:
        """Return the guilds that changed anything."""

    async def pack_revisions(self, guild: GuildId) -> Mapping[EntryId, str]:
        """Return the revision of the pack's entry that each of this guild's own was made over; empty for none."""

    async def record(self, guild: GuildId, change: Change, pack: Mapping[EntryId, Entry]) -> ChangeId:
        """Make a change, all of it or nothing; `pack` holds the pack's own entries of those it touches.

        Raises ConflictError naming each entry whose state is no longer the one the change was made from.
        """

    async def history(self, guild: GuildId, entry_id: EntryId) -> Sequence[Version]:
        """Return every state an entry had, oldest first."""

    async def version(self, guild: GuildId, version_id: VersionId) -> tuple[Version, Version | None]:
        """Return a state and the one before it. Raises VersionGoneError."""

    async def versions_in(self, guild: GuildId, change_id: ChangeId) -> Sequence[Version]:
        """Return the states one change made. Raises VersionGoneError."""

    async def negatives_of(self, guild: GuildId) -> Mapping[str, frozenset[EntryId]]:
        """Return questions, normalised, with the entries that moderators confirmed not to answer them."""

    async def removed(self, guild: GuildId) -> Sequence[Entry]:
        """Return the entries that were taken out of this guild's FAQ, as they last were."""

    async def last_change_by(self, guild: GuildId, user: UserId) -> ChangeId | None:
        """Return somebody's newest change; None where they never made one."""

    async def changes_after(self, change_id: ChangeId) -> Sequence[tuple[GuildId, ChangeId]]:
        """Return every server's changes that are newer than one, oldest first."""


class Notes(Protocol):
    """Where everything is kept, perhaps not by this process alone."""

    async def changed_elsewhere(self) -> bool:
        """Tell whether another process has written since this was asked last, or since the start."""


class Drafts(Protocol):
    """What people typed and have not published."""

    async def add_draft(self, draft: Draft) -> DraftId:
        """Keep a draft (its own id is ignored) and return its id."""

    async def draft(self, guild: GuildId, draft_id: DraftId) -> Draft:
        """Return a draft, whatever its state. Raises VersionGoneError."""

    async def update_draft(self, draft: Draft, *, was: DraftState) -> bool:
        """Replace a draft that is still in state `was`; False where somebody was faster."""

    async def drafts_in(
        self, guild: GuildId, states: Collection[DraftState], by: UserId | None = None
    ) -> Sequence[Draft]:
        """Return drafts in these states, oldest first; `by`: one person's only."""


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
    ) -> None:
        """Note that somebody says so, and no longer the opposite; `person`: their name within a proposal.

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


class GuildSettingsStore(Protocol):
    """What `/setup` set, by guild."""

    async def settings_of(self, guild: GuildId) -> GuildSettings:
        """Return a guild's settings, or the defaults."""

    async def update_settings(self, guild: GuildId, change: Callable[[GuildSettings], GuildSettings]) -> GuildSettings:
        """Replace a guild's settings by what `change` makes of them, in one transaction; return the new ones."""


class Posts(Protocol):
    """Posts in help forums, and who wants no suggestions there. A `person` is a keyed hash."""

    async def add_post(self, post: Post, *, forget_before: datetime) -> bool:
        """Note a post; False where it was noted before. Forgets whose posts those before a moment were."""

    async def speak(self, post: Post, person: str, *, forum_since: datetime, person_since: datetime) -> bool:
        """Give a noted post its suggestion; False where the forum or the person had one since."""

    async def move_post(self, thread: int, state: PostState) -> int | None:
        """Move a suggestion to another state and return its forum; None where it was judged before."""

    async def posts_in(self, guild: GuildId, forum: int) -> Sequence[Post]:
        """Return a forum's posts, newest first."""

    async def is_quiet(self, guild: GuildId, person: str) -> bool:
        """Tell whether somebody wants no suggestions."""

    async def set_quiet(self, guild: GuildId, person: str, *, quiet: bool) -> None:
        """Note that somebody wants no suggestions (True), or wants them again."""


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


class QuestionStore(Protocol):
    """Questions that had no answer. Nobody's name is in it but of those who ticked that they want to be told."""

    async def note(self, guild: GuildId, asked: Recorded, *, person: Callable[[int], str] | None) -> Noted:
        """Queue a question (its id is ignored), or count it again where one of its meaning waits, or was dismissed.

        `person`: the asker's name within a question, by its id; None where nobody is counted.
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

    async def wish(self, question_id: int, user: UserId) -> Wish:
        """Put a member on the list of those to be told, or take them off it. Raises VersionGoneError."""


class Outbox(Protocol):
    """What people are to be told, kept until it is sent."""

    async def add_notice(self, notice: Notice) -> None:
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


class Facts(Protocol):
    """Small things the bot remembers about itself."""

    async def fact(self, name: str) -> str | None:
        """Return what was kept under `name`."""

    async def keep_fact(self, name: str, value: str) -> None:
        """Keep a value under `name`."""


class Search(Protocol):
    """Finds the entries that fit a question, in one guild's FAQ."""

    @property
    def model(self) -> str:
        """The model vectors are made by, `model id@revision`."""

    async def search(self, guild: GuildId, question: str, *, without: frozenset[EntryId]) -> Evidence:
        """Return the evidence for a cleaned question."""

    async def evidence_for(self, guild: GuildId, question: str, vector: bytes) -> Evidence:
        """Return what `search` finds for a question whose float32 vector is known."""

    async def explain(self, guild: GuildId, question: str) -> Explanation:
        """Return why a cleaned question is answered as it is."""

    async def impact(
        self, guild: GuildId, entries: Sequence[Entry], recorded: Sequence[tuple[str, bytes]]
    ) -> Sequence[tuple[str, Evidence, Evidence]]:
        """Return what is found for recorded questions with their vectors now, and were these the guild's entries."""

    async def nearest(self, guild: GuildId, texts: Sequence[str], without: Collection[EntryId]) -> Sequence[Nearness]:
        """Return the wordings of other entries nearest to those of one being written, one per entry, best first."""

    async def alike(self, guild: GuildId) -> Sequence[Pair]:
        """Return pairs of entries that ask the same, most alike first."""

    async def vectors(self, texts: Sequence[str]) -> Sequence[bytes]:
        """Return the float32 vectors of texts, in order."""

    async def vector_of(self, question: str) -> tuple[bytes, str]:
        """Return the question's float32 vector, and `model id@revision`."""

    async def suggest(self, guild: GuildId, typed: str, *, front: Sequence[EntryId]) -> Sequence[Suggestion]:
        """Return autocomplete rows for what was typed so far; `front` is shown for nothing typed."""
