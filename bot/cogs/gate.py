"""Who is it, and may they: asked anew at every command, click and saved modal."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import discord

from bot.core.errors import NotAllowedError, NotHereError, StorageError
from bot.core.models import NO_GUILD, GuildId, UserId
from bot.core.moderation import Actor, Capability, GuildSettings
from bot.core.texts import SPOKEN
from bot.faq.rights import may

if TYPE_CHECKING:
    from bot.cogs.pace import Pacing
    from bot.faq.guilds import Guilds

CAPABILITY = "capability"
"""Where a command says, in its `extras`, what it takes to use it."""
SETTINGS = "settings"
"""Where an interaction has, in its `extras`, those of its server once the gate let it in."""

IN_DIRECT_MESSAGES = frozenset({Capability.ALWAYS, Capability.ASK})
PATIENCE_SECONDS = 0.5
"""How long what is open to everybody waits for a server's settings: Discord gives a first answer 3 s."""

Interaction = discord.Interaction[Any]

log = logging.getLogger(__name__)


def guild_of(interaction: Interaction) -> GuildId:
    """Return the guild whose FAQ answers here; in direct messages the shipped one does."""
    return GuildId(interaction.guild_id) if interaction.guild_id else NO_GUILD


def actor_of(interaction: Interaction) -> Actor:
    """Return who acts, with the roles and permissions Discord sent along with this very click."""
    user, allowed = interaction.user, interaction.permissions
    roles = frozenset(role.id for role in user.roles) if isinstance(user, discord.Member) else frozenset[int]()
    is_here = interaction.guild_id is not None
    return Actor(
        UserId(user.id),
        roles,
        manages_messages=is_here and allowed.manage_messages,
        manages_server=is_here and allowed.manage_guild,
    )


def settings_of(interaction: Interaction) -> GuildSettings | None:
    """Return the settings of the server where something happens, where the gate could look them up."""
    settings: GuildSettings | None = interaction.extras.get(SETTINGS)
    return settings


def country_of(interaction: Interaction) -> str | None:
    """Return the country whose helplines a server names first, where the gate could look it up."""
    settings = settings_of(interaction)
    return settings.country if settings else None


def may_meet(interaction: Interaction) -> bool:
    """Tell whether somebody may opt in to meet others here, where the gate could look it up."""
    settings = settings_of(interaction)
    return settings is not None and settings.peers.is_on and may(actor_of(interaction), Capability.MEET, settings)


class Gate:
    """Asks the server's settings whether somebody may do something."""

    def __init__(self, guilds: Guilds, pacing: Pacing) -> None:
        """`pacing`: what commands and clicks are counted with once they may be used."""
        self.guilds = guilds
        self.pacing = pacing

    async def require(self, interaction: Interaction, capability: Capability) -> tuple[Actor, GuildSettings]:
        """Return who acts, and the server's settings; for ALWAYS, the defaults where they cannot be read.

        Raises NotAllowedError, NotHereError.
        """
        guild, actor = guild_of(interaction), actor_of(interaction)
        if guild == NO_GUILD and capability not in IN_DIRECT_MESSAGES:
            raise NotHereError(f"{capability} was asked for in direct messages.")
        known = await (self._at_best(guild) if capability is Capability.ALWAYS else self.guilds.settings(guild))
        interaction.extras[SETTINGS] = known
        settings = known or GuildSettings()
        SPOKEN.set(settings.language or "")
        if guild != NO_GUILD and not may(actor, capability, settings):
            raise NotAllowedError(f"Somebody without the capability {capability} asked for it.")
        return actor, settings

    async def _at_best(self, guild: GuildId) -> GuildSettings | None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self.guilds.settings(guild)
        except (StorageError, TimeoutError) as error:
            log.warning("A server's settings could not be read, and are taken as the defaults: %s", error)
            return None
