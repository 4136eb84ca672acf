"""Somebody who did everything that can be done with the bot, and what is stored of them then."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from bot.core.introductions import ReportReason
from bot.core.models import UserId
from bot.safety.pseudonyms import Pseudonyms
from bot.storage.database import Database
from bot.storage.holdings import HOLDINGS
from support.meeting import Meeting
from support.small import ANSWERED, UNKNOWN
from support.worlds import texts_in

ASKED, STORY, REPORTED, SUGGESTED, DRAFTED = (
    *(f"{UNKNOWN} okapi", "I looked after quokkas for years.", "Axolotls were asked of me."),
    *("Is there a narwhal?", "On pangolins."),
)
"""What somebody types, with a word in each that nobody else uses."""
CANARIES = ("okapi", "quokka", "xolotl", "narwhal", "pangolin")


async def do_everything(world, member, other) -> Meeting:
    """Let a member use all there is; `other` is introduced to them, reported, and does a few things too."""
    meeting = await Meeting(world).turn_on()
    await _with_the_faq(world, member)
    await _be_introduced(meeting, member, other)
    user, now = UserId(member.id), datetime.now(UTC)
    await world.lantern.forums.set_quiet(meeting.guild, user, quiet=True)
    await world.lantern.check_backs.keep(meeting.guild, user, now, "DE")
    return meeting


async def _with_the_faq(world, member) -> None:
    """Ask, wait, vote, suggest, draft; in direct messages too."""
    unknown = await world.ask(ASKED, who=member)
    await member.click(unknown, label="Tell me when this is answered")
    await member.click(await world.ask(ANSWERED, who=member), label="That helped")
    in_private = (await member.user.slash("ask", question=ANSWERED)).response
    await member.user.click(in_private, label="That helped")
    form = await member.slash(world.channel, "suggest")
    await member.submit_modal(form, {"question": SUGGESTED, "answer": DRAFTED, "why": "For a friend."})


async def _be_introduced(meeting, member, other) -> None:
    """Opt in, learn a name, report, and keep apart; and be offered somebody else, who has not answered."""
    stranger = meeting.world.ines
    await meeting.opt_in(member, story=STORY)
    await meeting.opt_in(other, stranger, story="I looked after lemurs for years.")
    introduction = await meeting.reveal(member, other)
    await meeting.offer(member, stranger)
    now, users = datetime.now(UTC), [UserId(each.id) for each in (member, other)]
    reports, membership = meeting.lantern.reports, meeting.lantern.membership
    await reports.report(meeting.guild, users[0], introduction.id, ReportReason.MONEY, REPORTED, now)
    await membership.block(meeting.guild, *users, now)


async def shown_to(member, channel=None):
    """Return what `/mydata show` gives somebody, as data and as text; without a channel in direct messages."""
    result = await (member.slash(channel, "mydata show") if channel else member.user.slash("mydata show"))
    assert result.ephemeral
    (file,) = result.response.attachments
    text = (await file.read()).decode()
    return json.loads(text), text


async def erase(world, member) -> str:
    """Let somebody delete everything; return what the card they confirmed it on says then."""
    asked = (await member.slash(world.channel, "mydata delete")).response
    await member.click(asked, label="Delete everything")
    return texts_in(asked)


@asynccontextmanager
async def opened(path):
    """Open a database file beside the bot."""
    database = await Database.open(path)
    try:
        yield database
    finally:
        await database.close()


async def rows_with(database, user, keyring) -> set[str]:
    """Return the tables in which anything leads to somebody: their id, or any of their keyed hashes."""
    rows = {each.table: await database.run(lambda db, name=each.table: list(db.table(name).rows)) for each in HOLDINGS}
    numbers = [row["id"] for name in ("unanswered", "proposals") for row in rows[name]]
    guilds = {row["guild"] for each in rows.values() for row in each if "guild" in row}
    contexts = [f"{kind}:{number}" for kind in ("unanswered", "proposal") for number in numbers]
    contexts += [f"{kind}:{guild}" for kind in ("author", "quiet", "ties", "peers") for guild in guilds]
    contexts += [f"forum:{row['forum']}" for row in rows["posts"]]
    pseudonyms = Pseudonyms(keyring.names)
    traces = {user, str(user), *(pseudonyms.of(user, context) for context in contexts)}
    return {name for name, each in rows.items() if any(traces & set(map(_plain, row.values())) for row in each)}


def _plain(value):
    return value if isinstance(value, int | str) else None
