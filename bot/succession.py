"""A changed LANTERN_MODEL: the model before it serves until every FAQ is read with the new one."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.app import model_opener
from bot.beside import beside
from bot.core.errors import LanternError, StorageError
from bot.logs import JOB
from bot.memory import settle
from bot.search.embedder import revision_of
from bot.search.exported import check_export, folder_of, open_exported
from bot.storage.database import fact_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.app import Lantern
    from bot.core.ports import Embedder
    from bot.settings import Settings

SERVED = "model"
"""The fact that names the model, `model id@revision`, by which the FAQ was read last."""

log = logging.getLogger(__name__)


def predecessor(settings: Settings) -> Callable[[], Embedder] | None:
    """Return what opens the model that served before the one in the settings; None where there was none, or no more."""
    try:
        served = fact_in(settings.database, SERVED) if settings.database.exists() else None
        if served is None:
            return None
        model, _, revision = served.rpartition("@")
        folder = folder_of(settings.export_folder, model, revision)
        if not folder.exists() or (model, revision) == (settings.model, revision_of(settings.model)):
            return None
        check_export(folder, model, revision)
    except LanternError:  # the start itself says what is wrong
        return None
    return lambda: open_exported(folder, model, revision)


@asynccontextmanager
async def succession(
    lantern: Lantern, settings: Settings, before: Callable[[], Embedder] | None
) -> AsyncIterator[None]:
    """Let the model of the settings take over while the block runs, where another one serves `before` it."""
    if before is None:
        await remember(lantern)
        yield
        return
    async with beside(succeed(lantern, settings)):
        yield


async def succeed(lantern: Lantern, settings: Settings) -> None:
    """Let the model of the settings take over from the one that serves, once it has read every FAQ.

    Where it cannot, the log says why, and the one that serves goes on.
    """
    JOB.set("succession")
    before = lantern.search.model
    log.info("%s serves until every FAQ is read with %s", before, settings.model)
    try:
        embedder = await asyncio.to_thread(model_opener(settings))
        await lantern.search.switch(embedder, _Tenths())
        await remember(lantern)
    except LanternError as error:
        log.error(  # noqa: TRY400 - the sentence says what is wrong
            "%s cannot take over; %s goes on. Mend LANTERN_MODEL, or remove it: %s", settings.model, before, error
        )
        return
    except Exception:
        log.exception("%s cannot take over, by a fault in Lantern; %s goes on", settings.model, before)
        return
    settle()
    log.info("%s serves now", lantern.search.model)


async def remember(lantern: Lantern) -> None:
    """Keep which model serves, for the next start."""
    try:
        await lantern.activity.keep_fact(SERVED, lantern.search.model)
    except StorageError as error:
        log.warning("Which model serves could not be kept, so a change of it would hold up the start: %s", error)


class _Tenths:
    """Logs progress, a line for each tenth."""

    def __init__(self) -> None:
        self._said = 0

    def __call__(self, done: int, of: int) -> None:
        if of and (tenth := 10 * done // of) > self._said:
            self._said = tenth
            log.info("Reading the FAQ with the new model: %d %%", 10 * tenth)
