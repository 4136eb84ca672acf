"""How much waits, and for how long; rounds, and people by how they wait. Counts over all servers, nobody among them."""

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
_WAITING = {
    Queue.QUESTIONS: "min(first_at) FROM unanswered WHERE state = 'waiting'",
    Queue.DRAFTS: "min(at) FROM drafts WHERE state = 'submitted'",
    Queue.SUGGESTIONS: "min(at) FROM drafts WHERE state = 'suggested'",
    Queue.OFFERS: "min(offered_at) FROM introductions WHERE state = 'offered'",
    Queue.LETTERS: "min(at) FROM letters WHERE NOT coalesce(is_read, 0)",
    Queue.NOTICES: "min(at) FROM notices WHERE state = 'waiting'",
    Queue.REPORTS: "min(at) FROM reports WHERE state = 'open'",
    Queue.CHECK_BACKS: "min(at) FROM check_backs WHERE at <= :now",
    Queue.ROUNDS: "min(json_extract(record, '$.at')) FROM rounds JOIN guild_settings USING (guild) "
    "WHERE json_extract(record, '$.people') IS NULL AND json_extract(record, '$.at') <= :now "
    "AND json_extract(settings, '$.peers.is_on') AND guild NOT IN (SELECT guild FROM gone_guilds)",
}
_QUEUES = " UNION ALL ".join(f"SELECT '{queue}', count(*), {since}" for queue, since in _WAITING.items())
_PEOPLE = "SELECT state, count(*) FROM peers GROUP BY state"
_PATIENT = "SELECT coalesce(waited, 0), count(*) FROM peers WHERE state = 'active' GROUP BY 1"
_RECENT = "json_extract(record, '$.people') IS NOT NULL AND json_extract(record, '$.at') > :since"
_HELD = (
    "SELECT count(*), coalesce(sum(json_extract(record, '$.pairs')), 0), "  # noqa: S608 - made of constants
    f"coalesce(max(json_extract(record, '$.seconds')), 0.0) FROM rounds WHERE {_RECENT}"
)
_LOOKED = (
    "SELECT what.key, CAST(one.key AS INTEGER), sum(one.value) "  # noqa: S608
    "FROM rounds, json_each(record) AS what, json_each(what.value) AS one "
    f"WHERE what.key IN ('waited', 'waiting') AND {_RECENT} GROUP BY 1, 2"
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
            queues={
                Queue(queue): Waiting(length, datetime.fromisoformat(since) if since else None)
                for queue, length, since in await read(_QUEUES, at)
            },
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
