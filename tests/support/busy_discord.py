"""A stand-in for Discord under load: it sends thousands of interactions, and notes when each is answered.

Lean, because it shares the machine with the bot it measures: answers are put together as text, nothing is parsed that
need not be.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import count

from aiohttp import WSMsgType, web

from support.fake_discord import ACKNOWLEDGED, APPLICATION, HEARTBEAT, HELLO, IDENTIFY, USER

RESUME = 6
EPOCH_MS = 1_420_070_400_000
"""Discord's: the first moment of 2015."""
TOO_LATE = b'{"code": 10062, "message": "Unknown interaction"}'
EVERYTHING = str((1 << 50) - 1)
"""Permissions."""
_JSON = {"Content-Type": "application/json"}


def snowflake(number: int) -> int:
    """Return an id as Discord makes them now; `number`, below 4 million, tells those of one moment apart."""
    return (int(time.time() * 1000) - EPOCH_MS) << 22 | number & 0x3FFFFF


def channel_in(guild: int) -> int:
    """Return the one channel of a server."""
    return guild + 1


@dataclass
class Answered:
    """When, by time.perf_counter(), an interaction was acknowledged and its answer shown; `card`: the answer's body.

    `due`: until when Discord takes a first answer.
    """

    token: str
    due: float = float("inf")
    acknowledged: float | None = None
    finished: float | None = None
    card: bytes = b""

    def is_settled(self) -> bool:
        """Tell whether nothing more is to come: it was answered, or Discord takes no answer any more."""
        is_late = self.acknowledged is None and time.perf_counter() > self.due
        return self.finished is not None or is_late


