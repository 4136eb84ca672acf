"""The local server that poses as Discord, with messages in channels, and weather over each request."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from http import HTTPStatus

import discord
from aiohttp import web

from support.fake_discord import USER, FakeDiscord, _json

GUILD = {
    **{name: [] for name in ("roles", "members", "threads", "emojis", "stickers", "features", "voice_states")},
    "presences": [],
    "name": "Helpdesk",
    "owner_id": "7",
    "member_count": 3,
    "nsfw_level": 0,
    "large": False,
    "verification_level": 1,
    "default_message_notifications": 1,
    "explicit_content_filter": 0,
    "mfa_level": 0,
    "afk_timeout": 300,
    "premium_tier": 0,
    "preferred_locale": "en-US",
    "system_channel_flags": 0,
}
EVERYTHING = str((1 << 50) - 1)
"""Permissions."""
DIRECT = 9_000_000
"""Added to somebody's id, it is that of their direct messages."""
HTML = "<html><head><title>Attention Required! | Cloudflare</title></head>\n<body>no</body></html>"


@dataclass
class Weather:
    """What becomes of the next requests like this. By default they are refused before anything is answered.

    `is_done`: Discord does what is asked first; `status`: what it says then, None for nothing: the connection ends;
    `until`: it says nothing before that.
    """

    method: str
    path: str
    status: int | None = None
    is_done: bool = False
    body: str | dict = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    until: asyncio.Event | None = None
    times: int = 1


