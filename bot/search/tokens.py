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

    lengths: NDArray[np.float32]
    """Words of each document, shape (documents,)."""
    postings: Mapping[str, tuple[NDArray[np.intp], NDArray[np.float32]]]
    """Word -> (positions of the documents that hold it, ascending, and how often each does)."""

    @classmethod
    def of(cls, documents: Sequence[str]) -> Lexicon:
        """Index documents."""
        bags = [Counter(words_of(document)) for document in documents]
        found: dict[str, list[tuple[int, int]]] = {}
        for position, bag in enumerate(bags):
            for word, times in bag.items():
                found.setdefault(word, []).append((position, times))
        postings = {
            word: (np.array([p for p, _ in rows], np.intp), np.array([t for _, t in rows], np.float32))
            for word, rows in found.items()
        }
        return cls(np.array([bag.total() for bag in bags], np.float32), postings)

    def without(self, words: Sequence[str], position: int) -> Lexicon:
        """Return the lexicon as if the document at `position` had never held `words`, for a question of these words.

        The document's other words stay; all of `words` must be in it.
        """
        lengths = self.lengths.copy()
        lengths[position] -= len(words)
        postings = dict(self.postings)
        for word, times in Counter(words).items():
            positions, held = postings[word]
            place = int(np.searchsorted(positions, position))
            if held[place] > times:
                held = held.copy()
                held[place] -= times
                postings[word] = (positions, held)
            elif len(positions) > 1:
                postings[word] = (np.delete(positions, place), np.delete(held, place))
            else:
                del postings[word]
        return Lexicon(lengths, postings)

    @property
    def size(self) -> int:
        """Number of documents."""
        return len(self.lengths)

    def idf(self, word: str) -> float:
        """Return how telling a word is; a word of no document is the most telling."""
        held_by = len(self.postings[word][0]) if word in self.postings else 0
        return math.log(1 + (self.size - held_by + 0.5) / (held_by + 0.5))

    def ratio(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Return BM25 of each document over that of an ideal one, full of every word; shape (size,), 0..1."""
        scores = np.zeros(self.size, np.float32)
        saturation = K1 * (1 - B + B * self.lengths / max(float(self.lengths.mean()), 1.0))
        ideal = 0.0
        for word in dict.fromkeys(words):
            idf = self.idf(word)
            ideal += idf * (K1 + 1)
            if word in self.postings:
                positions, times = self.postings[word]
                scores[positions] += idf * (K1 + 1) * times / (times + saturation[positions])
        return scores / ideal if ideal else scores
