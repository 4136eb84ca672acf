"""Reads JSON Lines, one object a line, and says which line is wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def rows_of(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each line's number and object, without blank lines. Raises UsageError naming the file and line."""
    try:
        # Not splitlines: a text may hold what Unicode calls the end of a line.
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read ({error}). Give a UTF-8 file with one JSON object a line.") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise UsageError(f"{path}:{number}: is not JSON ({error}). Correct that line.") from error
        if not isinstance(row, dict):
            raise UsageError(f"{path}:{number}: is not a JSON object. Correct that line.")
        yield number, row
