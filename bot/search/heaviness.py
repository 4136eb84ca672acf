"""Whether a question's meaning is near to sentences of people who think of ending their life.

It may raise a question to be asked about (`Tier.OBLIQUE`), and never lowers what words have said: it is right about
many questions, and sure of none. docs/crisis.md has the figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.search.index import text_hash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from bot.safety.crisis import Prototypes

NEAREST = 8
"""Prototypes of each kind that a question is compared with; one alone is too easily near by chance."""
LEAST_COSINE = 0.3
"""Mean cosine to the nearest heavy prototypes, under which a question is about something else altogether."""
MARGIN = 0.06
"""How much nearer the heavy prototypes must be than the light ones.

Chosen on data/eval/safety/dev.jsonl: 29 of 50 oblique sentences were heavy, and 0 of 110 traps (docs/crisis.md).
"""


@dataclass(frozen=True, slots=True)
class Heaviness:
    """Unit vectors of the prototypes: `heavy` of shape (H, d), `light` of shape (L, d)."""

    heavy: NDArray[np.float32]
    light: NDArray[np.float32]

    @classmethod
    def of(cls, prototypes: Prototypes, vectors: Mapping[str, NDArray[np.float32]]) -> Heaviness:
        """Take the prototypes' vectors from what was embedded, by `text_hash`."""
        heavy, light = (
            np.array([vectors[text_hash(text)] for text in texts], np.float32)
            for texts in (prototypes.heavy, prototypes.light)
        )
        return cls(heavy, light)

    def is_heavy(self, vector: NDArray[np.float32]) -> bool:
        """Tell whether a question is heavy, by its unit vector of shape (d,); none is without prototypes."""
        if not len(self.heavy) or not len(self.light):
            return False
        near, beside = _nearness(self.heavy, vector), _nearness(self.light, vector)
        return near >= LEAST_COSINE and near - beside >= MARGIN


def _nearness(prototypes: NDArray[np.float32], vector: NDArray[np.float32]) -> float:
    """Return the mean cosine to the nearest prototypes, -1..1."""
    return float(np.sort(prototypes @ vector)[-NEAREST:].mean())
