"""Questions that moderators confirmed an entry not to answer: what people asked, and the bot got wrong."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.safety.text import normalise
from bot.search.index import text_hash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from bot.core.models import EntryId
    from bot.search.index import Index


@dataclass(frozen=True, slots=True)
class Negatives:
    """N questions, normalised, with the entries that are wrong for them, and their vectors, shape (N, d)."""

    wrong: Mapping[str, frozenset[EntryId]]
    vectors: NDArray[np.float32]

    @classmethod
    def of(
        cls, index: Index, confirmed: Mapping[str, frozenset[EntryId]], vectors: Mapping[str, NDArray[np.float32]]
    ) -> Negatives:
        """Take those that concern an index; `vectors` by `text_hash` holds one for each of `confirmed`.

        An entry that has the question among its wordings is not wrong for it: that is what the FAQ itself says.
        """
        known = frozenset(index.ids)
        wrong = {}
        for text, entries in confirmed.items():
            own = index.exact.get(text)
            left = (entries & known) - {index.ids[own]} if own is not None else entries & known
            if left:
                wrong[text] = left
        return cls(wrong, np.stack([vectors[text_hash(text)] for text in wrong])) if wrong else NO_NEGATIVES

    def entries_of(self, question: str) -> frozenset[EntryId]:
        """Return the entries that are wrong for exactly this question."""
        return self.wrong.get(normalise(question), frozenset()) if self.wrong else frozenset()

    @property
    def digest(self) -> str:
        """Return what tells two states apart, 12 hex digits; empty for none."""
        if not self.wrong:
            return ""
        rows = sorted((text, sorted(entries)) for text, entries in self.wrong.items())
        return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:12]

    def nearness(
        self, entry_id: EntryId, question: NDArray[np.float32], own: float, *, but: str | None = None
    ) -> float:
        """Return the greatest cosine with a question that the entry is wrong for, leaving `but` out.

        -1 where there is none, or none nearer than `own`, the cosine with the entry's nearest phrasing: of all
        wordings whose verdict on the entry is known, the nearest one decides (Cover and Hart 1967).
        """
        rows = [row for row, (text, entries) in enumerate(self.wrong.items()) if entry_id in entries and text != but]
        nearest = float((self.vectors[rows] @ question).max()) if rows else -1.0
        return nearest if nearest > own else -1.0


NO_NEGATIVES = Negatives({}, np.zeros((0, 0), np.float32))
