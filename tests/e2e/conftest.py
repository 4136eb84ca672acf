"""Worlds as fixtures."""

from __future__ import annotations

import shutil

import pytest

from support.browser import Visitor, chromium, running_demo
from support.fixtures import (  # noqa: F401 - pytest finds them here
    small_content,
    small_lantern,
    small_vectors_path,
    small_world,
    start_small,
    start_watched,
    world,
)


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
