"""`/faq try`: what would be answered, and why, in words and in a table that fits a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import ui

from bot.core.models import Evidence, Hit, Kind
from bot.faq.decision import decide
from bot.safety.text import cut, escape
from bot.views.answers import Card

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.models import Candidate, Entry, EntryId, Explanation
    from bot.core.texts import Texts

TABLE_WIDTH = 44
"""Columns of code that a phone shows without a break."""
QUOTE_LENGTH, QUESTION_LENGTH = 70, 200
LEFT_OUT = 3
VIEW_NAMES = {
    "best": "try.view_best",
    "discriminant": "try.view_discriminant",
    "document": "try.view_document",
    "lexical": "try.view_lexical",
}
"""The short name of each view of `bot/search/scoring.py`."""
FATES = {Kind.ANSWER: "try.answer", Kind.CHOICES: "try.choices", Kind.UNKNOWN: "try.unknown"}


def try_card(texts: Texts, question: str, why: Explanation, entries: Mapping[EntryId, Entry]) -> Card:
    """Return why a question is answered as it is."""
    lines = [texts("try.asked", question=escape(cut(question, QUESTION_LENGTH))), _fate(texts, why, entries)]
    if why.exact is not None:
        lines.append(texts("try.exact", question=_question(entries, why.exact)))
    if why.candidates:
        nearest = why.candidates[0]
        lines.append(texts("try.nearest", phrasing=_quoted(nearest.phrasing), cosine=f"{nearest.cosine:.2f}"))
    if why.off_topic:
        lines.append(texts("try.off_topic", question=_quoted(why.off_topic), cosine=f"{why.off_topic_cosine:.2f}"))
    lines += [texts("try.left_out", question=_question(entries, each)) for each in why.left_out[:LEFT_OUT]]
    parts: list[ui.TextDisplay[ui.LayoutView]] = [ui.TextDisplay("\n".join(lines))]
    if why.candidates:
        parts.append(ui.TextDisplay(f"```\n{_table(texts, why.candidates)}\n```"))
        names = [
            f"{number}. {_question(entries, each.entry_id)}\n-# {_quoted(each.phrasing)} {each.cosine:.2f}"
            for number, each in enumerate(why.candidates, 1)
        ]
        parts.append(ui.TextDisplay("\n".join(names)))
        parts.append(ui.TextDisplay(texts("try.legend")))
    return Card(*parts)


def _fate(texts: Texts, why: Explanation, entries: Mapping[EntryId, Entry]) -> str:
    hits = tuple(Hit(each.entry_id, each.score) for each in why.candidates)
    if why.exact is not None:
        hits = (Hit(why.exact, 1.0),)
    decision = decide(Evidence(hits, why.probability, why.thresholds))
    return texts(
        FATES[decision.kind],
        question=_question(entries, decision.entry) if decision.entry else "",
        probability=_percent(why.probability),
        answer=_percent(why.thresholds.answer),
        choices=_percent(why.thresholds.choices),
    )


def _table(texts: Texts, candidates: Sequence[Candidate]) -> str:
    """Return one row per candidate: its number, its score, and what each view says."""
    views = list(candidates[0].views)
    head = ["#", texts("try.score"), *(texts(VIEW_NAMES[view]) for view in views)]
    rows = [
        [str(number), f"{each.score:.2f}", *(f"{each.views[view]:.2f}" for view in views)]
        for number, each in enumerate(candidates, 1)
    ]
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in [head, *rows]]
    return "\n".join(line[:TABLE_WIDTH] for line in lines)


def _question(entries: Mapping[EntryId, Entry], entry_id: EntryId) -> str:
    return _quoted(entries[entry_id].question) if entry_id in entries else str(entry_id)


def _quoted(text: str) -> str:
    return escape(cut(text, QUOTE_LENGTH))


def _percent(probability: float) -> int:
    return round(100 * probability)
