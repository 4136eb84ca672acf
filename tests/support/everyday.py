"""People who do all that is done with the bot, each on a server of their own and in an order that is known.

So what is stored of a server after each act is known too: `rehearsed` lets everybody act once without disturbance.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.app import Lantern
from bot.core.errors import SealBrokenError
from bot.core.introductions import Answer, ReportReason, ReportState
from bot.core.models import EntryId, GuildId, UserId
from bot.core.moderation import DraftState, Form, revision_of
from bot.faq.queue import ORIGIN
from bot.peers.profiles import Account
from bot.storage.holdings import HOLDINGS, Key
from bot.storage.introduction_rows import FORGOTTEN
from bot.storage.reports import key_of_report
from support.introductions import offer_of
from support.peers import make_profile

CYCLES = 3
"""How often somebody does all they do; then somebody else takes their place."""
SERVERS, PEOPLE = 100_000, 100
"""Where the ids of servers begin, and how many ids of people each one has."""
ONE, TWO, THREE, MODERATOR = 1, 2, 3, 9
DRAWN = frozenset({"hash", "person", "day", "closed_by", "refused", "reported"})
"""Columns that are keyed hashes, or say when or by whom of two at once something was done; and whom the next sweep
takes out of a report that was decided."""
NUMBERS = frozenset({"id", "unanswered", "change", "introduction", "merged_into", "proposal"})
HASHES_OF = {"peer_ties": {"first", "second"}}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00")
NUMBERED = re.compile(r'(?<="number": ")\d+(?=")|(?<=^unanswered:)\d+$|^\d+$')


class Act(NamedTuple):
    """One thing somebody does. `late`: tables, or columns, that may come a moment after the rest, and why that is fine
    stands where it is declared.
    """

    do: Callable[[Lantern, Scene], Awaitable[None]]
    late: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scene:
    """Whose turn it is. `start`: the moment at which everybody's first cycle is, in every life of the process."""

    number: int
    cycle: int
    start: datetime
    tell: Callable[[str], None]

    @property
    def guild(self):
        return guild_of(self.number)

    @property
    def now(self):
        return self.start + timedelta(days=self.cycle)

    def user(self, which):
        return UserId(self.guild + which)


def _words(scene) -> str:
    """Return a question that nobody else asks and no entry answers."""
    return " ".join(f"quetzal{letter}{scene.cycle}" for letter in "abcdef")


def _asks(which, more=""):
    async def ask(bot, scene):
        await bot.asking.ask(scene.guild, f"{_words(scene)} {more}".strip(), user=scene.user(which))

    return ask


async def _finds_nothing_meant(bot, scene):
    """Ask, and mean none of what is offered: what is offered depends on how far a calibration is."""
    await bot.asking.give_up(scene.guild, _words(scene), scene.user(ONE))


async def _question(bot, scene):
    (found,) = [one for one in await bot.queue.waiting(scene.guild) if _words(scene) in one.wordings]
    return found


def _wishes(which):
    async def wish(bot, scene):
        await bot.asking.wish(scene.guild, (await _question(bot, scene)).id, scene.user(which))

    return wish


def _votes(which, *, helped):
    async def vote(bot, scene):
        await bot.asking.vote(scene.guild, EntryId("grades"), scene.user(which), helped=helped)

    return vote


async def _proposes(bot, scene):
    words = f"my {_words(scene)} grades"
    await bot.proposals.voted(scene.guild, EntryId("grades"), words, scene.user(ONE), helped=True)


def _erases(which):
    async def erase(bot, scene):
        await bot.personal.erase(scene.user(which), scene.now)

    return erase


async def _drafts(bot, scene):
    before = await bot.editing.open(scene.guild, scene.user(MODERATOR), EntryId("letters"))
    await bot.editing.keep(
        replace(before, form=replace(before.form, answer=f"Answer number {scene.cycle}, at length."))
    )


async def _publishes(bot, scene):
    (draft,) = await bot.editing.drafts(scene.guild, states={DraftState.OPEN})
    await bot.editing.publish(draft, scene.user(MODERATOR), scene.start.date())
    await bot.queue.settled()


async def _adds_phrasing(bot, scene):
    words = f"number {scene.cycle} of my letters"
    await bot.editing.add_phrasing(scene.guild, scene.user(MODERATOR), EntryId("letters"), words)


async def _undoes(bot, scene):
    await bot.editing.undo(scene.guild, scene.user(MODERATOR))


