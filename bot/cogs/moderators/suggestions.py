"""`/faq suggestions`: what members suggest, to be accepted or declined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.cogs.gate import guild_of
from bot.cogs.moderators.saving import form_id, place_of
from bot.cogs.moderators.showing import following, show
from bot.cogs.routes import Route, fields_of
from bot.core.errors import VersionGoneError
from bot.core.models import UserId
from bot.core.moderation import Capability
from bot.views.answers import sentence
from bot.views.ids import number_in
from bot.views.moderators.editor import entry_modal
from bot.views.moderators.shown import Shown, decided_card, next_button
from bot.views.suggestions import REASON, decline_form, suggestion_card

if TYPE_CHECKING:
    from discord import app_commands

    from bot.cogs.desk import Desk
    from bot.cogs.gate import Interaction
    from bot.core.moderation import Draft


class SuggestionsDesk:
    """Shows suggestions one at a time, the oldest first. Accepting one opens the editor with it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._texts = desk.texts
        self._suggestions = desk.lantern.suggestions
        self.routes = {
            ("sugg_show", 1): Route(Capability.EDIT, self._show),
            ("sugg_accept", 1): Route(Capability.EDIT, self._accept, opens_modal=True),
            ("sugg_decline", 1): Route(Capability.EDIT, self._ask_why, opens_modal=True),
            ("sugg_declined", 1): Route(Capability.EDIT, self._decline),
        }

    def add_to(self, _tree: app_commands.CommandTree[Any], faq: app_commands.Group) -> None:
        """Add the command."""

        async def suggestions(interaction: Interaction) -> None:
            await interaction.response.defer(ephemeral=True)
            await self._show(interaction)

        name, description = "command.faq_suggestions.name", "command.faq_suggestions.description"
        faq.add_command(self._desk.command(name, description, suggestions, Capability.EDIT))

    async def _show(self, interaction: Interaction, number: str = "0") -> None:
        """Show a suggestion; the oldest where it no longer waits."""
        waiting = await self._suggestions.waiting(guild_of(interaction))
        if not waiting:
            await show(interaction, Shown(sentence(self._texts("suggest.none"))))
            return
        suggestion = next((one for one in waiting if one.id == number_in(number)), waiting[0])
        card = suggestion_card(suggestion, self._texts, len(waiting), following(suggestion, waiting))
        await show(interaction, Shown(card))

    async def _accept(self, interaction: Interaction, number: str) -> None:
        suggestion, _ = await self._open(interaction, number)
        draft = await self._suggestions.accept(suggestion, UserId(interaction.user.id))
        custom_id = form_id(*place_of(draft.entry_id, draft.expected, draft.origin))
        modal = entry_modal(self._texts, custom_id, draft.form, is_new=draft.entry_id is None)
        await interaction.response.send_modal(modal)

    async def _ask_why(self, interaction: Interaction, number: str) -> None:
        suggestion, _ = await self._open(interaction, number)
        await interaction.response.send_modal(decline_form(suggestion, self._texts))

    async def _decline(self, interaction: Interaction, number: str) -> None:
        suggestion, after = await self._open(interaction, number)
        typed = fields_of(interaction).get(REASON, "").strip()
        reason = self._texts("suggest.reason", reason=typed) if typed else self._texts("suggest.no_reason")
        await self._suggestions.decline(suggestion, reason)
        card = decided_card(self._texts("suggest.declined"), *next_button(self._texts, "sugg_show", after))
        await interaction.edit_original_response(view=card)

    async def _open(self, interaction: Interaction, number: str) -> tuple[Draft, Draft | None]:
        """Return a suggestion that waits, and the one to look at after it. Raises VersionGoneError."""
        waiting = await self._suggestions.waiting(guild_of(interaction))
        for suggestion in waiting:
            if suggestion.id == number_in(number):
                return suggestion, following(suggestion, waiting)
        raise VersionGoneError(f"Suggestion {number} was dealt with.")
