"""What changed between two states of an entry, sentence by sentence. Pure."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from difflib import unified_diff
from typing import TYPE_CHECKING

from bot.faq.forms import form_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bot.core.models import Entry, Topic, TopicId
    from bot.core.moderation import Version

_SENTENCE_END = re.compile(r"(?<=[.!?…])[ \t]+")
GAP = "…"


@dataclass(frozen=True, slots=True)
class Difference:
    """How one field changed; each line begins with `+`, `-` or a blank, or is a GAP."""

    field: str
    lines: tuple[str, ...]


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Difference, ...]:
    """Return the fields that differ, each as a unified diff with one sentence around it."""
    found = []
    for name in dict.fromkeys([*after, *before]):
        old, new = before.get(name, ""), after.get(name, "")
        if old != new:
            # Where only a break between two sentences moved, their sentences are the same.
            lines = list(_diff(_sentences(old), _sentences(new))) or list(_diff(old.split("\n"), new.split("\n")))
            found.append(Difference(name, tuple(lines)))
    return tuple(found)


def between(before: Entry | None, after: Entry | None, topics: Mapping[TopicId, Topic]) -> tuple[Difference, ...]:
    """Return how two states of an entry differ; None for no entry."""
    return differences(fields_of_entry(before, topics), fields_of_entry(after, topics))


@dataclass(frozen=True, slots=True)
class Changed:
    """A state of an entry, and how it differs from the one before."""

    version: Version
    before: Version | None
    differences: tuple[Difference, ...]

    @property
    def question(self) -> str:
        """The entry's question; of one that was removed, its last."""
        states = (self.version.entry, self.before.entry if self.before else None)
        return next((entry.question for entry in states if entry), str(self.version.entry_id))


def changed(version: Version, before: Version | None, topics: Mapping[TopicId, Topic]) -> Changed:
    """Return how a state of an entry differs from the one before."""
    return Changed(version, before, between(before.entry if before else None, version.entry, topics))


def fields_of_entry(entry: Entry | None, topics: Mapping[TopicId, Topic]) -> dict[str, str]:
    """Return all an entry holds, by field; nothing for an entry that is not there."""
    if entry is None:
        return {}
    return asdict(form_of(entry, topics)) | {
        "reviewed": entry.reviewed_on.isoformat(),
        "setbacks": "\n".join(entry.setbacks),
        "related": "\n".join(entry.related),
    }


def _sentences(text: str) -> list[str]:
    return [part for line in text.split("\n") for part in _SENTENCE_END.split(line)] if text else []


def _diff(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    for number, line in enumerate(unified_diff(old, new, lineterm="", n=1)):
        if number > 2:  # noqa: PLR2004 - two lines name the files, one says where the first part stands
            yield GAP if line.startswith("@@ ") else line