async def _removes(bot, scene):
    entry = (await bot.library.shelf(scene.guild)).entry(EntryId("visas"))
    await bot.editing.remove(scene.guild, scene.user(MODERATOR), entry.id, revision_of(entry))


async def _restores(bot, scene):
    first, *_ = await bot.editing.history(scene.guild, EntryId("visas"))
    await bot.editing.restore(scene.guild, scene.user(MODERATOR), first.id)


async def _drafts_answer(bot, scene):
    question = await _question(bot, scene)
    form = Form(_words(scene), "An answer, at some length.", f"what of {_words(scene)}", "Basics", "somebody who knows")
    draft = await bot.editing.open(scene.guild, scene.user(MODERATOR), None, form, f"{ORIGIN}{question.id}")
    await bot.editing.keep(draft)


async def _tells(bot, scene):
    """Send what waits as the bot does: it is taken, then sent, then forgotten."""
    for notice in await bot.notices.waiting():
        if notice.guild == scene.guild and await bot.notices.take(notice):
            scene.tell(f"{notice.user} {notice.text_key} {notice.entry_id} {sorted(notice.details.items())}")
            await bot.notices.drop(notice)


def _joins(which):
    async def join(bot, scene):
        await bot.membership.join(scene.guild, scene.user(which), is_adult=True, now=scene.now)

    return join


def _changes(which):
    async def change(bot, scene):
        profile = make_profile(story=f"Somebody told me {_words(scene)}.")
        account = Account(scene.start - timedelta(days=900), scene.start - timedelta(days=400))
        await bot.membership.change(scene.guild, scene.user(which), lambda _: profile, now=scene.now, account=account)

    return change


def _finishes(which):
    async def finish(bot, scene):
        await bot.membership.finish(scene.guild, scene.user(which), scene.now)

    return finish


async def _pauses(bot, scene):
    await bot.membership.pause(scene.guild, scene.user(TWO), scene.now + timedelta(days=9), scene.now)


async def _resumes(bot, scene):
    await bot.membership.resume(scene.guild, scene.user(TWO), scene.now)


async def _offers(bot, scene):
    offers = [offer_of(scene.user(ONE), scene.user(TWO))]
    await bot.introductions.offer(scene.guild, scene.cycle + 1, offers, scene.now)


async def _introduction(bot, scene):
    inbox = await bot.introductions.inbox(scene.guild, scene.user(ONE), scene.now)
    (found,) = [*inbox.offers, *inbox.current]
    return found.id


def _says(which, answer):
    async def say(bot, scene):
        number = await _introduction(bot, scene)
        await bot.introductions.answer(scene.guild, scene.user(which), number, answer, scene.now)

    return say


async def _time_passes(bot, scene):
    await bot.introductions.sweep(scene.guild, scene.now + timedelta(hours=2))


async def _reads(bot, scene):
    inbox = await bot.introductions.inbox(scene.guild, scene.user(ONE), scene.now)
    await bot.introductions.mark_read(scene.guild, scene.user(ONE), inbox.letters)


async def _reports(bot, scene):
    number = await _introduction(bot, scene)
    await bot.reports.report(
        scene.guild, scene.user(ONE), number, ReportReason.MONEY, f"Asked for money, {_words(scene)}.", scene.now
    )


async def _decides(bot, scene):
    (report,) = await bot.reports.open(scene.guild)
    await bot.reports.decide(scene.guild, report.id, ReportState.UNFOUNDED, scene.user(MODERATOR), scene.now)


async def _stops(bot, scene):
    await bot.introductions.stop(scene.guild, scene.user(ONE), await _introduction(bot, scene), scene.now)


async def _blocks(bot, scene):
    await bot.membership.block(scene.guild, scene.user(THREE), scene.user(ONE), scene.now)


async def _leaves(bot, scene):
    await bot.membership.leave(scene.guild, scene.user(TWO), scene.now)


