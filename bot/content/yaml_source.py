"""YAML that remembers its lines, so that every problem can name the place to mend."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from bot.core.errors import ContentError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Location = tuple[str | int, ...]
"""The way to a value from the top of a file: keys and list positions."""

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class YamlSource:
    """One parsed file: its value, and the line of each part of it."""

    path: Path
    value: Any = None
    lines: dict[Location, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line_of(self, location: Sequence[str | int]) -> int:
        """Return the line (from 1) of the part at `location`, or of the nearest part around it."""
        place = tuple(location)
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def add_problem(self, location: Sequence[str | int], key: str, message: str) -> None:
        """Note a fault at `location`."""
        self.problems.append(Problem(self.path, self.line_of(location), key, message))


def read_yaml(path: Path) -> YamlSource:
    """Read a file; syntax errors and doubled keys become problems, and a broken file has the value None.

    Raises ContentError when the file cannot be read at all.
    """
    source = YamlSource(path)
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        message = f"cannot be read ({error}); it must be there, be UTF-8 text, and hold no control characters"
        raise ContentError([Problem(path, 1, "file", message)]) from error
    try:
        node = loader.get_single_node()
        if node is not None:
            _note_lines(node, (), source)
            source.value = loader.construct_document(node)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        reason = getattr(error, "problem", None) or str(error)
        message = f"is not valid YAML: {reason}. Look at the quotes, colons and indentation here and just above"
        source.problems.append(Problem(path, line, "file", message))
        source.value = None
    finally:
        loader.dispose()
    return source


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
