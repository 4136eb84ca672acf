"""Whoever answers: Lantern as it is shipped, and the ways other bots do it, on the same index and vectors.

Every rival sees every wording of an entry as its question; that is more than most of them do by themselves.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from bot.core.models import Kind
from bot.faq.decision import kind_of
from bot.safety.text import normalise
from bot.search.scoring import fuse, views_of
from bot.search.tokens import terms_of
from bot.storage.fulltext import FullText

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.search.index import Index
    from bot.search.left_out import LeftOut
    from bot.search.reading import Reader

OURS = "lantern"
_PLAIN_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Case:
    """A question with its vector, shape (d,), words, and cosines with every phrasing, shape (P,).

    `left_out`: the phrasing that it is, where the FAQ asks itself; its own cosine is then -1.
    """

    text: str
    vector: NDArray[np.float32]
    words: Sequence[str]
    cosines: NDArray[np.float32]
    left_out: LeftOut | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a contender says: `scores` of every entry, shape (E,), how sure it is of the first, and what it does."""

    scores: NDArray[np.float32]
    confidence: float
    kind: Kind


class Contender(Protocol):
    """Answers questions from an index."""

    def judge(self, case: Case) -> Verdict:
        """Say what becomes of a question."""


class Lantern:
    """The shipped search and decision."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def judge(self, case: Case) -> Verdict:
        """Read the question as the bot does; an exact wording is certain."""
        index = self._reader.index
        if case.left_out is not None:
            reading = self._reader.read_left_out(case.left_out)
        else:
            reading = self._reader.read(case.text, case.vector)
            exact = index.exact.get(normalise(case.text))
            if exact is not None:
                return Verdict(_with_first(reading.scores, exact), 1.0, Kind.ANSWER)
        kind = kind_of(reading.probability, self._reader.calibration.thresholds)
        return Verdict(reading.scores, reading.probability, kind)


class Ranked:
    """The shipped ranking alone, always answering: for a FAQ that has nothing to learn from how sure it is."""

    def __init__(self, index: Index, weights: Sequence[float]) -> None:
        self._index = index
        self._weights = weights

    def judge(self, case: Case) -> Verdict:
        """Answer with the highest score."""
        left_out = case.left_out
        views = views_of(self._index, case.vector, terms_of(case.text)) if left_out is None else left_out.views
        scores = fuse(views, self._weights)
        return Verdict(scores, float(scores.max()), Kind.ANSWER)


class Cosine:
    """Cosine with the nearest wording above one threshold; below it, difflib's nearest question where `by_letters`."""

    def __init__(self, index: Index, threshold: float, *, by_letters: bool = False) -> None:
        self._index = index
        self._threshold = threshold
        self._questions = {index.texts[row].lower(): entry for entry, row in enumerate(index.starts)}
        self._by_letters = by_letters

    def judge(self, case: Case) -> Verdict:
        """Answer from the threshold on."""
        scores = _nearest(self._index, case)
        confidence = float(scores.max())
        if confidence < self._threshold and self._by_letters:
            near = difflib.get_close_matches(case.text.lower(), self._questions, n=1, cutoff=0.6)
            if near:
                likeness = difflib.SequenceMatcher(None, case.text.lower(), near[0]).ratio()
                first = _with_first(scores, self._questions[near[0]])
                return Verdict(first, self._threshold * likeness, Kind.ANSWER)
        return Verdict(scores, confidence, _either(confidence >= self._threshold))


class Trigrams:
    """Share of letter triples in common with the nearest wording, as pg_trgm does, from its usual threshold 0.3."""

    THRESHOLD = 0.3

    def __init__(self, index: Index) -> None:
        from sklearn.feature_extraction.text import CountVectorizer  # noqa: PLC0415 - half a second, and only here

        self._index = index
        self._count = CountVectorizer(analyzer=_trigrams, binary=True, dtype=np.float32)
        self._held = self._count.fit_transform(index.texts)
        self._sizes = np.asarray([len(_trigrams(text)) for text in index.texts], np.float32)

    def judge(self, case: Case) -> Verdict:
        """Answer from the threshold on."""
        asked = self._count.transform([case.text])
        common = np.asarray((self._held @ asked.T).todense()).ravel()
        likeness = common / np.maximum(self._sizes + len(_trigrams(case.text)) - common, 1)
        if case.left_out is not None:
            likeness[case.left_out.row] = 0
        scores = np.maximum.reduceat(likeness, self._index.starts)
        confidence = float(scores.max())
        return Verdict(scores, confidence, _either(confidence >= self.THRESHOLD))


