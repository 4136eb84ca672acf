"""Which calibration a FAQ is read with: the stored one for exactly this FAQ and model, or one fitted anew."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from bot.core.errors import SmallPackError
from bot.processes import in_child
from bot.search.calibration import CHANGED_ENOUGH, Calibration, fingerprint_of, fit
from bot.search.index import parts_of
from bot.search.negatives import NO_NEGATIVES
from bot.search.tokens import Lexicon

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor

    from bot.core.models import Entry
    from bot.core.ports import CalibrationStore
    from bot.search.calibration import OffTopic
    from bot.search.index import Index
    from bot.search.negatives import Negatives

APART = 300
"""Entries from which on a FAQ is calibrated in a process of its own: what that needs, 85 MB of scikit-learn and SciPy,
ends with it, and no question waits for Python's lock. A smaller one is done before a process has begun."""

log = logging.getLogger(__name__)


def fit_apart(
    index: Index, entries: Sequence[Entry], off_topic: OffTopic, model: str, negatives: Negatives
) -> Calibration | SmallPackError:
    """Return what `fit` returns or raises, in another process than the one that made the index."""
    there = replace(index, lexicon=Lexicon.of([parts_of(entry) for entry in entries]))  # its hashes are a process's own
    try:
        return fit(there, entries, off_topic, model, negatives)
    except SmallPackError as error:
        return error


class Calibrator:
    """Finds, fits and stores calibrations for one model; `executor`: where it fits, so that questions do not wait."""

    def __init__(self, stored: CalibrationStore, off_topic: OffTopic, model: str, executor: Executor) -> None:
        self._stored = stored
        self._off_topic = off_topic
        self._model = model
        self._executor = executor
        self._turn = asyncio.Lock()

    async def stored(self, entries: Sequence[Entry], negatives: Negatives = NO_NEGATIVES) -> Calibration | None:
        """Return the calibration that was fitted on exactly these entries and negatives for this model, if any."""
        data = fingerprint_of(entries, self._off_topic.texts, negatives)
        text = await self._stored.load_calibration(self._model, data)
        return None if text is None else Calibration.from_json(text)

    async def fitted(self, index: Index, entries: Sequence[Entry], negatives: Negatives = NO_NEGATIVES) -> Calibration:
        """Fit a calibration for the index of `entries` and store it. Raises SmallPackError, ChildError."""
        data = (index, entries, self._off_topic, self._model, negatives)
        if len(entries) < APART:
            calibration = await asyncio.get_running_loop().run_in_executor(self._executor, partial(fit, *data))
        else:
            async with self._turn:
                found = await in_child(fit_apart, None, *data)
            if isinstance(found, SmallPackError):
                raise found
            calibration = found
        await self._stored.save_calibration(self._model, calibration.fingerprint, calibration.to_json())
        return calibration

    async def renewed(
        self, index: Index, entries: Sequence[Entry], negatives: Negatives, before: Calibration
    ) -> Calibration | None:
        """Fit anew a FAQ that was edited since `before`, and say so in the log; None where that cannot be done."""
        what = f"A server's FAQ changed by {100 * before.change_to(entries):.0f} %"
        if negatives.digest != before.negatives:
            what += f", has {len(negatives.wrong)} questions with entries confirmed to be wrong,"
        try:
            calibration = await self.fitted(index, entries, negatives)
        except SmallPackError as error:
            log.warning("%s and keeps its old calibration: %s", what, error)
            return None
        log.info(
            "%s and was calibrated anew: answers from P = %.2f (before %.2f), "
            "offers choices from P = %.2f (before %.2f).",
            what,
            calibration.thresholds.answer,
            before.thresholds.answer,
            calibration.thresholds.choices,
            before.thresholds.choices,
        )
        return calibration

    def is_outgrown(self, calibration: Calibration, entries: Sequence[Entry], negatives: Negatives) -> bool:
        """Tell whether the FAQ changed so much that `calibration` should be fitted anew.

        A negative is always much: a person took the time to confirm it.
        """
        return calibration.negatives != negatives.digest or calibration.change_to(entries) >= CHANGED_ENOUGH
