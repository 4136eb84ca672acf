"""What commands begin with: settings, logs, the bot's inside with a progress bar."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from bot import app
from bot.core.ports.watch import UNMETERED
from bot.logs import start_logging
from bot.memory import stay_small
from bot.settings import load_settings
from bot.terminal import steps

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from bot.app import Lantern
    from bot.core.ports import Embedder
    from bot.core.ports.watch import Meter
    from bot.settings import Settings


def begin() -> Settings:
    """Read the settings and start the log. Raises ConfigurationError."""
    stay_small()
    settings = load_settings()
    start_logging(settings.log_level, as_json=settings.log_format == "json")
    return settings


async def with_lantern(
    settings: Settings,
    work: Callable[[Lantern], Awaitable[None]],
    *,
    notes: Path | None,
    meter: Meter = UNMETERED,
    model: Callable[[], Embedder] | None = None,
) -> None:
    """Build the bot's inside, showing progress, and do `work` with it; `model` opens another than the settings'."""
    async with AsyncExitStack() as stack:
        with steps("Loading the model") as progress, ThreadPoolExecutor(1) as beside, _no_collection():
            # The model is read and checked outside Python's lock, so it costs nothing while the content is.
            opener = app.model_opener(settings, partial(progress, "Preparing the model (only once)"))
            opening = beside.submit(model or opener)
            running = app.lantern(
                app.load_content(settings),
                settings.database,
                notes,
                opening.result,
                partial(progress, "Reading the FAQ (only once)"),
                key=settings.master_key,
                retention=settings.retention,
                operator=settings.operator,
                backups=settings.backup_plan,
                meter=meter,
            )
            lantern = await stack.enter_async_context(running)
        await work(lantern)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Look for no garbage while the FAQ is read: nearly all that is made there stays."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
