"""Labels that a FAQ makes for itself: each phrasing asked as a question, as if it had never been in the FAQ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.search.discriminant import left_out_cosines
from bot.search.tokens import terms_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from bot.search.index import Index

BLOCK = 256
"""Phrasings compared at a time: one matrix product is faster than many, and its memory stays small."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A phrasing and what the rest of the FAQ looks like to it.

    `row`: its row in the index; `owner`: the position of its entry; `views`: shape (VIEWS, E).
    """

    row: int
    owner: int
    vector: NDArray[np.float32]
    views: NDArray[np.float32]


def left_out(index: Index, most: int | None = None) -> Iterator[LeftOut]:
    """Yield every phrasing but the canonical questions, whose words stand in the document view as well.

    `most`: of more phrasings than that, so many are taken, evenly spread.
    """
    rows = np.setdiff1d(np.arange(len(index.texts)), index.starts)
    if most is not None and len(rows) > most:
        rows = rows[np.linspace(0, len(rows) - 1, most).astype(np.intp)]
    blocks = [rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK)]
    for block, discriminant in zip(blocks, left_out_cosines(index.phrasings, index.owners, blocks), strict=True):
        vectors = index.phrasings[block]
        cosines = vectors @ index.phrasings.T
        cosines[np.arange(len(block)), block] = -1.0
        best = np.maximum.reduceat(cosines, index.starts, axis=1)
        document = vectors @ index.documents.T
        for number, row in enumerate(block.tolist()):
            owner, terms = int(index.owners[row]), terms_of(index.texts[row])
            lexical = index.lexicon.without(terms, owner).ratio(terms)
            views = np.stack([best[number], discriminant[number], document[number], lexical])
            yield LeftOut(row, owner, vectors[number], views)
