"""The picture of `/faq stats`: tall, so that a phone shows it large. Its figures as words: views/statistics.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.faq.statistics import ENOUGH_VOTES
from bot.safety.text import clean
from bot.views.sheet import Sheet
from bot.views.statistics import day_of, month_of, percent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.core.texts import Texts
    from bot.faq.statistics import Rate, Statistics, Week

WIDTH = 1080
"""Pixels; 26 of them are about 10 points on a phone held upright."""
PAPER, PANEL, TRACK, DIM, INK = "#15171C", "#22252D", "#3A3F4B", "#B4B8C4", "#F4F1EA"
AMBER, BLUE, PALE = "#E8A33D", "#56B4E9", "#E4E5EA"
"""Lamplight, and the sky blue that no kind of colour blindness takes for it (Okabe and Ito 2008)."""
LOOKS = ((AMBER, ""), (BLUE, "//"), (PALE, ".."))
"""Colour and hatch of answered, choices and unknown, from the ground up."""
BEST, WORST, OVERALL = (AMBER, "^"), (BLUE, "v"), (DIM, "o")
"""Colour of the interval and marker of the share."""
MARGIN, PAD, GAP, HEAD, TITLE, END = 28, 30, 16, 98, 78, 14
"""Pixels around the panels, inside them, between them; heights of the headings and of a panel's end."""
LEFT, RIGHT = MARGIN + PAD, WIDTH - MARGIN - PAD
LARGE, NORMAL, SMALL = 30, 26, 22
"""Sizes of letters."""
LEGEND, BARS, DAYS = 92, 220, 72
"""Heights of what stands above the weeks' bars, of these, and of what stands below."""
ROW, VOTE_ROW, GROUP, NOTE = 44, 74, 46, 60
"""Heights of a topic or gap, of an entry's votes, of a group's name, of a sentence."""
TOPIC_WIDTH = 430
TRACK_LEFT, TRACK_RIGHT = 600, 850
"""Where a share of 0 and of 1 is."""
EXACT = 10_000
"""Counts from which the picture rounds; the text does not."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One part of the picture. `height`: below its title, pixels; `draw(sheet, top)` draws that."""

    title: str
    height: int
    draw: Callable[[Sheet, float], None]


def draw_statistics(statistics: Statistics, texts: Texts) -> bytes:
    """Return the statistics as a PNG, WIDTH pixels wide and as high as there is to say. Takes a second; any thread."""
    panels = [_nothing(texts)] if statistics.is_empty else _panels(statistics, texts)
    sheet = Sheet(WIDTH, HEAD + sum(TITLE + panel.height + GAP for panel in panels) + MARGIN - GAP, PAPER)
    sheet.box(MARGIN, 34, 10, 46, AMBER, radius=5)
    sheet.write(LEFT, 57, texts("stats.title"), 40, INK, weight="bold")
    top = HEAD
    for panel in panels:
        sheet.box(MARGIN, top, WIDTH - 2 * MARGIN, TITLE + panel.height, PANEL, radius=18)
        title = sheet.fit(panel.title, RIGHT - LEFT, LARGE, weight="bold")
        sheet.write(LEFT, top + TITLE / 2, title, LARGE, INK, weight="bold")
        panel.draw(sheet, top + TITLE)
        top += TITLE + panel.height + GAP
    return sheet.png()


def _panels(statistics: Statistics, texts: Texts) -> list[Panel]:
    return [_weeks(statistics, texts), _topics(statistics, texts), _votes(statistics, texts), _gaps(statistics, texts)]


def _nothing(texts: Texts) -> Panel:
    return _sentence(texts("stats.nothing"), texts("stats.nothing_hint"))


def _sentence(title: str, sentence: str) -> Panel:
    """Return a panel that says why it has no figures."""
    return Panel(title, NOTE, lambda sheet, top: _note(sheet, top, sentence))


def _note(sheet: Sheet, top: float, sentence: str) -> None:
    sheet.write(LEFT, top + 12, sheet.fit(sentence, RIGHT - LEFT, NORMAL, lines=2), NORMAL, DIM)


def _weeks(statistics: Statistics, texts: Texts) -> Panel:
    asked = statistics.asked
    title = texts("stats.weeks", date=day_of(statistics.since, texts), total=asked.total)
    if not asked.total:
        return _sentence(title, texts("stats.nothing"))

    def draw(sheet: Sheet, top: float) -> None:
        left = float(LEFT)
        names = (texts("stats.answered"), texts("stats.choices"), texts("stats.unknown"))
        for name, count, (colour, hatch) in zip(names, _kinds(asked), LOOKS, strict=True):
            sheet.bar(left, top, 30, 30, colour, hatch=hatch, ink=PANEL)
            words = texts("stats.count", what=name, count=_short(count))
            left += 42
            left += 30 + sheet.write(left, top + 15, sheet.fit(words, RIGHT - left, NORMAL), NORMAL, INK)
        _bars(sheet, top + LEGEND, statistics.weeks, texts)

    return Panel(title, LEGEND + BARS + DAYS, draw)


def _bars(sheet: Sheet, top: float, weeks: Sequence[Week], texts: Texts) -> None:
    slot, peak, ground = (RIGHT - LEFT) / len(weeks), max(week.total for week in weeks), top + BARS
    month = ""
    for place, week in enumerate(weeks):
        left, height, middle = LEFT + place * slot + 8, 0.0, LEFT + (place + 0.5) * slot
        for count, (colour, hatch) in zip(_kinds(week), LOOKS, strict=True):
            part = BARS * count / peak
            sheet.bar(left, ground - height - part, slot - 16, part, colour, hatch=hatch, ink=PANEL)
            height += part
            if part > SMALL * 1.4 and count != week.total:
                centre = ground - height + part / 2
                sheet.write(middle, centre, _short(count), SMALL, PANEL, weight="bold", align="center", behind=colour)
        colour = INK if week.total else DIM
        sheet.write(middle, ground - height - 18, _short(week.total), SMALL, colour, weight="bold", align="center")
        before, month = month, month_of(week.starts_on, texts)
        days = (str(week.starts_on.day), month if month != before else "")
        sheet.write(middle, ground + 36, days, SMALL, DIM, align="center")
    sheet.bar(LEFT, ground, RIGHT - LEFT, 2, TRACK)


