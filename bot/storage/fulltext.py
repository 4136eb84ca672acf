"""SQLite's own full-text search, FTS5 with BM25: what many FAQ bots answer with, and so a rival to be measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import sqlite_utils

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class FullText:
    """An index of documents in memory. Belongs to the thread that made it."""

    def __init__(self, documents: Sequence[str]) -> None:
        self._database = sqlite_utils.Database(memory=True)
        self._size = len(documents)
        table = self._database.table("documents")
        table.insert_all(({"id": number, "text": text} for number, text in enumerate(documents)), pk="id")
        table.enable_fts(["text"], tokenize="porter")

    def scores(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Return BM25 of every document for any of `words`, shape (documents,), higher is nearer, 0 for no match."""
        found = np.zeros(self._size, np.float32)
        if not words:
            return found
        query = " OR ".join(f'"{word}"' for word in words)
        sql = "SELECT rowid, -bm25(documents_fts) FROM documents_fts WHERE documents_fts MATCH ?"
        for row, score in self._database.execute(sql, [query]):
            found[row] = score
        return found

    def close(self) -> None:
        """Give the memory back."""
        self._database.close()
