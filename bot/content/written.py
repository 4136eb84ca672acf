"""Entries as they stand in their files, and what no entry can know alone: doubled ids, doubled wordings."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from bot.content.pack_shape import ANSWER_LENGTH, MOST_PHRASINGS, MOST_SOURCES, name_of_entry, one_key
from bot.safety.text import faults_in_answer, normalise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.content.yaml_source import Location, YamlSource


class Written:
    """An entry as it stands in its file, whatever its faults; of a list that is too long, the beginning."""

    def __init__(self, source: YamlSource, position: int, row: dict[str, Any]) -> None:
        self.source, self.row = source, row
        self.place = ("entries", position)
        self.name = name_of_entry(row, position)

    def texts(self, key: str) -> Iterator[tuple[int, str]]:
        """Yield the texts of a list, with their positions."""
        for number, value in self._items(key):
            if isinstance(value, str):
                yield number, value

    def wordings(self) -> Iterator[tuple[Location, str]]:
        """Yield the question and the phrasings, with their places in the entry."""
        if isinstance(question := self.row.get("question"), str):
            yield ("question",), question
        for number, phrasing in islice(self._items("phrasings"), MOST_PHRASINGS):
            row = one_key(phrasing)
            if isinstance(row, dict) and isinstance(text := row.get("text"), str):
                yield ("phrasings", number), text

    def shown(self) -> Iterator[tuple[Location, str]]:
        """Yield what members see as Markdown, with its places in the entry."""
        for key in ("question", "answer"):
            if isinstance(text := self.row.get(key), str):
                yield (key,), text
        for number, source in islice(self._items("sources"), MOST_SOURCES):
            for key in ("title", "trust", "experience"):
                if isinstance(source, dict) and isinstance(text := source.get(key), str):
                    yield ("sources", number, key), text

    def _items(self, key: str) -> Iterator[tuple[int, Any]]:
        values = self.row.get(key)
        return enumerate(values if isinstance(values, list) else ())

    def add_problem(self, place: Location, message: str) -> None:
        """Note a fault of this entry."""
        self.source.add_problem((*self.place, *place), f"{self.name}.{place[0]}", message)

    def where(self, *place: str | int) -> str:
        """Return the file and line of a part of this entry."""
        return f"{self.source.path.name}:{self.source.line_of((*self.place, *place))}"


def entries_of(source: YamlSource) -> Iterator[Written]:
    """Yield those entries of a file that have keys."""
    for position, row in _rows_of(source):
        yield Written(source, position, row)


def rows_of(source: YamlSource) -> Iterator[dict[str, Any]]:
    """Yield the same as they were read, to be filled in."""
    return (row for _, row in _rows_of(source))


def _rows_of(source: YamlSource) -> Iterator[tuple[int, dict[str, Any]]]:
    entries = source.value.get("entries") if isinstance(source.value, dict) else None
    for position, row in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(row, dict):
            yield position, row


def check_among(entries: Sequence[Written]) -> None:
    """Note ids and wordings that stand twice among `entries`, mentions, and links that lie."""
    _check_ids(entries)
    _check_wordings(entries)
    for entry in entries:
        for place, text in entry.shown():
            # What is longer is refused for its length.
            for fault in faults_in_answer(text[:ANSWER_LENGTH]):
                entry.add_problem(place, str(fault))


def _check_ids(entries: Sequence[Written]) -> None:
    first: dict[str, str] = {}
    for entry in entries:
        if isinstance(entry_id := entry.row.get("id"), str):
            if entry_id in first:
                entry.add_problem(("id",), f"is already the id in {first[entry_id]}; choose another")
            first.setdefault(entry_id, entry.where("id"))


def _check_wordings(entries: Sequence[Written]) -> None:
    first: dict[str, tuple[Written, Location]] = {}
    for entry in entries:
        for place, wording in entry.wordings():
            owner, there = first.setdefault(normalise(wording), (entry, place))
            where = owner.where(*there)
            if owner is not entry:
                message = f"is also a wording of {owner.name} ({where}); only one answer can be right for it"
                entry.add_problem(place, f"{wording!r:.100} {message}")
            elif there != place:
                entry.add_problem(place, f"{wording!r:.100} stands in this entry already, in {where}; remove one")
