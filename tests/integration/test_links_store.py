"""What is known of links, and the slow round over all of them: real pages, real TLS, a real file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import trustme
from aiohttp import web

from bot.core.links import KnownLink, LinkReport, LinkState
from bot.core.models import EntryId, GuildId, Pack, Source, Topic, TopicId
from bot.faq.library import Library
from bot.faq.links import REST, LinkWatch
from bot.storage.database import Database
from bot.storage.faq import GuildEntries
from bot.storage.links import LinkStore
from support.edits import edit
from support.parts import make_entry
from support.web import Site

TODAY = date(2026, 11, 24)
HERE, THERE = GuildId(1), GuildId(2)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
async def site(authority):
    async with Site(authority).open() as site:
        for path in ("/a", "/b", "/c"):
            site.pages[path] = lambda _: web.Response()
        site.pages["/gone"] = lambda _: web.Response(status=404)
        yield site


@pytest.fixture
async def database(tmp_path):
    """An empty database in a file."""
    opened = await Database.open(tmp_path / "lantern.db")
    yield opened
    await opened.close()


@pytest.fixture
def store(database) -> LinkStore:
    """The store under test."""
    return LinkStore(database)


def sourced(name, *links):
    sources = tuple(Source("A page", link, "it was read") for link in links)
    return make_entry(name, f"What about {name}?", topic=TopicId("basics"), sources=sources)


@pytest.fixture
def library(site, database) -> Library:
    """A pack of two entries that rest on three pages, one of them on both."""
    entries = (sourced("letters", site.link("/a"), site.link("/b")), sourced("visas", site.link("/b"), site.link("/c")))
    return Library(Pack((Topic(TopicId("basics"), "Basics"),), entries, ()), GuildEntries(database))


@pytest.fixture
def watch(library, store) -> LinkWatch:
    return LinkWatch(library, store)


def paths(site):
    """Return the pages that were asked for, each as often as it was."""
    return sorted(path for _, path in site.asked())


async def test_what_is_noted_of_a_link_is_read_back_and_the_last_check_stands(store):
    moved = KnownLink(LinkReport("https://a.example/", LinkState.MOVED, "for good", "https://b.example/"), TODAY)
    gone = KnownLink(LinkReport("https://c.example/", LinkState.GONE, "HTTP 410"), TODAY, TODAY - DAY)
    for each in (replace(gone, checked_on=TODAY - DAY), moved, gone):
        await store.note_link(each)

    assert {"https://a.example/": moved, "https://c.example/": gone} == await store.links()

    await store.forget_links(["https://a.example/", "https://nobody.example/"])

    assert ["https://c.example/"] == list(await store.links())


async def test_the_pages_of_the_pack_are_asked_once_for_all_servers(site, library, watch):
    for guild in (HERE, THERE):
        await edit(library, guild, EntryId("letters"), sourced("letters", site.link("/a"), site.link("/b")))

    assert 3 == await watch.check_some(site.checker(), TODAY)
    assert ["/a", "/b", "/c"] == paths(site)


async def test_a_page_is_asked_again_after_a_week_and_not_before(site, watch):
    await watch.check_some(site.checker(), TODAY)

    assert 0 == await watch.check_some(site.checker(), TODAY + REST - DAY)
    assert 3 == await watch.check_some(site.checker(), TODAY + REST)
    assert ["/a", "/a", "/b", "/b", "/c", "/c"] == paths(site)


async def test_a_round_goes_in_batches_until_every_page_was_asked(site, watch):
    asked = [await watch.check_some(site.checker(), TODAY, batch=2) for _ in range(3)]

    assert [2, 1, 0] == asked
    assert ["/a", "/b", "/c"] == paths(site)


async def test_a_page_that_is_gone_is_dead_only_after_the_second_day(site, library, watch, store):
    link = site.link("/gone")
    await edit(library, HERE, EntryId("own"), sourced("own", link))

    await watch.check_some(site.checker(), TODAY)
    first = (await store.links())[link]
    await watch.check_some(site.checker(), TODAY + REST)
    second = (await store.links())[link]

    assert (LinkState.GONE, False, TODAY) == (first.report.state, first.is_dead, first.gone_since)
    assert (True, TODAY, TODAY + REST) == (second.is_dead, second.gone_since, second.checked_on)


async def test_what_was_found_stays_when_the_round_breaks_off(site, watch, store):
    class StoppedError(Exception):
        """The bot is stopped in the middle of a round."""

    class Stopping:
        async def check(self, links):
            async for report in site.checker().check(links):
                yield report
                raise StoppedError

    with pytest.raises(StoppedError):
        await watch.check_some(Stopping(), TODAY)

    assert 1 == len(await store.links())
    assert 2 == await watch.check_some(site.checker(), TODAY)


async def test_a_link_that_stands_nowhere_any_more_is_forgotten_a_week_after_its_last_check(
    site, library, watch, store
):
    await edit(library, HERE, EntryId("own"), sourced("own", site.link("/gone")))
    await watch.check_some(site.checker(), TODAY)
    await edit(library, HERE, EntryId("own"), None)

    await watch.check_some(site.checker(), TODAY + DAY)
    assert site.link("/gone") in await store.links()

    await watch.check_some(site.checker(), TODAY + REST)
    assert site.link("/gone") not in await store.links()
