"""A local server that poses as Discord: the requests a bot makes to start, and the gateway."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager

import discord
import yarl
from aiohttp import web
from discord.gateway import DiscordWebSocket
from discord.http import Route

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


class FakeDiscord:
    """What it answers can be set before each try; what it was asked is counted.

    `logins`: HTTP statuses of the next logins; `gateways`: for the next connections to the gateway an HTTP status
    (refused) or a close code (closed after the bot has introduced itself). Afterwards both work.
    """

    def __init__(self) -> None:
        self.logins: list[int] = []
        self.gateways: list[int] = []
        self.tokens: list[str] = []
        self.introduced: list[dict] = []
        self.told_commands: list[list[dict]] = []
        self.closed_with: list[int | None] = []
        self.is_ready = asyncio.Event()
        self.port = 0
        self._runner: web.AppRunner | None = None

    async def listen(self, port: int = 0) -> None:
        """Begin to answer, on a free port unless one is given."""
        application = web.Application()
        application.add_routes(
            [
                web.get("/api/users/@me", self._login),
                web.get("/api/oauth2/applications/@me", self._application),
                web.put("/api/applications/42/commands", self._commands),
                web.get("/gateway/", self._gateway),
            ]
        )
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Stop answering."""
        if self._runner is not None:
            await self._runner.cleanup()

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

    async def _gateway(self, request: web.Request) -> web.StreamResponse:
        fate = self.gateways.pop(0) if self.gateways else 0
        if 0 < fate < 1000:
            return web.Response(status=fate)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": HELLO, "d": {"heartbeat_interval": 45_000}})
        async for message in socket:
            payload = message.json()
            if payload["op"] == HEARTBEAT:
                await socket.send_json({"op": ACKNOWLEDGED})
            elif payload["op"] == IDENTIFY:
                self.introduced.append(payload["d"])
                if fate:
                    await socket.close(code=fate)
                    break
                ready = {
                    "v": 10,
                    "user": USER,
                    "guilds": [],
                    "session_id": "s",
                    "application": {"id": "42", "flags": 0},
                }
                ready["resume_gateway_url"] = f"ws://127.0.0.1:{self.port}/gateway/"
                await socket.send_json({"op": 0, "t": "READY", "s": 1, "d": ready})
                self.is_ready.set()
        self.closed_with.append(socket.close_code)
        return socket


def _json(content: object, status: int = 200) -> web.Response:
    """Answer as Discord does: discord.py reads JSON only where no charset stands beside its type."""
    return web.Response(body=json.dumps(content).encode(), status=status, content_type="application/json")


def point_discord_at(port: int) -> None:
    """Make discord.py in this process talk to a local port."""
    Route.BASE = f"http://127.0.0.1:{port}/api"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(f"ws://127.0.0.1:{port}/gateway/")


@asynccontextmanager
async def posing_as_discord():
    """Yield a FakeDiscord that does not listen yet, and let discord.py go back to the real one afterwards."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    fake = FakeDiscord()
    try:
        yield fake
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway
        await fake.close()


def quiet_client() -> discord.Client:
    """Return a client that wants nothing, and does not wait two seconds for servers it is in."""
    return discord.Client(intents=discord.Intents.none(), guild_ready_timeout=0)
