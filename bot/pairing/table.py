"""People as arrays: the rules of bot/peers/constraints.py and bot/peers/fit.py, for many people at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.core.peers import Role
from bot.peers.constraints import MINIMUM_HOURS, STEPS_AHEAD, languages_of, utc_spans
from bot.peers.fit import MENTOR_STEPS, NEAR, PEER_STEPS, STRANGERS, TELLING, Rarity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from bot.core.matching import Candidate
    from bot.core.peers import Weights

UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Table:
    """People as arrays, in the order of the candidates. n people, d dimensions, others one column for each word."""

    vectors: NDArray[np.float32]
    """(n, d); a row of zeros for no story."""
    has_story: NDArray[np.bool_]
    setbacks: NDArray[np.float32]
    """(n, s): the square root of the rarity of each, so that a product of two rows is the weight of what they share."""
    plain: NDArray[np.float32]
    """(n, s): the setbacks that are evidence: those that are not sensitive."""
    outlook: NDArray[np.float32]
    languages: NDArray[np.float32]
    stage: NDArray[np.int64]
    spans: NDArray[np.float32]
    """(p, 2 w): begins and ends, in hours of the UTC day, of each way to be free that somebody has."""
    pattern: NDArray[np.int64]
    """(n,): which of them is theirs."""
    asynchronous: NDArray[np.bool_]
    adult: NDArray[np.bool_]
    peer: NDArray[np.bool_]
    seeker: NDArray[np.bool_]
    slots: NDArray[np.int64]
    apart: tuple[tuple[int, ...], ...]
    """For each, who may not be paired with them, themselves included."""

    @classmethod
    def of(cls, people: Sequence[Candidate], sensitive: Collection[str]) -> Table:
        """Make it of people; `sensitive`: ids of setbacks that are no evidence."""
        rarity = Rarity.of(people)
        known = sorted(rarity.weights)
        setbacks = _incidence((one.setbacks for one in people), known)
        weights = np.sqrt([rarity.weights[each] for each in known], dtype=np.float32)
        spans = [tuple(utc_spans(one)) for one in people]
        ways = sorted(set(spans))
        width = max([1, *map(len, ways)])
        padded = [[*(begin for begin, _ in way), *[0.0] * (width - len(way))] for way in ways]
        ends = [[*(end for _, end in way), *[0.0] * (width - len(way))] for way in ways]
        place = {way: index for index, way in enumerate(ways)}
        vectors = _vectors(people)
        return cls(
            vectors,
            has_story=np.asarray([bool(one.vector) for one in people], np.bool_),
            setbacks=setbacks * weights,
            plain=setbacks * np.asarray([each not in sensitive for each in known], np.float32),
            outlook=_incidence([one.outlook for one in people]),
            languages=_incidence([languages_of(one) for one in people]),
            stage=np.asarray([UNKNOWN if one.stage is None else one.stage for one in people], np.int64),
            spans=np.concatenate((np.asarray(padded, np.float32), np.asarray(ends, np.float32)), axis=1)
            if ways
            else np.zeros((0, 2), np.float32),
            pattern=np.asarray([place[way] for way in spans], np.int64),
            asynchronous=np.asarray([one.asynchronous for one in people], np.bool_),
            adult=np.asarray([one.adult is True for one in people], np.bool_),
            peer=np.asarray([Role.PEER in one.roles for one in people], np.bool_),
            seeker=np.asarray([Role.SEEKER in one.roles for one in people], np.bool_),
            slots=np.asarray([one.slots if Role.MENTOR in one.roles else 0 for one in people], np.int64),
            apart=_apart(people),
        )

    def may(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which pairs no constraint but roles, stage and fit forbids, shape (rows, n)."""
        allowed = self.adult[rows][:, None] & self.adult[None, :]
        allowed &= self.can_talk(rows)
        allowed &= self.have_time(rows)
        allowed &= ~self.kept_apart(rows)
        return allowed

    def can_talk(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which pairs have a language in common, shape (rows, n)."""
        return np.asarray(self.languages[rows] @ self.languages.T > 0, np.bool_)

    def have_time(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which pairs have time together, or both like to write at any time; shape (rows, n)."""
        mine, place = np.unique(self.pattern[rows], return_inverse=True)
        width = self.spans.shape[1] // 2
        hours = np.zeros((len(mine), len(self.spans)), np.float32)
        for own in range(width):
            for other in range(width):
                begin = np.maximum(self.spans[mine, own, None], self.spans[None, :, other])
                end = np.minimum(self.spans[mine, width + own, None], self.spans[None, :, width + other])
                hours += np.maximum(0.0, end - begin)
        enough = hours >= MINIMUM_HOURS - 1e-4  # in floats of hours a minute is .0167
        return enough[:, self.pattern][place] | (self.asynchronous[rows][:, None] & self.asynchronous[None, :])

    def kept_apart(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which pairs are one person, were introduced too lately, or do not want to meet; shape (rows, n)."""
        kept = np.zeros((len(rows), len(self.stage)), np.bool_)
        for row, person in enumerate(rows.tolist()):
            kept[row, list(self.apart[person])] = True
        return kept

    def as_peers(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which pairs may be peers by their roles, shape (rows, n)."""
        return np.asarray(self.peer[rows][:, None] & self.peer[None, :], np.bool_)

    def as_seeker(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return in which pairs the other may mentor, by roles, places and stages; shape (rows, n)."""
        return self.seeker[rows][:, None] & (self.slots > 0)[None, :] & self.ahead(rows, sign=1)

    def as_mentor(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return in which pairs the other may be mentored, by roles, places and stages; shape (rows, n)."""
        return (self.slots[rows] > 0)[:, None] & self.seeker[None, :] & self.ahead(rows, sign=-1)

    def ahead(self, rows: NDArray[np.int64], *, sign: int) -> NDArray[np.bool_]:
        """Return in which pairs stages let the other mentor (`sign` 1), or be mentored (-1); shape (rows, n)."""
        steps = sign * (self.stage[None, :] - self.stage[rows][:, None])
        unknown = (self.stage[None, :] == UNKNOWN) | (self.stage[rows][:, None] == UNKNOWN)
        return np.asarray(unknown | ((steps >= STEPS_AHEAD.start) & (steps < STEPS_AHEAD.stop)), np.bool_)

    def pairs(
        self, rows: NDArray[np.int64], weights: Weights, floor: float, *, also_as_mentor: bool = False
    ) -> Iterator[Pairs]:
        """Yield the pairs of some people that may be: as peers, as who seeks, and on demand as who mentors.

        What costs most is done for all of them by products of matrices, the rest for what is left.
        """
        cosines, setbacks, outlooks = self.likeness(rows)
        allowed = self.evidence(rows, cosines) & self.may(rows)
        ways = [(False, self.peer, self.as_peers), (True, self.seeker, self.as_seeker)]
        if also_as_mentor:
            ways.append((True, self.slots > 0, self.as_mentor))
        for mentoring, who, roles in ways:
            if not who[rows].any():
                continue
            at = np.nonzero(allowed & roles(rows))
            one, other = rows[at[0]], at[1]
            if roles == self.as_mentor:
                one, other = other, one
            parts = (cosines[at], setbacks[at], outlooks[at])
            fit = self.fit(one, other, *parts, weights=weights, mentoring=mentoring)
            enough = fit >= floor
            yield Pairs(mentoring, one[enough], other[enough], fit[enough])

    def likeness(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Return the cosines of stories, and the weight of the setbacks and outlooks both have; each (rows, n)."""
        cosines, setbacks, outlooks = (each[rows] @ each.T for each in (self.vectors, self.setbacks, self.outlook))
        return cosines, setbacks, outlooks

    def evidence(self, rows: NDArray[np.int64], cosines: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Return of which pairs anything says that they went through the same, shape (rows, n)."""
        alike = cosines >= STRANGERS + TELLING * (NEAR - STRANGERS)
        return np.asarray((self.plain[rows] @ self.plain.T > 0) | alike, np.bool_)

    def fit(
        self,
        one: NDArray[np.int64],
        other: NDArray[np.int64],
        cosine: NDArray[np.float32],
        setbacks: NDArray[np.float32],
        outlook: NDArray[np.float32],
        *,
        weights: Weights,
        mentoring: bool,
    ) -> NDArray[np.float64]:
        """Return the fit of pairs with evidence; all shapes (pairs,); see bot/peers/fit.py."""
        told = self.has_story[one] & self.has_story[other]
        placed = (self.stage[one] != UNKNOWN) & (self.stage[other] != UNKNOWN)
        steps = self.stage[other] - self.stage[one]
        stage = np.zeros(len(one))
        for step, worth in (MENTOR_STEPS if mentoring else PEER_STEPS).items():
            stage[(steps if mentoring else np.abs(steps)) == step] = worth
        total, known = np.zeros(len(one)), np.zeros(len(one))
        for part, is_known, weight in (
            (np.clip((cosine - STRANGERS) / (NEAR - STRANGERS), 0.0, 1.0), told, weights.story),
            (*_overlap(setbacks, self.setbacks, one, other), weights.setbacks),
            (*_overlap(outlook, self.outlook, one, other), weights.outlook),
            (stage, placed, weights.stage),
        ):
            total += np.where(is_known, part, 0.0) * weight
            known += is_known * weight
        return np.minimum(1.0, np.divide(total, known, out=np.zeros(len(one)), where=known > 0))


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs that may be, of one kind: all shapes (pairs,); in `mentoring` the other is the mentor."""

    mentoring: bool
    one: NDArray[np.int64]
    other: NDArray[np.int64]
    fit: NDArray[np.float64]

    @classmethod
    def parts_of(
        cls,
        one: NDArray[np.int64],
        other: NDArray[np.int64],
        fit: NDArray[np.float64],
        mentoring: NDArray[np.bool_],
    ) -> tuple[Pairs, Pairs]:
        """Return pairs of both kinds, told apart."""
        peers, mentors = ~mentoring, mentoring
        return (
            cls(mentoring=False, one=one[peers], other=other[peers], fit=fit[peers]),
            cls(mentoring=True, one=one[mentors], other=other[mentors], fit=fit[mentors]),
        )


def _overlap(
    both: NDArray[np.float32], words: NDArray[np.float32], one: NDArray[np.int64], other: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return what part of two people's words, by weight, both have, and whether both have any; each (pairs,)."""
    size = (words**2).sum(axis=1).astype(np.float64)
    either = size[one] + size[other] - both
    known = (size[one] > 0) & (size[other] > 0)
    return np.divide(both, either, out=np.zeros(len(one)), where=known), known


def _incidence(sets: Iterable[Collection[str]], known: Sequence[str] | None = None) -> NDArray[np.float32]:
    """Return a row for each set and a column for each word, shape (n, words), at least one column."""
    rows = list(sets)
    words = sorted({word for row in rows for word in row}) if known is None else known
    place = {word: index for index, word in enumerate(words)}
    table = np.zeros((len(rows), max(1, len(words))), np.float32)
    for index, row in enumerate(rows):
        table[index, [place[word] for word in row]] = 1.0
    return table if known is None else table[:, : len(words)]


def _vectors(people: Sequence[Candidate]) -> NDArray[np.float32]:
    """Return the vectors of stories, shape (n, d), zeros where there is none."""
    size = max([1, *(len(one.vector) // 4 for one in people)])
    vectors = np.zeros((len(people), size), np.float32)
    for index, one in enumerate(people):
        if one.vector:
            vectors[index] = np.frombuffer(one.vector, np.float32)
    return vectors


def _apart(people: Sequence[Candidate]) -> tuple[tuple[int, ...], ...]:
    place = {one.id: index for index, one in enumerate(people)}
    apart = [{index} for index in range(len(people))]
    for index, one in enumerate(people):
        for other in one.blocks | one.past | one.same:
            if other in place:
                apart[index].add(place[other])
                apart[place[other]].add(index)
    return tuple(tuple(sorted(others)) for others in apart)
