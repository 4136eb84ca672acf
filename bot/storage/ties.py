"""What ties two people on a server, as keyed hashes: it outlives their profiles and names nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.core.ports.peers import Tie, TieKind
from bot.storage.columns import written

if TYPE_CHECKING:
    from collections.abc import Collection

    import sqlite_utils

    from bot.core.models import GuildId, UserId
    from bot.safety.pseudonyms import Pseudonyms

PAIR = "guild = ? AND kind = ? AND first = ? AND second = ?"


@dataclass(frozen=True, slots=True)
class Ties:
    """Reads and writes the table `peer_ties`, inside the transaction of whoever holds `db`."""

    pseudonyms: Pseudonyms

    def add(self, db: sqlite_utils.Database, guild: GuildId, tie: Tie) -> None:
        """Keep a tie; one that is there gets the new moment."""
        first, second = self._pair(guild, tie.kind, tie.first, tie.second)
        row = {"guild": guild, "kind": tie.kind.value, "first": first, "second": second, "at": written(tie.at)}
        db.table("peer_ties").upsert(row, pk=("guild", "kind", "first", "second"))

    def drop(self, db: sqlite_utils.Database, guild: GuildId, kind: TieKind, first: UserId, second: UserId) -> bool:
        """Drop a tie; False where there was none."""
        pair = self._pair(guild, kind, first, second)
        return db.execute(f"DELETE FROM peer_ties WHERE {PAIR}", [guild, kind.value, *pair]).rowcount > 0  # noqa: S608

    def between(self, db: sqlite_utils.Database, guild: GuildId, users: Collection[UserId]) -> list[Tie]:
        """Return every tie between two of these people."""
        by_name = {self.name_of(guild, user): user for user in users}
        rows = db.execute("SELECT kind, first, second, at FROM peer_ties WHERE guild = ?", [guild])
        return [
            Tie(TieKind(kind), by_name[first], by_name[second], datetime.fromisoformat(at))
            for kind, first, second, at in rows
            if first in by_name and second in by_name
        ]

    def is_out(self, db: sqlite_utils.Database, guild: GuildId, user: UserId) -> bool:
        """Tell whether moderators took somebody out: a block of themselves, which outlives the report it came of."""
        name = self.name_of(guild, user)
        values = [guild, TieKind.BLOCK.value, name, name]
        return db.execute(f"SELECT 1 FROM peer_ties WHERE {PAIR}", values).fetchone() is not None  # noqa: S608

    def blocks_by(self, db: sqlite_utils.Database, guild: GuildId, by: UserId) -> int:
        """Return how many others somebody blocks."""
        values = [guild, TieKind.BLOCK.value, self.name_of(guild, by)]
        sql = "SELECT count(*) FROM peer_ties WHERE guild = ? AND kind = ? AND first = ? AND second <> first"
        return int(db.execute(sql, values).fetchone()[0])

    def name_of(self, guild: GuildId, user: UserId) -> str:
        """Return what stands for a person in this server's ties."""
        return self.pseudonyms.of(user, f"ties:{guild}")

    def _pair(self, guild: GuildId, kind: TieKind, first: UserId, second: UserId) -> tuple[str, str]:
        names = self.name_of(guild, first), self.name_of(guild, second)
        return names if kind is TieKind.BLOCK else (min(names), max(names))
