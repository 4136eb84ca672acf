"""The local port: /healthz, is it alive; /readyz, can it do its work now; /metrics, figures for Prometheus."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client.exposition import choose_encoder

from bot.logs import text_of
from bot.watch.pulse import FRESH_SECONDS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from prometheus_client import CollectorRegistry

    from bot.watch.pulse import Pulse
    from bot.watch.stock import Stock

PATIENCE_SECONDS = 4.0
"""How long a part has to show that it is ready: more than a write waits for another process, less than who asks."""
FINE = "ok"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Watched:
    """What is to be seen. `checks`: by name, what tells what is wrong with a part, empty where it is ready."""

    registry: CollectorRegistry
    pulse: Pulse
    stock: Stock
    checks: Mapping[str, Callable[[], Awaitable[str]]]


class WatchServer:
    """Answers on a local port, once started. It tells figures and states, and takes nothing."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        application = web.Application()
        application.add_routes(
            [
                web.get("/healthz", self._healthz),
                web.get("/readyz", self._readyz),
                web.get("/metrics", self._metrics),
            ]
        )
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)

    async def start(self, host: str, port: int) -> int:
        """Begin to answer; return the port, which is a free one for 0. Raises OSError where that cannot be had."""
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        return int(self._runner.addresses[0][1])

    async def close(self) -> None:
        """Stop answering."""
        await self._runner.cleanup()

    async def _healthz(self, _request: web.Request) -> web.Response:
        age = self._watched.pulse.age_seconds
        is_alive = age < FRESH_SECONDS
        says = FINE if is_alive else f"The bot's heart has not beaten for {age:.0f} s. Restart Lantern."
        return _json({"lantern": says}, is_fine=is_alive)

    async def _readyz(self, _request: web.Request) -> web.Response:
        names = list(self._watched.checks)
        found = await asyncio.gather(*(_asked(self._watched.checks[name]) for name in names))
        states = {name: says or FINE for name, says in zip(names, found, strict=True)}
        is_ready = not any(found)
        return _json({"lantern": FINE if is_ready else "not ready", **states}, is_fine=is_ready)

    async def _metrics(self, request: web.Request) -> web.Response:
        await self._watched.stock.refresh()
        encode, kind = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(self._watched.registry), headers={"Content-Type": kind})


async def _asked(check: Callable[[], Awaitable[str]]) -> str:
    """Return what is wrong with a part; whatever happens, that is an answer too."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await check()
    except TimeoutError:
        return f"does not answer within {PATIENCE_SECONDS:.0f} s"
    except Exception as error:
        log.exception("A part is not ready")
        return f"fails: {text_of(error) or type(error).__name__}"


def _json(states: Mapping[str, str], *, is_fine: bool) -> web.Response:
    return web.json_response(states, status=HTTPStatus.OK if is_fine else HTTPStatus.SERVICE_UNAVAILABLE)
