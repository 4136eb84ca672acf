"""From features to P(the first entry answers the question), fitted on labels the FAQ makes for itself.

The views are weighed first (fusion.py), then the labels are made (labels.py). Method: logistic regression
(Platt 1999) on standardised features, thresholds from predictions cross-validated by entry.
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
from bot.search.labels import CLASS_SHARES, self_labelled
from bot.search.left_out import left_out
from bot.search.negatives import NO_NEGATIVES, Negatives
from bot.search.scoring import FEATURES, SHARPNESS, VIEWS
from bot.search.tokens import K1, B

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.core.models import Entry
    from bot.search.index import Index
    from bot.search.labels import Labelled

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
UNASKED_PRECISION = 0.90
"""As ANSWER_PRECISION, for what is said unasked in a help forum: who did not ask minds a wrong answer more."""
OFF_TOPIC_UNASKED = 0.01
"""Share of the off-topic bank that may be met with an answer unasked."""
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
    negatives: str = ""
    """The digest of the confirmed negatives it was fitted on."""

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


def fingerprint_of(entries: Sequence[Entry], off_topic: Sequence[str], negatives: Negatives = NO_NEGATIVES) -> str:
    """Return what tells the data and the method of one calibration from another, hex sha256."""
    method = (
        FEATURES,
        VIEWS,
        (OFF_TOPIC_ANSWERED, OFF_TOPIC_OFFERED, ANSWER_PRECISION, MORE_LIKELY_RIGHT),
        (UNASKED_PRECISION, OFF_TOPIC_UNASKED),
        CLASS_SHARES,
        (PRIOR, SHARPNESS, RIVALS, K1, B, MOST_PHRASINGS),
    )
    data = [[digest_of(entry) for entry in entries], list(off_topic), *([negatives.digest] if negatives.wrong else [])]
    return hashlib.sha256(json.dumps([method, *data]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class OffTopic:
    """Questions the FAQ must not answer, with their vectors, shape (n, d)."""

    texts: Sequence[str]
    vectors: NDArray[np.float32]

    def nearness(self, question: NDArray[np.float32]) -> float:
        """Return the greatest cosine of a question's vector with one of them."""
        return float((self.vectors @ question).max())

    def nearest(self, question: NDArray[np.float32]) -> tuple[str, float]:
        """Return the one nearest to a question's vector, with their cosine."""
        cosines = self.vectors @ question
        row = int(cosines.argmax())
        return self.texts[row], float(cosines[row])


def fit(
    index: Index, entries: Sequence[Entry], off_topic: OffTopic, model: str, negatives: Negatives = NO_NEGATIVES
) -> Calibration:
    """Fit a calibration for the index of `entries`, with the `negatives` that concern it.

    Raises SmallPackError for a pack from which nothing can be learnt.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - half a second, and only when fitting
    from sklearn.model_selection import GroupKFold, cross_val_predict  # noqa: PLC0415

    phrasings = list(left_out(index, MOST_PHRASINGS))
    fusion = learn_weights(phrasings)
    labelled = self_labelled(index, phrasings, off_topic, negatives, fusion)
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
        fingerprint=fingerprint_of(entries, off_topic.texts, negatives),
        entries=tuple(sorted(map(digest_of, entries))),
        fusion=fusion,
        recall=float(right[labelled.is_in_scope].mean()),
        means=tuple(means.tolist()),
        scales=tuple(scales.tolist()),
        weights=tuple(regression.coef_[0].tolist()),
        bias=float(regression.intercept_[0]),
        thresholds=_thresholds(predicted, labelled),
        negatives=negatives.digest,
    )


def _thresholds(predicted: NDArray[np.float64], labelled: Labelled) -> Thresholds:
    """Return the lowest probabilities that keep the promises at the top of this module."""
    off_topic = predicted[labelled.is_off_topic]
    order = np.argsort(-predicted)
    right = np.cumsum((labelled.right * labelled.weights)[order])
    precision = right / np.cumsum(labelled.weights[order])

    def precise(least: float) -> float:
        kept = np.flatnonzero(precision >= least)
        return float(predicted[order][kept[-1]]) if len(kept) else 1.0

    answer = max(MORE_LIKELY_RIGHT, precise(ANSWER_PRECISION), _bound(off_topic, OFF_TOPIC_ANSWERED))
    return Thresholds(
        answer=answer,
        choices=min(answer, _bound(off_topic, OFF_TOPIC_OFFERED)),
        unasked=max(answer, precise(UNASKED_PRECISION), _bound(off_topic, OFF_TOPIC_UNASKED)),
    )


def _bound(probabilities: NDArray[np.float64], share: float) -> float:
    """Return the value that at most `share` of `probabilities` exceed."""
    return float(np.nextafter(np.quantile(probabilities, 1 - share, method="higher"), 1.0))
