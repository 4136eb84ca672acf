"""Which calibration a FAQ is read with: the stored one for exactly this FAQ and model, or one fitted anew."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from bot.core.errors import SmallPackError
from bot.search.calibration import CHANGED_ENOUGH, Calibration, fingerprint_of, fit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor

    from bot.core.models import Entry
    from bot.core.ports import CalibrationStore
    from bot.search.calibration import OffTopic
    from bot.search.index import Index

log = logging.getLogger(__name__)


class Calibrator:
    """Finds, fits and stores calibrations for one model; `executor`: where it fits, so that questions do not wait."""

    def __init__(self, stored: CalibrationStore, off_topic: OffTopic, model: str, executor: Executor) -> None:
        self._stored = stored
        self._off_topic = off_topic
        self._model = model
        self._executor = executor

    async def stored(self, entries: Sequence[Entry]) -> Calibration | None:
        """Return the calibration that was fitted on exactly these entries for this model, if any."""
        text = await self._stored.load_calibration(self._model, fingerprint_of(entries, self._off_topic.texts))
        return None if text is None else Calibration.from_json(text)

    async def fitted(self, index: Index, entries: Sequence[Entry]) -> Calibration:
        """Fit a calibration for the index of `entries` and store it. Raises SmallPackError."""
        loop = asyncio.get_running_loop()
        calibration = await loop.run_in_executor(self._executor, fit, index, entries, self._off_topic, self._model)
        await self._stored.save_calibration(self._model, calibration.fingerprint, calibration.to_json())
        return calibration

    async def renewed(self, index: Index, entries: Sequence[Entry], before: Calibration) -> Calibration | None:
        """Fit anew a FAQ that was edited since `before`, and say so in the log; None where that cannot be done."""
        change = before.change_to(entries)
        try:
            calibration = await self.fitted(index, entries)
        except SmallPackError as error:
            log.warning("A server's FAQ changed by %.0f %% and keeps its old calibration: %s", 100 * change, error)
            return None
        log.info(
            "A server's FAQ changed by %.0f %% and was calibrated anew: answers from P = %.2f (before %.2f), "
            "offers choices from P = %.2f (before %.2f).",
            100 * change,
            calibration.thresholds.answer,
            before.thresholds.answer,
            calibration.thresholds.choices,
            before.thresholds.choices,
        )
        return calibration

    def is_outgrown(self, calibration: Calibration, entries: Sequence[Entry]) -> bool:
        """Tell whether the FAQ changed so much that `calibration` should be fitted anew."""
        return calibration.change_to(entries) >= CHANGED_ENOUGH
