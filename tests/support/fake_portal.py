"""As `fake_discord.py`, with what the developer portal and servers hold, for who asks over HTTP alone."""

from __future__ import annotations

import base64
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import discord
from aiohttp import web
from discord.gateway import DiscordWebSocket
from discord.http import Route

from support.fake_discord import APPLICATION, USER, FakeDiscord, point_discord_at

TOKEN = f"{base64.b64encode(b'420000000000000000').decode()}.Gh0stL.a-signature-of-nobodys-bot-000000000"
"""Has the form of a token, and is none. Put together here, so that no scan for secrets takes it for one."""
GUILD, BOT_ROLE, MODS, MODERATORS, MEETING, FORUM = 700, 701, 702, 710, 711, 712
TEXT, FORUM_KIND = 0, 15
"""Discord's kinds of channels."""
GRANTED = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    read_message_history=True,
    create_private_threads=True,
    attach_files=True,
)


def role(number: int, name: str, permissions: discord.Permissions) -> dict:
    """Return a role as Discord tells it."""
    return {
        "id": str(number),
        "name": name,
        "color": 0,
        "hoist": False,
        "position": 1,
        "managed": False,
        "permissions": str(permissions.value),
        "mentionable": False,
        "flags": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
    }


def channel(number: int, name: str, kind: int = TEXT) -> dict:
    """Return a channel as Discord tells it; nothing is forbidden there."""
    return {
        "id": str(number),
        "type": kind,
        "name": name,
        "position": 0,
        "permission_overwrites": [],
        "parent_id": None,
        "nsfw": False,
        "topic": None,
        "last_message_id": None,
        "rate_limit_per_user": 0,
        "guild_id": str(GUILD),
        "flags": 0,
        "available_tags": [],
        "default_forum_layout": 0,
        "default_sort_order": None,
        "default_reaction_emoji": None,
    }


def overwrite(target: int, *, deny: discord.Permissions) -> dict:
    """Return what a channel forbids a role."""
    return {"id": str(target), "type": 0, "allow": "0", "deny": str(deny.value)}


@dataclass
class Guild:
    """A server with the bot in it: its role, and three channels that everything is allowed in."""

    name: str = "Helpdesk"
    id: int = GUILD
    roles: list[dict] = field(
        default_factory=lambda: [
            role(GUILD, "@everyone", discord.Permissions.none()),
            role(BOT_ROLE, "Lantern", GRANTED),
            role(MODS, "Mods", discord.Permissions(manage_messages=True)),
        ]
    )
    channels: list[dict] = field(
        default_factory=lambda: [
            channel(MODERATORS, "moderators"),
            channel(MEETING, "meeting"),
            channel(FORUM, "help", FORUM_KIND),
        ]
    )
    status: int = 200
    """What Discord answers who asks about it."""

    def channel(self, number: int) -> dict:
        """Return one of its channels, to be changed."""
        return next(each for each in self.channels if each["id"] == str(number))

    def as_told(self) -> dict:
        """Return it as Discord tells it."""
        return {
            "id": str(self.id),
            "name": self.name,
            "owner_id": "1",
            "icon": None,
            "splash": None,
            "banner": None,
            "roles": self.roles,
            "emojis": [],
            "stickers": [],
            "features": [],
            "premium_tier": 0,
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "system_channel_flags": 0,
            "afk_timeout": 0,
            "nsfw_level": 0,
            "preferred_locale": "en-US",
            "premium_progress_bar_enabled": False,
        }


class FakePortal(FakeDiscord):
    """What is asked of it is noted in `asked`; what it answers can be changed at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.application = dict(APPLICATION)
        self.commands: list[str] = []
        """Names; where the first word is a command itself, it is a group, and the rest a part of it."""
        self.guilds: list[Guild] = []
        self.date: str | None = None
        """What every answer carries as its date instead of this machine's."""
        self.statuses: dict[str, int] = {}
        """What is answered at a path instead of 200."""
        self.asked: list[str] = []

    def routes(self) -> list[web.RouteDef]:
        """Return what is answered; what is named first comes first."""
        return [
            web.get("/api/oauth2/applications/@me", self._portal),
            web.get("/api/applications/42/commands", self._list_commands),
            web.get("/api/users/@me/guilds", self._list_guilds),
            web.get("/api/guilds/{guild}", self._guild),
            web.get("/api/guilds/{guild}/channels", self._channels),
            web.get("/api/guilds/{guild}/members/42", self._member),
            *super().routes(),
        ]

    def guild(self, number: int = GUILD) -> Guild:
        """Return a server, to be changed."""
        return next(each for each in self.guilds if each.id == number)

    def _answer(self, request: web.Request, content: object, status: int = 200) -> web.Response:
        self.asked.append(request.path)
        status = self.statuses.get(request.path, status)
        headers = {"Date": self.date} if self.date else {}
        body = json.dumps(content if status == 200 else {"message": "no", "code": 0}).encode()
        return web.Response(body=body, status=status, content_type="application/json", headers=headers)

    async def _sessions(self, request: web.Request) -> web.Response:
        answer = await super()._sessions(request)
        answer.headers.update({"Date": self.date} if self.date else {})
        return answer

    async def _portal(self, request: web.Request) -> web.Response:
        return self._answer(request, self.application)

    async def _list_commands(self, request: web.Request) -> web.Response:
        common = {"application_id": "42", "version": "1", "description": ""}
        told = {
            name: {"id": str(number), "name": name, "type": 1, "options": [], **common}
            for number, name in enumerate(self.commands, 100)
        }
        for group, _, part in [name.partition(" ") for name in self.commands]:
            if part and group in told:
                told.pop(f"{group} {part}")
                told[group]["options"].append({"type": 1, "name": part, "description": ""})
        return self._answer(request, list(told.values()))

    async def _list_guilds(self, request: web.Request) -> web.Response:
        after = int(request.query.get("after", 0))
        told = [
            {"id": str(guild.id), "name": guild.name, "icon": None, "owner": False, "permissions": "0", "features": []}
            for guild in self.guilds
            if guild.id > after
        ]
        return self._answer(request, told)

    async def _guild(self, request: web.Request) -> web.Response:
        guild = self.guild(int(request.match_info["guild"]))
        return self._answer(request, guild.as_told(), guild.status)

    async def _channels(self, request: web.Request) -> web.Response:
        return self._answer(request, self.guild(int(request.match_info["guild"])).channels)

    async def _member(self, request: web.Request) -> web.Response:
        member = {"user": USER, "roles": [str(BOT_ROLE)], "joined_at": "2026-01-01T00:00:00+00:00", "flags": 0}
        return self._answer(request, {**member, "deaf": False, "mute": False})


@asynccontextmanager
async def posing_as_portal():
    """Yield a FakePortal that listens, and let discord.py go back to the real one afterwards."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    fake = FakePortal()
    try:
        await fake.listen()
        point_discord_at(fake.port)
        yield fake
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway
        await fake.close()
