"""Worlds as fixtures."""

from __future__ import annotations

import pytest
from support.worlds import open_world


@pytest.fixture
async def world(lantern):
    """A server with the bot, the real model and the shipped pack."""
    async with open_world(lantern) as opened:
        yield opened


@pytest.fixture
async def small_world(small_lantern):
    """A server with the bot, twelve entries and the deterministic embedder."""
    async with open_world(small_lantern) as opened:
        yield opened
