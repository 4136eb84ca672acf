"""What a question looks like against one FAQ: every entry's score, and P(the best one answers it). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.core.models import Evidence, Hit
from bot.safety.text import normalise
from bot.search.negatives import NO_NEGATIVES, Negatives
from bot.search.scoring import BEST, features_of, fuse, views_of, views_of_all
from bot.search.tokens import terms_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from numpy.typing import NDArray

    from bot.core.models import EntryId
    from bot.search.calibration import Calibration, OffTopic
    from bot.search.index import Index
    from bot.search.left_out import LeftOut

HITS = 10
"""Entries looked at per question; the decision shows three."""


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
    negatives: Negatives = NO_NEGATIVES

    def read(self, question: str, vector: NDArray[np.float32], without: Sequence[int] = ()) -> Reading:
        """Read a question with its vector, shape (d,), leaving out the entries at the positions `without`."""
        return self.read_views(views_of(self.index, vector, terms_of(question)), vector, without)

    def read_left_out(self, one: LeftOut) -> Reading:
        """Read a phrasing of the FAQ as if it had never been in it."""
        return self.read_views(one.views, one.vector, ())

    def read_views(self, views: NDArray[np.float32], vector: NDArray[np.float32], without: Sequence[int]) -> Reading:
        """Read what the views say of a question, shape (VIEWS, E); see `read`."""
        scores = fuse(views, self.calibration.fusion)
        scores[list(without)] = -np.inf
        if not np.isfinite(scores).any():
            return Reading(scores, 0.0)
        top = int(scores.argmax())
        wrong = self.negatives.nearness(self.index.ids[top], vector, float(views[BEST, top]))
        features = features_of(views, scores, max(wrong, self.off_topic.nearness(vector)))
        return Reading(scores, self.calibration.probability(features))

    def certain(self, question: str, without: Collection[EntryId] = ()) -> Evidence | None:
        """Return the evidence for a wording that stands in the FAQ, in an entry not in `without`; else None."""
        position = self.index.exact.get(normalise(question))
        if position is None or self.index.ids[position] in without:
            return None
        return Evidence((Hit(self.index.ids[position], 1.0),), 1.0, self.calibration.thresholds)

    def evidence(
        self, question: str, vector: NDArray[np.float32], without: frozenset[EntryId] = frozenset()
    ) -> Evidence:
        """Return what is found for a question with its vector, shape (d,), leaving out the entries in `without`.

        The entries that moderators confirmed not to answer it are left out as well.
        """
        return self.certain(question, without) or self._found(
            self.read(question, vector, self.positions(without | self.negatives.entries_of(question)))
        )

    def evidence_of_all(self, questions: Sequence[str], vectors: NDArray[np.float32]) -> Iterator[Evidence]:
        """Yield the `evidence` of many questions with their vectors, shape (n, d), faster than one by one."""
        views = views_of_all(self.index, vectors, [terms_of(question) for question in questions])
        for question, vector, seen in zip(questions, vectors, views, strict=True):
            left_out = self.positions(self.negatives.entries_of(question))
            yield self.certain(question) or self._found(self.read_views(seen, vector, left_out))

    def positions(self, entries: Collection[EntryId]) -> list[int]:
        """Return where those of `entries` that this FAQ has stand in its index."""
        ids = self.index.ids
        return [ids.index(entry_id) for entry_id in entries if entry_id in ids]

    def _found(self, reading: Reading) -> Evidence:
        order = np.argsort(-reading.scores, kind="stable")[:HITS]
        best = order[np.isfinite(reading.scores[order])]
        hits = tuple(Hit(self.index.ids[position], float(reading.scores[position])) for position in best)
        return Evidence(hits, reading.probability, self.calibration.thresholds)
