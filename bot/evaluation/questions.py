"""Questions with the entries that serve them: JSON Lines in three forms, and FAQs in the form of public sets."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeGuard

from bot.content.json_lines import rows_of
from bot.core.errors import UsageError
from bot.core.models import Entry, EntryId, Phrasing, TopicId
from bot.safety.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PUBLIC_FAQ = "faq.jsonl"
PUBLIC_QUESTIONS = "queries.jsonl"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question; `relevant`: entries that serve it, none for one out of scope; `kind`: what it is reported under."""

    text: str
    relevant: frozenset[EntryId]
    kind: str


def question_hash(text: str) -> str:
    """Return the key of a question in a file of labels: sha256 of the text as it is written, hex."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def load_labels(path: Path) -> dict[str, frozenset[EntryId]]:
    """Return the entries that serve a question by its `question_hash`; lines are {"sha256", "entries", "note"}."""
    labels: dict[str, frozenset[EntryId]] = {}
    for number, row in rows_of(path):
        key, entries = row.get("sha256"), row.get("entries")
        if not isinstance(key, str) or not _are_texts(entries):
            raise UsageError(
                f'{path}:{number}: is not like {{"sha256": "...", "entries": ["an-id"], "note": "..."}}. Correct it.'
            )
        labels[key] = frozenset(map(EntryId, entries))
    return labels


def load_questions(path: Path, labels: Mapping[str, frozenset[EntryId]]) -> list[Labelled]:
    """Return a file's questions with what serves them.

    A line has `q` and `relevant` (ids; none = out of scope) with an optional `kind` and `split`, or `q` alone where
    `labels` knows it. Where lines have a split, those of "test" are taken. Raises UsageError naming the line.
    """
    rows = list(rows_of(path))
    if any("split" in row for _, row in rows):
        rows = [(number, row) for number, row in rows if row.get("split") == "test"]
    if not rows:
        raise UsageError(f"{path} holds no questions. Give one JSON object a line.")
    return [_labelled(path, number, row, labels) for number, row in rows]


def load_public_off_topic(folder: Path) -> list[str]:
    """Return the questions of a public set that its `valid` split marks as out of scope, if it has any."""
    path = folder / PUBLIC_QUESTIONS
    rows = [(number, row) for number, row in rows_of(path) if row.get("split") == "valid" and row.get("relevant") == []]
    return [_labelled(path, number, row, {}).text for number, row in rows]


def load_public_faq(folder: Path) -> list[Entry]:
    """Return the entries of a public set: faq.jsonl with id, question, answer, aliases."""
    path = folder / PUBLIC_FAQ
    entries: dict[EntryId, Entry] = {}
    for number, row in rows_of(path):
        texts, aliases = [row.get(key) for key in ("id", "question", "answer")], row.get("aliases")
        if not _are_texts(texts) or not _are_texts(aliases):
            raise UsageError(f"{path}:{number}: needs id, question and answer as texts, and aliases as a list of them.")
        entry_id = EntryId(row["id"])
        if entry_id in entries:
            raise UsageError(f"{path}:{number}: {entry_id!r} is the id of an entry above. Give each its own.")
        entries[entry_id] = Entry(
            id=entry_id,
            topic=TopicId("public"),
            question=row["question"],
            phrasings=tuple(Phrasing(alias) for alias in aliases),
            answer=row["answer"],
            setbacks=(),
            lived_experience=False,
            sources=(),
            reviewed_on=date.min,
            review_after_days=0,
        )
    if not entries:
        raise UsageError(f"{path} holds no entries. Give one JSON object a line.")
    return list(entries.values())


def _labelled(path: Path, number: int, row: dict[str, Any], labels: Mapping[str, frozenset[EntryId]]) -> Labelled:
    text = row.get("q")
    if not isinstance(text, str) or not clean(text):
        raise UsageError(f'{path}:{number}: needs a question, {{"q": "..."}}.')
    relevant = row.get("relevant")
    if relevant is None:
        relevant = labels.get(question_hash(text))
        if relevant is None:
            raise UsageError(
                f'{path}:{number}: nobody has judged which entries serve this question. Add "relevant" to the line, '
                f"or a line for sha256 {question_hash(text)[:12]}... to the labels."
            )
    elif not _are_texts(relevant):
        raise UsageError(f'{path}:{number}: relevant must be a list of ids, as in ["an-id"], or [] for out of scope.')
    kind = row.get("kind") or row.get("topic") or "all"
    return Labelled(clean(text), frozenset(map(EntryId, relevant)), str(kind))


def _are_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
