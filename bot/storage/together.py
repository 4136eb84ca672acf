"""Small writes that many ask for at the same time, in one transaction: a commit waits for the disk, however small."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import sqlite_utils

    from bot.storage.database import Database

Statement = tuple[str, "Sequence[object]"]


class Together:
    """Executes statements; what is asked for while a transaction is being written goes into the next one, whole.

    Who asked waits until it is written, as alone. Where a transaction fails, all whose statements were in it learn it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[Statement] = []
        self._next: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    async def execute(self, sql: str, values: Sequence[object]) -> None:
        """Execute one statement, which depends on no other. Raises StorageError."""
        self._waiting.append((sql, values))
        if self._next is None:
            self._next = asyncio.get_running_loop().create_task(self._write())
            self._next.add_done_callback(_heard)
        await asyncio.shield(self._next)  # one person leaving must not take the write from others

    async def _write(self) -> None:
        async with self._turn:
            statements, self._waiting, self._next = self._waiting, [], None
            await self._database.run(_execute, statements)


def _heard(task: asyncio.Task[None]) -> None:
    """Take note of a failure also where everybody who would be told of it has left."""
    if not task.cancelled():
        task.exception()


def _execute(db: sqlite_utils.Database, statements: Sequence[Statement]) -> None:
    for sql, values in statements:
        db.execute(sql, values)