def _topics(statistics: Statistics, texts: Texts) -> Panel:
    if not statistics.topics:
        return _sentence(texts("stats.topics"), texts("stats.none"))

    def draw(sheet: Sheet, top: float) -> None:
        peak, left = max(count for _, count in statistics.topics), LEFT + TOPIC_WIDTH
        for title, count in statistics.topics:
            middle, width = top + ROW / 2 - 6, (RIGHT - left - 90) * count / peak
            sheet.write(LEFT, middle, sheet.fit(_readable(sheet, title, texts), TOPIC_WIDTH - 24, NORMAL), NORMAL, INK)
            sheet.bar(left, middle - 14, width, 28, AMBER)
            sheet.write(left + width + 14, middle, _short(count), NORMAL, INK, weight="bold")
            top += ROW

    return Panel(texts("stats.topics"), ROW * len(statistics.topics) + END, draw)


def _votes(statistics: Statistics, texts: Texts) -> Panel:
    title = texts("stats.helped")
    if not statistics.helped.votes:
        return _sentence(title, texts("stats.no_votes"))
    named = (("stats.best", statistics.best, BEST), ("stats.worst", statistics.worst, WORST))
    groups = [(texts(key), rows, look) for key, rows, look in named if rows]

    def draw(sheet: Sheet, top: float) -> None:
        _scale(sheet, top, texts)
        _vote_row(sheet, top + SMALL, texts("stats.all_votes"), statistics.helped, look=OVERALL, texts=texts)
        top += SMALL + VOTE_ROW
        for name, rows, look in groups:
            sheet.write(LEFT, top + GROUP / 2, name, NORMAL, look[0], weight="bold")
            top += GROUP
            for question, rate in rows:
                _vote_row(sheet, top, question, rate, look=look, texts=texts)
                top += VOTE_ROW
        if not groups:
            _note(sheet, top + 10, texts("stats.few_votes", votes=ENOUGH_VOTES))

    height = sum(GROUP + VOTE_ROW * len(rows) for _, rows, _ in groups) or NOTE
    return Panel(title, SMALL + VOTE_ROW + height + END, draw)


def _scale(sheet: Sheet, top: float, texts: Texts) -> None:
    for share in (0.0, 0.5, 1.0):
        x = TRACK_LEFT + share * (TRACK_RIGHT - TRACK_LEFT)
        sheet.write(x, top, texts("stats.percent", percent=percent(share)), SMALL, DIM, align="center")


def _vote_row(sheet: Sheet, top: float, name: str, rate: Rate, *, look: tuple[str, str], texts: Texts) -> None:
    (colour, marker), middle, wide = look, top + VOTE_ROW / 2, TRACK_RIGHT - TRACK_LEFT
    words = sheet.fit(_readable(sheet, name, texts), TRACK_LEFT - LEFT - 40, NORMAL, lines=2)
    share = texts("stats.percent", percent=percent(rate.share))
    votes = texts("stats.votes", helped=_short(rate.helped), votes=_short(rate.votes))
    sheet.write(LEFT, middle, words, NORMAL, INK)
    sheet.box(TRACK_LEFT, middle - 3, wide, 6, TRACK, radius=3)
    sheet.box(TRACK_LEFT + rate.low * wide, middle - 8, (rate.high - rate.low) * wide, 16, colour, radius=8)
    sheet.dot(TRACK_LEFT + rate.share * wide, middle, marker, INK, rim=PANEL)
    sheet.write(RIGHT, middle - 15, share, NORMAL, INK, weight="bold", align="right")
    sheet.write(RIGHT, middle + 17, votes, SMALL, DIM, align="right")


def _gaps(statistics: Statistics, texts: Texts) -> Panel:
    if not statistics.gaps:
        return _sentence(texts("stats.gaps"), texts("stats.no_gaps"))

    def draw(sheet: Sheet, top: float) -> None:
        for question, askers in statistics.gaps:
            middle = top + ROW / 2 - 6
            sheet.box(LEFT, middle - 19, 76, 38, TRACK, radius=19)
            sheet.write(LEFT + 38, middle, _short(askers), SMALL, INK, weight="bold", align="center")
            words = _readable(sheet, question, texts)
            sheet.write(LEFT + 96, middle, sheet.fit(words, RIGHT - LEFT - 96, NORMAL), NORMAL, INK)
            top += ROW

    return Panel(texts("stats.gaps"), ROW * len(statistics.gaps) + END, draw)


def _kinds(week: Week) -> tuple[int, int, int]:
    return week.answer, week.choices, week.unknown


def _readable(sheet: Sheet, text: str, texts: Texts) -> str:
    """Return a text, or where to read it when some of its letters cannot be drawn."""
    return clean(text) if sheet.can_draw(clean(text)) else texts("stats.unreadable")


def _short(count: int) -> str:
    """Return a count in at most five characters or so: 9999, 12k, 3M."""
    if count < EXACT:
        return str(count)
    from matplotlib.ticker import EngFormatter  # noqa: PLC0415 - with the rest of it

    return str(EngFormatter(places=0, sep="")(count))
