"""What the cards of those who look after a FAQ are made of."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import discord
from discord import ui

from bot.faq.differences import GAP
from bot.safety.text import cut
from bot.views.answers import LABEL_LENGTH, Card, Row
from bot.views.ids import desk

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.texts import Texts
    from bot.faq.differences import Difference

TEXT_LENGTH = 4000
"""Characters of text in one message made of parts (discord/limits.md)."""
NOTHING = "-"
"""Stands in a custom id for an entry, a revision or an origin that there is not."""
LINE_LENGTH = 300
"""Of a diff: more is a paragraph without a full stop, and its beginning says which."""

Style = discord.ButtonStyle
T = TypeVar("T")


class Numbered(Protocol):
    """What is looked at one after another: a proposal, a suggestion."""

    @property
    def id(self) -> int:
        """Its number."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A card with the files it shows."""

    card: Card
    files: tuple[discord.File, ...] = ()


def button(label: str, custom_id: str, style: Style = Style.secondary, *, disabled: bool = False) -> ui.Button[Any]:
    """Return a button."""
    return ui.Button(label=cut(label, LABEL_LENGTH), custom_id=custom_id, style=style, disabled=disabled)


def next_button(texts: Texts, verb: str, following: Numbered | None) -> list[ui.Button[Any]]:
    """Return the way to what is looked at next, by its number; nothing where there is no other."""
    return [] if following is None else [button(texts("prop.next"), desk(verb, following.id))]


def decided_card(text: str, *buttons: ui.Button[Any]) -> Card:
    """Return what became of something, and what can be done now."""
    return Card(ui.TextDisplay(text), *([Row(*buttons)] if buttons else []))


def text_file(name: str, text: str) -> discord.File:
    """Return a text as a file."""
    return discord.File(io.BytesIO(text.encode("utf-8", "replace")), name)


def file_part(file: discord.File) -> ui.File[Any]:
    """Return what shows a file in a card."""
    return ui.File(f"attachment://{file.filename}")


def length_of(parts: Iterable[ui.Item[Any]]) -> int:
    """Return how many characters of text the parts of a card hold."""
    return sum(len(part.content) for each in parts for part in _walk(each) if isinstance(part, ui.TextDisplay))


def paged(items: Sequence[T], page: int, size: int) -> tuple[Sequence[T], int, int]:
    """Return the items of a page, its number, which is there whatever was asked for, and how many pages there are."""
    pages = max(1, -(-len(items) // size))
    number = min(max(page, 0), pages - 1)
    return items[number * size : (number + 1) * size], number, pages


def pager(texts: Texts, pages: int, page: int, ids: Sequence[str]) -> list[ui.Item[Any]]:
    """Return the buttons to the page before and after, nothing for a single one; `ids`: theirs."""
    if pages <= 1:
        return []
    before = button(texts("answer.previous_page"), ids[0], disabled=page <= 0)
    after = button(texts("answer.next_page"), ids[1], disabled=page >= pages - 1)
    return [Row(before, after)]


def diff_lines(changes: Iterable[Difference], texts: Texts) -> list[str]:
    """Return the lines of a diff, each field under its name."""
    lines = []
    for change in changes:
        lines += [f"@@ {texts(FIELD_NAMES[change.field])} @@", *change.lines]
    return lines


def diff_parts(
    changes: Sequence[Difference], texts: Texts, limit: int
) -> tuple[list[ui.Item[Any]], tuple[discord.File, ...]]:
    """Return a diff of at most `limit` characters, and where that is not all of it, the whole as a file."""
    lines = diff_lines(changes, texts)
    block = ui.TextDisplay[Any](diff_block(lines, texts, limit))
    if len("\n".join(lines)) + len("```diff\n\n```") <= limit and max(map(len, lines), default=0) <= LINE_LENGTH:
        return [block], ()
    file = text_file("changes.txt", "\n".join(lines))
    return [block, file_part(file)], (file,)


def diff_block(lines: Sequence[str], texts: Texts, limit: int) -> str:
    """Return as much of a diff as fits into `limit` characters, in a block of code that nothing in it can end."""
    shown: list[str] = []
    size = len("```diff\n\n```")
    more = len(texts("history.more_lines", number=len(lines))) + 1
    for line in map(_harmless, lines):
        size += len(line) + 1
        if size > limit - more:
            break
        shown.append(line)
    block = "```diff\n" + "\n".join(shown or [GAP]) + "\n```"
    if len(shown) < len(lines):
        block += "\n" + texts("history.more_lines", number=len(lines) - len(shown))
    return block


def _harmless(line: str) -> str:
    """Return a line that neither ends a block of code nor mentions anybody; the name of a field is ours."""
    if line.startswith("@@ "):
        return line
    return cut(line, LINE_LENGTH).replace("`", "`\u200b").replace("@", "@\u200b")


def _walk(item: ui.Item[Any]) -> Iterable[ui.Item[Any]]:
    yield item
    yield from getattr(item, "walk_children", tuple)()


FIELD_NAMES = {
    "question": "editor.field_question",
    "answer": "editor.field_answer",
    "phrasings": "editor.field_phrasings",
    "topic": "editor.field_topic",
    "sources": "editor.field_sources",
    "reviewed": "editor.field_reviewed",
    "setbacks": "editor.field_setbacks",
    "related": "editor.field_related",
}
"""The name of each field that can differ."""
