"""Words of a text, and how well a text's words are found in an entry (BM25)."""

from __future__ import annotations

import math
import re
from array import array
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise, repeat
from typing import TYPE_CHECKING

import numpy as np
import snowballstemmer

from bot.safety.text import normalise

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

K1 = 1.2
B = 0.75
"""BM25's usual parameters (Robertson and Zaragoza 2009, section 3.2)."""

MOST_TIMES = 2**8 - 1
"""That a document holds a term, as far as it is counted; in a score, a hundred times are as good as that."""

_WORD = re.compile(r"\w+")


def words_of(text: str) -> list[str]:
    """Return the words of a text in order: normalised, apostrophes dropped (`don't` -> `dont`)."""
    return _WORD.findall(normalise(text).replace("'", ""))


def terms_of(text: str) -> list[str]:
    """Return what a text is found by: its words' stems, then each pair of neighbours.

    "phd without publishing" and "published without phd" share all stems and no pair.
    """
    stems = [_stem(word) for word in words_of(text)]
    return [*stems, *(f"{one} {next_one}" for one, next_one in pairwise(stems))]


@lru_cache(50_000)
def _stem(word: str) -> str:
    """Return the Snowball stem (Porter 2001); words that are not English mostly stay as they are."""
    # A stemmer holds state, and threads share this cache.
    return str(snowballstemmer.stemmer("english").stemWord(word))


Posting = tuple["NDArray[np.unsignedinteger]", "NDArray[np.uint8]"]
"""Positions of the documents that hold a term, ascending, and how often each does."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """BM25 over one document per entry; idf as in Lucene: log(1 + (n - df + .5) / (df + .5)), positive.

    The postings of all terms lie in two long arrays, and of a term there is only its hash, of this process: a hundred
    thousand small arrays and strings would take twenty times the memory.
    """

    lengths: NDArray[np.float32]
    """Terms of each document, shape (documents,)."""
    terms: array[int]
    """Hashes of the terms, ascending, shape (terms,)."""
    begins: NDArray[np.int64]
    """Where the postings of each term begin, and where the last ones end, shape (terms + 1,)."""
    positions: NDArray[np.unsignedinteger]
    """Of the smallest type that counts the documents."""
    counts: NDArray[np.uint8]
    changed: Mapping[str, Posting] = field(default_factory=dict)
    """Postings that hold instead of those found by `terms`."""

    @classmethod
    def of(cls, documents: Sequence[Sequence[str]]) -> Lexicon:
        """Index documents in parts; no pair of words reaches from one part into the next."""
        lengths, held = array("f"), array("q")
        positions, counts = array("I"), array("B")
        for position, document in enumerate(documents):
            bag = Counter(hash(term) for part in document for term in terms_of(part))
            lengths.append(bag.total())
            held.extend(bag)
            positions.extend(repeat(position, len(bag)))
            counts.extend(min(times, MOST_TIMES) for times in bag.values())
        order = np.argsort(held, kind="stable")
        terms, begins = np.unique(np.asarray(held)[order], return_index=True)
        return cls(
            lengths=np.array(lengths, np.float32),
            terms=array("q", terms.tobytes()),
            begins=np.append(begins, len(held)),
            positions=np.asarray(positions).astype(np.min_scalar_type(len(documents)))[order],
            counts=np.asarray(counts)[order],
        )

    def without(self, terms: Sequence[str], position: int) -> Lexicon:
        """Return the lexicon as if the document at `position` had never held `terms`, for a question of these terms.

        The document's other terms stay; all of `terms` must be in it.
        """
        lengths = self.lengths.copy()
        lengths[position] -= len(terms)
        changed = dict(self.changed)
        for term, times in Counter(terms).items():
            positions, held = self.posting(term)
            place = int(np.searchsorted(positions, position))
            if held[place] > times:
                held = held.copy()
                held[place] -= times
            else:
                positions, held = np.delete(positions, place), np.delete(held, place)
            changed[term] = (positions, held)
        return replace(self, lengths=lengths, changed=changed)

    def posting(self, term: str) -> Posting:
        """Return which documents hold a term, and how often; empty arrays for one that none holds."""
        if term in self.changed:
            return self.changed[term]
        key = hash(term)
        at = bisect_left(self.terms, key)
        if at == len(self.terms) or self.terms[at] != key:
            return self.positions[:0], self.counts[:0]
        begin, end = self.begins[at : at + 2]
        return self.positions[begin:end], self.counts[begin:end]

    def idf(self, term: str) -> float:
        """Return how telling a term is; one of no document is the most telling."""
        held_by = len(self.posting(term)[0])
        return math.log(1 + (len(self.lengths) - held_by + 0.5) / (held_by + 0.5))

    def ratio(self, terms: Sequence[str]) -> NDArray[np.float32]:
        """Return BM25 of each document over that of an ideal one, full of every term; shape (documents,), 0..1."""
        scores = np.zeros(len(self.lengths), np.float32)
        saturation = K1 * (1 - B + B * self.lengths / max(float(self.lengths.mean()), 1.0))
        ideal = 0.0
        for term in dict.fromkeys(terms):
            idf = self.idf(term)
            ideal += idf * (K1 + 1)
            positions, times = self.posting(term)
            held = times.astype(np.float32)
            scores[positions] += idf * (K1 + 1) * held / (held + saturation[positions])
        return scores / ideal if ideal else scores
