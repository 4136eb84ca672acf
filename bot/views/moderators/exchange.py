"""A FAQ on its way in: what the file would change, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.faq.differences import between
from bot.safety.text import cut, escape
from bot.views.answers import ACCENT, Card, Row
from bot.views.ids import desk
from bot.views.moderators.shown import (
    FIELD_NAMES,
    TEXT_LENGTH,
    Shown,
    Style,
    button,
    diff_lines,
    file_part,
    text_file,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.core.errors import Problem
    from bot.core.models import Entry, Topic, TopicId
    from bot.core.texts import Texts
    from bot.faq.importing import Clash, Plan

    Topics = Mapping[TopicId, Topic]
    Section = tuple[str, Sequence[Any], Callable[[Any], str]]

LISTED, PROBLEMS = 8, 1000
"""Of each kind on the card; the file beside it has all. Problems in the file: nobody mends more at once."""
QUOTE_LENGTH, PROBLEM_LENGTH, PASTED_LENGTH, TITLE_LENGTHS = 70, 220, 4000, (3, 80)
MORE_LENGTH = 40
"""Kept free for the line that tells how many lines are not shown."""

Alike = tuple["Entry", "Entry", float]
"""An entry of the file, one of the FAQ that asks nearly the same, and their cosine."""


def plan_card(texts: Texts, plan: Plan, topics: Topics, alike: Sequence[Alike], *, number: int, changes: str) -> Shown:
    """Return what an import would do; `number`: of the file; `changes`: the same in full, as in `changes_text`."""
    counts = _counts(texts, plan)
    sections = _Lines(texts, topics, _quoted).sections(plan, alike)
    room = (TEXT_LENGTH - len(counts)) // max(1, len(sections))
    parts = [ui.TextDisplay[Any](counts), *(ui.TextDisplay[Any](_listed(texts, each, room)) for each in sections)]
    container = ui.Container[Any](*parts, accent_colour=ACCENT)
    if not sections:
        return Shown(Card(container))
    file = text_file("changes.txt", changes)
    if not plan.size:
        return Shown(Card(container, file_part(file)), (file,))
    actions = Row(
        button(texts("import.apply", number=plan.size), desk("imp_apply", number, plan.fingerprint), Style.success),
        button(texts("import.cancel"), desk("imp_cancel", number)),
    )
    return Shown(Card(container, file_part(file), actions), (file,))


def changes_text(texts: Texts, plan: Plan, topics: Topics, alike: Sequence[Alike]) -> str:
    """Return all an import would do, the entries as diffs. Of thousands of entries that takes a second."""
    parts = [_counts(texts, plan).replace("*", "")]
    for title, items, line in _Lines(texts, topics, str).sections(plan, alike):
        parts.append("\n".join([title.replace("*", ""), *map(line, items)]))
    named = {**topics, **{topic.id: topic for topic in plan.topics}}
    states: list[tuple[Entry | None, Entry | None]] = [
        *((entry, None) for entry in plan.removed),
        *plan.changed,
        *((None, entry) for entry in plan.added),
    ]
    for before, after in states:
        entry = after or before
        title = f"# {entry.question} ({entry.id})" if entry else ""
        lines = diff_lines(between(before, after, named), texts) or [texts("import.other_fields")]
        parts.append("\n".join([title, *lines]))
    return "\n\n".join(parts)


def problems_card(texts: Texts, problems: Sequence[Problem], pasted: int | None = None) -> Shown:
    """Return what is wrong with a file; all of it as a file where it is much. `pasted`: its number, to mend it here."""
    lines = [f"- {escape(cut(str(problem), PROBLEM_LENGTH))}" for problem in problems[:LISTED]]
    if len(problems) > LISTED:
        lines.append(texts("editor.more", number=len(problems) - LISTED))
    parts: list[ui.Item[Any]] = [ui.TextDisplay("\n".join([texts("import.problems", number=len(problems)), *lines]))]
    files: tuple[discord.File, ...] = ()
    if len(problems) > LISTED:
        files = (text_file("problems.txt", "\n".join(map(str, problems[:PROBLEMS]))),)
        parts.append(file_part(files[0]))
    if pasted is not None:
        parts.append(Row(button(texts("import.mend"), desk("imp_mend", pasted), Style.primary)))
    return Shown(Card(*parts), files)


def given_back_card(texts: Texts, reason: str, pasted: str) -> Shown:
    """Return pasted text that could not be kept, as a file that can be brought in."""
    file = text_file("pasted.txt", pasted)
    return Shown(Card(ui.TextDisplay(f"{reason}\n\n{texts('import.given_back')}"), file_part(file)), (file,))


def paste_modal(texts: Texts, topic: str, pasted: str = "", *, replaces: bool) -> ui.Modal:
    """Return the form that takes questions and answers as text."""
    modal = ui.Modal(title=texts("import.paste_title"), custom_id=desk("imp_paste", int(replaces)))
    text: ui.TextInput[Any] = ui.TextInput(
        custom_id="pasted", style=discord.TextStyle.paragraph, default=pasted or None, max_length=PASTED_LENGTH
    )
    least, most = TITLE_LENGTHS
    named: ui.TextInput[Any] = ui.TextInput(custom_id="topic", default=topic, min_length=least, max_length=most)
    modal.add_item(ui.Label(text=texts("import.paste_label"), description=texts("import.paste_hint"), component=text))
    modal.add_item(ui.Label(text=texts("editor.field_topic"), component=named))
    modal.stop()
    return modal


def _counts(texts: Texts, plan: Plan) -> str:
    if not plan.size and not plan.clashes:
        return texts("import.nothing")
    added, changed, removed = len(plan.added), len(plan.changed), len(plan.removed)
    return texts("import.counts", added=added, changed=changed, removed=removed, same=plan.same)


class _Lines:
    """The lines of what an import would do, made as they are needed; `quoted` makes a text fit to be shown there."""

    def __init__(self, texts: Texts, topics: Topics, quoted: Callable[[str], str]) -> None:
        self._texts = texts
        self._topics = topics
        self._quoted = quoted

    def sections(self, plan: Plan, alike: Sequence[Alike]) -> list[Section]:
        """Return titles with what they are about, and what makes a line of it; what needs a decision comes first."""
        texts = self._texts
        found: list[Section] = [
            (texts("import.clashes"), plan.clashes, self._clash),
            (texts("import.kept_titles"), plan.kept_titles, self._topic),
            (texts("import.removed"), plan.removed, self._entry),
            (texts("import.changed"), plan.changed, self._changed),
            (texts("import.added"), plan.added, self._entry),
            (texts("import.alike"), alike, self._alike),
            (texts("import.topics"), plan.topics, self._topic),
        ]
        return [section for section in found if section[1]]

    def _entry(self, entry: Entry) -> str:
        return f"- {self._quoted(entry.question)}"

    def _topic(self, topic: Topic) -> str:
        return f"- {self._quoted(topic.title)}"

    def _changed(self, pair: tuple[Entry, Entry]) -> str:
        names = ", ".join(self._texts(FIELD_NAMES[each.field]) for each in between(*pair, self._topics))
        fields = names or self._texts("import.other_fields")
        return self._texts("import.changed_line", question=self._quoted(pair[1].question), fields=fields)

    def _clash(self, clash: Clash) -> str:
        question, wording, owner = map(self._quoted, (clash.entry.question, clash.wording, clash.owner.question))
        return self._texts("import.clash_line", question=question, wording=wording, owner=owner)

    def _alike(self, each: Alike) -> str:
        entry, other, cosine = each
        question, like, percent = self._quoted(entry.question), self._quoted(other.question), round(100 * cosine)
        return self._texts("import.alike_line", question=question, percent=percent, other=like)


def _listed(texts: Texts, section: Section, room: int) -> str:
    """Return a title with the first lines below it, as many as fit into `room` characters."""
    title, items, line = section
    shown = [title]
    for text in map(line, items[:LISTED]):
        if len("\n".join([*shown, text])) > room - MORE_LENGTH:
            break
        shown.append(text)
    if len(shown) <= len(items):
        shown.append(texts("editor.more", number=len(items) - len(shown) + 1))
    return "\n".join(shown)


def _quoted(text: str) -> str:
    return escape(cut(text, QUOTE_LENGTH))
