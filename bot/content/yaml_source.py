"""YAML that remembers its lines, so that every problem can name the place to mend."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from bot.core.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Location = tuple[str | int, ...]
"""The way to a value from the top of a file: keys and list positions."""

MOST_DEPTH, MOST_NODES = 20, 200_000
"""Of YAML that people send in. An entry needs a depth of 5 and some 80 nodes, and a node about 1 kB for a moment."""
MOST_DIGITS = 100
"""Of a number: reading one of base 60 takes time with the square of its digits."""

_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_NUMBERS = frozenset({"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"})


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Leaves dates as text, for whoever expects one to read, and knows the line of every value it cannot read."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own way
        first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Return a node's value."""
        if node.tag in _NUMBERS and len(node.value) > MOST_DIGITS:
            message = f"a number of {len(node.value)} digits"
            raise yaml.constructor.ConstructorError(None, None, message, node.start_mark)
        try:
            return super().construct_object(node, deep)
        except ValueError as error:
            raise yaml.constructor.ConstructorError(None, None, str(error), node.start_mark) from error


@dataclass(slots=True)
class YamlSource:
    """One file: its text, its value (None where it is broken), and the line of each part of it.

    Tables and questions with answers are read into the same form, so that they are checked by the same rules.
    """

    path: Path
    text: str = ""
    value: Any = None
    lines: dict[Location, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    is_broken: bool = False

    def line_of(self, location: Sequence[str | int]) -> int:
        """Return the line (from 1) of the part at `location`, or of the nearest part around it."""
        place = tuple(location)
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def add_problem(self, location: Sequence[str | int], key: str, message: str) -> None:
        """Note a fault at `location`."""
        self.problems.append(Problem(self.path, self.line_of(location), key, message))

    def call_broken(self, line: int, message: str) -> None:
        """Note that the file as a whole cannot be used."""
        self.problems.append(Problem(self.path, line, "file", message))
        self.is_broken, self.value = True, None


def read_yaml(path: Path) -> YamlSource:
    """Read a file; whatever is wrong with it becomes a problem, so that one file never hides another's faults."""
    source = YamlSource(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        source.call_broken(
            1, f"cannot be read ({error.strerror}); it must be there, and Lantern must be allowed to read it"
        )
        return source
    # What is not UTF-8 is replaced here and refused below, so that what the rest of the file names is still known.
    source.text = content.decode("utf-8-sig", errors="replace")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        source.call_broken(line, f"is not UTF-8 text (byte {content[error.start]:#04x}); save it as UTF-8")
        return source
    _parse(source)
    return source


def read_documents(path: Path, text: str) -> list[YamlSource]:
    """Read YAML that anybody may have sent: one source for each of its documents (`---`) that is not empty.

    Anchors, aliases, tags, and what is too deep or too much is refused before anything is made of it.
    """
    sources = [YamlSource(path, text)]
    with _faults_told(sources[0]):
        if danger := _danger_in(text):
            sources[0].call_broken(*danger)
    if sources[0].is_broken:
        return sources
    loader = _Loader(text)
    try:
        while loader.check_node():
            source = YamlSource(path, text)
            sources.append(source)
            with _faults_told(source):
                _take(loader.get_node(), loader, source)
    finally:
        loader.dispose()
    return [source for source in sources if source.is_broken or source.value is not None]


def _danger_in(text: str) -> tuple[int, str] | None:
    """Return line and sentence of the first thing that must not be unfolded; raises YAMLError where it is no YAML."""
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=_Loader)):
        line = event.start_mark.line + 1 if event.start_mark else 1
        tag = getattr(event, "tag", None)
        if getattr(event, "anchor", None) is not None:
            return line, "holds an anchor or an alias (&name, *name); write the text out, or put it in quotes"
        if tag is not None:
            return line, f"holds the tag {tag!r:.60}; remove it, or put the text in quotes"
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_DEPTH:
            return line, f"is nested more than {MOST_DEPTH} deep; write entries as `/faq export` does"
        if number > MOST_NODES:
            return line, f"holds more than {MOST_NODES:,} values; split it"
    return None


def _parse(source: YamlSource) -> None:
    with _faults_told(source):
        loader = _Loader(source.text)
        try:
            _take(loader.get_single_node(), loader, source)
        finally:
            loader.dispose()


def _take(node: yaml.Node | None, loader: Any, source: YamlSource) -> None:
    if node is not None:
        _note_lines(node, (), source)
        source.value = loader.construct_document(node)


@contextmanager
def _faults_told(source: YamlSource) -> Iterator[None]:
    """Make problems of what YAML cannot read."""
    try:
        yield
    except yaml.reader.ReaderError as error:
        line = source.text.count("\n", 0, error.position) + 1
        source.call_broken(line, f"holds a control character ({error.character!r:.20}); remove it")
    except RecursionError:
        source.call_broken(1, "is nested too deeply, or an alias (*name) holds itself; write it out")
    except yaml.YAMLError as error:
        mark, reason = getattr(error, "problem_mark", None), getattr(error, "problem", None) or str(error)
        message = f"is not valid YAML: {reason}. Look at the quotes, colons and indentation here and just above"
        source.call_broken(mark.line + 1 if mark else 1, message)


def _note_lines(node: yaml.Node, place: Location, source: YamlSource) -> None:
    source.lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if (*place, key) in source.lines:
                first = source.lines[(*place, key)]
                message = f"stands here and in line {first}; YAML would keep only one: remove the other"
                source.problems.append(Problem(source.path, key_node.start_mark.line + 1, key, message))
            _note_lines(value_node, (*place, key), source)
            source.lines[(*place, key)] = key_node.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            _note_lines(item, (*place, position), source)
