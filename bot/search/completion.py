"""Rows shown while somebody types: words, word beginnings and typos over every wording. Never embeds."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.core.models import Suggestion
from bot.safety.text import QUESTION_LENGTH, clean, cut, normalise
from bot.search.tokens import words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from bot.core.models import Entry, EntryId

ROWS = 25
LABEL_LENGTH = 100
"""Discord's limits for autocomplete."""
VALUE_PREFIX = "id:"

EXACT, PREFIX, TYPO = 1.0, 0.8, 0.6
"""What a word counts that is met as it is, by its beginning, or with a typo."""
TYPO_FROM_LENGTH, TWO_TYPOS_FROM_LENGTH = 4, 8
"""Letters from which one or two typos are forgiven; below, too many other words are that near."""
WHOLE_BEGINNING = 2.0
"""Bonus for an entry one of whose wordings begins with all that was typed."""
_REMEMBERED = 1024
_LEAST_SHARE = 0.34
"""Share of the typed words' weight that a row must match; less is noise."""


class Completer:
    """Autocomplete over one guild's entries."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._suggestions = [
            Suggestion(cut(clean(entry.question), LABEL_LENGTH), f"{VALUE_PREFIX}{entry.id}") for entry in entries
        ]
        self._positions = {entry.id: position for position, entry in enumerate(entries)}
        found: dict[str, array[int]] = {}
        beginnings: list[tuple[str, int]] = []
        for position, entry in enumerate(entries):
            beginnings += [(f"{normalise(text)} ", position) for text in entry.texts]
            for word in {word for text in entry.texts for word in words_of(text)}:
                found.setdefault(word, array("i")).append(position)
        beginnings.sort()
        self._beginnings = [text for text, _ in beginnings]
        self._begun = array("i", [position for _, position in beginnings])
        self._words = sorted(found)
        self._postings = {word: np.array(held, np.int32) for word, held in found.items()}
        self._typo_cache: OrderedDict[str, tuple[str, ...]] = OrderedDict()

    def rows(self, typed: str, *, front: Iterable[EntryId] = ()) -> list[Suggestion]:
        """Return at most 25 rows for what was typed, one per entry, best first; `front` for nothing typed."""
        typed = typed[:QUESTION_LENGTH]  # Discord lets 6,000 characters through, and every word costs time
        words = words_of(typed)
        if not words:
            positions = dict.fromkeys(self._positions[each] for each in front if each in self._positions)
            return [self._suggestions[position] for position in list(positions)[:ROWS]]
        is_complete = typed[-1:].isspace()
        scores, weight = self._scores(words, is_complete=is_complete)
        for position in self._that_begin_with(normalise(typed) + " " * is_complete):
            scores[position] += WHOLE_BEGINNING * weight
        # A stable sort keeps the pack's order among equals, so the same letters give the same rows.
        best = np.argsort(-scores, kind="stable")[:ROWS]
        return [self._suggestions[position] for position in best if scores[position] >= _LEAST_SHARE * weight]

    def _scores(self, words: Sequence[str], *, is_complete: bool) -> tuple[NDArray[np.float64], float]:
        """Return one score per entry, and the score of one that holds every word as typed."""
        total = np.zeros(len(self._suggestions))
        weight = 0.0
        for number, word in enumerate(words):
            is_last = number == len(words) - 1
            met = np.zeros(len(self._suggestions))
            for other, worth in self._met_by(word, may_go_on=is_last and not is_complete):
                held = self._postings[other]
                met[held] = np.maximum(met[held], worth)
            idf = float(np.log1p(len(self._suggestions) / max(1, int(np.count_nonzero(met)))))
            total += idf * met
            weight += idf
        return total, weight

    def _met_by(self, word: str, *, may_go_on: bool) -> list[tuple[str, float]]:
        met = [(word, EXACT)] if word in self._postings else []
        if may_go_on:
            met += [(other, PREFIX) for other in self._starting_with(word) if other != word]
        return met or [(other, TYPO) for other in self._typos_of(word)]

    def _starting_with(self, beginning: str) -> list[str]:
        low = bisect_left(self._words, beginning)
        return self._words[low : bisect_left(self._words, beginning + "\U0010ffff")]

    def _that_begin_with(self, beginning: str) -> list[int]:
        low = bisect_left(self._beginnings, beginning)
        high = bisect_left(self._beginnings, beginning + "\U0010ffff")
        return list(set(self._begun[low:high]))

    def _typos_of(self, word: str) -> tuple[str, ...]:
        """Return the known words that are one slip away (two in a long word), nearest first."""
        if len(word) < TYPO_FROM_LENGTH:
            return ()
        if word not in self._typo_cache:
            slips = 2 if len(word) >= TWO_TYPOS_FROM_LENGTH else 1
            near = process.extract(word, self._words, scorer=OSA.distance, score_cutoff=slips, limit=5)
            self._typo_cache[word] = tuple(other for other, _, _ in near)
            while len(self._typo_cache) > _REMEMBERED:
                self._typo_cache.popitem(last=False)
        return self._typo_cache[word]
