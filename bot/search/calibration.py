"""From features to P(the first entry answers the question), fitted on labels the FAQ makes for itself.

Positives: each phrasing asked as a question while it is left out of its entry (right when its entry still
comes first). Near misses: the same question with its whole entry left out, so that nothing is right. Off
topic: the shipped questions, each left out of the bank in turn. The views are weighed first (fusion.py). Method:
logistic regression (Platt 1999) on standardised features, thresholds from predictions cross-validated by entry.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from bot.core.errors import SmallPackError
from bot.core.models import Thresholds
from bot.search.discriminant import PRIOR
from bot.search.fusion import RIVALS, learn_weights
from bot.search.index import document_of
from bot.search.left_out import left_out
from bot.search.scoring import FEATURES, SHARPNESS, VIEWS, features_of, fuse, views_of
from bot.search.tokens import K1, B, terms_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.core.models import Entry
    from bot.search.index import Index
    from bot.search.left_out import LeftOut

OFF_TOPIC_ANSWERED = 0.03
"""Share of the off-topic bank that may be answered. Its lines were chosen to come near and to be unlike each other, and
each is judged without itself: of 39 real off-topic questions one was answered at this bound (docs/benchmarks.md)."""
OFF_TOPIC_OFFERED = 0.15
"""Share of the off-topic bank that may be met with an answer or with choices."""
ANSWER_PRECISION = 0.75
"""Of what is answered, the share that must be right on the labels the FAQ makes for itself. They are harder
than people's questions: a left-out phrasing was written to differ from the others, and a near miss often has
a sibling entry that would serve as well (docs/benchmarks.md)."""
MORE_LIKELY_RIGHT = 0.5
"""However small and easy a FAQ is, what is more likely wrong than right is offered, not asserted."""
CLASS_SHARES = {"right": 0.5, "wrong": 0.2, "near_miss": 0.1, "off_topic": 0.2}
"""The mixture of questions the probability is meant for [assumed: what a help channel sees]. Of people's questions that
the FAQ answers, the first entry is right for about seven in ten (docs/benchmarks.md); of phrasings left out it is for
four in ten, since they were written to differ, so the labels are weighed to the former (Saerens et al. 2002)."""

CHANGED_ENOUGH = 0.05
"""Share of entries added, changed or removed from which a FAQ is calibrated anew: less moves no threshold."""
MOST_PHRASINGS = 3000
"""Phrasings left out in turn, evenly spread over the FAQ: more of them change no figure, and take longer."""
FOLDS = 5
"""Parts of the labels; each is predicted by what was fitted on the others."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted logistic model, bound to the embedding model and the data it was fitted on."""

    model: str
    fingerprint: str
    entries: tuple[str, ...]
    """A digest of each entry it was fitted on, sorted."""
    fusion: tuple[float, ...]
    """Weights of the VIEWS."""
    recall: float
    """Share of left-out phrasings that led to their own entry."""
    means: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float
    thresholds: Thresholds

    def probability(self, features: Sequence[float]) -> float:
        """Return P(the first entry answers the question), in 0..1."""
        total = self.bias
        for value, mean, scale, weight in zip(features, self.means, self.scales, self.weights, strict=True):
            total += weight * (value - mean) / scale
        # Beyond 30 the logistic function is 0 or 1 to thirteen digits, and exp would overflow.
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))

    def to_json(self) -> str:
        """Return JSON that `from_json` reads back to an equal calibration."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Calibration:
        """Read what `to_json` wrote."""
        row = json.loads(text)
        for key in ("entries", "fusion", "means", "scales", "weights"):
            row[key] = tuple(row[key])
        return cls(**{**row, "thresholds": Thresholds(**row["thresholds"])})

    def change_to(self, entries: Sequence[Entry]) -> float:
        """Return the share of `entries`, or of those it was fitted on, that are not among the other, in 0..1."""
        now = {digest_of(entry) for entry in entries}
        kept = len(now & set(self.entries))
        return 1 - kept / max(len(now), len(self.entries), 1)


@lru_cache(10_000)  # a server's first question after an edit asks for all of them, on the event loop
def digest_of(entry: Entry) -> str:
    """Return what tells two states of what the search sees of an entry apart, 12 hex digits."""
    return hashlib.sha256(json.dumps([entry.id, *entry.texts, document_of(entry)]).encode()).hexdigest()[:12]


def fingerprint_of(entries: Sequence[Entry], off_topic: Sequence[str]) -> str:
    """Return what tells the data and the method of one calibration from another, hex sha256."""
    method = (
        FEATURES,
        VIEWS,
        (OFF_TOPIC_ANSWERED, OFF_TOPIC_OFFERED, ANSWER_PRECISION, MORE_LIKELY_RIGHT),
        CLASS_SHARES,
        (PRIOR, SHARPNESS, RIVALS, K1, B, MOST_PHRASINGS),
    )
    data = [digest_of(entry) for entry in entries]
    return hashlib.sha256(json.dumps([method, data, list(off_topic)]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class OffTopic:
    """Questions the FAQ must not answer, with their vectors, shape (n, d)."""

    texts: Sequence[str]
    vectors: NDArray[np.float32]

    def nearness(self, question: NDArray[np.float32]) -> float:
        """Return the greatest cosine of a question's vector with one of them."""
        return float((self.vectors @ question).max())


