"""What was typed into a form as a text file, and back: handed over where it cannot be kept. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import fields
from typing import TYPE_CHECKING

from bot.core.errors import Fault, FormError
from bot.core.moderation import Form

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS = tuple(field.name for field in fields(Form))
FILE_BYTES = 100_000
"""Of a text file: twenty times what fits into an entry."""

_MARK = re.compile(rf"\\*\[({'|'.join(FIELDS)})\]")


def text_of(typed: Mapping[str, str]) -> str:
    """Return fields of a form as one text that `typed_in` reads back: `[question]`, then its lines, and so on."""
    return "".join(f"[{name}]\n{_marked(typed[name])}\n" for name in FIELDS if name in typed)


def typed_in(text: str) -> dict[str, str]:
    """Return the fields that `text_of` wrote. A text that does not begin with a `[field]` is an answer."""
    lines = text.removesuffix("\n").split("\n")
    if not _name_in(lines[0]):
        return {"answer": text}
    found: dict[str, list[str]] = {}
    name = ""
    for line in lines:
        if new := _name_in(line):
            name = new
            found[name] = []
        else:
            found[name].append(line.removeprefix("\\") if _MARK.fullmatch(line) else line)
    return {name: "\n".join(held) for name, held in found.items()}


def revision_of_form(form: Form) -> str:
    """Return what tells two texts of a draft apart, 12 hex digits: what is published is what was looked at."""
    return hashlib.sha256(repr(form).encode("utf-8", "replace")).hexdigest()[:12]


def read_text(data: bytes) -> str:
    """Return the text of a file. Raises FormError for one that is too large or not UTF-8."""
    if len(data) > FILE_BYTES:
        raise FormError([Fault("fault.file_large", {"most": FILE_BYTES // 1000})])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FormError([Fault("fault.file_encoding", {})]) from None
    return text.replace("\r\n", "\n")


def _marked(text: str) -> str:
    """Return `text` with a backslash before each line that looks like the name of a field."""
    return "\n".join(f"\\{line}" if _MARK.fullmatch(line) else line for line in text.split("\n"))


def _name_in(line: str) -> str:
    found = _MARK.fullmatch(line)
    return found[1] if found and not line.startswith("\\") else ""
