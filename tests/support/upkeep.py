"""What upkeep finds, planted; and its list, used as people do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.core.links import LinkReport, LinkState
from bot.core.models import EntryId, Phrasing
from bot.core.moderation import ChangeKind
from bot.faq.links import REST
from support.editor import entries_of, guild_of
from support.edits import edit
from support.worlds import selects_in

LETTERS, VISAS = EntryId("letters"), EntryId("visas")
TWIN = EntryId("letters-again")


def today():
    """Return the date the bot sees."""
    return datetime.now(UTC).date()


class Web:
    """Answers for every page the same, but for those it is told about."""

    def __init__(self, **states: LinkState) -> None:
        self._states = states

    async def check(self, links):
        for link in links:
            state = self._states.get(link.rsplit("/", 1)[-1], LinkState.OK)
            moved = "https://new.example.org/" if state is LinkState.MOVED else None
            yield LinkReport(link, state, "HTTP 404", moved)


async def plant(world, entry_id, **changes):
    """Let an entry be another one."""
    entry = (await entries_of(world))[EntryId(entry_id)]
    return await edit(world.lantern.library, guild_of(world), EntryId(entry_id), replace(entry, **changes))


async def plant_overdue(world, entry_id=LETTERS, days=400):
    await plant(world, entry_id, reviewed_on=today() - timedelta(days=days), review_after_days=30)


async def plant_twin(world, answer="What we know about letters."):
    """Add an entry that asks what `letters` asks."""
    entry = (await entries_of(world))[LETTERS]
    wordings = ("letters, tell me about them", "help with letters please", "a question on letters in research")
    twin = replace(
        entry,
        id=TWIN,
        question="What about letters should one know?",
        phrasings=tuple(map(Phrasing, wordings)),
        answer=answer,
    )
    await edit(world.lantern.library, guild_of(world), TWIN, twin, kind=ChangeKind.ADDED)


async def plant_links(world, state):
    """Let a page be in a state on two days."""
    for day in (today() - REST, today()):
        await world.lantern.links.check_some(Web(letters=state), day, batch=99)


async def open_upkeep(world, kind=None, who=None):
    """Return the live card of the first finding, of one kind."""
    who = who or world.mika
    card = (await who.slash(world.channel, "faq upkeep")).response
    return card if kind is None else await only(card, kind, who)


async def only(card, kind, who):
    """Filter a card by a kind."""
    await who.select(card, [kind], custom_id=selects_in(card)[0]["custom_id"])
    return card


async def left(world, kind):
    """Return the entries of which something of a kind is found."""
    found = await world.lantern.upkeep.findings(guild_of(world), today())
    return [each.entry_id for each in found if each.kind is kind]


async def kinds_of_change(world, entry_id):
    return [version.kind for version in await world.lantern.editing.history(guild_of(world), EntryId(entry_id))]
