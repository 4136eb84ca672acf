"""What a question looks like against one FAQ: every entry's score, and P(the best one answers it). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.search.scoring import features_of, fuse, views_of
from bot.search.tokens import terms_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.search.calibration import Calibration, OffTopic
    from bot.search.index import Index
    from bot.search.left_out import LeftOut


@dataclass(frozen=True, slots=True)
class Reading:
    """`scores`: shape (E,), higher is nearer, -inf for what was left out; `probability`: 0 where nothing is left."""

    scores: NDArray[np.float32]
    probability: float


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads questions against one FAQ with one calibration."""

    index: Index
    calibration: Calibration
    off_topic: OffTopic

    def read(self, question: str, vector: NDArray[np.float32], without: Sequence[int] = ()) -> Reading:
        """Read a question with its vector, shape (d,), leaving out the entries at the positions `without`."""
        return self._reading(views_of(self.index, vector, terms_of(question)), vector, without)

    def read_left_out(self, one: LeftOut) -> Reading:
        """Read a phrasing of the FAQ as if it had never been in it."""
        return self._reading(one.views, one.vector, ())

    def _reading(self, views: NDArray[np.float32], vector: NDArray[np.float32], without: Sequence[int]) -> Reading:
        scores = fuse(views, self.calibration.fusion)
        scores[list(without)] = -np.inf
        if not np.isfinite(scores).any():
            return Reading(scores, 0.0)
        features = features_of(views, scores, self.off_topic.nearness(vector))
        return Reading(scores, self.calibration.probability(features))
