"""What commands begin with: settings, logs, the bot's inside with a progress bar."""

from __future__ import annotations

import gc
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from bot import app
from bot.logs import start_logging
from bot.settings import load_settings
from bot.terminal import progress_bar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from bot.app import Lantern
    from bot.settings import Settings


def begin() -> Settings:
    """Read the settings and start the log. Raises ConfigurationError."""
    settings = load_settings()
    start_logging(settings.log_level)
    return settings


async def with_lantern(
    settings: Settings,
    work: Callable[[Lantern], Awaitable[None]],
    *,
    notes: Path | None,
) -> None:
    """Build the bot's inside, showing progress, and do `work` with it."""
    content = app.load_content(settings)
    async with AsyncExitStack() as stack:
        with progress_bar() as progress:
            running = app.lantern(
                content,
                settings.database,
                notes,
                app.model_opener(settings),
                progress,
                key=settings.master_key,
                retention=settings.retention,
                operator=settings.operator,
            )
            lantern = await stack.enter_async_context(running)
        # The FAQ stays for good: looking through all of it for garbage would hold up the event loop for 30 ms.
        gc.collect()
        gc.freeze()
        await work(lantern)
