"""The local port: /healthz, is it alive; /readyz, can it do its work now; /metrics, figures for Prometheus."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client.exposition import choose_encoder

from bot.watch.pulse import FRESH_SECONDS
from bot.watch.readiness import FINE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prometheus_client import CollectorRegistry

    from bot.watch.pulse import Pulse
    from bot.watch.readiness import Readiness
    from bot.watch.stock import Stock


@dataclass(frozen=True, slots=True)
class Watched:
    """What is to be seen."""

    registry: CollectorRegistry
    pulse: Pulse
    stock: Stock
    readiness: Readiness


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
        states = await self._watched.readiness.states()
        is_ready = set(states.values()) == {FINE}
        return _json({"lantern": FINE if is_ready else "not ready", **states}, is_fine=is_ready)

    async def _metrics(self, request: web.Request) -> web.Response:
        await asyncio.gather(self._watched.stock.refresh(), self._watched.readiness.refresh())
        encode, kind = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(self._watched.registry), headers={"Content-Type": kind})


def _json(states: Mapping[str, str], *, is_fine: bool) -> web.Response:
    return web.json_response(states, status=HTTPStatus.OK if is_fine else HTTPStatus.SERVICE_UNAVAILABLE)
