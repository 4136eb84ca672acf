"""In whose words an unanswered question was asked, and which question of the same meaning is there already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bot.core.unanswered import QuestionState
from bot.safety.text import normalise
from bot.storage.columns import hash_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import sqlite_utils

    from bot.core.models import GuildId
    from bot.core.unanswered import Recorded

SAME_MEANING = 0.85
"""Cosine from which two unanswered questions count as one (retrieval.md 6.3)."""
MOST_WORDINGS = 20
"""Kept for one question; later ones are only counted."""


def same_meaning(db: sqlite_utils.Database, guild: GuildId, asked: Recorded) -> int | None:
    """Return the question of the same meaning: the nearest that waits, else the nearest that was dismissed."""
    vector = np.frombuffer(asked.vector, dtype=np.float32)
    sql = "SELECT id, vector FROM every_wording WHERE guild = ? AND model = ? AND state = ?"
    for state in (QuestionState.WAITING, QuestionState.DISMISSED):
        rows = db.execute(sql, [guild, asked.model, state.value]).fetchall()
        if rows:
            # One question at a time against the whole queue of a guild: hundreds of rows, 0.1 ms.
            cosines = np.stack([np.frombuffer(stored, dtype=np.float32) for _, stored in rows]) @ vector
            best = int(cosines.argmax())
            if cosines[best] >= SAME_MEANING:
                return int(rows[best][0])
    return None


def keep_wording(db: sqlite_utils.Database, question_id: int, question: str, vector: bytes, now: str) -> None:
    """Keep one more wording of a question, unless it has MOST_WORDINGS, or this one."""
    ((first, kept),) = db.execute(
        "SELECT question, (SELECT count(*) FROM wordings WHERE unanswered = id) FROM unanswered WHERE id = ?",
        [question_id],
    ).fetchall()
    if kept + 1 < MOST_WORDINGS and normalise(first) != normalise(question):
        row = {"unanswered": question_id, "hash": hash_of(question), "question": question, "vector": vector, "at": now}
        db.table("wordings").insert(row, pk=("unanswered", "hash"), ignore=True)


def renew(db: sqlite_utils.Database, wordings: Sequence[Recorded]) -> None:
    """Replace the vectors of wordings, each of which is the first of its question or a further one."""
    for one in wordings:
        first = "UPDATE unanswered SET vector = ?, model = ? WHERE id = ? AND question = ?"
        if not db.execute(first, [one.vector, one.model, one.id, one.question]).rowcount:
            further = "UPDATE wordings SET vector = ? WHERE unanswered = ? AND hash = ?"
            db.execute(further, [one.vector, one.id, hash_of(one.question)])
