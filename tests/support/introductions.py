"""Two people between an offer and the last check-in, over the real store; and what each of them can see."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.introductions import Answer, Card, CheckIn, ReportReason, ReportState
from bot.core.matching import Kind, Pair, Reason
from bot.core.peers import Help, Role
from bot.core.ports.introductions import Offer
from bot.faq.guilds import Guilds
from bot.peers.aftercare import Aftercare
from bot.peers.introductions import Introductions
from bot.peers.membership import Membership
from bot.peers.reports import Reports
from bot.storage.database import Database
from bot.storage.guilds import GuildSettingsTable
from bot.storage.introduction_table import IntroductionTable
from bot.storage.letters import LetterTable
from bot.storage.peers import PeerTable
from bot.storage.reports import ReportTable
from support.keyrings import keyring_of, ties_of
from support.peers import HERE, KIM, NOOR, NOW, SAM, SETBACKS, Stories, make_member

START = NOW.replace(minute=17, second=0)
"""When offers are made: between two full steps."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOLD_AT = START.replace(minute=0) + timedelta(hours=73)
MODERATOR = KIM + 1000
TABLES = ("peers", "peer_ties", "introductions", "check_ins", "letters", "reports", "rounds", "days")
UNREPEATABLE = frozenset({"id", "introduction", "sealed", "sealed_vector"})
"""Columns that are drawn anew each time."""


class Meeting:
    """The use cases over one database, and the moment at which offers are made."""

    def __init__(self, database: Database, key: bytes = bytes(32), start: datetime = START) -> None:
        self.database, self.start = database, start
        self.keyring = keyring_of(database, key)
        ties = ties_of(self.keyring)
        self.peers = PeerTable(database, self.keyring, ties)
        self.table = IntroductionTable(database, self.keyring, ties)
        self.letters = LetterTable(database)
        self.guilds = Guilds(GuildSettingsTable(database))
        self.introductions = Introductions(self.table, self.letters, self.peers, self.guilds)
        self.aftercare = Aftercare(self.table)
        self.reports = Reports(ReportTable(database, self.keyring, ties), self.table)
        self.membership = Membership(self.peers, Stories(), self.guilds, SETBACKS)

    async def join(self, *users, **changes) -> None:
        """Let people be members; mentors with `roles`."""
        for user in users:
            await self.peers.add(make_member(user, **changes))

    async def join_mentor(self, user=SAM, capacity=1) -> None:
        await self.join(user, roles=frozenset({Role.MENTOR}), capacity=capacity)

    async def offer(self, *pairs, kind=Kind.PEER, places=1, at=None, also=None):
        """Offer people to each other; by default NOOR and SAM, who is the mentor where there is one."""
        offers = [offer_of(first, second, kind, places) for first, second in pairs or [(NOOR, SAM)]]
        return await self.introductions.offer(HERE, 1, offers, at or self.start, also=also)

    async def say(self, user, answer, after=HOUR):
        """Answer the one offer somebody has."""
        return await self.introductions.answer(HERE, user, await self.only(), answer, self.start + after)

    async def both_yes(self, after=HOUR) -> None:
        for user in (NOOR, SAM):
            await self.say(user, Answer.YES, after)

    async def known(self) -> datetime:
        """Let both know each other's name; return since when."""
        await self.both_yes()
        await self.sweep(after=2 * HOUR)
        return self.start.replace(minute=0) + 2 * HOUR

    async def sweep(self, after=timedelta(0)) -> None:
        await self.introductions.sweep(HERE, self.start + after)

    async def only(self):
        """Return the id of the only introduction, or of the newest of NOOR's."""
        rows = await self.database.read("SELECT id FROM introductions ORDER BY first = ? DESC, offered_at DESC", [NOOR])
        return rows[0][0]

    async def row(self, introduction=None):
        """Return the introduction as it is kept, for nobody to see."""
        return await self.table.introduction(HERE, introduction or await self.only())

    async def standing(self, user):
        return await self.peers.member(HERE, user)

    async def check_in(self, user, said, after):
        return await self.aftercare.check_in(HERE, user, await self.only(), said, self.start + after)

    async def report(self, user, text="He asked me for money.", after=HOUR, reason=ReportReason.MONEY):
        return await self.reports.report(HERE, user, await self.only(), reason, text, self.start + after)

    async def decide(self, state, after=2 * HOUR):
        (report, *_) = await self.reports.open(HERE)
        return await self.reports.decide(HERE, report.id, state, MODERATOR, self.start + after)

    async def keys(self, user) -> list[str]:
        """Return the text keys of somebody's unread letters."""
        return [letter.text_key for letter in await self.letters.unread(HERE, user)]

    async def seen(self, user, now) -> bytes:
        """Return everything somebody can see now, byte for byte, but for the ids that are drawn by chance."""
        inbox = await self.introductions.inbox(HERE, user, now)
        pings = [letter for letter in await self.introductions.unpinged() if letter.user == user]
        letters = [replace(letter, id=0, introduction=letter.introduction and 0) for letter in inbox.letters]
        offers, current = ([replace(each, id=0) for each in part] for part in (inbox.offers, inbox.current))
        reportable = [replace(each, id=0) for each in await self.reports.reportable(HERE, user, now)]
        return repr((letters, offers, current, reportable, len(pings))).encode()

    async def dump(self) -> str:
        """Return every row that introductions have to do with, but for what is drawn anew each time."""
        found = {}
        for table in TABLES:
            rows = await self.database.run(lambda db, name=table: list(db.table(name).rows))
            kept = [{key: value for key, value in row.items() if key not in UNREPEATABLE} for row in rows]
            found[table] = sorted(json.dumps(row, sort_keys=True) for row in kept)
        return json.dumps(found, indent=1)


