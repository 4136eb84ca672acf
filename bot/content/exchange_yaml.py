"""Writes a FAQ as YAML that people like to edit and git likes to compare: the form of data/faq."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from bot.content.pack_shape import row_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.models import Entry, TopicId

_BLOCK = re.compile("[\t\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010fffe]+")
"""What YAML keeps as it stands in a block literal; PyYAML would not put there a tab, or a blank at a line's end."""


class _Block(str):
    """A text to be written below its key, line for line."""

    __slots__ = ()


class _Inline(list[str]):
    """A list to be written in one line."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - as it is called
        """Indent lists in mappings, as data/faq does."""
        super().increase_indent(flow, indentless=False)

    def analyze_scalar(self, scalar: str) -> Any:
        """Allow block literals wherever YAML does."""
        analysis = super().analyze_scalar(scalar)
        analysis.allow_block = _BLOCK.fullmatch(scalar) is not None
        return analysis

    def choose_scalar_style(self) -> Any:
        """Quote as people do who have apostrophes in their texts."""
        style = super().choose_scalar_style()
        return '"' if style == "'" else style


_Dumper.add_representer(
    _Block, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", f"{text}\n", style="|")
)
_Dumper.add_representer(
    _Inline, lambda dumper, items: dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)
)


def write_yaml(shelves: Iterable[tuple[TopicId, str | None, Sequence[Entry]]]) -> str:
    """Return one YAML document for each topic: its id, its title where that is known, its entries."""
    return "---\n".join(_document(*shelf) for shelf in shelves)


def _document(topic: TopicId, title: str | None, entries: Sequence[Entry]) -> str:
    head = {"topic": topic, **({"title": title} if title is not None else {})}
    items = (_dump({"entries": [_item(entry)]}).removeprefix("entries:\n") for entry in entries)
    return _dump(head) + "entries:\n" + "\n".join(items)


def _item(entry: Entry) -> dict[str, Any]:
    row = row_of(entry)
    if not row["related"]:
        del row["related"]
    inline: dict[str, Any] = {key: _Inline(row[key]) for key in ("setbacks", "related") if key in row}
    return {**row, **inline, "answer": _Block(entry.answer)}


def _dump(value: Any) -> str:
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=float("inf"))
