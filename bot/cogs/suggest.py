"""`/suggest`: members propose an entry, or say what is wrong with one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discord import app_commands

from bot.cogs.gate import guild_of
from bot.cogs.routes import Route, fields_of
from bot.cogs.tell import guarded
from bot.core.errors import LanternError
from bot.core.models import EntryId, UserId
from bot.core.moderation import Capability
from bot.views.answers import sentence
from bot.views.suggestions import ANSWER, QUESTION, WHAT, WHY, improve_form, returned_card, suggest_form

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from bot.cogs.desk import Desk
    from bot.cogs.gate import Interaction
    from bot.core.moderation import Draft


class Suggest:
    """What members suggest. Whatever they typed is kept, or given back."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._texts = desk.texts
        self._suggestions = desk.lantern.suggestions
        self.routes = {
            ("suggest", 0): Route(Capability.SUGGEST, self._suggest),
            ("improve", 1): Route(Capability.SUGGEST, self._improve),
        }

    def add_to(self, tree: app_commands.CommandTree[Any]) -> None:
        """Add the command."""

        @app_commands.rename(entry=self._texts("command.suggest.entry"))
        @app_commands.describe(entry=self._texts("command.suggest.entry_description"))
        async def suggest(interaction: Interaction, entry: str | None = None) -> None:
            await guarded(interaction, self._open(interaction, entry), self._texts)

        name, description = "command.suggest.name", "command.suggest.description"
        command = self._desk.command(name, description, suggest, Capability.SUGGEST)
        command.autocomplete("entry")(self._desk.suggest_entries)
        command.allowed_contexts = app_commands.AppCommandContext(guild=True, dm_channel=False)
        command.allowed_installs = app_commands.AppInstallationType(guild=True, user=False)
        tree.add_command(command)

    async def _open(self, interaction: Interaction, picked: str | None) -> None:
        """Open the form, unless what is typed into it could not be kept."""
        guild = guild_of(interaction)
        entry_id = None if picked is None else self._desk.entry_id(picked)
        if entry_id is not None:
            (await self._desk.lantern.library.shelf(guild)).entry(entry_id)
        await self._suggestions.must_have_room(guild, UserId(interaction.user.id))
        form = suggest_form(self._texts) if entry_id is None else improve_form(entry_id, self._texts)
        await interaction.response.send_modal(form)

    async def _suggest(self, interaction: Interaction) -> None:
        guild, by, typed = guild_of(interaction), UserId(interaction.user.id), fields_of(interaction)
        question, answer, why = (typed.get(name, "") for name in (QUESTION, ANSWER, WHY))
        await self._keep(interaction, self._suggestions.suggest(guild, by, question, answer, why), typed)

    async def _improve(self, interaction: Interaction, entry: str) -> None:
        guild, by, typed = guild_of(interaction), UserId(interaction.user.id), fields_of(interaction)
        await self._keep(interaction, self._suggestions.improve(guild, by, EntryId(entry), typed.get(WHAT, "")), typed)

    async def _keep(self, interaction: Interaction, kept: Awaitable[Draft | None], typed: dict[str, str]) -> None:
        try:
            suggestion = await kept
        except LanternError:
            await interaction.followup.send(view=returned_card(typed.values(), self._texts), ephemeral=True)
            raise
        if suggestion is None:  # words of crisis, which are not kept
            card = self._desk.care.card(interaction, "\n".join(typed.values()))
            card = card or sentence(self._texts("care.not_kept"))
        else:
            card = sentence(self._texts("suggest.thanks"))
        await interaction.followup.send(view=card, ephemeral=True)
