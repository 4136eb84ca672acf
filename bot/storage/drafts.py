"""What people typed and have not published. A draft is never deleted, only its state moves on."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.core.errors import VersionGoneError
from bot.core.models import EntryId, GuildId, UserId
from bot.core.moderation import Draft, DraftId, DraftState, Form
from bot.storage.columns import written

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.storage.database import Database

_COLUMNS = 'id, guild, "by", state, entry_id, expected, form, origin, note, at'


class DraftStore:
    """Implements the port Drafts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_draft(self, draft: Draft) -> DraftId:
        """Keep a draft (its own id is ignored) and return its id."""
        row = {key: value for key, value in _row(draft).items() if key != "id"}
        return DraftId(await self._database.run(lambda db: int(str(db.table("drafts").insert(row).last_pk))))

    async def draft(self, guild: GuildId, draft_id: DraftId) -> Draft:
        """Return a draft, whatever its state. Raises VersionGoneError."""
        sql = f"SELECT {_COLUMNS} FROM drafts WHERE guild = ? AND id = ?"  # noqa: S608 - names of columns
        rows = await self._database.read(sql, [guild, draft_id])
        if not rows:
            raise VersionGoneError(f"There is no draft {draft_id} on this server.")
        return _draft(rows[0])

    async def update_draft(self, draft: Draft, *, was: DraftState) -> bool:
        """Replace a draft that is still in state `was`; False where somebody was faster."""
        row = _row(draft)
        sql = (
            "UPDATE drafts SET state = :state, entry_id = :entry_id, expected = :expected, form = :form, "
            "origin = :origin, note = :note, at = :at WHERE id = :id AND guild = :guild AND state = :was"
        )
        return await self._database.run(lambda db: bool(db.execute(sql, {**row, "was": was.value}).rowcount))

    async def drafts_in(
        self, guild: GuildId, states: Collection[DraftState], by: UserId | None = None
    ) -> Sequence[Draft]:
        """Return drafts in these states, oldest first; `by`: one person's only."""
        places = ", ".join("?" * len(states))
        whose = ' AND "by" = ?' if by is not None else ""
        sql = f"SELECT {_COLUMNS} FROM drafts WHERE guild = ? AND state IN ({places}){whose} ORDER BY id"  # noqa: S608 - names of columns and question marks
        values = [guild, *(state.value for state in states), *([by] if by is not None else [])]
        return [_draft(row) for row in await self._database.read(sql, values)]


def _row(draft: Draft) -> dict[str, Any]:
    form = json.dumps(asdict(draft.form), ensure_ascii=False)
    plain = {"state": draft.state.value, "form": form, "at": written(draft.at)}
    return {key: plain.get(key, getattr(draft, key)) for key in Draft.__dataclass_fields__}


def _draft(row: tuple[Any, ...]) -> Draft:
    draft_id, guild, by, state, entry_id, expected, form, origin, note, at = row
    return Draft(
        DraftId(draft_id),
        GuildId(guild),
        UserId(by),
        DraftState(state),
        None if entry_id is None else EntryId(entry_id),
        expected or "",
        Form(**json.loads(form)),
        origin or "",
        note or "",
        datetime.fromisoformat(at),
    )
