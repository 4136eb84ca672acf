"""A local server that poses as Discord: the requests a bot makes to start, and the gateway."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import discord
import yarl
from aiohttp import web
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.cogs.gateway import SteadyClient

USER = {"id": "42", "username": "lantern", "discriminator": "0000", "avatar": None, "bot": True}
APPLICATION = {
    "id": "42",
    "name": "Lantern",
    "description": "",
    "icon": None,
    "bot_public": True,
    "bot_require_code_grant": False,
    "verify_key": "0" * 64,
    "flags": 0,
    "owner": USER,
}
HELLO, IDENTIFY, HEARTBEAT, ACKNOWLEDGED = 10, 2, 1, 11
RESUME, RECONNECT, INVALID_SESSION = 6, 7, 9
HELLO_SENT, INTRODUCED, READY, RESUMING, RESUMED = "hello", "introduced", "ready", "resuming", "resumed"
"""Moments of a connection at which something can happen to it."""
CUT = "cut"
"""The connection ends without a word, which is called 1006."""
DAY_MILLISECONDS = 86_400_000


@dataclass(frozen=True)
class Fate:
    """What becomes of a connection to the gateway, once, at a moment.

    `what`: a close code, CUT, a payload, or a text that is none.
    """

    at: str
    what: int | str | dict


class FakeDiscord:
    """What it answers can be set before each try; what it was asked is counted.

    `logins`: HTTP statuses of the next logins; `gateways`: for the next connections to the gateway an HTTP status
    (refused), a close code (closed after the bot has introduced itself), or a Fate. Afterwards both work.
    `resumes`: fates of the next connections that resume a session, where `gateways` says nothing.
    """

    def __init__(self) -> None:
        self.logins: list[int] = []
        self.gateways: list[int | Fate] = []
        self.resumes: list[Fate] = []
        self.tokens: list[str] = []
        self.introduced: list[dict] = []
        self.resumed: list[dict] = []
        self.sessions_left, self.sessions_reset_after = 1000, DAY_MILLISECONDS
        self.heartbeat_milliseconds = 45_000
        self.is_deaf = False
        """Takes heartbeats, and says nothing any more."""
        self.connections = 0
        self.told_commands: list[list[dict]] = []
        self.closed_with: list[int | None] = []
        self.is_ready = asyncio.Event()
        self.host, self.port = "127.0.0.1", 0
        self._sequence = 1
        self._current: tuple[web.Request, web.WebSocketResponse] | None = None
        self._runner: web.AppRunner | None = None

    async def listen(self, port: int = 0) -> None:
        """Begin to answer, on a free port unless one is given."""
        application = web.Application(middlewares=self.middlewares())
        application.add_routes(self.routes())
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    def routes(self) -> list[web.RouteDef]:
        """Return what is answered."""
        return [
            web.get("/api/users/@me", self._login),
            web.get("/api/oauth2/applications/@me", self._application),
            web.get("/api/gateway/bot", self._sessions),
            web.put("/api/applications/42/commands", self._commands),
            web.get("/gateway/", self._gateway),
        ]

    def middlewares(self) -> list:
        """Return what each request passes first."""
        return []

    async def close(self) -> None:
        """Stop answering."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def let(self, what: int | str | dict) -> None:
        """Let something happen now to the connection there is."""
        assert self._current is not None
        await self._befall(*self._current, what)

    async def tell(self, event: str, data: dict) -> None:
        """Send an event to the bot."""
        self._sequence += 1
        await self.let({"op": 0, "t": event, "s": self._sequence, "d": data})

    async def _login(self, request: web.Request) -> web.Response:
        self.tokens.append(request.headers["Authorization"])
        status = self.logins.pop(0) if self.logins else 200
        return _json(USER if status == 200 else {"message": "no", "code": 0}, status=status)

    async def _application(self, _request: web.Request) -> web.Response:
        return _json(APPLICATION)

    async def _commands(self, request: web.Request) -> web.Response:
        commands = await request.json()
        self.told_commands.append(commands)
        filled = {"application_id": "42", "version": "1", "description": ""}
        return _json([{"id": str(number), **filled, **each} for number, each in enumerate(commands, 100)])

    async def _sessions(self, _request: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": self.sessions_left, "reset_after": self.sessions_reset_after}
        return _json({"url": "", "shards": 1, "session_start_limit": {**limit, "max_concurrency": 1}})

    async def _gateway(self, request: web.Request) -> web.StreamResponse:
        self.connections += 1
        fate = self.gateways.pop(0) if self.gateways else None
        if isinstance(fate, int) and 0 < fate < 1000:
            return web.Response(status=fate)
        if isinstance(fate, int):
            fate = Fate(INTRODUCED, fate)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": HELLO, "d": {"heartbeat_interval": self.heartbeat_milliseconds}})
        self._current = request, socket
        with suppress(ConnectionError):  # it was cut
            await self._talk(request, socket, fate)
        self.closed_with.append(socket.close_code)
        return socket

    async def _talk(self, request: web.Request, socket: web.WebSocketResponse, fate: Fate | None) -> None:
        async def befalls(moment: str) -> bool:
            if fate is None or fate.at != moment:
                return False
            await self._befall(request, socket, fate.what)
            return True

        await befalls(HELLO_SENT)
        async for message in socket:
            payload = message.json()
            if payload["op"] == HEARTBEAT and not self.is_deaf:
                await socket.send_json({"op": ACKNOWLEDGED})
            elif payload["op"] == IDENTIFY:
                self.introduced.append(payload["d"])
                self.sessions_left -= 1
                if not await befalls(INTRODUCED):
                    await self._greet(socket, "READY", self._about_the_bot())
                    await befalls(READY)
            elif payload["op"] == RESUME:
                self.resumed.append(payload["d"])
                fate = fate or (self.resumes.pop(0) if self.resumes else None)
                if payload["d"]["session_id"] is None:
                    fate = fate or Fate(RESUMING, {"op": INVALID_SESSION, "d": False})
                if not await befalls(RESUMING):
                    await self._greet(socket, "RESUMED", {})
                    await befalls(RESUMED)

    async def _greet(self, socket: web.WebSocketResponse, event: str, data: dict) -> None:
        self._sequence += 1
        await socket.send_json({"op": 0, "t": event, "s": self._sequence, "d": data})
        self.is_ready.set()

    async def _befall(self, request: web.Request, socket: web.WebSocketResponse, what: int | str | dict) -> None:
        if isinstance(what, int):
            await socket.close(code=what)
        elif what == CUT:
            request.transport.abort()
        elif isinstance(what, dict):
            await socket.send_json(what)
        else:
            await socket.send_str(what)

    def _about_the_bot(self) -> dict:
        url = f"ws://{self.host}:{self.port}/gateway/"
        application = {"id": "42", "flags": 0}
        about = {"v": 10, "user": USER, "guilds": [], "session_id": "s", "application": application}
        return {**about, "resume_gateway_url": url}


def _json(content: object, status: int = 200) -> web.Response:
    """Answer as Discord does: discord.py reads JSON only where no charset stands beside its type."""
    return web.Response(body=json.dumps(content).encode(), status=status, content_type="application/json")


def point_discord_at(port: int, host: str = "127.0.0.1") -> None:
    """Make discord.py in this process talk to a local port."""
    Route.BASE = f"http://{host}:{port}/api"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(f"ws://{host}:{port}/gateway/")


class Hurry:
    """Stands for `asyncio` in discord.py's modules: its pauses are over at once, and remembered."""

    def __init__(self, monkeypatch) -> None:
        self.pauses: list[float] = []
        for module in (discord.client, discord.http, discord.webhook.async_):
            monkeypatch.setattr(module, "asyncio", self)

    def __getattr__(self, name: str):
        return getattr(asyncio, name)

    async def sleep(self, seconds: float) -> None:
        if seconds:
            self.pauses.append(seconds)
        await asyncio.sleep(0)


@asynccontextmanager
async def posing_as_discord(make=FakeDiscord):
    """Yield a FakeDiscord that does not listen yet, and let discord.py go back to the real one afterwards."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    fake = make()
    try:
        yield fake
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway
        await fake.close()


def quiet_client(**options) -> SteadyClient:
    """Return a client that wants nothing, and does not wait two seconds for servers it is in."""
    return SteadyClient(intents=discord.Intents.none(), guild_ready_timeout=0, **options)
