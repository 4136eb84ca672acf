"""The figures of `/faq stats` as words: for screen readers, and for whoever would rather read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.faq.statistics import ENOUGH_VOTES
from bot.safety.text import clean, cut, escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from bot.core.texts import Texts
    from bot.faq.statistics import Rate, Statistics, Week

TEXT_LENGTH = 3500
"""Characters; a message of parts has 4000, and the command says a little more."""
ALT_LENGTH = 1000
"""Characters; Discord takes 1024."""
NAME_LENGTHS = (120, 60, 30)
"""Characters of a title or a question, tried in this order until the text fits."""
ALT_NAME_LENGTH, ALT_TOPICS = 80, 3


def statistics_text(statistics: Statistics, texts: Texts) -> str:
    """Return every figure of the picture in sentences and lists (Markdown), at most TEXT_LENGTH characters."""
    text = ""
    for length in NAME_LENGTHS:
        text = "\n".join(_lines(statistics, texts, length))
        if len(text) <= TEXT_LENGTH:
            break
    return cut(text, TEXT_LENGTH)


def statistics_alt(statistics: Statistics, texts: Texts) -> str:
    """Return what the picture shows, in plain text of at most ALT_LENGTH characters."""
    if statistics.is_empty:
        return texts("stats.nothing")
    asked, none = statistics.asked, texts("stats.none")
    topics = [
        texts("stats.count", what=cut(title, ALT_NAME_LENGTH), count=count)
        for title, count in statistics.topics[:ALT_TOPICS]
    ]
    gaps = [cut(question, ALT_NAME_LENGTH) for question, _ in statistics.gaps]
    helped = statistics.helped
    alt = texts(
        "stats.alt",
        date=day_of(statistics.since, texts),
        total=asked.total,
        answer=asked.answer,
        choices=asked.choices,
        unknown=asked.unknown,
        topics=", ".join(topics) or none,
        helped=_rate(texts("stats.all_votes"), helped, texts) if helped.votes else texts("stats.no_votes"),
        gap=gaps[0] if gaps else none,
    )
    return cut(clean(alt), ALT_LENGTH)


def day_of(day: date, texts: Texts) -> str:
    """Return a day as people write it, without its year."""
    return texts("stats.day", day=day.day, month=month_of(day, texts))


def month_of(day: date, texts: Texts) -> str:
    """Return a month's short name; its number where a locale does not name so many."""
    return next(iter(texts("stats.months").split()[day.month - 1 :]), str(day.month))


def percent(share: float) -> int:
    """Return a share of 0..1 as whole percent."""
    return round(100 * share)


def _lines(statistics: Statistics, texts: Texts, length: int) -> Iterator[str]:
    """Yield the lines, in which titles and questions have at most `length` characters."""

    def quoted(text: str) -> str:
        return escape(cut(clean(text), length))

    yield f"## {texts('stats.title')}"
    if statistics.is_empty:
        yield texts("stats.nothing")
        yield texts("stats.nothing_hint")
        return
    asked, helped = statistics.asked, statistics.helped
    yield f"### {texts('stats.weeks', date=day_of(statistics.since, texts), total=asked.total)}"
    kinds = {"stats.answered": asked.answer, "stats.choices": asked.choices, "stats.unknown": asked.unknown}
    yield from _list(texts("stats.count", what=texts(key), count=count) for key, count in kinds.items())
    yield from _list(_week(week, texts) for week in statistics.weeks)
    yield f"### {texts('stats.topics')}"
    topics = [texts("stats.count", what=quoted(title), count=count) for title, count in statistics.topics]
    yield from _list(topics or [texts("stats.none")])
    yield f"### {texts('stats.helped')}"
    yield from _list([_rate(texts("stats.all_votes"), helped, texts) if helped.votes else texts("stats.no_votes")])
    for key, rows in (("stats.best", statistics.best), ("stats.worst", statistics.worst)):
        if rows:
            yield f"**{texts(key)}**"
            yield from _list(_rate(quoted(question), rate, texts) for question, rate in rows)
    if helped.votes and not (statistics.best or statistics.worst):
        yield texts("stats.few_votes", votes=ENOUGH_VOTES)
    yield f"### {texts('stats.gaps')}"
    gaps = [texts("stats.count", what=quoted(question), count=askers) for question, askers in statistics.gaps]
    yield from _list(gaps or [texts("stats.no_gaps")])


def _list(rows: Iterable[str]) -> Iterator[str]:
    return (f"- {row}" for row in rows)


def _week(week: Week, texts: Texts) -> str:
    day = day_of(week.starts_on, texts)
    if not week.total:
        return texts("stats.week_empty", date=day)
    return texts("stats.week", date=day, answer=week.answer, choices=week.choices, unknown=week.unknown)


def _rate(what: str, rate: Rate, texts: Texts) -> str:
    return texts(
        "stats.rate",
        what=what,
        percent=percent(rate.share),
        helped=rate.helped,
        votes=rate.votes,
        low=percent(rate.low),
        high=percent(rate.high),
    )
