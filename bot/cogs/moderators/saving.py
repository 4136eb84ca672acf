"""What was typed into the editor: kept first, whatever happens, and only then looked at."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.cogs.gate import actor_of, guild_of
from bot.cogs.moderators.showing import defer_form, show, text_in, typed_in_form, uploaded_in_form
from bot.cogs.routes import Route, message_of
from bot.cogs.tell import say, text_for
from bot.core.errors import FormError, LanternError, OldButtonError
from bot.core.models import EntryId
from bot.core.moderation import Capability, Draft, DraftId, DraftState, Form
from bot.faq.draft_text import typed_in
from bot.views.ids import desk, number_in
from bot.views.moderators.editor import given_back
from bot.views.moderators.shown import NOTHING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import discord

    from bot.cogs.desk import Desk
    from bot.cogs.gate import Interaction
    from bot.cogs.moderators.previews import Previews
    from bot.core.errors import Fault

Where = tuple[str, ...]
"""Where a form belongs, as in its custom id: the number of a draft, or entry, its revision, and origin."""


def place_of(entry_id: EntryId | None = None, expected: str = "", origin: str = "") -> Where:
    """Return where a form belongs that is no draft yet. `origin`: what it is made from, e.g. `unanswered:12`."""
    return (entry_id or NOTHING, expected or NOTHING, origin.replace(":", NOTHING, 1) or NOTHING)


def form_id(*where: object) -> str:
    """Return the custom id of a form: of the draft with a number, or of what `place_of` returned."""
    return desk("save", *where)


class Saving:
    """Saves forms as drafts.

    Its routes keep what was typed before they ask the gate: somebody who lost their role while they wrote, or whose
    text meets a full disk, is told so, but does not lose it.
    """

    def __init__(self, desk: Desk, previews: Previews) -> None:
        self._desk = desk
        self._previews = previews
        save, redo = (Route(Capability.EDIT, do, keeps_first=True) for do in (self._save, self._redo))
        self.routes = {("save", 1): save, ("save", 3): save, ("redo", 1): redo, ("redo", 3): redo}

    async def from_file(self, interaction: Interaction, file: discord.Attachment, where: Where) -> None:
        """Make a draft of a file and show it, in answer to a deferred command."""
        try:
            typed = typed_in(await text_in(file))
        except FormError as error:
            await say(interaction, "\n".join(self._desk.texts(each.text_key, **each.values) for each in error.faults))
            return
        (kept,) = await asyncio.gather(self._kept(interaction, typed, where), return_exceptions=True)
        await self._go_on(interaction, typed, where, kept)

    async def _save(self, interaction: Interaction, *where: str) -> None:
        typed = typed_in_form(interaction)
        # Neither waits for the other: Discord gives 3 s, and what was typed is kept even where Discord hangs.
        deferred, kept = await asyncio.gather(
            defer_form(interaction), self._kept(interaction, typed, where), return_exceptions=True
        )
        if isinstance(deferred, BaseException):
            raise deferred
        await self._go_on(interaction, typed, where, kept)

    async def _redo(self, interaction: Interaction, *where: str) -> None:
        await interaction.response.defer()
        for file in message_of(interaction).attachments:
            await self.from_file(interaction, file, where)
            return
        raise OldButtonError("A card without its file.")

    async def _kept(self, interaction: Interaction, typed: Mapping[str, str], where: Where) -> Draft:
        editing, guild, by = self._desk.lantern.editing, guild_of(interaction), actor_of(interaction).user
        if len(where) == 1:
            draft = await editing.draft(guild, DraftId(number_in(where[0])))
            form = replace(draft.form, **typed)
            if draft.by == by:
                return await editing.rewrite(draft, form)
            # Somebody else's stays as they wrote it.
            return await editing.keep(replace(draft, by=by, state=DraftState.OPEN, form=form, note="", at=_now()))
        entry, expected, origin = ("" if each == NOTHING else each for each in where)
        entry_id, form = EntryId(entry) if entry else None, Form()
        if entry_id and typed.keys() != asdict(form).keys():
            form = await editing.form_at(guild, entry_id, expected)
        came_from = origin.replace(NOTHING, ":", 1)
        form = replace(form, **typed)
        return await editing.keep(
            Draft(DraftId(0), guild, by, DraftState.OPEN, entry_id, expected, form, came_from, "", _now())
        )

    async def _go_on(
        self, interaction: Interaction, typed: dict[str, str], where: Where, kept: Draft | BaseException
    ) -> None:
        """Show the draft that was kept; where it was not, give its text back."""
        texts = self._desk.texts
        if isinstance(kept, Exception):
            reason = text_for(kept, texts) or ""
            await show(interaction, given_back(texts, reason, typed, desk("redo", *where)))
            return
        if isinstance(kept, BaseException):
            raise kept
        try:
            draft, wrong = await self._with_uploads(interaction, kept)
            shown = await self._previews.of(interaction, draft, wrong=wrong)
        except LanternError as error:
            await say(interaction, f"{text_for(error, texts)} {texts('editor.kept')}")
            return
        await show(interaction, shown)

    async def _with_uploads(self, interaction: Interaction, draft: Draft) -> tuple[Draft, Sequence[Fault]]:
        """Return a draft with the texts that came as files, and what was wrong with the others."""
        found, wrong = await uploaded_in_form(interaction)
        if found:
            draft = await self._desk.lantern.editing.rewrite(draft, replace(draft.form, **found))
        return draft, wrong


def _now() -> datetime:
    return datetime.now(UTC)