@dataclass
class BusyDiscord:
    """`guilds`: ids of the servers the bot is on; `told`: what became of each interaction, by its token."""

    guilds: tuple[int, ...]
    told: dict[str, Answered] = field(default_factory=dict)
    finished: list[str] = field(default_factory=list)
    """Tokens of those that were answered, until somebody takes them from here."""
    surprises: list[str] = field(default_factory=list)
    """Requests that nothing here answers."""
    port: int = 0

    def __post_init__(self) -> None:
        self.is_ready = asyncio.Event()
        self._socket: web.WebSocketResponse | None = None
        self._sequence = count(2)
        self._messages = count(1)
        self._runner: web.ServerRunner | None = None

    async def listen(self) -> None:
        """Begin to answer, on a free port."""
        self._runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, backlog=1024).start()
        self.port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Stop answering."""
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def is_heard(self) -> bool:
        """Whether a bot is connected."""
        return self._socket is not None and self.is_ready.is_set()

    async def send(self, interaction: str) -> None:
        """Send the JSON of an interaction to the bot."""
        if self._socket is not None:
            await self._socket.send_str(_event("INTERACTION_CREATE", next(self._sequence), interaction))

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        match request.path.strip("/").split("/"):
            case ["gateway"]:
                return await self._gateway(request)
            case ["api", "interactions", number, token, "callback"]:
                return self._callback(number, token, await request.read())
            case ["api", "webhooks", _, token, *_]:
                return self._shown(token, await request.read())
            case ["api", *rest]:
                return await self._api(request, rest)
            case _:
                return self._unexpected(request)

    async def _api(self, request: web.BaseRequest, rest: list[str]) -> web.Response:
        match rest:
            case ["gateway", "bot"]:
                limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
                return _json({"url": "", "shards": 1, "session_start_limit": limit})
            case ["users", "@me"]:
                return _json(USER)
            case ["oauth2", "applications", "@me"]:
                return _json(APPLICATION)
            case ["applications", _, "commands"]:
                filled = {"application_id": "42", "version": "1", "description": ""}
                return _json([{"id": str(place), **filled, **each} for place, each in enumerate(await request.json())])
            case ["guilds", _, "members", user]:
                return _json(member(int(user)))
            case _:
                return self._unexpected(request)

    def _unexpected(self, request: web.BaseRequest) -> web.Response:
        self.surprises.append(f"{request.method} {request.path}")
        return web.Response(status=HTTPStatus.NOT_FOUND, body=b'{"code": 0, "message": "no"}', headers=_JSON)

    def _callback(self, number: str, token: str, body: bytes) -> web.Response:
        told, now = self.told[token], time.perf_counter()
        if told.acknowledged is not None:
            self.surprises.append("an interaction was acknowledged twice")
        if now > told.due:
            return web.Response(status=HTTPStatus.NOT_FOUND, body=TOO_LATE, headers=_JSON)
        told.acknowledged = now
        kind = body.partition(b'"type"')[2].lstrip(b" :")[:1]
        if kind in b"48":  # a message, or rows: all there is to come
            told.finished = told.acknowledged
            self.finished.append(token)
        text = f'{{"interaction": {{"id": "{number}", "type": 2, "response_message_id": "{number}"}}}}'
        return web.Response(body=text.encode(), headers=_JSON)

    def _shown(self, token: str, body: bytes) -> web.Response:
        """Answer with the message that was sent, as Discord does."""
        told = self.told[token]
        if told.finished is None:
            told.finished, told.card = time.perf_counter(), body
            self.finished.append(token)
        head = message_head(snowflake(next(self._messages)))
        return web.Response(body=body.rstrip()[:-1] + b", " + head.encode() + b"}", headers=_JSON)

    async def _gateway(self, request: web.BaseRequest) -> web.StreamResponse:
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        await socket.send_json({"op": HELLO, "d": {"heartbeat_interval": 41_250}})
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            payload = message.json()
            if payload["op"] == HEARTBEAT:
                await socket.send_json({"op": ACKNOWLEDGED})
            elif payload["op"] in {IDENTIFY, RESUME}:
                await self._welcome(socket)
        self.is_ready.clear()
        return socket

    async def _welcome(self, socket: web.WebSocketResponse) -> None:
        ready = {
            "v": 10,
            "user": USER,
            "guilds": [{"id": str(guild), "unavailable": True} for guild in self.guilds],
            "session_id": "s",
            "application": {"id": "42", "flags": 0},
            "resume_gateway_url": f"ws://127.0.0.1:{self.port}/gateway/",
        }
        await socket.send_str(_event("READY", 1, json.dumps(ready)))
        for guild in self.guilds:
            await socket.send_str(_event("GUILD_CREATE", next(self._sequence), json.dumps(_guild(guild))))
        self._socket = socket
        self.is_ready.set()


def member(user: int) -> dict[str, object]:
    """Return a member of a server, without roles."""
    known = {"id": str(user), "username": f"person-{user % 1000}", "discriminator": "0", "avatar": None}
    return {
        "user": known,
        "roles": [],
        "joined_at": "2024-01-01T00:00:00+00:00",
        "deaf": False,
        "mute": False,
        "flags": 0,
    }


def message_head(number: int) -> str:
    """Return what a message says beside its components and flags: the inner part of a JSON object."""
    return (
        f'"id": "{number}", "channel_id": "1", "type": 0, "content": "", "author": {json.dumps(USER)}, '
        '"timestamp": "2026-01-01T00:00:00+00:00", "edited_timestamp": null, "tts": false, "mention_everyone": false, '
        '"mentions": [], "mention_roles": [], "attachments": [], "embeds": [], "pinned": false'
    )


def interaction(number: int, token: str, guild: int, user: int, *, kind: int, rest: str) -> str:
    """Return the JSON of an interaction of a member; `rest`: `"data": ...`, and `"message": ...` for a click."""
    channel = f'{{"id": "{channel_in(guild)}", "type": 0, "guild_id": "{guild}", "permissions": "{EVERYTHING}"}}'
    who = json.dumps({**member(user), "permissions": EVERYTHING})
    return (
        f'{{"id": "{number}", "application_id": "42", "type": {kind}, "token": "{token}", "version": 1, '
        f'"guild_id": "{guild}", "guild": {{"id": "{guild}", "locale": "en-US", "features": []}}, '
        f'"channel_id": "{channel_in(guild)}", "channel": {channel}, "member": {who}, '
        f'"app_permissions": "{EVERYTHING}", "locale": "en-US", "guild_locale": "en-US", "entitlements": [], '
        f'"authorizing_integration_owners": {{"0": "{guild}"}}, "context": 0, "attachment_size_limit": 10485760, {rest}}}'
    )


def _guild(guild: int) -> dict[str, object]:
    everyone = {"id": str(guild), "name": "@everyone", "permissions": EVERYTHING, "position": 0, "color": 0}
    everyone |= {"hoist": False, "managed": False, "mentionable": False, "flags": 0}
    channel = {"id": str(channel_in(guild)), "type": 0, "name": "help", "position": 0, "permission_overwrites": []}
    names = ("roles", "channels", "members", "threads", "emojis", "stickers", "features", "voice_states", "presences")
    empty: dict[str, object] = {name: [] for name in names}
    facts = {"id": str(guild), "name": f"Server {guild % 1000}", "owner_id": "7", "member_count": 1000}
    rules = {"verification_level": 1, "default_message_notifications": 1, "explicit_content_filter": 0, "mfa_level": 0}
    rest = {"afk_timeout": 300, "premium_tier": 0, "preferred_locale": "en-US", "nsfw_level": 0, "large": False}
    return {**empty, **facts, **rules, **rest, "system_channel_flags": 0, "roles": [everyone], "channels": [channel]}


def _event(name: str, sequence: int, data: str) -> str:
    return f'{{"op": 0, "t": "{name}", "s": {sequence}, "d": {data}}}'


def _json(content: object) -> web.Response:
    return web.Response(body=json.dumps(content).encode(), headers=_JSON)
