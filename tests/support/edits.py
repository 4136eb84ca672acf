"""Changes a test makes to a server's FAQ where the editor is not the point."""

from __future__ import annotations

from bot.core.moderation import Change, ChangeKind, Edit, revision_of


async def edit(library, guild, entry_id, entry, *, by=None, kind=ChangeKind.EDITED):
    """Give an entry a new state, from whatever it is now; None removes it. Return the change's id."""
    now = (await library.shelf(guild)).entries.get(entry_id)
    return await library.apply(guild, Change(kind, by, (Edit(entry_id, revision_of(now), entry),)))
