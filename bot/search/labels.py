"""Labelled questions that a FAQ makes for itself, with how much each counts.

Right and wrong: each phrasing asked as a question while it is left out of its entry (right when its entry still
comes first). Near misses: the same question with its whole entry left out, so that nothing is right. Off topic:
the shipped questions, each left out of the bank in turn. Negatives: questions of people for which moderators
confirmed that the entry found first is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.search.scoring import BEST, features_of, fuse, views_of
from bot.search.tokens import terms_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from bot.search.calibration import OffTopic
    from bot.search.index import Index
    from bot.search.left_out import LeftOut
    from bot.search.negatives import Negatives

CLASS_SHARES = {"right": 0.5, "wrong": 0.2, "near_miss": 0.1, "off_topic": 0.2}
"""The mixture of questions the probability is meant for [assumed: what a help channel sees]. Of people's questions that
the FAQ answers, the first entry is right for about seven in ten (docs/benchmarks.md); of phrasings left out it is for
four in ten, since they were written to differ, so the labels are weighed to the former (Saerens et al. 2002).

A confirmed negative is one more near miss. Its weight comes out of that class's share: moderators confirm what went
wrong and nobody confirms what went right, so however many there are, they say where mistakes look alike and not how
frequent they are."""

Row = tuple[list[float], bool, str, int]
"""Features, whether the first entry is right, class, group: what stands together in cross-validation."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """N labels. `features`: shape (N, FEATURES); the others: shape (N,)."""

    features: NDArray[np.float64]
    right: NDArray[np.bool_]
    weights: NDArray[np.float64]
    groups: NDArray[np.intp]
    is_in_scope: NDArray[np.bool_]
    is_off_topic: NDArray[np.bool_]


def self_labelled(
    index: Index, phrasings: Sequence[LeftOut], off_topic: OffTopic, negatives: Negatives, fusion: Sequence[float]
) -> Labelled:
    """Return the labels of an index, whose views are fused with the weights `fusion`."""
    labels = _Labels(index, off_topic, negatives, fusion)
    return collected([*labels.of_phrasings(phrasings), *labels.of_off_topic(), *labels.of_negatives()])


@dataclass(frozen=True, slots=True)
class _Labels:
    index: Index
    off_topic: OffTopic
    negatives: Negatives
    fusion: Sequence[float]

    def of_phrasings(self, phrasings: Sequence[LeftOut]) -> Iterator[Row]:
        """Yield each phrasing left out, and once more as if its entry did not exist."""
        for one in phrasings:
            nearest = self.off_topic.nearness(one.vector)
            scores = fuse(one.views, self.fusion)
            right = int(scores.argmax()) == one.owner
            features = self._features(one.views, scores, one.vector, nearest)
            yield features, right, "right" if right else "wrong", one.owner
            scores[one.owner] = -np.inf
            if len(scores) > 1:
                yield self._features(one.views, scores, one.vector, nearest), False, "near_miss", one.owner

    def of_off_topic(self) -> Iterator[Row]:
        """Yield each question of the off-topic bank, as if it were not in the bank."""
        bank = self.off_topic
        for number, (vector, text) in enumerate(zip(bank.vectors, bank.texts, strict=True)):
            others = bank.vectors @ vector
            others[number] = -1.0
            views = views_of(self.index, vector, terms_of(text))
            features = self._features(views, fuse(views, self.fusion), vector, float(others.max()))
            yield features, False, "off_topic", len(self.index.ids) + number

    def of_negatives(self) -> Iterator[Row]:
        """Yield those whose first entry is confirmed to be wrong; of any other entry nobody said anything."""
        for (text, wrong), vector in zip(self.negatives.wrong.items(), self.negatives.vectors, strict=True):
            views = views_of(self.index, vector, terms_of(text))
            scores = fuse(views, self.fusion)
            top = int(scores.argmax())
            if self.index.ids[top] in wrong:
                nearest = self.off_topic.nearness(vector)
                yield self._features(views, scores, vector, nearest, but=text), False, "near_miss", top

    def _features(
        self,
        views: NDArray[np.float32],
        scores: NDArray[np.float32],
        vector: NDArray[np.float32],
        nearest: float,
        but: str | None = None,
    ) -> list[float]:
        """Return the features as a reader finds them (reading.py), but for a negative as if it were not there."""
        top = int(scores.argmax())
        wrong = self.negatives.nearness(self.index.ids[top], vector, float(views[BEST, top]), but=but)
        return features_of(views, scores, max(nearest, wrong))


def collected(rows: Sequence[Row]) -> Labelled:
    """Return rows as arrays, each class weighing its share."""
    classes = np.array([name for _, _, name, _ in rows])
    weights = np.zeros(len(rows))
    for name, share in CLASS_SHARES.items():
        members = classes == name
        weights[members] = share / max(1, members.sum())
    return Labelled(
        features=np.array([features for features, _, _, _ in rows]),
        right=np.array([right for _, right, _, _ in rows]),
        weights=weights * len(rows),
        groups=np.array([group for _, _, _, group in rows]),
        is_in_scope=(classes == "right") | (classes == "wrong"),
        is_off_topic=classes == "off_topic",
    )
