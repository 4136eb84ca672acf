"""`/faq try`: asks as a member would, and shows why. Nothing is counted, queued or kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discord import app_commands

from bot.cogs.ask import QUESTION_OPTION_LENGTH
from bot.cogs.gate import guild_of
from bot.core.moderation import Capability
from bot.views.moderators.try_out import try_card

if TYPE_CHECKING:
    from bot.cogs.desk import Desk
    from bot.cogs.gate import Interaction
    from bot.cogs.routes import Route

Question = app_commands.Range[str, 1, QUESTION_OPTION_LENGTH]


class TryOut:
    """Explains answers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.routes: dict[tuple[str, int], Route] = {}

    def add_to(self, _tree: app_commands.CommandTree[Any], faq: app_commands.Group) -> None:
        """Add the command."""
        texts = self._desk.texts

        @app_commands.rename(question=texts("command.ask.question"))
        @app_commands.describe(question=texts("command.faq_try.question_description"))
        async def try_out(interaction: Interaction, question: Question) -> None:
            await interaction.response.defer(ephemeral=True)
            lantern, guild = self._desk.lantern, guild_of(interaction)
            asked = lantern.asking.read(question)
            why = await lantern.search.explain(guild, asked.text)
            entries = (await lantern.library.shelf(guild)).entries
            await interaction.edit_original_response(view=try_card(texts, asked.text, why, entries))

        faq.add_command(
            self._desk.command("command.faq_try.name", "command.faq_try.description", try_out, Capability.EDIT)
        )
