"""Names of people who were introduced, asked of Discord when they are shown: the bot keeps no list of members."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import discord

from bot.cogs.tell import UNSENT
from bot.core.models import GuildId

if TYPE_CHECKING:
    from datetime import datetime

    from bot.core.introductions import Introduction
    from bot.core.models import UserId
    from bot.peers.membership import Membership

GONE = frozenset({10007, 10013})
"""Discord's codes for somebody who is not on the server, or nowhere any more."""

log = logging.getLogger(__name__)


async def name_of(server: discord.Guild, user: UserId) -> str | None:
    """Return how to find somebody on Discord; None where they left the server, empty where Discord does not say."""
    try:
        member = await server.fetch_member(user)
    except UNSENT as error:
        if isinstance(error, discord.HTTPException) and error.code in GONE:
            return None
        log.warning("Discord did not tell who somebody is: %s", error)
        return ""
    return member.name


async def let_go(server: discord.Guild, introduction: Introduction, membership: Membership, now: datetime) -> bool:
    """Forget who of two people left the server, which ends their introductions; tell whether anybody did."""
    gone = [side.user for side in introduction.sides if await name_of(server, side.user) is None]
    for user in gone:
        await membership.leave(GuildId(server.id), user, now)
    return bool(gone)