# A story is embedded after it is saved; a vector that is missing is made before the next round.
OPT_IN = tuple(
    each
    for who in (ONE, TWO)
    for each in (Act(_joins(who)), Act(_changes(who), ("sealed_vector", "model")), Act(_finishes(who)))
)
PUBLISHING = ("drafts",)
"""An entry is published before its draft is closed: a draft too many is better than one too few."""
ROLES: dict[str, tuple[Act, ...]] = {
    "asking": (
        Act(_asks(ONE)),
        Act(_wishes(ONE)),
        Act(_asks(TWO, "again")),
        Act(_wishes(TWO)),
        Act(_asks(THREE, "too")),
        Act(_tells),
        Act(_votes(ONE, helped=False)),
        Act(_votes(TWO, helped=True)),
        Act(_votes(ONE, helped=True)),
        Act(_proposes),
        Act(_erases(TWO)),
    ),
    "editing": (
        Act(_drafts),
        Act(_publishes, PUBLISHING),
        Act(_adds_phrasing),
        Act(_undoes),
        Act(_removes),
        Act(_restores),
    ),
    "answering": (
        Act(_finds_nothing_meant),
        Act(_wishes(ONE)),
        Act(_drafts_answer),
        Act(_publishes, PUBLISHING),
        Act(_tells),
    ),
    "meeting": (
        *OPT_IN,
        *(Act(_pauses), Act(_resumes), Act(_offers)),
        *(Act(_says(ONE, Answer.YES)), Act(_says(TWO, Answer.YES)), Act(_time_passes), Act(_reads)),
        *(Act(_reports), Act(_decides), Act(_stops), Act(_leaves), Act(_erases(ONE))),
    ),
    "declining": (
        *OPT_IN,
        *(Act(_offers), Act(_says(ONE, Answer.NO)), Act(_blocks), Act(_leaves), Act(_erases(ONE))),
    ),
}
"""What people do, again and again."""


def guild_of(number: int) -> GuildId:
    """Return somebody's server."""
    return GuildId(SERVERS + PEOPLE * number)


def acts_of(role: str) -> tuple[Act, ...]:
    """Return everything somebody does in their life."""
    return ROLES[role] * CYCLES


async def act(bot, role, number, step, *, start, tell) -> None:
    """Let somebody do their act of that number, counted from 0."""
    scene = Scene(number, step // len(ROLES[role]), start, tell)
    await acts_of(role)[step].do(bot, scene)


async def rehearsed(bot, database, start) -> dict[str, list[str]]:
    """Return what is stored of somebody's server after 0, 1, 2 ... acts, by role."""
    views = {}
    for number, role in enumerate(ROLES):
        views[role] = [await view(database, bot.keyring, number)]
        for step in range(len(acts_of(role))):
            await act(bot, role, number, step, start=start, tell=lambda _: None)
            views[role].append(await view(database, bot.keyring, number))
    return views


async def view(database, keyring, number) -> str:
    """Return every row of somebody's server in every table, opened, as JSON; without what is drawn by chance."""
    guild = guild_of(number)

    def rows(db):
        found = {}
        for holding in HOLDINGS:
            if holding.guild:
                sql = f"SELECT *, {holding.guild} AS of_guild FROM {holding.table} WHERE {holding.guild} = ?"
                plain = [_plain(keyring, holding, row, guild) for row in list(db.query(sql, [guild]))]
                found[holding.table] = sorted(plain, key=json.dumps)
        return json.dumps(found, indent=1)

    return await database.run(rows)


def without(view, late) -> str:
    """Return a view without what may come late."""
    tables = json.loads(view)
    kept = {
        table: [{key: value for key, value in row.items() if key not in late} for row in rows]
        for table, rows in tables.items()
        if table not in late
    }
    return json.dumps(kept, indent=1)


def _plain(keyring, holding, row, guild):
    drawn = {"of_guild", *DRAWN, *NUMBERS, *HASHES_OF.get(holding.table, ())}
    return {key: _value(keyring, holding, row, key, guild) for key in sorted(row) if key not in drawn}


def _value(keyring, holding, row, key, guild):
    value = row[key]
    if key in holding.sealed and value not in {None, FORGOTTEN}:
        try:
            value = _sealer(keyring, holding, row, guild).open(value, holding.sealed[key].format_map(row))
        except SealBrokenError:
            return "its key was dropped"
    if isinstance(value, bytes):
        value = value.hex() if "vector" in key else value.decode()
    if isinstance(value, int) and 0 <= value - guild < PEOPLE:
        return f"person {value - guild}"
    if isinstance(value, str):
        return NUMBERED.sub("number", MOMENT.sub("moment", value.replace(str(guild), "server")))
    return value


def _sealer(keyring, holding, row, guild):
    match holding.key:
        case Key.MEETING:
            return keyring.sealer(guild, UserId(row["user"]))
        case Key.BOTH:
            return keyring.sealer(guild, *(UserId(row[side]) for side in ("first", "second") if row[side]))
        case Key.REPORT:
            return keyring.apart(guild, key_of_report(row["id"]))
        case Key.WORDS:
            person = row["person"] if "person" in row else keyring.author(guild, UserId(row["by"]))
            return keyring.words(guild, person)
