"""After a start, every server's own FAQ is read before somebody asks there: who asks first does not wait for it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.logs import JOB
from bot.memory import settle

if TYPE_CHECKING:
    from bot.app import Lantern

log = logging.getLogger(__name__)


async def warm(lantern: Lantern) -> None:
    """Read every FAQ that differs from the shipped one: first what completes what is typed, then what answers."""
    JOB.set("warming")
    try:
        edited = list(await lantern.library.edited())
        for guild in edited:
            await lantern.search.suggest(guild, "", front=())
        for guild in edited:
            await lantern.search.calibration(guild)
    except Exception:
        log.exception("A server's FAQ could not be read ahead; it is read when somebody asks there")
    else:
        if edited:
            settle()
            log.info("The FAQs of %d servers are read", len(edited))
