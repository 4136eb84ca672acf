"""Where a FAQ's own phrasings say that the search will take one entry for another."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from bot.content.lint import Advice
from bot.search.left_out import left_out
from bot.search.scoring import fuse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.search.index import Index

SAME = 0.92
"""Cosine from which two wordings ask the same thing, so that only one entry can be right for them."""
CLOSE = 0.75
"""Cosine from which a phrasing that is nearer to another entry than to its own will mislead the search."""


def collisions(index: Index) -> Iterator[Advice]:
    """Yield wordings that two entries share in all but letters, and phrasings nearer to another entry."""
    for row in range(len(index.texts)):
        owner = index.owners[row]
        cosines = index.phrasings @ index.phrasings[row]
        cosines[row] = -1.0
        own = index.owners == owner
        nearest_own = float(cosines[own].max())
        cosines[own] = -1.0
        nearest = float(cosines.max())
        for other in (np.flatnonzero(cosines[row:] >= SAME) + row).tolist():
            text = f"{index.texts[row]!r} is {cosines[other]:.2f} like {_place(index, other)}"
            yield Advice("same wording", index.ids[owner], text)
        if CLOSE <= nearest < SAME and nearest > nearest_own:
            there = _place(index, int(cosines.argmax()))
            text = f"{index.texts[row]!r} is nearer to {there} ({nearest:.2f}) than to its own ({nearest_own:.2f})"
            yield Advice("collision", index.ids[owner], text)


def _place(index: Index, row: int) -> str:
    return f"{index.texts[row]!r} of {index.ids[index.owners[row]]}"


def never_first(index: Index, weights: Sequence[float]) -> Iterator[Advice]:
    """Yield entries that none of their own phrasings finds once it is left out, with what it finds instead."""
    found: set[int] = set()
    instead: dict[int, Counter[str]] = {}
    for one in left_out(index):
        first = int(np.argmax(fuse(one.views, weights)))
        if first == one.owner:
            found.add(first)
        else:
            instead.setdefault(one.owner, Counter())[index.ids[first]] += 1
    for position, rivals in instead.items():
        if position not in found:
            (rival, times) = rivals.most_common(1)[0]
            text = f"none of its phrasings finds it; {times} of {rivals.total()} find {rival}. Word it apart, or merge"
            yield Advice("never first", index.ids[position], text)
