"""How well each entry fits a question: four views of an entry, fused with weights that the FAQ teaches itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from bot.search.index import Index

VIEWS = ("best", "discriminant", "document", "lexical")
"""Cosine with the entry's nearest phrasing; cosine with the mean of its phrasings in the FAQ's own metric; cosine
with its question and answer; BM25 of its words over that of an ideal document. Each at most 1, higher is nearer."""
BEST, DISCRIMINANT, DOCUMENT, LEXICAL = range(len(VIEWS))

DEFAULT_WEIGHTS = (0.3, 0.3, 0.2, 0.2)
"""For a FAQ without phrasings to learn from; near the mean of what four sets taught (docs/benchmarks.md)."""

FEATURES = ("score", "odds", "best_cosine", "off_topic")
"""What P(the first entry answers the question) is estimated from, in this order. Word coverage and unknown words were
among them and made strangers' questions look familiar (docs/benchmarks.md)."""
SHARPNESS = 30.0
"""Sum of the views' weights, before they are scaled to 1, on the sets tried: 25 to 33."""
MOST_ODDS = 30.0
"""Where nothing else comes near."""
BLOCK = 256
"""Questions compared at a time: their cosines with 8,000 phrasings take 8 MB."""


def views_of(
    index: Index,
    question: NDArray[np.float32],
    terms: Sequence[str],
) -> NDArray[np.float32]:
    """Return every entry in every view, shape (VIEWS, E), for a question's vector, shape (d,), and terms."""
    return np.stack(
        [
            np.maximum.reduceat(index.phrasings @ question, index.starts),
            index.discriminant.cosines(question),
            index.documents @ question,
            index.lexicon.ratio(terms),
        ]
    )


def views_of_all(
    index: Index, questions: NDArray[np.float32], terms: Sequence[Sequence[str]]
) -> Iterator[NDArray[np.float32]]:
    """Yield the `views_of` many questions, shape (n, d): the FAQ's vectors are gone through once for BLOCK of them."""
    for start in range(0, len(questions), BLOCK):
        block = questions[start : start + BLOCK]
        best = np.maximum.reduceat(block @ index.phrasings.T, index.starts, axis=1)
        discriminant = index.discriminant.cosines(block)
        documents = block @ index.documents.T
        for number, asked in enumerate(terms[start : start + BLOCK]):
            yield np.stack([best[number], discriminant[number], documents[number], index.lexicon.ratio(asked)])


def fuse(views: NDArray[np.float32], weights: Sequence[float]) -> NDArray[np.float32]:
    """Return one score per entry, shape (E,), at most 1: the views' weighted mean, where weights sum to 1."""
    return np.asarray(np.asarray(weights, np.float32) @ views, np.float32)


def features_of(views: NDArray[np.float32], scores: NDArray[np.float32], off_topic: float) -> list[float]:
    """Return the FEATURES of the highest score; `off_topic`: the greatest cosine with an off-topic question.

    `odds`: log of the first entry's share against that of all others, when each entry's share grows with
    exp(SHARPNESS x score): it falls with one near rival, and with many. An entry left out has the score -inf.
    """
    top = int(scores.argmax())
    behind = np.delete(scores, top).astype(np.float64) - float(scores[top])
    rivals = float(np.exp(SHARPNESS * behind).sum())
    odds = -np.log(rivals) if rivals > 0 else MOST_ODDS
    return [float(scores[top]), float(min(odds, MOST_ODDS)), float(views[BEST, top]), off_topic]
