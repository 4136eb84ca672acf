"""Changing a guild's FAQ: drafts that survive whatever fails, one door for every save, history, undo, merge."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.errors import ConflictError, Fault, FormError, LanternError, VersionGoneError, WordingTakenError
from bot.core.models import Phrasing
from bot.core.moderation import (
    Change,
    ChangeKind,
    Draft,
    DraftId,
    DraftState,
    Edit,
    Form,
    revision_of,
)
from bot.faq.forms import PHRASINGS, filled, form_of, owners_of, shared_wordings
from bot.safety.text import normalise

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence
    from datetime import date

    from bot.core.models import Entry, EntryId, GuildId, UserId
    from bot.core.moderation import ChangeId, Version, VersionId
    from bot.core.ports import Drafts, GuildEdits
    from bot.faq.forms import Filled
    from bot.faq.library import Library

    AfterChange = Callable[[GuildId, ChangeId, Change], Awaitable[None]]
    AfterPublish = Callable[[Draft], Awaitable[None]]

log = logging.getLogger(__name__)

ALIVE = frozenset({DraftState.OPEN, DraftState.SUBMITTED})


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of a save: the change, and the entry as it is now (None: it was removed)."""

    change: ChangeId
    entry_id: EntryId
    entry: Entry | None


class Editing:
    """The use cases of an editor. Who may use which is asked before, at the edge."""

    def __init__(self, library: Library, edits: GuildEdits, drafts: Drafts) -> None:
        self._library = library
        self._edits = edits
        self._drafts = drafts
        self._saving = asyncio.Lock()
        self.announce: AfterChange | None = None
        """Tells a change where people see it; a new connection to Discord takes the place of the one before."""
        self.after_change: list[AfterChange] = []
        """Called with each change that was saved. A failure of theirs is logged; the change stands."""
        self.after_publish: list[AfterPublish] = []
        """Called once with each draft that was published. A failure of theirs is logged."""

    async def open(
        self, guild: GuildId, by: UserId, entry_id: EntryId | None, form: Form | None = None, origin: str = ""
    ) -> Draft:
        """Return an unsaved draft to fill in: an entry as it is, or a new one. Raises EntryGoneError."""
        if entry_id is not None and form is None:
            shelf = await self._library.shelf(guild)
            form = form_of(shelf.entry(entry_id), shelf.topics)
        now = await self._now(guild, entry_id)
        form = form or Form()
        return Draft(DraftId(0), guild, by, DraftState.OPEN, entry_id, revision_of(now), form, origin, "", _now())

    async def keep(self, draft: Draft) -> Draft:
        """Keep what was typed, before anything else is done with it. Raises StorageError."""
        return replace(draft, id=await self._drafts.add_draft(draft))

    async def draft(self, guild: GuildId, draft_id: DraftId) -> Draft:
        """Return a draft. Raises VersionGoneError."""
        return await self._drafts.draft(guild, draft_id)

    async def drafts(
        self, guild: GuildId, by: UserId | None = None, states: Collection[DraftState] = ALIVE
    ) -> Sequence[Draft]:
        """Return drafts that are not dealt with, oldest first."""
        return await self._drafts.drafts_in(guild, states, by)

    async def rewrite(self, draft: Draft, form: Form, *, expected: str | None = None) -> Draft:
        """Keep new text in a draft; in a new one where the old was dealt with meanwhile.

        `expected`: the revision it is now made from. Raises StorageError.
        """
        made_from = draft.expected if expected is None else expected
        again = replace(draft, form=form, expected=made_from, state=DraftState.OPEN, at=_now())
        if draft.state in ALIVE and await self._drafts.update_draft(again, was=draft.state):
            return again
        return await self.keep(again)

    async def move(self, draft: Draft, state: DraftState, note: str = "") -> Draft:
        """Move a draft on, once. Raises VersionGoneError where somebody was faster."""
        moved = replace(draft, state=state, note=note, at=_now())
        if not await self._drafts.update_draft(moved, was=draft.state):
            raise VersionGoneError(f"Draft {draft.id} was dealt with meanwhile.")
        return moved

    async def check(self, draft: Draft, today: date) -> Filled:
        """Return the entry a draft would make. Raises FormError with every fault."""
        shelf = await self._library.shelf(draft.guild)
        before = shelf.entries.get(draft.entry_id) if draft.entry_id else None
        if draft.entry_id is not None and before is None:
            # It was removed meanwhile: what was typed becomes the entry again, with what no form shows.
            before = await self._last_state(draft.guild, draft.entry_id)
        return await asyncio.to_thread(filled, draft.form, shelf, before, today)

    async def publish(self, draft: Draft, by: UserId, today: date) -> Saved:
        """Make a draft the FAQ. The draft stays as it is where that fails.

        Raises FormError, ConflictError, StorageError, VersionGoneError (published already).
        """
        if draft.state not in {*ALIVE, DraftState.SUGGESTED}:
            raise VersionGoneError(f"Draft {draft.id} was dealt with already.")
        made = await self.check(draft, today)
        kind = ChangeKind.EDITED if draft.expected else ChangeKind.ADDED
        topics = (made.new_topic,) if made.new_topic else ()
        edit = Edit(made.entry.id, draft.expected, made.entry)
        writer = str(draft.by) if draft.by != by else ""
        try:
            saved = await self.apply(draft.guild, Change(kind, by, (edit,), writer, topics))
        except VersionGoneError:
            await self._settle(draft, made.entry.id)
            raise
        await self._settle(draft, made.entry.id)
        return Saved(saved, made.entry.id, made.entry)

    async def _settle(self, draft: Draft, entry_id: EntryId) -> None:
        try:
            published = await self.move(replace(draft, entry_id=entry_id), DraftState.PUBLISHED)
        except LanternError as error:
            # The entry is published; that its draft is still offered is no reason to tell its author otherwise.
            log.warning("A published draft stays open: %s", error)
            return
        for listener in self.after_publish:
            try:
                await listener(published)
            except Exception:
                log.exception("Draft %d is published, but what follows from it failed", draft.id)

    async def apply(self, guild: GuildId, change: Change) -> ChangeId:
        """Save a change and tell everybody who listens.

        Raises ConflictError, StorageError; VersionGoneError where somebody did the same already, as in a second click;
        WordingTakenError where two entries would hold the same words.
        """
        async with self._saving:
            self._library.forget(guild)  # another process may have written since it was read
            shelf = await self._library.shelf(guild)
            now = [shelf.entries.get(edit.entry_id) for edit in change.edits]
            if [revision_of(entry) for entry in now] != [edit.expected for edit in change.edits]:
                if now == [edit.entry for edit in change.edits]:
                    raise VersionGoneError(f"{change.kind}: that is how it is already.")
            elif faults := await asyncio.to_thread(lambda: [*shared_wordings(change.edits, shelf)]):
                raise WordingTakenError(faults)
            change_id = await self._library.apply(guild, change)
        await self.tell(guild, change_id, change)
        return change_id

    async def tell(self, guild: GuildId, change_id: ChangeId, change: Change) -> None:
        """Tell everybody who listens of a change that is saved."""
        for listener in (*([self.announce] if self.announce else []), *self.after_change):
            try:
                await listener(guild, change_id, change)
            except Exception:
                log.exception("Change %d is saved, but what follows from it failed", change_id)

    async def remove(self, guild: GuildId, by: UserId, entry_id: EntryId, expected: str, note: str = "") -> Saved:
        """Take an entry out of the FAQ; its history stays. Raises ConflictError."""
        change = Change(ChangeKind.REMOVED, by, (Edit(entry_id, expected, None),), note)
        return Saved(await self.apply(guild, change), entry_id, None)

    async def add_phrasing(self, guild: GuildId, by: UserId, entry_id: EntryId, text: str) -> Saved:
        """Let an entry answer one more wording. Raises EntryGoneError; ConflictError where another entry owns it."""
        shelf = await self._library.shelf(guild)
        entry = shelf.entry(entry_id)
        owners = [one.id for one in await asyncio.to_thread(owners_of, [text], shelf)]
        if owners and owners != [entry_id]:
            raise ConflictError(owners)
        if owners or len(entry.phrasings) >= PHRASINGS:
            raise VersionGoneError(f"An entry has that wording already, or {PHRASINGS} others.")
        longer = replace(entry, phrasings=(*entry.phrasings, Phrasing(text)))
        change = Change(ChangeKind.PHRASING, by, (Edit(entry_id, revision_of(entry), longer),), text)
        return Saved(await self.apply(guild, change), entry_id, longer)

    async def verify(self, guild: GuildId, by: UserId, entry_id: EntryId, today: date) -> Saved:
        """Note that an entry still holds: its review clock starts anew. Raises EntryGoneError, ConflictError."""
        entry = (await self._library.shelf(guild)).entry(entry_id)
        fresh = replace(entry, reviewed_on=today)
        change = Change(ChangeKind.VERIFIED, by, (Edit(entry_id, revision_of(entry), fresh),))
        return Saved(await self.apply(guild, change), entry_id, fresh)

    async def merge(self, guild: GuildId, by: UserId, kept: EntryId, gone: EntryId) -> Saved:
        """Let `kept` answer what `gone` answered: its wordings move over, its history stays.

        Raises EntryGoneError, ConflictError, FormError where that makes too many wordings.
        """
        if kept == gone:
            raise VersionGoneError("An entry cannot be merged into itself.")
        shelf = await self._library.shelf(guild)
        into, other = shelf.entry(kept), shelf.entry(gone)
        known = {normalise(text) for text in into.texts}
        moved = [Phrasing(other.question), *other.phrasings]
        new = [phrasing for phrasing in moved if normalise(phrasing.text) not in known]
        if len(into.phrasings) + len(new) > PHRASINGS:
            raise FormError([Fault("fault.phrasings", {"most": PHRASINGS, "number": len(into.phrasings) + len(new)})])
        both = replace(
            into,
            phrasings=(*into.phrasings, *new),
            setbacks=tuple(dict.fromkeys([*into.setbacks, *other.setbacks])),
            related=tuple(one for one in into.related if one != gone),
        )
        edits = (Edit(gone, revision_of(other), None), Edit(kept, revision_of(into), both))
        change = Change(ChangeKind.MERGED, by, edits, f"{gone} > {kept}")
        return Saved(await self.apply(guild, change), kept, both)

    async def history(self, guild: GuildId, entry_id: EntryId) -> Sequence[Version]:
        """Return every state an entry had here, oldest first; empty for one that nobody touched."""
        return await self._edits.history(guild, entry_id)

    async def version(self, guild: GuildId, version_id: VersionId) -> tuple[Version, Version | None]:
        """Return a state and the one before it. Raises VersionGoneError."""
        return await self._edits.version(guild, version_id)

    async def restore(
        self, guild: GuildId, by: UserId | None, version_id: VersionId, *, expected: str | None = None
    ) -> Saved:
        """Give an entry an earlier state, byte for byte. Raises VersionGoneError, ConflictError.

        `expected`: the revision it is restored over; None for whatever is there.
        """
        version, _ = await self._edits.version(guild, version_id)
        if expected is None:
            expected = revision_of(await self._now(guild, version.entry_id))
        change = Change(ChangeKind.RESTORED, by, (Edit(version.entry_id, expected, version.entry),))
        return Saved(await self.apply(guild, change), version.entry_id, version.entry)

    async def states(self, guild: GuildId, change_id: ChangeId) -> Sequence[tuple[Version, Version | None]]:
        """Return what one change made of each entry, with the state before. Raises VersionGoneError."""
        return await self._edits.states_in(guild, change_id)

    async def removed(self, guild: GuildId) -> Sequence[Entry]:
        """Return the entries that were taken out of this guild's FAQ, as they last were."""
        return await self._edits.removed(guild)

    async def form_at(self, guild: GuildId, entry_id: EntryId, expected: str) -> Form:
        """Return an entry as it is typed, in the state with the revision `expected`; the nearest to it where none is.

        That state may be gone: an update of the pack leaves no version.
        """
        shelf = await self._library.shelf(guild)
        states = [version.entry for version in await self.history(guild, entry_id)]
        states.append(shelf.entries.get(entry_id))
        known = [entry for entry in reversed(states) if entry is not None]
        exact = (entry for entry in known if revision_of(entry) == expected)
        entry = next(exact, known[0] if known else None)
        return form_of(entry, shelf.topics) if entry else Form()

    async def undo(
        self, guild: GuildId, by: UserId | None, change_id: ChangeId | None = None
    ) -> tuple[ChangeId, Change]:
        """Take back a change, all of it: one's own last, unless named.

        Raises VersionGoneError where there is none; ConflictError where an entry was changed again since.
        """
        if change_id is None and by is not None:
            change_id = await self._edits.last_change_by(guild, by)
        if change_id is None:
            raise VersionGoneError("There is no change of yours to undo.")
        states = await self._edits.states_in(guild, change_id)
        if states[0][0].kind is ChangeKind.SHIPPED:
            raise VersionGoneError(f"Change {change_id} is how the pack had it; there is nothing to take back.")
        edits = tuple(
            Edit(version.entry_id, revision_of(version.entry), before.entry if before else None)
            for version, before in states
        )
        change = Change(ChangeKind.UNDONE, by, edits, str(change_id))
        return await self.apply(guild, change), change

    async def outdated(self, guild: GuildId) -> Sequence[EntryId]:
        """Return the entries changed here whose shipped text changed since, in an update of the pack."""
        pack = self._library.pack_entries
        seen = await self._edits.pack_revisions(guild)

        def changed() -> list[EntryId]:
            return [entry_id for entry_id, revision in seen.items() if revision_of(pack.get(entry_id)) != revision]

        return await asyncio.to_thread(changed)  # of a FAQ that is all one's own it takes 20 ms

    async def follow(self, guild: GuildId, by: UserId, entry_id: EntryId, *, pack: bool) -> Saved:
        """Settle an entry whose shipped text changed: take the pack's (True), or keep the server's own.

        Raises ConflictError.
        """
        now = await self._now(guild, entry_id)
        chosen = self._library.pack_entries.get(entry_id) if pack else now
        change = Change(ChangeKind.FOLLOWED, by, (Edit(entry_id, revision_of(now), chosen),))
        return Saved(await self.apply(guild, change), entry_id, chosen)

    async def _last_state(self, guild: GuildId, entry_id: EntryId) -> Entry | None:
        states = [version.entry for version in await self.history(guild, entry_id) if version.entry]
        return states[-1] if states else None

    async def _now(self, guild: GuildId, entry_id: EntryId | None) -> Entry | None:
        return (await self._library.shelf(guild)).entries.get(entry_id) if entry_id else None


def _now() -> datetime:
    return datetime.now(UTC)