def fit(index: Index, entries: Sequence[Entry], off_topic: OffTopic, model: str) -> Calibration:
    """Fit a calibration for the index of `entries`.

    Raises SmallPackError for a pack from which nothing can be learnt.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - half a second, and only when fitting
    from sklearn.model_selection import GroupKFold, cross_val_predict  # noqa: PLC0415

    phrasings = list(left_out(index, MOST_PHRASINGS))
    fusion = learn_weights(phrasings)
    labelled = _self_labelled(index, phrasings, off_topic, fusion)
    groups, right = labelled.groups, labelled.right
    # Whatever fold is left out, something right and something wrong must remain.
    if len(np.unique(groups)) < FOLDS or len(np.unique(groups[right])) <= 1:
        raise SmallPackError(
            f"{len(index.ids)} entries and {len(off_topic.texts)} off-topic questions are too few to learn "
            "from how sure an answer is. Add entries with several phrasings to data/faq/, and questions to "
            "data/off_topic.yaml."
        )
    means, scales = labelled.features.mean(axis=0), labelled.features.std(axis=0) + 1e-9
    standard = (labelled.features - means) / scales
    regression = LogisticRegression(C=1.0, max_iter=1000)
    sample = {"sample_weight": labelled.weights}
    by_entry = {"groups": groups, "cv": GroupKFold(FOLDS), "method": "predict_proba"}
    predicted = cross_val_predict(regression, standard, right, params=sample, **by_entry)[:, 1]
    regression.fit(standard, right, **sample)
    return Calibration(
        model=model,
        fingerprint=fingerprint_of(entries, off_topic.texts),
        entries=tuple(sorted(map(digest_of, entries))),
        fusion=fusion,
        recall=float(right[labelled.is_in_scope].mean()),
        means=tuple(means.tolist()),
        scales=tuple(scales.tolist()),
        weights=tuple(regression.coef_[0].tolist()),
        bias=float(regression.intercept_[0]),
        thresholds=_thresholds(predicted, labelled),
    )


@dataclass(frozen=True, slots=True)
class _Labelled:
    features: NDArray[np.float64]
    right: NDArray[np.bool_]
    weights: NDArray[np.float64]
    groups: NDArray[np.intp]
    is_in_scope: NDArray[np.bool_]
    is_off_topic: NDArray[np.bool_]


def _self_labelled(
    index: Index, phrasings: Sequence[LeftOut], off_topic: OffTopic, fusion: Sequence[float]
) -> _Labelled:
    rows: list[tuple[list[float], bool, str, int]] = []
    for one in phrasings:
        nearest = off_topic.nearness(one.vector)
        scores = fuse(one.views, fusion)
        right = int(scores.argmax()) == one.owner
        rows.append((features_of(one.views, scores, nearest), right, "right" if right else "wrong", one.owner))
        scores[one.owner] = -np.inf
        if len(scores) > 1:
            rows.append((features_of(one.views, scores, nearest), False, "near_miss", one.owner))
    for number, (vector, text) in enumerate(zip(off_topic.vectors, off_topic.texts, strict=True)):
        others = off_topic.vectors @ vector
        others[number] = -1.0
        views = views_of(index, vector, terms_of(text))
        features = features_of(views, fuse(views, fusion), float(others.max()))
        rows.append((features, False, "off_topic", len(index.ids) + number))
    return _collect(rows)


def _collect(rows: list[tuple[list[float], bool, str, int]]) -> _Labelled:
    classes = np.array([name for _, _, name, _ in rows])
    weights = np.zeros(len(rows))
    for name, share in CLASS_SHARES.items():
        members = classes == name
        weights[members] = share / max(1, members.sum())
    return _Labelled(
        features=np.array([features for features, _, _, _ in rows]),
        right=np.array([right for _, right, _, _ in rows]),
        weights=weights * len(rows),
        groups=np.array([group for _, _, _, group in rows]),
        is_in_scope=(classes == "right") | (classes == "wrong"),
        is_off_topic=classes == "off_topic",
    )


def _thresholds(predicted: NDArray[np.float64], labelled: _Labelled) -> Thresholds:
    """Return the lowest probabilities that keep the promises at the top of this module."""
    off_topic = predicted[labelled.is_off_topic]
    order = np.argsort(-predicted)
    right = np.cumsum((labelled.right * labelled.weights)[order])
    precision = right / np.cumsum(labelled.weights[order])
    kept = np.flatnonzero(precision >= ANSWER_PRECISION)
    precise = float(predicted[order][kept[-1]]) if len(kept) else 1.0
    answer = max(MORE_LIKELY_RIGHT, precise, _bound(off_topic, OFF_TOPIC_ANSWERED))
    return Thresholds(answer=answer, choices=min(answer, _bound(off_topic, OFF_TOPIC_OFFERED)))


def _bound(probabilities: NDArray[np.float64], share: float) -> float:
    """Return the value that at most `share` of `probabilities` exceed."""
    return float(np.nextafter(np.quantile(probabilities, 1 - share, method="higher"), 1.0))