class Bm25:
    """SQLite's FTS5 over question and answer; answers whatever it finds."""

    def __init__(self, documents: Sequence[str]) -> None:
        self._text = FullText(documents)

    def judge(self, case: Case) -> Verdict:
        """Answer where any word is found."""
        scores = self._text.scores(case.words)
        confidence = float(scores.max())
        return Verdict(scores, confidence, _either(confidence > 0))


class ReciprocalRanks:
    """Reciprocal rank fusion (Cormack, Clarke and Buettcher 2009; k = 60) of BM25 and cosine; always answers."""

    K = 60

    def __init__(self, index: Index, documents: Sequence[str]) -> None:
        self._index = index
        self._text = FullText(documents)

    def judge(self, case: Case) -> Verdict:
        """Answer with the best of both lists."""
        scores = np.zeros(len(self._index.ids), np.float32)
        by_words, by_cosine = self._text.scores(case.words), _nearest(self._index, case)
        scores += 1 / (self.K + ranks_of(by_cosine))
        scores += np.where(by_words > 0, 1 / (self.K + ranks_of(by_words)), 0)  # what it does not find has no rank
        return Verdict(scores, float(scores.max()), Kind.ANSWER)


class Cascade:
    """Question first at one threshold; where none reaches it, answer text at a stricter one (QnABot's order)."""

    QUESTION, ANSWER = 0.7, 0.8

    def __init__(self, index: Index) -> None:
        self._index = index

    def judge(self, case: Case) -> Verdict:
        """Answer from the first stage that is sure."""
        scores = _nearest(self._index, case)
        confidence = float(scores.max())
        if confidence >= self.QUESTION:
            return Verdict(scores, confidence, Kind.ANSWER)
        by_answer = self._index.documents @ case.vector
        if by_answer.max() >= self.ANSWER:
            return Verdict(by_answer, self.QUESTION * float(by_answer.max()), Kind.ANSWER)
        return Verdict(scores, confidence * self.QUESTION, Kind.UNKNOWN)


RIVALS = {
    "cosine-0.55": "cosine with the question, from 0.55; below it difflib's nearest question",
    "cosine-0.35": "cosine with the question, from 0.35",
    "trigrams": "letter triples in common with the question, from 0.3",
    "bm25": "BM25 over question and answer (SQLite FTS5)",
    "rank-fusion": "reciprocal ranks of BM25 and cosine",
    "cascade": "question from 0.7, then answer text from 0.8",
}
"""Every rival's name and what it does."""


def rival(name: str, index: Index, documents: Sequence[str]) -> Contender:
    """Build a rival of RIVALS; `documents`: each entry's question and answer."""
    match name:
        case "cosine-0.55":
            return Cosine(index, 0.55, by_letters=True)
        case "cosine-0.35":
            return Cosine(index, 0.35)
        case "trigrams":
            return Trigrams(index)
        case "bm25":
            return Bm25(documents)
        case "rank-fusion":
            return ReciprocalRanks(index, documents)
        case _:
            return Cascade(index)


def ranks_of(scores: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return the rank of every entry, 1 for the highest score; of equals the earlier entry comes first."""
    ranks = np.empty(len(scores), np.intp)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return ranks


def _nearest(index: Index, case: Case) -> NDArray[np.float32]:
    return np.maximum.reduceat(case.cosines, index.starts)


def _with_first(scores: NDArray[np.float32], position: int) -> NDArray[np.float32]:
    first = scores.copy()
    first[position] = scores.max() + 1
    return first


def _either(answers: bool) -> Kind:
    return Kind.ANSWER if answers else Kind.UNKNOWN


def _trigrams(text: str) -> set[str]:
    """Return letter triples of each word of letters and digits, two blanks before and one after, as pg_trgm does."""
    padded = [f"  {word} " for word in _PLAIN_WORD.findall(normalise(text))]
    return {word[start : start + 3] for word in padded for start in range(len(word) - 2)}
