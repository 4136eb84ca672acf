"""Worlds as fixtures."""

from __future__ import annotations

from contextlib import asynccontextmanager

import pytest
from support.small import small_pack
from support.worlds import open_world

from bot import app


@pytest.fixture
async def world(lantern):
    """A server with the bot, the real model and the shipped pack."""
    async with open_world(lantern) as opened:
        yield opened


@pytest.fixture
def small_content(content) -> app.Content:
    """The shipped sentences around the small FAQ."""
    return app.Content(content.texts, small_pack(), content.crisis)


@pytest.fixture
async def small_world(small_lantern):
    """A server with the bot, the small FAQ and the deterministic embedder."""
    async with open_world(small_lantern) as opened:
        yield opened


@pytest.fixture
def start_small(small_content, word_embedder):
    """Start the bot's inside with the small FAQ: `async with start_small(notes_path) as lantern`."""

    @asynccontextmanager
    async def start(notes=None):
        async with app.lantern(small_content, None, notes, lambda: word_embedder) as lantern:
            yield lantern

    return start
