"""What Discord says of the bot and its servers, asked over HTTP alone: a bot that runs meanwhile is not disturbed."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord import app_commands

from bot.cogs.gateway import pause_before_session
from bot.cogs.moderators.setup import place_among
from bot.cogs.tell import UNSENT
from bot.cogs.timekeeping import date_of
from bot.core.errors import ConfigurationError, UnavailableError
from bot.core.models import GuildId
from bot.core.moderation import GuildSettings
from bot.safety.text import clean

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from bot.views.moderators.setup import Place

PATIENCE_SECONDS = 60.0
"""For one step. Where Discord answers with an error of its own, discord.py asks five times, 16 s in all."""
INVITED_WITH = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    read_message_history=True,
    create_private_threads=True,
)
"""What the link in README.md asks for."""
PRIVILEGED = {
    "presence": ("gateway_presence", "gateway_presence_limited"),
    "members": ("gateway_guild_members", "gateway_guild_members_limited"),
    "content": ("gateway_message_content", "gateway_message_content_limited"),
}
"""The flags that tell of each privileged intent: one for large bots, one for small ones."""


@dataclass(frozen=True, slots=True)
class Portal:
    """What is set in the developer portal, and which commands Discord offers to members.

    `commands`: their names, those of a group after its own: "faq", "faq add"; `privileged`: which of PRIVILEGED are
    switched on; `is_answered_elsewhere`: an Interactions Endpoint URL is set, so
    Discord sends commands there and not to the bot; `pause_seconds`: for how long the bot may not connect, having done
    so too often; `clock_seconds`: how far this machine's clock is ahead of Discord's, None where Discord did not say.
    """

    application: int
    privileged: tuple[str, ...]
    is_answered_elsewhere: bool
    commands: frozenset[str]
    pause_seconds: float
    clock_seconds: float | None


@dataclass(frozen=True, slots=True)
class Server:
    """A server the bot is on: what there is of its settings, and what the bot lacks in all of it.

    `channels`: the names of those that `/setup` chose and that are there; `fault`: why the rest is not known.
    """

    id: GuildId
    name: str
    settings: GuildSettings
    place: Place | None = None
    channels: Mapping[int, str] = field(default_factory=dict)
    lacking: tuple[str, ...] = ()
    fault: str = ""


@asynccontextmanager
async def logged_in(token: str) -> AsyncIterator[Asking]:
    """Yield what asks Discord. Raises ConfigurationError for a refused token, UnavailableError with Discord down."""
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # it has no voice to warn about
    clock = _Clock()
    async with discord.Client(intents=discord.Intents(guilds=True), http_trace=clock.trace) as client:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await client.login(token)
        except discord.LoginFailure as error:
            raise ConfigurationError(
                "Discord refused the token: it was reset since, or its bot was deleted. Set LANTERN_DISCORD_TOKEN to "
                "what Bot > Reset Token shows in the Discord developer portal."
            ) from error
        except (*UNSENT, OSError) as error:
            raise UnavailableError(
                f"Discord cannot be reached ({_why(error)}). Look at this machine's network, name lookup and firewall "
                "(https, port 443 of discord.com), or try again later."
            ) from error
        yield Asking(client, clock)


class Asking:
    """Asks Discord, one thing at a time."""

    def __init__(self, client: discord.Client, clock: _Clock) -> None:
        self._client = client
        self._clock = clock

    async def portal(self) -> Portal:
        """Return what is set in the developer portal. Raises UnavailableError."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                application = await self._client.application_info()
                commands = await app_commands.CommandTree(self._client).fetch_commands()
                _, _, sessions = await self._client.http.get_bot_gateway()
        except (*UNSENT, discord.GatewayNotFound) as error:
            raise UnavailableError(f"Discord did not tell of the bot ({_why(error)}). Try again later.") from error
        flags = application.flags
        return Portal(
            application=application.id,
            privileged=tuple(
                name for name, either in PRIVILEGED.items() if any(getattr(flags, flag) for flag in either)
            ),
            is_answered_elsewhere=application.interactions_endpoint_url is not None,
            commands=frozenset(
                each if isinstance(each, str) else each.qualified_name
                for command in commands
                for each in (command.name, *command.options)
                if isinstance(each, str | app_commands.AppCommandGroup)
            ),
            pause_seconds=pause_before_session(sessions),
            clock_seconds=self._clock.ahead_seconds,
        )

    async def servers(
        self, settings: Mapping[GuildId, GuildSettings], progress: Callable[[int, int], None]
    ) -> list[Server]:
        """Return every server the bot is on, by its name; `progress(done, of)`. Raises UnavailableError."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                found = [guild async for guild in self._client.fetch_guilds(limit=None, with_counts=False)]
        except UNSENT as error:
            raise UnavailableError(
                f"Discord did not list the servers the bot is on ({_why(error)}). Try again later."
            ) from error
        servers = []
        for done, guild in enumerate(found):
            progress(done, len(found))
            servers.append(await self._server(guild, settings.get(GuildId(guild.id), GuildSettings())))
        return sorted(servers, key=lambda server: (server.name.casefold(), server.id))

    async def _server(self, listed: discord.Guild, settings: GuildSettings) -> Server:
        guild_id, name = GuildId(listed.id), clean(listed.name)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                guild = await self._client.fetch_guild(listed.id, with_counts=False)
                channels = await guild.fetch_channels()
                me = await guild.fetch_member(self._client.user.id if self._client.user else 0)
        except UNSENT as error:
            return Server(guild_id, name, settings, fault=_why(error))
        place = place_among(channels, me, settings)
        return Server(
            guild_id,
            name,
            settings,
            place=place,
            channels={channel.id: clean(channel.name) for channel in channels if channel.id in place.lacking},
            lacking=tuple(
                flag for flag, is_needed in INVITED_WITH if is_needed and not getattr(me.guild_permissions, flag)
            ),
        )


class _Clock:
    """Compares this machine's clock with the Date that Discord's answers carry, in whole seconds."""

    def __init__(self) -> None:
        self.ahead_seconds: float | None = None
        self.trace = aiohttp.TraceConfig()
        self.trace.on_request_end.append(self._compare)

    async def _compare(self, _session: Any, _context: Any, ended: aiohttp.TraceRequestEndParams) -> None:
        if (theirs := date_of(ended)) is not None:
            self.ahead_seconds = (datetime.now(UTC) - theirs).total_seconds()


def _why(error: BaseException) -> str:
    """Return why something failed, in a line; a status of Discord's rather than the page that came with it."""
    if isinstance(error, discord.HTTPException):
        return f"HTTP {error.status}, {clean(error.text)}" if error.code else f"HTTP {error.status}"
    return clean(str(error)) or type(error).__name__