@asynccontextmanager
async def meeting_in(path=None, *, key=bytes(32), start=START):
    """Open a database and close it again."""
    database = await Database.open(path)
    try:
        yield Meeting(database, key, start)
    finally:
        await database.close()


def card(sentence="I was left waiting too.", *, is_mentor=False, kind=Kind.PEER) -> Card:
    return Card(kind, is_mentor, ("ghosting",), ("en",), (Help.LISTENING,), sentence, hours=2)


def offer_of(first, second, kind=Kind.PEER, places=1) -> Offer:
    """Return two people who are to be offered each other."""
    pair = Pair(str(first), str(second), kind, 0.8, (Reason("fit.setbacks", ("ghosting",)),))
    cards = (
        card("Shown to the first.", is_mentor=kind is Kind.MENTOR, kind=kind),
        card("Shown to the second.", kind=kind),
    )
    return Offer(pair, cards, places)


def write_round(guild=HERE):
    """Return what a round writes in the transaction of its offers."""
    return lambda db: db.table("rounds").insert({"guild": guild, "number": 1, "record": "{}"})


async def _offer(meeting):
    await meeting.offer(also=write_round())


async def _offer_mentor(meeting):
    await meeting.offer(kind=Kind.MENTOR)


def _answers(user, answer, after=HOUR):
    return lambda meeting: meeting.say(user, answer, after)


def _sweeps(after):
    return lambda meeting: meeting.sweep(after)


async def _silent_twice(meeting):
    """Let the mentor have left two offers without a word before."""
    await meeting.database.run(lambda db: db.execute("UPDATE peers SET silences = 2 WHERE user = ?", [SAM]))


YES, NO = Answer.YES, Answer.NO
KNOWN = (_offer_mentor, _answers(NOOR, YES), _answers(SAM, YES), _sweeps(2 * HOUR))
FIRST_ASKED, LAST_ASKED = (*KNOWN, _sweeps(4 * DAY)), (*KNOWN, _sweeps(4 * DAY), _sweeps(15 * DAY))
REPORTED = (*KNOWN, lambda meeting: meeting.report(NOOR, after=3 * HOUR))
SCENES = {
    "offer": ((), _offer),
    "first yes": ((_offer,), _answers(NOOR, YES)),
    "second yes": ((_offer, _answers(NOOR, YES)), _answers(SAM, YES)),
    "no": ((_offer, _answers(NOOR, YES)), _answers(SAM, NO)),
    "no after both said yes": ((_offer, _answers(NOOR, YES), _answers(SAM, YES)), _answers(SAM, NO)),
    "names": ((_offer_mentor, _answers(NOOR, YES), _answers(SAM, YES)), _sweeps(2 * HOUR)),
    "reminder": ((_offer,), _sweeps(50 * HOUR)),
    "silence": ((_offer_mentor,), _sweeps(80 * HOUR)),
    "third silence": ((_offer_mentor, _silent_twice), _sweeps(80 * HOUR)),
    "first check-in": (KNOWN, _sweeps(4 * DAY)),
    "last check-in": (FIRST_ASKED, _sweeps(15 * DAY)),
    "four weeks": (LAST_ASKED, _sweeps(29 * DAY)),
    "check-in said": (FIRST_ASKED, lambda meeting: meeting.check_in(NOOR, CheckIn.TALKING, 5 * DAY)),
    "not yet, twice": (
        (*FIRST_ASKED, lambda meeting: meeting.check_in(NOOR, CheckIn.NOT_YET, 5 * DAY), _sweeps(15 * DAY)),
        lambda meeting: meeting.check_in(SAM, CheckIn.NOT_YET, 16 * DAY),
    ),
    "stop": (KNOWN, lambda meeting: _stop(meeting, NOOR)),
    "pause": ((_offer,), lambda meeting: meeting.membership.pause(HERE, SAM, None, meeting.start + HOUR)),
    "block": (KNOWN, lambda meeting: meeting.membership.block(HERE, NOOR, SAM, meeting.start + DAY)),
    "leave": (KNOWN, lambda meeting: meeting.membership.leave(HERE, SAM, meeting.start + DAY)),
    "report of an offer": ((_offer,), lambda meeting: meeting.report(NOOR)),
    "report": (KNOWN, lambda meeting: meeting.report(NOOR, after=3 * HOUR)),
    "unfounded": (REPORTED, lambda meeting: meeting.decide(ReportState.UNFOUNDED, 4 * HOUR)),
    "settled": (REPORTED, lambda meeting: meeting.decide(ReportState.SETTLED, 4 * HOUR)),
    "removed": (REPORTED, lambda meeting: meeting.decide(ReportState.REMOVED, 4 * HOUR)),
    "forgetting": ((*LAST_ASKED, _sweeps(29 * DAY)), _sweeps(140 * DAY)),
}
"""By name: what happened before, and the step itself."""


async def _stop(meeting, user):
    await meeting.introductions.stop(HERE, user, await meeting.only(), meeting.start + DAY)


async def play(meeting: Meeting, acts) -> None:
    """Let things happen, one after the other."""
    for act in acts:
        await act(meeting)
