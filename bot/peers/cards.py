"""What each of two people is shown of the other before both agreed: nothing that fewer than k others share. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.core.introductions import Card
from bot.core.matching import Kind
from bot.core.peers import Help, Role
from bot.peers.constraints import utc_spans
from bot.safety.cards import faults_in_sentence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from bot.core.matching import Candidate, Pair, Reason
    from bot.core.peers import Profile

SMALL_SERVER = 15
SMALL_K = 3
"""Where fewer people than SMALL_SERVER opted in, so many must share a card's facts (matching.md 6.3)."""


class Fact(NamedTuple):
    """One thing that a card says of somebody."""

    part: str
    value: Any


STAGE, HOURS, HELP, LANGUAGE, TOPIC, ROLE = "stage", "hours", "help", "language", "topic", "role"
_ORDER = (STAGE, HOURS, HELP, LANGUAGE, TOPIC)
"""What a card loses first, and within a part the rarest (matching.md 6.3: stage, time, topics).

What helps, and languages beside the commonest, matter less to its reader than a topic does.
"""


OF_STAGES = frozenset({"fit.stage_same", "fit.stage_ahead"})
"""Reasons that tell somebody's stage."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who opted in and is active: what they told, and when they have time as the matching sees it."""

    profile: Profile
    candidate: Candidate


class Crowd:
    """Everybody who might be behind a card.

    A fact stays on a card only while at least k people other than its reader share all that the card says. Where a
    server has k mentors, it is k of them for a mentor's card; with fewer no card could hide one among mentors.
    """

    def __init__(self, people: Mapping[str, Person], sensitive: Collection[str], k: int) -> None:
        """Make the crowd of a server; `people` by id, `sensitive`: topics that are on a card only if ticked."""
        self._people = people
        self._sensitive = frozenset(sensitive)
        self._k = k if len(people) >= SMALL_SERVER else min(k, SMALL_K)
        # Sets of people as the bits of an integer: thousands of cards are counted out of thousands of people.
        self._bits = {name: 1 << position for position, name in enumerate(people)}
        self._everybody = (1 << len(people)) - 1
        self._sharing: defaultdict[Fact, int] = defaultdict(int)
        self._awake: defaultdict[int, int] = defaultdict(int)
        for name, person in people.items():
            for fact in self._facts_of(person.profile):
                self._sharing[fact] |= self._bits[name]
            self._awake[_quarters_of(person.candidate)] |= self._bits[name]

    def cards(self, pair: Pair) -> tuple[Card, Card]:
        """Return what the first, and what the second is shown. Raises KeyError for somebody who is not here."""
        return self._card(pair, of=pair.second, to=pair.first), self._card(pair, of=pair.first, to=pair.second)

    def _card(self, pair: Pair, *, of: str, to: str) -> Card:
        is_mentor = pair.kind is Kind.MENTOR and of == pair.second
        kept = self._kept(list(self._common(of, to)), to, is_mentor=is_mentor)
        sentence = self._people[of].profile.sentence
        told: defaultdict[str, list[Any]] = defaultdict(list)
        for part, value in kept:
            told[part].append(value)
        return Card(
            kind=pair.kind,
            is_mentor=is_mentor,
            topics=tuple(sorted(told[TOPIC])),
            languages=tuple(sorted(told[LANGUAGE])),
            helps=tuple(kind for kind in Help if kind in told[HELP]),
            sentence=sentence if _may_be_shown(sentence) else "",
            stage=next(iter(told[STAGE]), None),
            hours=next(iter(told[HOURS]), None),
        )

    def _facts_of(self, profile: Profile) -> Iterator[Fact]:
        """Yield what a card may say of somebody, whoever reads it."""
        for topic in (profile.setbacks - self._sensitive) | (profile.setbacks & profile.shown):
            yield Fact(TOPIC, topic)
        for language in profile.languages:
            yield Fact(LANGUAGE, language)
        for kind in profile.helps:
            yield Fact(HELP, kind)
        if profile.stage is not None:
            yield Fact(STAGE, profile.stage)
        if profile.asynchronous:
            yield Fact(HOURS, 0)
        if Role.MENTOR in profile.roles:
            yield Fact(ROLE, Role.MENTOR)

    def _common(self, of: str, to: str) -> Iterator[Fact]:
        """Yield what a card would say of somebody to somebody if nobody could be singled out."""
        shown, reader = self._people[of], self._people[to]
        theirs, own = set(self._facts_of(shown.profile)), set(self._facts_of(reader.profile))
        yield from (fact for fact in theirs & own if fact.part in {TOPIC, LANGUAGE})
        yield from (fact for fact in theirs if fact.part in {HELP, STAGE})
        hours = _hours(_quarters_of(shown.candidate) & _quarters_of(reader.candidate))
        if hours or Fact(HOURS, 0) in theirs & own:
            yield Fact(HOURS, hours)

    def _kept(self, facts: list[Fact], reader: str, *, is_mentor: bool) -> list[Fact]:
        """Return those facts that may stand on a card together."""
        crowd = self._everybody & ~self._bits[reader]
        mentors = crowd & self._sharing[Fact(ROLE, Role.MENTOR)]
        if is_mentor and mentors.bit_count() >= self._k:
            crowd = mentors
        sharing = {fact: crowd & self._mask(fact, reader) for fact in facts}
        # What alone singles somebody out has to go in any case, so nothing else needs to go for it.
        kept = [fact for fact in facts if sharing[fact].bit_count() >= self._k]
        kept.sort(key=lambda fact: (_ORDER.index(fact.part), sharing[fact].bit_count(), str(fact.value)), reverse=True)
        languages = [fact for fact in kept if fact.part == LANGUAGE]
        if languages:  # the commonest goes last of all: they have to talk in something
            kept.remove(languages[0])
            kept.insert(0, languages[0])
        while kept and _all(crowd, (sharing[fact] for fact in kept)).bit_count() < self._k:
            kept.pop()
        return kept

    def _mask(self, fact: Fact, reader: str) -> int:
        if fact.part != HOURS or fact.value == 0:
            return self._sharing[fact]
        awake, mask = _quarters_of(self._people[reader].candidate), 0
        for others, who in self._awake.items():
            if _hours(awake & others) >= fact.value:
                mask |= who
        return mask


@lru_cache(8192)  # a millisecond each, and a round shows thousands, most of them not for the first time
def _may_be_shown(sentence: str) -> bool:
    """Tell whether a sentence still passes the lint, which may have learned something since it was saved."""
    return not faults_in_sentence(sentence)


def _all(crowd: int, masks: Iterable[int]) -> int:
    for mask in masks:
        crowd &= mask
    return crowd


def _quarters_of(somebody: Candidate) -> int:
    """Return the quarter hours (what time zones differ by) of the UTC day in which somebody is free, a bit each."""
    mask = 0
    for begin, end in utc_spans(somebody):
        mask |= (1 << round(end * 4)) - (1 << round(begin * 4))
    return mask


def _hours(quarters: int) -> int:
    """Return how many whole hours so many quarters are."""
    return quarters.bit_count() // 4


def reasons_on(card: Card, because: Iterable[Reason]) -> tuple[Reason, ...]:
    """Return why two people fit as far as a card says it too, so that no reason tells what was left off the card."""
    told = {*card.topics, *card.languages, *card.helps}
    kept = []
    for reason in because:
        values = tuple(value for value in reason.values if value in told)
        if values or not (reason.values or (reason.text_key in OF_STAGES and card.stage is None)):
            kept.append(replace(reason, values=values))
    return tuple(kept)
