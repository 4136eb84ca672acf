"""How well each entry fits a question. Pure and replaceable: `fuse` alone weighs the views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.search.index import Index

WEIGHTS = W_BEST, W_CENTROID, W_DOCUMENT, W_LEXICAL = 0.35, 0.35, 0.3, 0.5
"""The best of the fused scorers over twelve public sets: mean recall@1 .823, best phrasing alone .776
(retrieval.md 7)."""

FEATURES = ("score", "margin", "best_cosine", "coverage", "off_topic", "unknown_words")
"""What P(the first entry answers the question) is estimated from, in this order."""


@dataclass(frozen=True, slots=True)
class Views:
    """One question seen against every entry; each array has the shape (entries,), higher is nearer."""

    best: NDArray[np.float32]
    """Cosine with the entry's nearest phrasing."""
    centroid: NDArray[np.float32]
    """Cosine with the mean of its phrasings."""
    document: NDArray[np.float32]
    """Cosine with its question and answer."""
    lexical: NDArray[np.float32]
    """BM25 over that of an ideal document, 0..1."""


def views_of(
    index: Index,
    question: NDArray[np.float32],
    words: Sequence[str],
    cosines: NDArray[np.float32] | None = None,
) -> Views:
    """Compare a question's vector, shape (d,), and words with every entry.

    `cosines` with every phrasing, shape (P,), are computed unless given.
    """
    return Views(
        best=np.maximum.reduceat(index.phrasings @ question if cosines is None else cosines, index.starts),
        centroid=index.centroids @ question,
        document=index.documents @ question,
        lexical=index.lexicon.ratio(words),
    )


def fuse(views: Views) -> NDArray[np.float32]:
    """Return one score per entry from normalised views, shape (entries,)."""
    nearness = W_BEST * views.best + W_CENTROID * views.centroid + W_DOCUMENT * views.document
    return np.asarray(nearness + W_LEXICAL * views.lexical, np.float32)


def features_of(
    index: Index, views: Views, scores: NDArray[np.float32], words: Sequence[str], off_topic: float
) -> list[float]:
    """Return the FEATURES of the highest score; `off_topic`: the greatest cosine with an off-topic question.

    An entry left out has the score -inf; where one entry alone is left, the margin is 0.
    """
    top = int(scores.argmax())
    others = np.delete(scores, top)
    second = others.max(initial=-np.inf)
    return [
        float(scores[top]),
        float(scores[top] - second) if np.isfinite(second) else 0.0,
        float(views.best[top]),
        index.lexicon.coverage(words, top),
        off_topic,
        index.lexicon.unknown_share(words),
    ]
