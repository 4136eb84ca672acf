"""Words of a text, and how well a text's words are found in an entry (BM25)."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.safety.text import normalise

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

K1 = 1.2
B = 0.75
"""BM25's usual parameters (Robertson and Zaragoza 2009, section 3.2)."""

_WORD = re.compile(r"\w+")


def words_of(text: str) -> list[str]:
    """Return the words of a text in order: normalised, apostrophes dropped (`don't` -> `dont`)."""
    return _WORD.findall(normalise(text).replace("'", ""))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """BM25 over one document per entry; idf as in Lucene: log(1 + (n - df + .5) / (df + .5)), positive."""

    size: int
    postings: Mapping[str, tuple[NDArray[np.intp], NDArray[np.float32]]]
    """Word -> (positions of the documents that hold it, their saturated term frequencies in 0..K1 + 1)."""

    @classmethod
    def of(cls, documents: Sequence[str]) -> Lexicon:
        """Index documents."""
        bags = [Counter(words_of(document)) for document in documents]
        lengths = [bag.total() for bag in bags]
        mean = (sum(lengths) / len(lengths)) if lengths else 1.0
        found: dict[str, list[tuple[int, float]]] = {}
        for position, (bag, length) in enumerate(zip(bags, lengths, strict=True)):
            for word, times in bag.items():
                saturated = times * (K1 + 1) / (times + K1 * (1 - B + B * length / mean))
                found.setdefault(word, []).append((position, saturated))
        postings = {
            word: (np.array([p for p, _ in rows], np.intp), np.array([w for _, w in rows], np.float32))
            for word, rows in found.items()
        }
        return cls(len(bags), postings)

    def idf(self, word: str) -> float:
        """Return how telling a word is; a word of no document is the most telling."""
        held_by = len(self.postings[word][0]) if word in self.postings else 0
        return math.log(1 + (self.size - held_by + 0.5) / (held_by + 0.5))

    def ratio(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Return BM25 of each document over that of an ideal one, full of every word; shape (size,), 0..1."""
        scores = np.zeros(self.size, np.float32)
        ideal = 0.0
        for word in set(words):
            idf = self.idf(word)
            ideal += idf * (K1 + 1)
            if word in self.postings:
                positions, saturated = self.postings[word]
                scores[positions] += idf * saturated
        return scores / ideal if ideal else scores

    def coverage(self, words: Sequence[str], position: int) -> float:
        """Return the idf-weighted share of words that the document at `position` holds, in 0..1."""
        held = all_words = 0.0
        for word in set(words):
            idf = self.idf(word)
            all_words += idf
            if word in self.postings:
                positions, _ = self.postings[word]
                place = int(np.searchsorted(positions, position))
                held += idf if place < len(positions) and positions[place] == position else 0.0
        return held / all_words if all_words else 0.0

    def unknown_share(self, words: Sequence[str]) -> float:
        """Return the share of words that no document holds, in 0..1."""
        distinct = set(words)
        return sum(word not in self.postings for word in distinct) / len(distinct) if distinct else 0.0
