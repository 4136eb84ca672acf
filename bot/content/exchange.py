"""A FAQ on its way in or out: one file that people can edit, as YAML, a table, JSON Lines, or questions and answers."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from bot.content.exchange_qa import read_qa
from bot.content.exchange_tables import read_csv, read_jsonl, write_csv, write_jsonl
from bot.content.exchange_yaml import write_yaml
from bot.content.pack_shape import MOST_ENTRIES, EntryRow, TableRow, TopicHead, name_of, to_entry, validated
from bot.content.written import check_among, entries_of, rows_of
from bot.content.yaml_source import Location, YamlSource, read_documents
from bot.core.errors import ContentError, Problem
from bot.core.models import Bundle, Entry, Format, Topic, TopicId
from bot.safety.text import slug_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

MOST_BYTES = 4_000_000
"""Of a file. The shipped FAQ is 1.7 MB of YAML, and twice that in the UTF-16 of spreadsheets."""
REVIEW_AFTER_DAYS = 365
"""Of entries that do not say when to look at them again."""

_FORMATS: Mapping[str, Format] = {
    **{f".{form}": form for form in Format},
    ".yml": Format.YAML,
    ".tsv": Format.CSV,
    ".ndjson": Format.JSONL,
    "": Format.QA,
}
_READERS: Mapping[Format, Callable[[Path, str], list[YamlSource]]] = {
    Format.YAML: read_documents,
    Format.CSV: read_csv,
    Format.JSONL: read_jsonl,
    Format.QA: read_qa,
}
_ROW, _TABLE_ROW, _TOPIC = TypeAdapter(EntryRow), TypeAdapter(TableRow), TypeAdapter(TopicHead)


def dump(bundle: Bundle, form: Format) -> bytes:
    """Return a FAQ as a file, its entries by topic; a topic without entries is left out.

    `read` makes an equal bundle of it, if the entries have the shape of `EntryRow` and stand by topic.
    Raises ValueError for questions and answers, which would lose half of an entry.
    """
    titles = {topic.id: topic.title for topic in bundle.topics}
    shelves: dict[TopicId, list[Entry]] = {}
    for entry in bundle.entries:
        shelves.setdefault(entry.topic, []).append(entry)
    filled = [(topic, titles.get(topic), entries) for topic, entries in shelves.items()]
    match form:
        case Format.YAML:
            return write_yaml(filled).encode()
        case Format.CSV:
            return write_csv(filled).encode("utf-8-sig")  # without its mark, Excel takes UTF-8 for Latin-1
        case Format.JSONL:
            return write_jsonl(filled).encode()
        case Format.QA:
            raise ValueError("questions and answers are only read")


def read(name: str, data: bytes, *, today: date, topic: TopicId) -> Bundle:
    """Return the FAQ in a file; the ending of its name tells the format, and a name without one is pasted Q:/A: text.

    What an entry does not say is filled in: an id made of its question, `topic`, reviewed `today`, a year until
    the next review. `related` may name entries that are not in the file.
    Raises ContentError with every problem: its file, line, key and mend.
    """
    path = Path(name)
    form = _FORMATS.get(path.suffix.lower())
    if form is None:
        endings = ", ".join(f".{form}" for form in Format)
        raise _refusal(path, f"is of a kind that is not read; give a file whose name ends in {endings}")
    sources = _READERS[form](path, _text_of(path, data))
    rows = [row for source in sources for row in rows_of(source)]
    if len(rows) > MOST_ENTRIES:
        raise _refusal(path, f"holds more than {MOST_ENTRIES:,} entries; split it")
    _fill_in(rows, today)
    parse = _of_topic if form is Format.YAML else _of_table
    found = [each for source in sources for each in parse(source, topic)]
    topics = _topics_of(found)
    check_among([entry for source in sources for entry in entries_of(source)])
    if problems := [problem for source in sources for problem in source.problems]:
        raise ContentError(problems)
    if not found:
        raise _refusal(path, "holds no entry; export a FAQ to see how one is written")
    return Bundle(topics, tuple(each.entry for each in found))


@dataclass(frozen=True, slots=True)
class _Found:
    """An entry with its topic's title, if that is known, and where the title stands."""

    entry: Entry
    title: str | None
    source: YamlSource
    place: Location


def _of_topic(source: YamlSource, topic: TopicId) -> Iterator[_Found]:
    if isinstance(source.value, dict):
        source.value["topic"] = source.value.get("topic") or topic
    head = validated(source, _TOPIC)
    for position in range(len(head.entries) if head else 0):
        row = validated(source, _ROW, "entries", position)
        if head and row:
            yield _Found(to_entry(head.topic, row), head.title, source, ("title",))


def _of_table(source: YamlSource, topic: TopicId) -> Iterator[_Found]:
    for position, values in enumerate(rows_of(source)):
        values.setdefault("topic", topic)
        if row := validated(source, _TABLE_ROW, "entries", position):
            yield _Found(to_entry(row.topic, row), row.topic_title, source, ("entries", position, "topic_title"))


def _topics_of(found: Sequence[_Found]) -> tuple[Topic, ...]:
    """Return the topics whose titles are known; two titles of one topic are a problem."""
    titles = {(id(each.source), each.place): each for each in found if each.title is not None}
    first: dict[str, _Found] = {}
    for each in titles.values():
        other = first.setdefault(each.entry.topic, each)
        if other.title != each.title:
            line = other.source.line_of(other.place)
            message = f"is {each.title!r}, and {other.title!r} in line {line}; give {each.entry.topic} one title"
            each.source.add_problem(each.place, name_of(each.source.value, each.place), message)
    return tuple(Topic(TopicId(topic), each.title or "") for topic, each in first.items())


def _fill_in(rows: list[dict[str, Any]], today: date) -> None:
    """Give every entry what people need not write; ids are made so that all in the file differ."""
    for row in rows:
        for key in [key for key, value in row.items() if value is None]:
            del row[key]
    taken = {row["id"] for row in rows if isinstance(row.get("id"), str)}
    for number, row in enumerate(rows, start=1):
        if "id" not in row:
            question = row.get("question")
            row["id"] = slug_of(question if isinstance(question, str) else f"entry {number}", taken)
            taken.add(row["id"])
        row.setdefault("reviewed_on", today)
        row.setdefault("review_after_days", REVIEW_AFTER_DAYS)


def _text_of(path: Path, data: bytes) -> str:
    """Return the text of a file in UTF-8, or in UTF-16 with its mark; raises ContentError for anything else."""
    if len(data) > MOST_BYTES:
        raise _refusal(path, f"has {len(data):,} bytes; at most {MOST_BYTES:,} are read, so split it")
    if data.startswith(b"PK\x03\x04"):
        raise _refusal(path, "is a zip file or an Excel workbook; save it as `CSV UTF-8`, and give that")
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        kind, place = "UTF-16" if is_wide else "UTF-8", len(data) - len(error.object) + error.start
        message = f"is not {kind} text (byte {data[place]:#04x} at position {place}); save it as UTF-8"
        raise _refusal(path, message, data.count(b"\n", 0, place) + 1) from error
    if (place := text.find("\0")) >= 0:
        message = f"holds a NUL character at position {place}, so it is no text; save it as UTF-8 text"
        raise _refusal(path, message, text.count("\n", 0, place) + 1)
    if not text.strip():
        raise _refusal(path, "is empty; export a FAQ to see how one is written")
    return text


def _refusal(path: Path, message: str, line: int = 1) -> ContentError:
    return ContentError([Problem(path, line, "file", message)])
