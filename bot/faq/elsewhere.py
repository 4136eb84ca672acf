"""What another process wrote, e.g. `lantern faq import` while the bot runs, reaches the running bot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from bot.core.moderation import Change, ChangeId, Edit

if TYPE_CHECKING:
    from bot.core.models import GuildId
    from bot.core.ports import GuildEdits, Notes
    from bot.faq.editing import Editing
    from bot.faq.guilds import Guilds
    from bot.faq.library import Library


class Elsewhere:
    """Looks for changes of other processes whenever it is asked to. Build it with `Elsewhere.start`."""

    def __init__(
        self, notes: Notes, edits: GuildEdits, library: Library, editing: Editing, *, guilds: Guilds, seen: ChangeId
    ) -> None:
        """`seen`: the newest change that is known."""
        self._notes = notes
        self._edits = edits
        self._library = library
        self._editing = editing
        self._guilds = guilds
        self._seen = seen
        self._is_due = False

    @classmethod
    async def start(
        cls, notes: Notes, edits: GuildEdits, library: Library, editing: Editing, *, guilds: Guilds
    ) -> Self:
        """Begin to look; what is there by now is known."""
        return cls(notes, edits, library, editing, guilds=guilds, seen=await edits.newest_change())

    async def look(self) -> None:
        """Forget what others may have written over; tell their changes, as if they had been made here."""
        # Whatever fails here is done at the next look, though nobody has written again by then.
        self._is_due = await self._notes.changed_elsewhere() or self._is_due
        if not self._is_due:
            return
        self._guilds.forget()
        for guild, change_id in await self._edits.changes_after(self._seen):
            self._library.forget(guild)
            self._seen = change_id
            await self._tell(guild, change_id)
        self._is_due = False

    async def _tell(self, guild: GuildId, change_id: ChangeId) -> None:
        versions = await self._edits.versions_in(guild, change_id)
        first = versions[0]
        if first.by is None:  # nobody in Discord, so it was not made here
            edits = tuple(Edit(version.entry_id, "", version.entry) for version in versions)
            await self._editing.tell(guild, change_id, Change(first.kind, None, edits, first.note))
