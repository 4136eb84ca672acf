"""After a start every server's own FAQ is read ahead, so that nobody who asks waits for it."""

from __future__ import annotations

import dataclasses
import gc
import sys

import pytest

from bot.beside import beside
from bot.core.models import GuildId
from bot.search import preparation
from bot.warming import warm
from support.edits import edit

SERVERS = (GuildId(1), GuildId(2))


@pytest.fixture(autouse=True)
def process():
    """What `warm` sets for the whole process is set back."""
    threshold, turn = gc.get_threshold(), sys.getswitchinterval()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)
    sys.setswitchinterval(turn)


@pytest.fixture
async def lantern(small_lantern):
    """Two servers have edited; nobody has asked since."""
    visas = small_lantern.library.pack.entries[1]
    for guild in SERVERS:
        mine = dataclasses.replace(visas, question=f"Where are visas stamped in group {guild}?")
        await edit(small_lantern.library, guild, mine.id, mine)
    return small_lantern


@pytest.fixture
def built(monkeypatch):
    """What was indexed since."""
    indexed, build = [], preparation.build_index
    monkeypatch.setattr(
        preparation, "build_index", lambda entries, vectors: indexed.append(entries) or build(entries, vectors)
    )
    return indexed


async def test_who_asks_first_finds_the_faq_read(lantern, built):
    await warm(lantern)
    read_ahead = len(built)
    for guild in SERVERS:
        await lantern.search.search(guild, "visas", without=frozenset())

    assert len(SERVERS) == read_ahead == len(built)


async def test_a_server_that_cannot_be_read_stops_nothing_and_the_log_says_so(lantern, built, monkeypatch, caplog):
    async def broken(_guild):
        raise OSError("nothing there")

    monkeypatch.setattr(lantern.library, "shelf", broken)
    async with beside(warm(lantern)):
        await warm(lantern)

    assert [] == built
    assert "is read when somebody asks there" in caplog.text


async def test_it_ends_with_the_bot(lantern, built):
    async with beside(warm(lantern)):
        pass

    assert len(built) < len(SERVERS)
