"""Worlds as fixtures."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot import app
from support.browser import Visitor, chromium, running_demo
from support.parts import WordEmbedder
from support.small import small_pack
from support.worlds import open_world


@pytest.fixture
async def world(lantern):
    """A server with the bot, the real model and the shipped pack."""
    async with open_world(lantern) as opened:
        yield opened


@pytest.fixture(scope="session")
def demo(tmp_path_factory, vectors_path):
    """A running demo, one for all who look at it in a browser: the lobby's address and what it printed."""
    state = tmp_path_factory.mktemp("demo")
    shutil.copy(vectors_path, state / "lantern.db")
    with running_demo(state) as (lobby, printed):
        yield lobby, printed


@pytest.fixture
def visitor(demo):
    """Somebody in front of the demo, in a browser of their own."""
    with chromium() as page:
        yield Visitor(page, demo[0])


@pytest.fixture(scope="session")
def small_content(content) -> app.Content:
    """The shipped sentences around the small FAQ, with a starter from it."""
    return app.Content(replace(content.texts, starters=("burnout",)), small_pack(), content.crisis, content.setbacks)


@pytest.fixture(scope="session")
def small_vectors_path(tmp_path_factory, small_content):
    """A database in which the small FAQ is embedded and calibrated, made once."""
    path = tmp_path_factory.mktemp("small") / "vectors.db"

    async def fill() -> None:
        async with app.lantern(small_content, path, None, WordEmbedder):
            pass

    asyncio.run(fill())
    return path


@pytest.fixture
def start_small(small_content, small_vectors_path, word_embedder):
    """Start the bot's inside with the small FAQ: `async with start_small(notes_path) as lantern`."""

    @asynccontextmanager
    async def start(notes=None):
        async with app.lantern(small_content, small_vectors_path, notes, lambda: word_embedder) as lantern:
            yield lantern

    return start


@pytest.fixture
async def small_lantern(start_small):
    """The bot's inside with the small FAQ; what people do is kept in memory."""
    async with start_small() as started:
        yield started


@pytest.fixture
async def small_world(small_lantern):
    """A server with the bot, the small FAQ and the deterministic embedder."""
    async with open_world(small_lantern) as opened:
        yield opened
