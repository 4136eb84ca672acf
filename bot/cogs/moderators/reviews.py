"""`/faq drafts`, and drafts that need another pair of eyes: handed in, approved, sent back."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.cogs.ask import today
from bot.cogs.gate import guild_of
from bot.cogs.moderators.publishing import require_seen
from bot.cogs.moderators.showing import show
from bot.cogs.routes import Route, fields_of
from bot.cogs.tell import UNSENT, say, text_for
from bot.core.errors import FormError, LanternError, VersionGoneError
from bot.core.moderation import Capability, DraftState
from bot.faq.rights import may
from bot.safety.text import clean, escape
from bot.views.answers import sentence
from bot.views.ids import number_in
from bot.views.moderators.editor import faults_card
from bot.views.moderators.reviews import dealt_with_card, drafts_card, handed_in_card, reason_modal
from bot.views.moderators.shown import Shown

if TYPE_CHECKING:
    from discord import app_commands

    from bot.cogs.desk import Desk
    from bot.cogs.gate import Interaction
    from bot.cogs.moderators.previews import Previews
    from bot.cogs.moderators.publishing import Publishing
    from bot.core.moderation import Draft

log = logging.getLogger(__name__)


class Reviews:
    """Lists drafts, and deals with those that were handed in."""

    def __init__(self, desk: Desk, previews: Previews, publishing: Publishing) -> None:
        self._desk = desk
        self._previews = previews
        self._publishing = publishing
        edit, publish = Capability.EDIT, Capability.PUBLISH
        self.routes: dict[tuple[str, int], Route] = {
            ("drafts", 1): Route(edit, self._turn_page),
            ("handin", 2): Route(edit, self._hand_in),
            ("approve", 2): Route(publish, self._approve),
            ("sendback", 1): Route(publish, self._ask_why, opens_modal=True),
            ("sentback", 1): Route(publish, self._send_back),
        }

    def add_to(self, faq: app_commands.Group) -> None:
        """Add the command."""

        async def drafts(interaction: Interaction) -> None:
            await interaction.response.defer(ephemeral=True)
            await self._show_drafts(interaction, 0)

        faq.add_command(
            self._desk.command("command.faq_drafts.name", "command.faq_drafts.description", drafts, Capability.EDIT)
        )

    async def _turn_page(self, interaction: Interaction, page: str) -> None:
        await self._show_drafts(interaction, number_in(page))

    async def _show_drafts(self, interaction: Interaction, page: int) -> None:
        actor, settings = await self._desk.gate.require(interaction, Capability.EDIT)
        editing, guild = self._desk.lantern.editing, guild_of(interaction)
        found = {draft.id: draft for draft in await editing.drafts(guild, by=actor.user)}
        if may(actor, Capability.PUBLISH, settings):
            waiting = await editing.drafts(guild, states={DraftState.SUBMITTED})
            found |= {draft.id: draft for draft in waiting}
        newest = sorted(found.values(), key=lambda draft: -draft.id)
        await show(interaction, Shown(drafts_card(self._desk.texts, newest, actor.user, page)))

    async def _hand_in(self, interaction: Interaction, number: str, looked_at: str) -> None:
        texts, editing = self._desk.texts, self._desk.lantern.editing
        draft = await self._previews.draft(interaction, number)
        if draft.by != interaction.user.id or draft.state is not DraftState.OPEN:
            raise VersionGoneError(f"Draft {draft.id} cannot be handed in.")
        require_seen(draft, looked_at)
        try:
            made = await editing.check(draft, today())
        except FormError as error:
            await show(interaction, faults_card(texts, draft, error.faults))
            return
        draft = await editing.move(draft, DraftState.SUBMITTED)
        told = await self._desk.tell_moderators(draft.guild, handed_in_card(texts, draft, made.entry, today()))
        await show(interaction, Shown(sentence(texts("editor.handed_in" if told else "editor.handed_in_quietly"))))

    async def _approve(self, interaction: Interaction, number: str, looked_at: str) -> None:
        _, settings = await self._desk.gate.require(interaction, Capability.PUBLISH)
        draft = await self._submitted(interaction, number)
        if settings.four_eyes and draft.by == interaction.user.id:
            await say(interaction, self._desk.texts("editor.not_your_own"))
            return
        if await self._publishing.save(interaction, draft, looked_at) is not None:
            await self._close(interaction, draft, "editor.approved")

    async def _ask_why(self, interaction: Interaction, number: str) -> None:
        draft = await self._submitted(interaction, number)
        await interaction.response.send_modal(reason_modal(self._desk.texts, draft))

    async def _send_back(self, interaction: Interaction, number: str) -> None:
        reason = fields_of(interaction).get("reason", "")
        try:
            draft = await self._submitted(interaction, number)
            draft = await self._desk.lantern.editing.move(draft, DraftState.OPEN, note=reason)
        except LanternError as error:
            # What was typed is given back: it is no draft that could be kept.
            await say(interaction, f"{text_for(error, self._desk.texts)}\n> {escape(clean(reason))}")
            return
        await self._close(interaction, draft, "editor.sent_back", reason)

    async def _submitted(self, interaction: Interaction, number: str) -> Draft:
        """Return a draft that waits for approval. Raises VersionGoneError, NotAllowedError."""
        draft = await self._previews.draft(interaction, number)
        if draft.state is not DraftState.SUBMITTED:
            raise VersionGoneError(f"Draft {draft.id} does not wait for approval.")
        return draft

    async def _close(self, interaction: Interaction, draft: Draft, key: str, reason: str = "") -> None:
        """Tell a draft's author what became of it, and say so where the click came from.

        Its author first: a click whose answer got lost is not repeated.
        """
        card = dealt_with_card(self._desk.texts, key, interaction.user.id, draft.form.question, reason)
        if draft.by != interaction.user.id:
            try:
                await self._desk.tell_person(draft.by, card)
            except UNSENT as error:
                log.warning("The author of draft %d could not be told: %s", draft.id, error)
        await interaction.edit_original_response(view=card)
