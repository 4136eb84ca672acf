"""What every command of those who look after the FAQ needs."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.cogs.gate import CAPABILITY, guild_of
from bot.cogs.tell import UNSENT
from bot.core.errors import EntryGoneError
from bot.core.models import EntryId
from bot.faq.asking import PICKED

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.app import Lantern
    from bot.cogs.care import Care
    from bot.cogs.gate import Gate, Interaction
    from bot.cogs.timekeeping import Timekeeper
    from bot.core.models import GuildId
    from bot.core.moderation import Capability
    from bot.core.texts import Texts
    from bot.views.answers import Card

Command = app_commands.Command[Any, ..., None]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of the bot, the gate, and the way into a server's channels."""

    lantern: Lantern
    gate: Gate
    client: discord.Client
    care: Care
    time: Timekeeper

    @property
    def texts(self) -> Texts:
        """Every sentence the bot says."""
        return self.lantern.texts

    def command(self, name: str, description: str, callback: Callable[..., Any], capability: Capability) -> Command:
        """Return a command, named and described by prompts/ (keys `name`, `description`), for those who may."""
        return Command(
            name=self.texts(name),
            description=self.texts(description),
            callback=callback,
            extras={CAPABILITY: capability},
        )

    async def suggest_entries(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Return autocomplete rows for an option that names an entry; `entry_id` reads what was picked."""
        rows = await self.lantern.asking.suggest(guild_of(interaction), typed)
        return [app_commands.Choice(name=row.label, value=row.value) for row in rows]

    def entry_id(self, picked: str) -> EntryId:
        """Return the entry an option names: a picked row, or an id that was typed. Raises EntryGoneError."""
        found = PICKED.fullmatch(picked if picked.startswith("id:") else f"id:{picked}")
        if found is None:
            raise EntryGoneError("What was typed is no row that was offered.")
        return EntryId(found[1])

    async def tell_moderators(self, guild: GuildId, card: Card, **files: Any) -> discord.Message | None:
        """Post in the moderators' channel; None where there is none, or nothing could be posted there."""
        try:
            return await self.post_to_moderators(guild, card, **files)
        except UNSENT as error:
            log.warning("The moderators' channel could not be told: %s", error)
            return None

    async def post_to_moderators(self, guild: GuildId, card: Card, **files: Any) -> discord.Message | None:
        """Post in the moderators' channel; None where there is none. Raises one of UNSENT."""
        settings = await self.gate.guilds.settings(guild)
        if settings.moderators_channel is None:
            return None
        channel = self.client.get_partial_messageable(settings.moderators_channel, guild_id=guild)
        return await channel.send(view=card, **files)

    async def tell_person(self, user: int, card: Card) -> bool:
        """Write to somebody directly; False where they take no direct messages. Raises one of UNSENT."""
        try:
            channel = await self.client.create_dm(discord.Object(user))
            await channel.send(view=card)
        except discord.Forbidden:
            return False
        return True
