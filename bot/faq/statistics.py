"""The figures of `/faq stats`: what became of questions, what they were about, whether the answers helped. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from math import sqrt
from typing import TYPE_CHECKING

from bot.core.models import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from bot.core.models import Entry, EntryId, Topic, TopicId
    from bot.core.upkeep import DayCount

WEEKS, TOPICS, RANKED, GAPS = 12, 8, 3, 5
"""How many of each are shown."""
ENOUGH_VOTES = 5
"""Votes from which an entry is ranked: below, the interval is wider than half of what is possible [assumed]."""
NORMAL_95 = 1.959964
"""The standard normal quantile at 0.975."""


@dataclass(frozen=True, slots=True)
class Rate:
    """The share of votes that say "That helped", with its 95 % interval, 0..1."""

    helped: int
    votes: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Helped / votes, 0..1; 0 without votes."""
        return self.helped / self.votes if self.votes else 0.0


@dataclass(frozen=True, slots=True)
class Week:
    """What became of the questions of one week. `starts_on`: its Monday."""

    starts_on: date
    answer: int
    choices: int
    unknown: int

    @property
    def total(self) -> int:
        """All questions of the week."""
        return self.answer + self.choices + self.unknown


@dataclass(frozen=True, slots=True)
class Statistics:
    """Everything `/faq stats` shows.

    `weeks`: the last WEEKS, the present one included, oldest first; empty weeks too.
    `topics`: (title, questions answered from it in these weeks), most asked first.
    `helped`: all votes, also those before these weeks; `best` and `worst`: (question, its votes), no entry in both.
    `gaps`: (question, people who asked it), as the queue orders them.
    """

    weeks: tuple[Week, ...]
    topics: tuple[tuple[str, int], ...]
    helped: Rate
    best: tuple[tuple[str, Rate], ...]
    worst: tuple[tuple[str, Rate], ...]
    gaps: tuple[tuple[str, int], ...]

    @property
    def is_empty(self) -> bool:
        """Whether nobody has asked or voted yet."""
        return not (self.asked.total or self.helped.votes or self.gaps)

    @property
    def since(self) -> date:
        """The first day that is counted."""
        return self.weeks[0].starts_on

    @property
    def asked(self) -> Week:
        """What became of the questions of all weeks together."""
        kinds = zip(*((week.answer, week.choices, week.unknown) for week in self.weeks), strict=True)
        return Week(self.since, *map(sum, kinds))


def wilson(helped: int, votes: int) -> tuple[float, float]:
    """Return the 95 % score interval of a share, 0..1; (0, 1) without votes.

    Wilson 1927, "Probable inference, the law of succession, and statistical inference", JASA 22, 209-212.
    """
    if not votes:
        return 0.0, 1.0
    share, extra = helped / votes, NORMAL_95**2 / votes
    middle = (share + extra / 2) / (1 + extra)
    half = sqrt(extra * (share * (1 - share) + extra / 4)) / (1 + extra)
    # At the ends rounding may leave the share itself outside by 1e-17.
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def rate(helped: int, votes: int) -> Rate:
    """Return a share of votes with its interval."""
    return Rate(helped, votes, *wilson(helped, votes))


def statistics(
    counts: Sequence[DayCount],
    votes: Mapping[EntryId, tuple[int, int]],
    gaps: Sequence[tuple[str, int]],
    entries: Mapping[EntryId, Entry],
    topics: Mapping[TopicId, Topic],
    *,
    today: date,
) -> Statistics:
    """Return a guild's figures.

    `votes`: (helped, did not help) by entry; those on entries that are gone count for `helped` alone.
    `gaps`: (question, askers) in the queue's order. Counts outside the WEEKS up to `today` are left out.
    """
    monday = today - timedelta(days=today.weekday())
    starts = [monday - timedelta(weeks=ago) for ago in reversed(range(WEEKS))]
    counts = [each for each in counts if starts[0] <= each.day < monday + timedelta(weeks=1)]
    overall = rate(sum(helped for helped, _ in votes.values()), sum(map(sum, votes.values())))
    best, worst = _ranked(votes, entries, overall)
    return Statistics(
        _weeks(counts, starts), _topics(counts, entries, topics), overall, best, worst, tuple(gaps[:GAPS])
    )


def _weeks(counts: Sequence[DayCount], starts: Sequence[date]) -> tuple[Week, ...]:
    found: Counter[tuple[date, str]] = Counter()
    for each in counts:
        found[each.day - timedelta(days=each.day.weekday()), each.what] += each.count
    return tuple(
        Week(start, *(found[start, what] for what in (Kind.ANSWER, Kind.CHOICES, Kind.UNKNOWN))) for start in starts
    )


def _topics(
    counts: Sequence[DayCount], entries: Mapping[EntryId, Entry], topics: Mapping[TopicId, Topic]
) -> tuple[tuple[str, int], ...]:
    found: Counter[TopicId] = Counter()
    for each in counts:
        entry = entries.get(each.entry_id) if each.entry_id else None
        if each.what == Kind.ANSWER and entry and entry.topic in topics:
            found[entry.topic] += each.count
    asked = ((topics[topic].title, count) for topic, count in found.items() if count)
    return tuple(sorted(asked, key=lambda row: (-row[1], row[0]))[:TOPICS])


def _ranked(
    votes: Mapping[EntryId, tuple[int, int]], entries: Mapping[EntryId, Entry], overall: Rate
) -> tuple[tuple[tuple[str, Rate], ...], tuple[tuple[str, Rate], ...]]:
    """Return the best entries by their lower bounds, and the worst by their upper ones.

    Few votes prove little, and so do not lead either list (Miller 2009, "How not to sort by average rating").
    Nothing is among the worst that helps as often as all entries do, nor among the best that fails every other time.
    """
    rates = [
        (entries[entry_id].question, rate(helped, helped + not_helped))
        for entry_id, (helped, not_helped) in sorted(votes.items())
        if entry_id in entries and helped + not_helped >= ENOUGH_VOTES
    ]
    bar = max(overall.share, 0.5)
    best = sorted((row for row in rates if row[1].share >= bar), key=lambda row: -row[1].low)
    worst = sorted((row for row in rates if row[1].share < bar), key=lambda row: row[1].high)
    return tuple(best[:RANKED]), tuple(worst[:RANKED])
