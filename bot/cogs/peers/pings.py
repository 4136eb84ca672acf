"""Tells people, as they chose, that something waits in their inbox: always the same words, and nothing of it."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import discord

from bot.cogs.once import Sending, send_once
from bot.cogs.tell import UNSENT, is_discord_down
from bot.core.errors import SealBrokenError
from bot.core.peers import Ping
from bot.core.texts import SPOKEN
from bot.peers.profiles import Account
from bot.views.peers.inbox import ping_card

if TYPE_CHECKING:
    from bot.cogs.desk import Desk
    from bot.core.introductions import Letter
    from bot.core.models import GuildId, UserId
    from bot.core.peers import Profile

log = logging.getLogger(__name__)


class Pings:
    """Pings each person at most once for all that is unread; one who was being pinged when the bot died, not at all."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._membership = desk.lantern.membership
        self._introductions = desk.lantern.introductions

    async def send(self) -> None:
        """Ping everybody for whom something new waits. Where Discord cannot be reached, the rest waits."""
        waiting: defaultdict[tuple[GuildId, UserId], list[Letter]] = defaultdict(list)
        for letter in await self._introductions.unpinged():
            waiting[letter.guild, letter.user].append(letter)
        for (guild, user), letters in waiting.items():
            # Noted first: else somebody would be pinged every minute for as long as nothing can be written.
            await self._introductions.pinged(letters)
            try:
                await self._ping(guild, user, min(letter.at for letter in letters))
            except SealBrokenError:
                await self._introductions.pinged(letters, are_told=False)  # how they want to be pinged cannot be read
            except UNSENT as error:
                log.warning("Somebody was not pinged: %s", error)
                if is_discord_down(error):
                    await self._introductions.pinged(letters, are_told=False)
                    return

    async def _ping(self, guild: GuildId, user: UserId, since: datetime) -> None:
        """Ping somebody as they chose; who chose not to be, and who is in nothing, is not.

        `since`: when the first of what they have not read came.
        """
        sending = Sending(f"ping:{guild}:{user}:{since}", since)
        member = await self._membership.member(guild, user)
        settings = await self._desk.gate.guilds.settings(guild)
        SPOKEN.set(settings.language or "")
        how = member.profile.ping if member is not None else Ping.NONE
        if how is Ping.DIRECT:
            await self._ping_directly(guild, user, sending)
        elif how is Ping.CHANNEL and settings.peers.channel is not None:
            channel = self._desk.client.get_partial_messageable(settings.peers.channel, guild_id=guild)
            person = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(user)])
            card = ping_card(self._desk.texts, guild, mention=user)
            await send_once(channel, card, sending, self._desk.client.user, allowed_mentions=person)

    async def _ping_directly(self, guild: GuildId, user: UserId, sending: Sending) -> None:
        """Write to somebody directly; who takes no such messages is not written to again until they choose it anew."""
        if not await self._desk.tell_person(user, ping_card(self._desk.texts, guild), sending):
            now = datetime.now(UTC)
            account = Account(discord.utils.snowflake_time(user), None)
            await self._membership.change(guild, user, _unpinged, now=now, account=account)


def _unpinged(profile: Profile) -> Profile:
    return replace(profile, ping=Ping.NONE)
