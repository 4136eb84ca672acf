"""What every command of those who look after the FAQ needs."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.cogs.gate import CAPABILITY, guild_of
from bot.cogs.once import send_once
from bot.cogs.tell import CLOSED, UNSENT
from bot.core.errors import EntryGoneError
from bot.core.models import EntryId
from bot.faq.asking import PICKED

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.app import Lantern
    from bot.cogs.care import Care
    from bot.cogs.gate import Gate, Interaction
    from bot.cogs.once import Sending
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
        channel = await self._channel_of_moderators(guild)
        return None if channel is None else await channel.send(view=card, **files)

    async def post_once(self, guild: GuildId, card: Card, sending: Sending) -> bool:
        """Post in the moderators' channel, unless it is there; False where there is none. Raises one of UNSENT."""
        channel = await self._channel_of_moderators(guild)
        if channel is not None:
            await send_once(channel, card, sending, self.client.user)
        return channel is not None

    async def tell_person(self, user: int, card: Card, sending: Sending | None = None) -> bool:
        """Write to somebody directly; False where they take no direct messages. Raises one of UNSENT.

        `sending`: what they may have been told before, and are not told again.
        """
        try:
            channel = await self.client.create_dm(discord.Object(user))
            if sending is None:
                await channel.send(view=card)
            else:
                await send_once(channel, card, sending, self.client.user)
        except discord.Forbidden as error:
            if error.code not in CLOSED:
                raise
            return False
        return True

    async def _channel_of_moderators(self, guild: GuildId) -> discord.PartialMessageable | None:
        channel = (await self.gate.guilds.settings(guild)).moderators_channel
        return None if channel is None else self.client.get_partial_messageable(channel, guild_id=guild)
