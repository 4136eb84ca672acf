"""`/faq stats`: the FAQ in numbers, as a picture and as text."""

from __future__ import annotations

import asyncio
import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import discord

from bot.cogs.ask import today
from bot.cogs.gate import guild_of
from bot.core.moderation import Capability
from bot.faq.statistics import WEEKS, statistics
from bot.views.charts import draw_statistics
from bot.views.moderators.stats import PICTURE, stats_card

if TYPE_CHECKING:
    from discord import app_commands

    from bot.cogs.desk import Desk
    from bot.cogs.gate import Interaction
    from bot.cogs.routes import Route
    from bot.core.models import GuildId
    from bot.faq.statistics import Statistics


class Stats:
    """The command; its card has no buttons."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.routes: dict[tuple[str, int], Route] = {}

    def add_to(self, _tree: app_commands.CommandTree[Any], faq: app_commands.Group) -> None:
        """Add the command."""

        async def stats(interaction: Interaction) -> None:
            await interaction.response.defer(ephemeral=True)
            found, texts = await self._statistics(guild_of(interaction)), self._desk.texts
            picture = await asyncio.to_thread(draw_statistics, found, texts)
            file = discord.File(io.BytesIO(picture), PICTURE)
            await interaction.edit_original_response(view=stats_card(found, texts), attachments=[file])

        name, description = "command.faq_stats.name", "command.faq_stats.description"
        faq.add_command(self._desk.command(name, description, stats, Capability.EDIT))

    async def _statistics(self, guild: GuildId) -> Statistics:
        lantern = self._desk.lantern
        shelf = await lantern.library.shelf(guild)
        return statistics(
            await lantern.days.counts(guild, today() - timedelta(weeks=WEEKS)),
            await lantern.activity.all_votes(guild),
            await lantern.queue.gaps(guild),
            shelf.entries,
            shelf.topics,
            today=today(),
        )