class FakeRest(FakeDiscord):
    """`weather`: what becomes of requests; `asked`: (method, path, status) of each, 0 where none was answered."""

    def __init__(self) -> None:
        super().__init__()
        self.weather: list[Weather] = []
        self.asked: list[tuple[str, str, int]] = []
        self.messages: dict[int, list[dict]] = {}
        self.answers: list[tuple[str, str, dict]] = []
        """What was answered to interactions: method, path, body."""
        self.closed_to_us: set[int] = set()
        """Channels of people who take no direct messages."""
        self._by_nonce: dict[str, dict] = {}
        self._number = 0

    def routes(self) -> list[web.RouteDef]:
        return [
            *super().routes(),
            web.post("/api/users/@me/channels", self._open_direct),
            web.post("/api/channels/{channel}/messages", self._take_message),
            web.get("/api/channels/{channel}/messages", self._history),
            web.post("/api/interactions/{id}/{token}/callback", self._interaction),
            web.route("*", "/api/webhooks/{tail:.*}", self._interaction),
        ]

    def middlewares(self):
        @web.middleware
        async def under_the_weather(request, handler):
            return await self._under_the_weather(request, handler)

        return [under_the_weather]

    def forget_nonces(self) -> None:
        """Let some minutes pass."""
        self._by_nonce.clear()

    async def join(self, guild: int) -> None:
        """Let the bot be on a server."""
        await self.tell("GUILD_CREATE", {**GUILD, "id": str(guild), "channels": [_channel(guild)]})

    def said(self, channel: int) -> list[str]:
        """Return the messages of a channel, oldest first, as JSON of their parts."""
        return [json.dumps(message["components"]) for message in self.messages.get(channel, [])]

    async def press(self, user: int, kind: int, data: dict, guild: int) -> str:
        """Let somebody do something; return the token of the interaction."""
        self._number += 1
        made, token = discord.utils.time_snowflake(discord.utils.utcnow()) + self._number, f"token{self._number}"
        head = {"id": str(made), "application_id": "42", "type": kind, "token": token, "version": 1, "data": data}
        where = {"guild_id": str(guild), "channel_id": str(guild + 1), "channel": _channel(guild), "context": 0}
        who = {"member": {**_member(user), "permissions": EVERYTHING}, "locale": "en-US", "entitlements": []}
        rights = {"app_permissions": EVERYTHING, "attachment_size_limit": 10_485_760}
        owners = {"authorizing_integration_owners": {"0": str(guild)}}
        await self.tell("INTERACTION_CREATE", {**head, **where, **who, **rights, **owners})
        return token

    async def _under_the_weather(self, request: web.Request, handler) -> web.StreamResponse:
        def is_over(each: Weather) -> bool:
            return each.method == request.method and each.path in request.path

        weather = next(filter(is_over, self.weather), None)
        if weather is None:
            answer = await handler(request)
        else:
            weather.times -= 1
            if not weather.times:
                self.weather.remove(weather)
            answer = await self._answer(request, handler, weather)
        self.asked.append((request.method, request.path, answer.status if answer else 0))
        if answer is None:
            request.transport.abort()
        return answer or web.Response()  # which nobody gets any more

    async def _answer(self, request: web.Request, handler, weather: Weather) -> web.StreamResponse | None:
        done = await handler(request) if weather.is_done else None
        if weather.until is not None:
            await weather.until.wait()
        if weather.status is None:
            return None
        if weather.status < HTTPStatus.MULTIPLE_CHOICES:
            return done or await handler(request)
        kind = "text/html" if isinstance(weather.body, str) else "application/json"
        body = weather.body if isinstance(weather.body, str) else json.dumps(weather.body)
        return web.Response(body=body.encode(), status=weather.status, headers=weather.headers, content_type=kind)

    async def _open_direct(self, request: web.Request) -> web.Response:
        user = (await request.json())["recipient_id"]
        person = _member(int(user))["user"]
        return _json({"id": str(DIRECT + int(user)), "type": 1, "recipients": [person], "last_message_id": None})

    async def _take_message(self, request: web.Request) -> web.Response:
        channel, body = int(request.match_info["channel"]), await request.json()
        if channel in self.closed_to_us:
            return _json({"code": 50007, "message": "Cannot send messages to this user"}, status=403)
        nonce = body.get("nonce") if body.get("enforce_nonce") else None
        if nonce is not None and nonce in self._by_nonce:
            return _json(self._by_nonce[nonce])
        message = self._message(channel, body)
        self.messages.setdefault(channel, []).append(message)
        if nonce is not None:
            self._by_nonce[nonce] = message
        return _json(message)

    async def _history(self, request: web.Request) -> web.Response:
        after = int(request.query.get("after", 0))
        found = [each for each in self.messages.get(int(request.match_info["channel"]), []) if int(each["id"]) > after]
        return _json(list(reversed(found[: int(request.query["limit"])])))

    async def _interaction(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.answers.append((request.method, request.path, body))
        if "callback" in request.path:
            return _json({"interaction": {"id": request.match_info["id"], "type": 2}})
        return _json(self._message(1, body))

    def _message(self, channel: int, body: dict) -> dict:
        self._number += 1
        now = discord.utils.utcnow()
        empty = {name: [] for name in ("mentions", "mention_roles", "attachments", "embeds")}
        plain = {"pinned": False, "mention_everyone": False, "tts": False, "type": 0, "edited_timestamp": None}
        number = discord.utils.time_snowflake(now) + self._number
        head = {"id": str(number), "channel_id": str(channel), "author": USER, "timestamp": now.isoformat()}
        told = {"content": body.get("content") or "", "flags": body.get("flags", 0)}
        return {**empty, **plain, **head, **told, "components": body.get("components", [])}


def _channel(guild: int) -> dict:
    head = {"id": str(guild + 1), "guild_id": str(guild), "type": 0, "name": "help", "position": 0}
    return {**head, "permission_overwrites": [], "permissions": EVERYTHING}


def _member(user: int) -> dict:
    person = {"id": str(user), "username": f"person-{user}", "discriminator": "0", "avatar": None}
    facts = {"joined_at": "2024-01-01T00:00:00+00:00", "deaf": False, "mute": False, "flags": 0}
    return {"user": person, "roles": [], **facts}
