"""In whose words an unanswered question was asked, sealed, and which question of the same meaning is there already."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.core.errors import RingLockedError, SealBrokenError
from bot.core.models import GuildId
from bot.core.unanswered import QuestionState
from bot.safety.text import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import sqlite_utils

    from bot.core.unanswered import Recorded
    from bot.storage.keyring import Keyring

SAME_MEANING = 0.85
"""Cosine from which two unanswered questions count as one (retrieval.md 6.3)."""
MOST_WORDINGS = 20
"""Kept for one question; later ones are only counted."""
SEALED = "id, hash, guild, person, question, vector, model"
"""The columns of the view `every_wording` that `opened` takes, in this order; of a first wording the hash is empty."""
ORDER = " ORDER BY hash <> '', at"
"""The first wording of a question, then the others as they came."""
_OF_QUESTION = f"SELECT {SEALED} FROM every_wording WHERE id = ?"  # noqa: S608 - names of columns


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording of the question `id`. `hash`: empty for the first one; `person`: whose words, None where unknown."""

    id: int
    hash: str
    guild: GuildId
    person: str | None
    question: str
    vector: bytes
    model: str


@dataclass(frozen=True, slots=True)
class Wordings:
    """Reads and writes wordings, inside the transaction of whoever holds `db`."""

    keyring: Keyring

    def sealed(self, wording: Wording) -> dict[str, Any]:
        """Return the columns that hold a wording. Raises RingLockedError."""
        sealer, context = self.keyring.words(wording.guild, wording.person), _context(wording.id, wording.hash)
        return {
            "question": sealer.seal(wording.question, context),
            "vector": sealer.seal(wording.vector, f"{context}:vector"),
            "person": wording.person,
        }

    def opened(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[Wording]:
        """Yield the wordings in rows of SEALED, without those whose key was dropped. Raises RingLockedError."""
        for number, hashed, guild, person, question, vector, model in rows:
            sealer, context = self.keyring.words(GuildId(guild), person), _context(number, hashed)
            try:
                text = sealer.open(question, context).decode()
                numbers = sealer.open(vector, f"{context}:vector")
            except RingLockedError:
                raise
            except SealBrokenError:
                continue
            yield Wording(number, hashed, GuildId(guild), person, text, numbers, model)

    def of_question(self, db: sqlite_utils.Database, question_id: int) -> list[Wording]:
        """Return every wording of a question that opens, the first one first."""
        return list(self.opened(db.execute(f"{_OF_QUESTION}{ORDER}", [question_id]).fetchall()))

    def same_meaning(self, db: sqlite_utils.Database, guild: GuildId, asked: Recorded) -> int | None:
        """Return the question of the same meaning: the nearest that waits, else the nearest that was dismissed."""
        vector = np.frombuffer(asked.vector, dtype=np.float32)
        sql = f"SELECT {SEALED} FROM every_wording WHERE guild = ? AND model = ? AND state = ?"  # noqa: S608
        for state in (QuestionState.WAITING, QuestionState.DISMISSED):
            known = list(self.opened(db.execute(sql, [guild, asked.model, state.value]).fetchall()))
            if known:
                # One question at a time against the whole queue of a guild: hundreds of rows, 10 µs to open each.
                cosines = np.stack([np.frombuffer(one.vector, dtype=np.float32) for one in known]) @ vector
                best = int(cosines.argmax())
                if cosines[best] >= SAME_MEANING:
                    return known[best].id
        return None

    def add(self, db: sqlite_utils.Database, wording: Wording, now: str) -> None:
        """Keep one more wording of a question (its hash is ignored), unless it has MOST_WORDINGS, or this one."""
        known = self.of_question(db, wording.id)
        if len(known) < MOST_WORDINGS and normalise(wording.question) not in {normalise(one.question) for one in known}:
            self._insert(db, wording, now)

    def renew(self, db: sqlite_utils.Database, wordings: Sequence[Recorded]) -> None:
        """Replace the vectors of wordings, each of which is the first of its question or a further one."""
        for one in wordings:
            for wording in self.of_question(db, one.id):
                if wording.question == one.question:
                    self._update(db, replace(wording, vector=one.vector, model=one.model))

    def forget(self, db: sqlite_utils.Database, guild: GuildId, person: str) -> None:
        """Delete somebody's wordings. A question that began with theirs goes on in the next one's words.

        Where nobody else's are kept, it is deleted, with who waits for it.
        """
        sql = "DELETE FROM wordings WHERE person = ? AND unanswered IN (SELECT id FROM unanswered WHERE guild = ?)"
        db.execute(sql, [person, guild])
        sql = "SELECT id FROM unanswered WHERE guild = ? AND person = ?"
        for (number,) in db.execute(sql, [guild, person]).fetchall():
            further = [one for one in self.of_question(db, number) if one.hash]
            if further:
                self._put_first(db, further[0])
            else:
                self._delete(db, number)

    def disown(self, db: sqlite_utils.Database, guild: GuildId, until: str) -> None:
        """Let what was asked last before `until` (as columns hold moments) be nobody's words any more."""
        sql = f"SELECT {SEALED} FROM every_wording WHERE guild = ? AND last_at < ? AND person IS NOT NULL"  # noqa: S608
        for one in list(self.opened(db.execute(sql, [guild, until]).fetchall())):
            self._update(db, replace(one, person=None))

    def _put_first(self, db: sqlite_utils.Database, wording: Wording) -> None:
        """Let a further wording of a question take the place of its first one."""
        db.execute("DELETE FROM wordings WHERE unanswered = ? AND hash = ?", [wording.id, wording.hash])
        self._update(db, replace(wording, hash=""))

    def _insert(self, db: sqlite_utils.Database, wording: Wording, now: str) -> None:
        hashed = self.keyring.hash_of(wording.guild, wording.question)
        row = {"unanswered": wording.id, "hash": hashed, "at": now, **self.sealed(replace(wording, hash=hashed))}
        db.table("wordings").insert(row, pk=("unanswered", "hash"), ignore=True)

    def _update(self, db: sqlite_utils.Database, wording: Wording) -> None:
        row = self.sealed(wording)
        values = [row["question"], row["vector"], row["person"]]
        if wording.hash:
            sql = "UPDATE wordings SET question = ?, vector = ?, person = ? WHERE unanswered = ? AND hash = ?"
            db.execute(sql, [*values, wording.id, wording.hash])
        else:
            sql = "UPDATE unanswered SET question = ?, vector = ?, person = ?, model = ? WHERE id = ?"
            db.execute(sql, [*values, wording.model, wording.id])

    def _delete(self, db: sqlite_utils.Database, number: int) -> None:
        for table in ("wordings", "askers", "waiters"):
            db.execute(f"DELETE FROM {table} WHERE unanswered = ?", [number])  # noqa: S608 - names of tables
        db.execute("UPDATE unanswered SET merged_into = NULL WHERE merged_into = ?", [number])
        db.execute("DELETE FROM unanswered WHERE id = ?", [number])


def _context(number: int, hashed: str) -> str:
    return f"wordings:{number}:{hashed}" if hashed else f"unanswered:{number}"
