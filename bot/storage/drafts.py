"""What people typed and have not published, sealed with their own keys. A draft is never deleted, only moves on."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.core.errors import RingLockedError, SealBrokenError, VersionGoneError
from bot.core.models import EntryId, GuildId, UserId
from bot.core.moderation import Draft, DraftId, DraftState, Form
from bot.storage.columns import written

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    import sqlite_utils

    from bot.storage.database import Database
    from bot.storage.keyring import Keyring

_COLUMNS = 'id, guild, "by", state, entry_id, expected, form, origin, note, at'


class DraftStore:
    """Implements the port Drafts."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def add_draft(self, draft: Draft) -> DraftId:
        """Keep a draft (its own id is ignored) and return its id. Raises RingLockedError."""

        def add(db: sqlite_utils.Database) -> int:
            ((number,),) = db.execute("SELECT coalesce(max(id), 0) + 1 FROM drafts").fetchall()
            db.table("drafts").insert(self._row(replace(draft, id=DraftId(number))))
            return int(number)

        return DraftId(await self._database.run(add))

    async def draft(self, guild: GuildId, draft_id: DraftId) -> Draft:
        """Return a draft, whatever its state. Raises VersionGoneError, RingLockedError."""
        sql = f"SELECT {_COLUMNS} FROM drafts WHERE guild = ? AND id = ?"  # noqa: S608 - names of columns
        for found in self._opened(await self._database.read(sql, [guild, draft_id])):
            return found
        raise VersionGoneError(f"There is no draft {draft_id} on this server.")

    async def update_draft(self, draft: Draft, *, was: DraftState) -> bool:
        """Replace a draft that is still in state `was`; False where somebody was faster. Raises RingLockedError."""
        sql = (
            "UPDATE drafts SET state = :state, entry_id = :entry_id, expected = :expected, form = :form, "
            "origin = :origin, note = :note, at = :at WHERE id = :id"
        )
        known = 'SELECT "by" FROM drafts WHERE id = ? AND guild = ? AND state = ?'

        def update(db: sqlite_utils.Database) -> bool:
            row = db.execute(known, [draft.id, draft.guild, was.value]).fetchone()
            if row is None:
                return False
            db.execute(sql, self._row(replace(draft, by=UserId(row[0]))))  # whoever changes it, it stays its author's
            return True

        return await self._database.run(update)

    async def drafts_in(
        self, guild: GuildId, states: Collection[DraftState], by: UserId | None = None
    ) -> Sequence[Draft]:
        """Return drafts in these states, oldest first; `by`: one person's only. Raises RingLockedError."""
        places = ", ".join("?" * len(states))
        whose = ' AND "by" = ?' if by is not None else ""
        sql = f"SELECT {_COLUMNS} FROM drafts WHERE guild = ? AND state IN ({places}){whose} ORDER BY id"  # noqa: S608 - names of columns and question marks
        values = [guild, *(state.value for state in states), *([by] if by is not None else [])]
        return list(self._opened(await self._database.read(sql, values)))

    def _row(self, draft: Draft) -> dict[str, Any]:
        sealer = self._keyring.words(draft.guild, self._keyring.author(draft.guild, draft.by))
        form = json.dumps(asdict(draft.form), ensure_ascii=False)
        changed = {
            "state": draft.state.value,
            "form": sealer.seal(form, f"drafts:{draft.id}:form"),
            "note": sealer.seal(draft.note, f"drafts:{draft.id}:note"),
            "at": written(draft.at),
        }
        return {key: changed.get(key, getattr(draft, key)) for key in Draft.__dataclass_fields__}

    def _opened(self, rows: Sequence[tuple[Any, ...]]) -> Iterator[Draft]:
        """Yield the drafts in rows of _COLUMNS; those whose author was forgotten are gone. Raises RingLockedError."""
        for draft_id, guild, by, state, entry_id, expected, form, origin, note, at in rows:
            sealer = self._keyring.words(GuildId(guild), self._keyring.author(GuildId(guild), UserId(by)))
            try:
                typed = json.loads(sealer.open(form, f"drafts:{draft_id}:form"))
                said = sealer.open(note, f"drafts:{draft_id}:note").decode()
            except RingLockedError:
                raise
            except SealBrokenError:
                continue
            yield Draft(
                DraftId(draft_id),
                GuildId(guild),
                UserId(by),
                DraftState(state),
                None if entry_id is None else EntryId(entry_id),
                expected or "",
                Form(**typed),
                origin or "",
                said,
                datetime.fromisoformat(at),
            )
