"""What is to be seen of a running bot: its figures, and whether it is alive and ready, on the local port."""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.errors import StorageError
from bot.core.ports.watch import UNMETERED
from bot.version import version
from bot.watch.meter import PrometheusMeter
from bot.watch.pulse import Pulse
from bot.watch.readiness import Readiness
from bot.watch.server import Watched, WatchServer
from bot.watch.stock import Stock
from bot.watch.troubles import Troubles

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from bot.app import Lantern
    from bot.core.ports.watch import Meter
    from bot.settings import Settings

LAST_WRITE = "watch:written"
"""The fact by which the bot shows that it can write."""

log = logging.getLogger(__name__)


def meter_for(settings: Settings) -> Meter:
    """Return what takes figures of a bot with these settings; without a port, nobody could look at any."""
    return PrometheusMeter() if settings.watch_port else UNMETERED


@asynccontextmanager
async def watched(lantern: Lantern, settings: Settings) -> AsyncIterator[None]:
    """Answer on the port of the settings for as long as the block runs.

    A bot that people rely on is not kept down by a port that is taken: the log says so, and it goes on unwatched.
    """
    meter = lantern.meter
    if not isinstance(meter, PrometheusMeter):
        yield
        return
    troubles = Troubles(meter.registry)
    logging.getLogger().addHandler(troubles)
    pulse, plan = Pulse(meter.registry), lantern.backups.plan
    stock = Stock(
        meter.registry,
        lantern.census,
        folder=settings.state,
        backed_up=(lambda: lantern.backups.last_at) if plan is not None and plan.hours else None,
        about=lambda: {"version": version(), "model": lantern.search.model},
    )
    readiness = Readiness(meter.registry, _checks(lantern, meter))
    server = WatchServer(Watched(meter.registry, pulse, stock, readiness))
    async with AsyncExitStack() as stack:
        stack.callback(logging.getLogger().removeHandler, troubles)
        stack.push_async_callback(server.close)
        stack.push_async_callback(pulse.close)
        pulse.start()
        try:
            port = await server.start(settings.watch_host, settings.watch_port)
        except OSError as error:
            log.error(  # noqa: TRY400 - the traceback would say nothing more
                "Nobody can watch this bot: port %d of %s cannot be had (%s). Set LANTERN_WATCH_PORT to a free one, "
                "and start Lantern again when it suits; until then it works unwatched.",
                settings.watch_port,
                settings.watch_host,
                error.strerror,
            )
        else:
            log.info("Watch it at http://%s:%d/readyz", settings.watch_host, port)
        yield


def _checks(lantern: Lantern, meter: PrometheusMeter) -> dict[str, Callable[[], Awaitable[str]]]:
    async def gateway() -> str:
        return "" if meter.is_connected else "There is no connection to Discord; the bot tries again by itself."

    async def model() -> str:
        await lantern.search.ping()
        return ""

    async def database() -> str:
        try:
            await lantern.activity.keep_fact(LAST_WRITE, datetime.now(UTC).isoformat())
        except StorageError as error:
            return str(error)
        return ""

    return {"gateway": gateway, "model": model, "database": database}
