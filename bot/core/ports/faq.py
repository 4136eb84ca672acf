"""Where a server's FAQ is kept, and what is not published yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from bot.core.models import Entry, EntryId, GuildId, Topic, UserId
    from bot.core.moderation import Change, ChangeId, Draft, DraftId, DraftState, Version, VersionId


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

    async def states_in(self, guild: GuildId, change_id: ChangeId) -> Sequence[tuple[Version, Version | None]]:
        """Return the states one change made, each with the one before it. Raises VersionGoneError."""

    async def negatives_of(self, guild: GuildId) -> Mapping[str, frozenset[EntryId]]:
        """Return questions, normalised, with the entries that moderators confirmed not to answer them."""

    async def removed(self, guild: GuildId) -> Sequence[Entry]:
        """Return the entries that were taken out of this guild's FAQ, as they last were."""

    async def last_change_by(self, guild: GuildId, user: UserId) -> ChangeId | None:
        """Return somebody's newest change; None where they never made one."""

    async def newest_change(self) -> ChangeId:
        """Return the newest change of any server, 0 for none."""

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
