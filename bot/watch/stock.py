"""Figures of what there is: what waits, rounds, people, the disk, backups. Taken when somebody looks."""

from __future__ import annotations

import asyncio
import logging
import platform
import shutil
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from prometheus_client import Gauge, Info

from bot.core.errors import StorageError
from bot.core.ports.watch import Queue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from prometheus_client import CollectorRegistry

    from bot.core.ports.watch import Census, CensusTaker

FRESH_SECONDS = 60.0
"""A census is good for so long: who asks more often costs the database nothing more. Alerts count in hours."""
PATIENCE_SECONDS = 4.0
"""A database that does not answer must not keep all other figures from whoever looks."""
MOST_ROUNDS = 6
"""Whoever waited longer is counted here: the label has few values, whatever happens."""

log = logging.getLogger(__name__)


class Stock:
    """Keeps the gauges of what there is."""

    def __init__(
        self,
        registry: CollectorRegistry,
        taker: CensusTaker,
        *,
        folder: Path,
        backed_up: Callable[[], datetime | None] | None,
        about: Callable[[], Mapping[str, str]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`folder`: where the database is; `about`: version and model.

        `backed_up`: when there was a backup last; None where the bot makes none, and so there is no such figure.
        """
        self._taker, self._folder, self._backed_up = taker, folder, backed_up
        self._clock, self._after = clock, 0.0

        def gauge(name: str, what: str, *labels: str) -> Gauge:
            return Gauge(f"lantern_{name}", what, labels, registry=registry)

        self._about = about
        self._build = Info("lantern_build", "Which Lantern runs, with which model", registry=registry)
        self._length = gauge("queue_length", "How much waits for somebody", "queue")
        self._oldest = gauge("queue_oldest_seconds", "How long the oldest of it has been waiting", "queue")
        self._rounds = gauge("week_rounds", "Rounds held in the last seven days")
        self._pairs = gauge("week_pairs", "Introductions offered by them")
        self._matched = gauge("week_matched_people", "People for whom they found somebody, by the round", "round")
        self._left_out = gauge("week_left_out_people", "People for whom they found nobody")
        self._seconds = gauge("week_longest_round_seconds", "How long the longest of them took to compute")
        self._people = gauge("people", "People who opted in to meet others", "state")
        self._waiting = gauge("waiting_people", "People who take part, by rounds that found nobody for them", "rounds")
        self._database = gauge("database_bytes", "The size of the database")
        self._free = gauge("disk_free_bytes", "Room left where the database is")
        self._size = gauge("disk_size_bytes", "Room in all where the database is")
        if backed_up is not None:
            self._backup = gauge("backup_timestamp_seconds", "When there was a backup last, 0 for never")
        self._taken = gauge("census_timestamp_seconds", "When what waits was counted last")

    async def refresh(self) -> None:
        """Take stock anew, unless it was done just now. Where the database fails, the figures stay as they were."""
        if self._clock() < self._after:
            return
        self._after = self._clock() + FRESH_SECONDS
        now = datetime.now(UTC)
        self._build.info({"python": platform.python_version(), **self._about()})
        if self._backed_up is not None:
            last = self._backed_up()
            self._backup.set(last.timestamp() if last else 0)
        try:
            disk = shutil.disk_usage(self._folder)
            self._free.set(disk.free)
            self._size.set(disk.total)
            async with asyncio.timeout(PATIENCE_SECONDS):
                census = await self._taker.census(now)
        except (StorageError, OSError) as error:
            log.warning("What waits could not be counted: %s", error)
        else:
            self._show(census, now)

    def _show(self, census: Census, now: datetime) -> None:
        for queue in Queue:
            waiting = census.queues[queue]
            self._length.labels(queue.value).set(waiting.length)
            age = (now - waiting.since).total_seconds() if waiting.since else 0
            self._oldest.labels(queue.value).set(max(0, age))
        held = census.held
        self._rounds.set(held.rounds)
        self._pairs.set(held.pairs)
        self._left_out.set(held.left_out)
        self._seconds.set(held.seconds)
        for state, people in census.people.items():
            self._people.labels(state).set(people)
        for rounds in range(MOST_ROUNDS + 1):
            self._waiting.labels(_label(rounds)).set(_people_of(census.waiting, rounds))
            if rounds:
                self._matched.labels(_label(rounds)).set(_people_of(held.matched, rounds))
        self._database.set(census.bytes)
        self._taken.set(now.timestamp())


def _label(rounds: int) -> str:
    return str(rounds) if rounds < MOST_ROUNDS else f"{MOST_ROUNDS} or more"


def _people_of(counts: Mapping[int, int], rounds: int) -> int:
    """Return how many waited so many rounds; the last bucket has all who waited longer, too."""
    if rounds < MOST_ROUNDS:
        return counts.get(rounds, 0)
    return sum(people for waited, people in counts.items() if waited >= MOST_ROUNDS)
