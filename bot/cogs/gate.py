"""Who is it, and may they: asked anew at every command, click and saved modal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.core.errors import NotAllowedError, NotHereError
from bot.core.models import NO_GUILD, GuildId, UserId
from bot.core.moderation import Actor, Capability
from bot.core.texts import SPOKEN
from bot.faq.rights import may

if TYPE_CHECKING:
    from bot.core.moderation import GuildSettings
    from bot.faq.guilds import Guilds

CAPABILITY = "capability"
"""Where a command says, in its `extras`, what it takes to use it."""
SETTINGS = "settings"
"""Where an interaction has, in its `extras`, those of its server once the gate let it in."""

Interaction = discord.Interaction[Any]


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


def country_of(interaction: Interaction) -> str | None:
    """Return the country whose helplines a server names first, where the gate could look it up."""
    settings: GuildSettings | None = interaction.extras.get(SETTINGS)
    return settings.country if settings else None


def may_meet(interaction: Interaction) -> bool:
    """Tell whether somebody may opt in to meet others here, where the gate could look it up."""
    settings: GuildSettings | None = interaction.extras.get(SETTINGS)
    return settings is not None and settings.peers.is_on and may(actor_of(interaction), Capability.MEET, settings)


class Gate:
    """Asks the server's settings whether somebody may do something."""

    def __init__(self, guilds: Guilds) -> None:
        self.guilds = guilds

    async def require(self, interaction: Interaction, capability: Capability) -> tuple[Actor, GuildSettings]:
        """Return who acts, and the server's settings. Raises NotAllowedError, NotHereError."""
        guild, actor = guild_of(interaction), actor_of(interaction)
        if guild == NO_GUILD and capability is not Capability.ASK:
            raise NotHereError(f"{capability} was asked for in direct messages.")
        settings = await self.guilds.settings(guild)
        SPOKEN.set(settings.language or "")
        interaction.extras[SETTINGS] = settings
        if guild != NO_GUILD and not may(actor, capability, settings):
            raise NotAllowedError(f"Somebody without the capability {capability} asked for it.")
        return actor, settings
