"""Run as a program: fills a folder with the servers and people of `make load`, through Lantern's own doors.

`python load_data.py FOLDER GUILDS ENTRIES PEOPLE`. Most wordings are the same on every server, because embedding fifty
servers' own would take half an hour; each server indexes and calibrates its own FAQ all the same.
"""

from __future__ import annotations

import asyncio
import random
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]

from bench.widen import widen  # noqa: E402 - after the path
from bot import app  # noqa: E402
from bot.core.models import Bundle, EntryId, GuildId, UserId  # noqa: E402
from bot.core.peers import Help, Hope, Pace, Ping, Profile, Role, Stage  # noqa: E402
from bot.peers.profiles import Account  # noqa: E402
from bot.settings import Settings  # noqa: E402

PHRASINGS = 5
"""Beside an entry's question: what a moderator types; the shipped entries have twice as many."""
OWN_ENTRIES = 20
"""One entry of so many has words that no other server uses."""
FIRST_GUILD, FIRST_USER = 1_100_000_000_000_000_000, 1_200_000_000_000_000_000


def guild_id(place: int) -> int:
    """Return the id of a server, by its place from 0."""
    return FIRST_GUILD + place * 1000


def user_id(guild: int, place: int) -> int:
    """Return the id of somebody who opted in on a server, by their place from 0."""
    return FIRST_USER + (guild - FIRST_GUILD) * 1000 + place


def entries_of(pack, place: int, size: int):
    """Return the FAQ of a server: the shipped entries widened to `size`, a few in its own words."""
    return tuple(
        _own(entry, place) if number % OWN_ENTRIES == 0 else _short(entry)
        for number, entry in enumerate(widen(pack, size).entries)
    )


def _short(entry):
    return replace(entry, phrasings=entry.phrasings[:PHRASINGS])


def _own(entry, place: int):
    entry, here = _short(entry), f"in group {place}"
    texts = tuple(replace(phrasing, text=f"{phrasing.text} {here}") for phrasing in entry.phrasings)
    return replace(
        entry, id=EntryId(f"{entry.id[:50]}-{place}"), question=f"{entry.question.rstrip('?')} {here}?", phrasings=texts
    )


def _profile(dice: random.Random, setbacks) -> Profile:
    return Profile(
        roles=frozenset({dice.choice((Role.PEER, Role.PEER, Role.SEEKER, Role.MENTOR))}),
        setbacks=frozenset(dice.sample(setbacks, 2)),
        sentence="I would like to talk with somebody who knows this.",
        helps=frozenset({dice.choice(list(Help))}),
        pace=dice.choice(list(Pace)),
        hope=dice.choice(list(Hope)),
        stage=dice.choice(list(Stage)),
        languages=frozenset({"en"}),
        zone="Europe/Berlin",
        hours=((18.0, 22.0),),
        ping=dice.choice(list(Ping)),
    )


async def fill(lantern, guilds: int, entries: int, people: int) -> None:
    """Import a FAQ on each server, let its people opt in, and calibrate it."""
    dice, now = random.Random(7), datetime.now(UTC)
    old = Account(now - timedelta(days=900), now - timedelta(days=400))
    taxonomy = await lantern.membership.taxonomy(GuildId(1))
    setbacks = sorted(one.id for one in taxonomy.values() if not one.is_sensitive)
    for place in range(guilds):
        guild = GuildId(guild_id(place))
        await lantern.guilds.update(guild, lambda known: replace(known, peers=replace(known.peers, is_on=True)))
        bundle = Bundle(tuple(lantern.library.pack.topics), entries_of(lantern.library.pack, place, entries))
        planned = await lantern.importing.plan(guild, bundle, replace=True)
        await lantern.importing.carry_out(guild, None, planned, "load")
        for number in range(people // guilds):
            user, profile = UserId(user_id(guild, number)), _profile(dice, setbacks)
            await lantern.membership.join(guild, user, is_adult=True, now=now)
            await lantern.membership.change(guild, user, lambda _, to=profile: to, now=now, account=old)
            await lantern.membership.finish(guild, user, now)
        await lantern.search.calibration(GuildId(guild))
        await lantern.search.renewals()
        sys.stderr.write(f"\rprepared {place + 1} of {guilds} servers")
    sys.stderr.write("\n")


async def main(folder: Path, guilds: int, entries: int, people: int) -> None:
    """Fill the folder's database."""
    settings = Settings(_env_file=None, state=folder)
    content = app.load_content(settings)
    opener = app.model_opener(settings)
    path = settings.database
    async with app.lantern(content, path, path, opener, key=settings.master_key) as lantern:
        await fill(lantern, guilds, entries, people)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *map(int, sys.argv[2:5])))
