"""Small real parts for tests where the shipped ones are not the point."""

from __future__ import annotations

import hashlib
import zlib
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from bot.core.models import Entry, EntryId, Phrasing, Source, TopicId
from bot.search.tokens import words_of

if TYPE_CHECKING:
    from pathlib import Path


class WordEmbedder:
    """Counts hashed words: deterministic, instant, and near for texts that share words."""

    model_id = "word-embedder"
    revision = "1"

    def __init__(self, dimensions: int = 256) -> None:
        self.dimensions = dimensions
        self.texts: list[str] = []
        """Everything that was ever embedded, in order."""

    def embed(self, texts):
        self.texts += texts
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in words_of(text):
                row[zlib.crc32(word.encode()) % self.dimensions] += 1.0
            row[-1] += 1e-3  # a text without words still has a direction
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def make_entry(entry_id="letters", question="Whom can I ask for a letter?", *phrasings, **changes) -> Entry:
    """Return an entry with everything a test does not care about filled in."""
    fields = {
        "id": EntryId(entry_id),
        "topic": TopicId("letters"),
        "question": question,
        "phrasings": tuple(Phrasing(text) for text in phrasings),
        "answer": "Ask somebody who saw you work.",
        "setbacks": (),
        "lived_experience": False,
        "sources": (Source("A guide", "https://example.org/guide", "written by people who read letters"),),
        "reviewed_on": date(2026, 11, 24),
        "review_after_days": 365,
    }
    return Entry(**{**fields, **changes})


def digest(path: Path) -> str:
    """Return what tells whether a file was changed."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
