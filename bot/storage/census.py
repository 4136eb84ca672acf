"""How much waits, and for how long; rounds, and people by how they wait. Counts over all servers, nobody among them."""

# ruff: noqa: S608 - every part of these statements is a constant of this file
from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.peers import MemberState
from bot.core.ports.watch import Census, Held, Queue, Waiting
from bot.storage.columns import written

if TYPE_CHECKING:
    from bot.storage.database import Database

DAYS = timedelta(days=7)
"""What is told of rounds is told of so long: a server has one a week."""
LAST_ROUNDS = 12
"""So many of each server are looked at, and not those of years: more than anybody holds in that time."""
_LAST = (
    "rounds JOIN (SELECT guild, max(number) AS newest FROM rounds GROUP BY guild) USING (guild) "
    f"WHERE number > newest - {LAST_ROUNDS}"
)
_AT, _IS_HELD = "json_extract(record, '$.at')", "json_extract(record, '$.people') IS NOT NULL"
_WAITING = {
    Queue.QUESTIONS: "min(first_at) FROM unanswered WHERE state = 'waiting'",
    Queue.DRAFTS: "min(at) FROM drafts WHERE state = 'submitted'",
    Queue.SUGGESTIONS: "min(at) FROM drafts WHERE state = 'suggested'",
    Queue.OFFERS: "min(offered_at) FROM introductions WHERE state = 'offered'",
    Queue.LETTERS: "min(at) FROM letters WHERE NOT coalesce(is_read, 0)",
    Queue.NOTICES: "min(at) FROM notices WHERE state = 'waiting'",
    Queue.REPORTS: "min(at) FROM reports WHERE state = 'open'",
    Queue.CHECK_BACKS: "min(at) FROM check_backs WHERE at <= :now",
    Queue.ROUNDS: f"min({_AT}) FROM {_LAST} AND NOT {_IS_HELD} AND {_AT} <= :now "
    "AND guild IN (SELECT guild FROM guild_settings WHERE json_extract(settings, '$.peers.is_on')) "
    "AND guild NOT IN (SELECT guild FROM gone_guilds)",
}
_PEOPLE = "SELECT state, count(*) FROM peers GROUP BY state"
_PATIENT = "SELECT coalesce(waited, 0), count(*) FROM peers WHERE state = 'active' GROUP BY 1"
_RECENT = f"{_LAST} AND {_IS_HELD} AND {_AT} > :since"
_HELD = (
    "SELECT count(*), coalesce(sum(json_extract(record, '$.pairs')), 0), "
    f"coalesce(max(json_extract(record, '$.seconds')), 0.0) FROM {_RECENT}"
)
_LOOKED = (
    "SELECT what.key, CAST(one.key AS INTEGER), sum(one.value) "
    f"FROM (SELECT record FROM {_RECENT}), json_each(record) AS what, json_each(what.value) AS one "
    "WHERE what.key IN ('waited', 'waiting') GROUP BY 1, 2"
)
_BYTES = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"


class CensusTable:
    """Implements the port CensusTaker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def census(self, now: datetime) -> Census:
        """Return what there is at a moment (UTC), with the rounds of the seven days before."""
        read = self._database.read
        at: dict[str, object] = {"now": written(now), "since": written(now - DAYS)}
        ((rounds, pairs, seconds),) = await read(_HELD, at)
        looked = await read(_LOOKED, at)
        ((size,),) = await read(_BYTES)
        return Census(
            queues={queue: await self._waiting(f"SELECT count(*), {what}", at) for queue, what in _WAITING.items()},
            held=Held(
                rounds,
                pairs,
                matched={before + 1: people for what, before, people in looked if what == "waited"},
                left_out=sum(people for what, _, people in looked if what == "waiting"),
                seconds=seconds,
            ),
            people={**dict.fromkeys(MemberState, 0), **dict(await read(_PEOPLE))},
            waiting=dict(await read(_PATIENT)),
            bytes=size,
        )

    async def _waiting(self, sql: str, at: dict[str, object]) -> Waiting:
        """Return what one query counts. One at a time, so that nobody's question waits for all of them."""
        ((length, since),) = await self._database.read(sql, at)
        return Waiting(length, datetime.fromisoformat(since) if since else None)
