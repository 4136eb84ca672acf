"""Private threads for two people who both want one."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import discord

from bot.cogs.peers.people import let_go
from bot.cogs.tell import UNSENT, is_discord_down
from bot.core.models import GuildId
from bot.views.peers.introductions import thread_card

if TYPE_CHECKING:
    from datetime import datetime

    from bot.cogs.desk import Desk
    from bot.core.introductions import Introduction

ARCHIVE_MINUTES: Final = 10080
"""A week without a word, the longest Discord offers; a message opens an archived thread again."""

log = logging.getLogger(__name__)


class Threads:
    """Opens threads. Whatever fails is noted, and the two write each other directly.

    Only the clock opens them, one after another. A thread is named by its introduction, and noted once both are in it:
    one that was being opened when the bot died is found by its name and finished, so that there are never two.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._introductions = desk.lantern.introductions
        self._membership = desk.lantern.membership

    async def open_due(self, server: discord.Guild, now: datetime) -> None:
        """Open a thread for every two who want one and have none; those who left the server are let go instead."""
        for introduction in await self._introductions.threads_to_open(GuildId(server.id)):
            if not await let_go(server, introduction, self._membership, now):
                await self._open(server, introduction)

    async def _open(self, server: discord.Guild, introduction: Introduction) -> None:
        """Open a thread for two people, or note that there can be none; where Discord is down, neither."""
        channel = await self._channel(server)
        try:
            if channel is None:
                await self._introductions.lost_thread(introduction.id)
            else:
                thread = await self._filled(channel, introduction)
                await self._introductions.set_thread(introduction.id, thread.id)
        except UNSENT as error:
            log.warning("A private thread was not opened: %s", error)
            if not is_discord_down(error):
                await self._introductions.lost_thread(introduction.id)

    async def _channel(self, server: discord.Guild) -> discord.TextChannel | None:
        settings = await self._desk.gate.guilds.settings(GuildId(server.id))
        channel = server.get_channel(settings.peers.channel or 0)
        return channel if isinstance(channel, discord.TextChannel) else None

    async def _filled(self, channel: discord.TextChannel, introduction: Introduction) -> discord.Thread:
        """Return the thread of two people with both in it, and the first message."""
        name = self._desk.texts("meeting.thread_name", number=introduction.id)
        ours = [thread for thread in await channel.guild.active_threads() if thread.owner_id == self._own_id]
        thread = next((one for one in ours if one.parent_id == channel.id and one.name == name), None)
        is_begun = thread is not None and await self._has_begun(thread)
        if thread is None:
            thread = await channel.create_thread(
                name=name,
                type=discord.ChannelType.private_thread,
                invitable=False,
                auto_archive_duration=ARCHIVE_MINUTES,
            )
        for side in introduction.sides:
            await thread.add_user(discord.Object(side.user))
        if not is_begun:
            await thread.send(view=thread_card(introduction, self._desk.texts))
        return thread

    async def _has_begun(self, thread: discord.Thread) -> bool:
        """Tell whether the first message is there; Discord's own ones, that somebody was added, are none."""
        messages = [message async for message in thread.history(oldest_first=True)]
        return any(message.author.id == self._own_id and not message.is_system() for message in messages)

    @property
    def _own_id(self) -> int:
        return self._desk.client.user.id if self._desk.client.user else 0


async def is_there(server: discord.Guild, thread: int) -> bool:
    """Tell whether a thread was not deleted, and the bot still sees it; yes where Discord does not say."""
    if server.get_thread(thread) is not None:
        return True
    try:
        await server.fetch_channel(thread)
    except UNSENT as error:
        if isinstance(error, discord.NotFound | discord.Forbidden) and not is_discord_down(error):
            return False
        log.warning("Discord did not tell whether a thread is there: %s", error)
    return True
