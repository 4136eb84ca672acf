"""What every part of `/peers` asks of an interaction: whether the server has it on, and who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.cogs.gate import SETTINGS, guild_of
from bot.core.errors import MeetingOffError
from bot.core.models import UserId
from bot.peers.profiles import Account

if TYPE_CHECKING:
    from bot.cogs.gate import Interaction
    from bot.core.models import GuildId
    from bot.core.moderation import GuildSettings
    from bot.core.peers import PeerSettings


def peer_settings_of(interaction: Interaction) -> PeerSettings:
    """Return what the server decided about introductions. Raises MeetingOffError where it has none."""
    settings: GuildSettings = interaction.extras[SETTINGS]
    if not settings.peers.is_on:
        raise MeetingOffError("Somebody asked for introductions where they are off.")
    return settings.peers


def who_of(interaction: Interaction) -> tuple[GuildId, UserId]:
    """Return the server, and who acts on it."""
    return guild_of(interaction), UserId(interaction.user.id)


def account_of(interaction: Interaction) -> Account:
    """Return how old somebody's account is, and their time on this server."""
    user = interaction.user
    return Account(user.created_at, user.joined_at if isinstance(user, discord.Member) else None)
