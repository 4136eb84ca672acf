"""A FAQ as a table for spreadsheets (CSV), and as JSON Lines: one entry a row, its topic with its title in each."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

from bot.content.pack_shape import KINDS, MOST_ENTRIES, row_of
from bot.content.yaml_source import YamlSource
from bot.core.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from bot.core.models import Entry, TopicId

    Shelves = Iterable[tuple[TopicId, str | None, Sequence[Entry]]]

COLUMNS = (
    "id",
    "topic",
    "topic_title",
    "question",
    "answer",
    "phrasings",
    "setbacks",
    "lived_experience",
    "sources",
    "reviewed_on",
    "review_after_days",
    "related",
)
NEEDED = ("question", "answer")
MOST_KEYS, MOST_DEPTH = 50, 8
"""Of an object or a table, and how deep an object may hold others; an entry needs 12 and 3."""

_SEPARATORS = ",;\t"
_FORMULA = re.compile(r"'*[=+\-@＝＋－＠\t\r\n]")
"""What a spreadsheet may run (OWASP, CSV Injection), or what was guarded against that."""
_KIND = re.compile(rf"(?P<kind>{'|'.join(KINDS)}): (?P<text>.*)")
_PAGE = re.compile(r"(?P<title>.+?) \| (?P<link>https://[^\s<>]+) \| (?P<trust>.+)")
_EXPERIENCE = "experience: "
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


def write_csv(shelves: Shelves) -> str:
    """Return a table with a line of COLUMNS.

    phrasings: one a line, `kind: text` where the kind is not plain, or the text looks as if it named one.
    sources: one a line, `title | https://link | why to trust it`, or `experience: whose`; a backslash before
    https:// keeps apart what only looks like a link. A cell that a spreadsheet would run begins with an apostrophe.
    """
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    for row in _rows(shelves):
        cells = {
            **row,
            "topic_title": row["topic_title"] or "",
            "phrasings": "\n".join(_phrasing_line(*item) for each in row["phrasings"] for item in each.items()),
            "setbacks": ", ".join(row["setbacks"]),
            "lived_experience": "yes" if row["lived_experience"] else "no",
            "sources": "\n".join(map(_source_line, row["sources"])),
            "related": ", ".join(row["related"]),
        }
        writer.writerow(_guarded(str(cells[column])) for column in COLUMNS)
    return table.getvalue()


def read_csv(path: Path, text: str) -> list[YamlSource]:
    """Read what `write_csv` wrote, or people: columns in any order, separated by commas, semicolons or tabs."""
    rows: list[dict[str, Any]] = []
    source = YamlSource(path, text, {"entries": rows})
    table = csv.reader(io.StringIO(text, newline=""), delimiter=_separator_of(text), strict=True)
    columns: list[str] | None = None
    start = 1
    try:
        for cells in table:
            line, start = start, table.line_num + 1
            if len(rows) > MOST_ENTRIES:
                break
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns = _columns_of(source, line, cells)
                continue
            if any(cell.strip() for cell in cells[len(columns) :]):
                message = f"has {len(cells)} cells for {len(columns)} columns; put texts with separators in quotes"
                source.problems.append(Problem(path, line, f"entry {len(rows) + 1}", message))
            source.lines["entries", len(rows)] = line
            rows.append(_row_of_cells(source, line, dict(zip(columns, cells, strict=False))))
    except csv.Error as error:
        message = f"cannot be read from here on ({error}); look at the quotes: those inside a text are doubled"
        source.problems.append(Problem(path, start, "file", message))
    return [source]


def write_jsonl(shelves: Shelves) -> str:
    """Return an entry a line: the keys of data/faq, with `topic` and, where it is known, `topic_title`."""
    rows = ({key: value for key, value in row.items() if value is not None} for row in _rows(shelves))
    return "".join(json.dumps(row, ensure_ascii=False, default=date.isoformat) + "\n" for row in rows)


def read_jsonl(path: Path, text: str) -> list[YamlSource]:
    """Read what `write_jsonl` wrote, or people."""
    rows: list[dict[str, Any]] = []
    source = YamlSource(path, text, {"entries": rows})
    # Not splitlines: a text may hold what Unicode calls the end of a line.
    for number, line in enumerate(text.split("\n"), start=1):
        if len(rows) + len(source.problems) > MOST_ENTRIES:
            break
        if not line.strip():
            continue
        try:
            row = _object_of(line)
        except (ValueError, RecursionError) as error:
            reason = f"{error.msg}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else error
            message = f"is not a JSON object that can be read ({reason}); correct that line"
            source.problems.append(Problem(path, number, f"line {number}", message))
            continue
        source.lines["entries", len(rows)] = number
        rows.append(row)
    return [source]


def _rows(shelves: Shelves) -> Iterator[dict[str, Any]]:
    for topic, title, entries in shelves:
        for entry in entries:
            yield {"topic": topic, "topic_title": title, **row_of(entry)}


def _separator_of(text: str) -> str:
    """Return what parts the columns: spreadsheets in much of Europe write semicolons."""
    return max(_SEPARATORS, key=text.lstrip().splitlines()[0].count)


def _columns_of(source: YamlSource, line: int, cells: list[str]) -> list[str]:
    columns = [cell.strip().casefold().replace(" ", "_") for cell in cells]
    while not columns[-1]:
        columns.pop()
    if len(columns) > MOST_KEYS:
        source.problems.append(Problem(source.path, line, "file", f"has {len(columns)} columns; keep {len(COLUMNS)}"))
        return columns
    problems = {column: "stands twice; keep one" for column in columns if columns.count(column) > 1}
    known = f"is no column Lantern knows; correct or remove it: {', '.join(COLUMNS)} are known"
    problems |= {column: known for column in columns if column not in COLUMNS}
    problems |= {column: "is missing; add that column" for column in NEEDED if column not in columns}
    source.problems += [Problem(source.path, line, f"column {name[:60]}", mend) for name, mend in problems.items()]
    return columns


def _row_of_cells(source: YamlSource, line: int, cells: dict[str, str]) -> dict[str, Any]:
    """Return a row in the form of data/faq; empty cells say nothing."""
    row: dict[str, Any] = {
        column: _unguarded(cell) for column, cell in cells.items() if column in COLUMNS and cell.strip()
    }
    for column in ("setbacks", "related"):
        if column in row:
            row[column] = re.findall(r"[^\s,;]+", row[column])
    if "phrasings" in row:
        row["phrasings"] = [_phrasing_of(item) for item in _lines_of(row["phrasings"])]
    if "sources" in row:
        found = [(item, _source_of(item)) for item in _lines_of(row["sources"])]
        mend = "is no source; write `title | https://link | why to trust it`, or `experience: whose it is`"
        wrong = dict.fromkeys(item for item, parts in found if parts is None)
        source.problems += [Problem(source.path, line, "sources", f"{item!r:.80} {mend}") for item in wrong]
        row["sources"] = [parts for _, parts in found if parts is not None]
    if (written := _DOTTED.fullmatch(row.get("reviewed_on", "").strip())) is not None:
        day, month, year = map(int, written.groups())
        row["reviewed_on"] = f"{year}-{month:02}-{day:02}"
    return row


def _lines_of(cell: str) -> list[str]:
    return [line.strip() for line in cell.splitlines() if line.strip()]


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _phrasing_line(kind: str, text: str) -> str:
    return text if kind == "plain" and not _KIND.fullmatch(text) else f"{kind}: {text}"


def _phrasing_of(line: str) -> dict[str, str]:
    found = _KIND.fullmatch(line)
    return {found["kind"]: found["text"]} if found else {"plain": line}


def _source_line(source: dict[str, str]) -> str:
    head = source["title"] if "link" in source else _EXPERIENCE + source["experience"]
    head = re.sub(r" \| (?=\\*https://)", r" | \\", head)
    return f"{head} | {source['link']} | {source['trust']}" if "link" in source else head


def _source_of(line: str) -> dict[str, str] | None:
    if page := _PAGE.fullmatch(line):
        return {**page.groupdict(), "title": _unescaped(page["title"])}
    if line.startswith(_EXPERIENCE):
        return {"experience": _unescaped(line).removeprefix(_EXPERIENCE)}
    return None


def _unescaped(text: str) -> str:
    return re.sub(r" \| \\(?=\\*https://)", " | ", text)


def _object_of(line: str) -> dict[str, Any]:
    row = json.loads(line, object_pairs_hook=_distinct)
    if not isinstance(row, dict) or _is_deeper(row, MOST_DEPTH):
        raise ValueError("it is no object in braces, or nested too deeply")
    if half := re.search("[\ud800-\udfff]", json.dumps(row, ensure_ascii=False)):
        raise ValueError(f"it holds {half.group()!r}, half of a character")
    return row


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        raise ValueError("a key stands twice in it")
    if len(row) > MOST_KEYS:
        raise ValueError(f"it has {len(row)} keys")
    return row


def _is_deeper(value: object, most: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return most == 0 or any(_is_deeper(each, most - 1) for each in inner)
