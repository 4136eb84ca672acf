"""An entry as pages of Markdown that fit a message. Pure; nothing is ever cut off."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.models import Entry
    from bot.core.texts import Texts

PAGE_LENGTH = 2000
"""Characters of a page: of a message's 4,000, the question may take 1,500, title and small print 500."""


def pages_of(entry: Entry, texts: Texts) -> list[str]:
    """Return the answer with its sources in pages of at most PAGE_LENGTH characters."""
    if not entry.sources:
        return split(entry.answer, PAGE_LENGTH)
    sources = [texts("answer.sources")]
    for source in entry.sources:
        if source.is_experience:
            sources.append(texts("answer.experience", experience=source.title))
        else:
            sources.append(texts("answer.source", title=source.title, trust=source.trust))
    return split(entry.answer + "\n\n" + "\n".join(sources), PAGE_LENGTH)


def checked_line(entry: Entry, texts: Texts, today: date) -> str:
    """Return who looked at the answer when; past its review date it says so."""
    due = entry.reviewed_on + timedelta(days=entry.review_after_days)
    key = "answer.review_due" if today > due else "answer.reviewed"
    return texts(key, date=entry.reviewed_on.isoformat())


def split(text: str, limit: int) -> list[str]:
    """Return `text` in parts of at most `limit` characters, broken at paragraphs, else lines, else words.

    Joined again, the parts hold every character but the blanks at the breaks.
    """
    parts = []
    rest = text.strip()
    while len(rest) > limit:
        window = rest[: limit + 1]
        breaks = (window.rfind(mark) for mark in ("\n\n", "\n", " "))
        # A break in the first half would make a stub of a page: look for a finer one.
        at = next((place for place in breaks if place > limit // 2), limit)
        parts.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*parts, rest]
