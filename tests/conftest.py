"""Shared real parts: the shipped content, the real model (once), a small deterministic embedder, and SimCord worlds."""

from __future__ import annotations

import os
import signal
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bot import app
from bot.core.models import Pack, Topic, TopicId
from bot.search.embedder import BUNDLED_MODEL
from bot.search.models import open_model
from bot.settings import Settings
from support.fixtures import kept_for_later, made_once, place_of_exports
from support.parts import WordEmbedder, make_entry

LONGEST = (
    *("test_terminal_ask", "test_pair_command", "test_run_process", "test_browser_moderators", "test_servers_terminal"),
    *("test_quality_commands", "test_any_sequence", "test_browser", "test_cards_fit", "test_planted_entries"),
    *("test_killed_anywhere", "test_sigterm"),
)
"""Files of few tests that take long: whole processes, browsers, the whole FAQ."""


def pytest_configure(config):
    """Let processes that tests start hear Ctrl-C: where a script runs this in its background, it is ignored.

    Let no test fail because the machine is busy: Hypothesis otherwise minds how long examples take to draw or run.
    And let every process find the model that one of them exported.
    """
    os.environ["LANTERN_EXPORTS"] = str(place_of_exports(config))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("busy machine")


def pytest_collection_modifyitems(items):
    """Begin with the longest, so that no process of the run is left alone with one of them at its end."""
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


@pytest.fixture(scope="session")
def content() -> app.Content:
    """The shipped prompts and pack."""
    return app.load_content(Settings(_env_file=None))


@pytest.fixture(scope="session")
def texts(content):
    """The English sentences."""
    return content.texts


@pytest.fixture
def word_embedder() -> WordEmbedder:
    """A fresh deterministic embedder."""
    return WordEmbedder()


@pytest.fixture(scope="session")
def real_embedder():
    """The model that ships with Lantern as it serves, loaded once."""
    return open_model(BUNDLED_MODEL, Path(os.environ["LANTERN_EXPORTS"]), app.no_progress)


@pytest.fixture(scope="session")
def vectors_path(request, tmp_path_factory, content, real_embedder) -> Path:
    """A database in which the shipped pack, of 9,000 texts, is embedded and calibrated."""

    async def fill(path) -> None:
        async with app.lantern(content, path, None, lambda: real_embedder):
            pass

    return made_once(tmp_path_factory, "vectors.db", fill, kept_for_later(request.config, "vectors.db"))


@pytest.fixture
def start_lantern(content, vectors_path, real_embedder):
    """Start the bot's inside with the real model and pack: `async with start_lantern(notes_path) as lantern`."""

    @asynccontextmanager
    async def start(notes: Path | None = None):
        async with app.lantern(content, vectors_path, notes, lambda: real_embedder) as lantern:
            yield lantern

    return start


@pytest.fixture
async def lantern(start_lantern):
    """The bot's inside with the real model and pack; what people do is kept in memory."""
    async with start_lantern() as started:
        yield started


@pytest.fixture
def small_content(content) -> app.Content:
    """Twelve entries on twelve subjects, for tests where the pack is not the point."""
    studies = ("letters", "visas", "grades", "reviews", "posters", "grants", "thesis", "journals")
    subjects = (*studies, "rejection", "mentors", "burnout", "interviews")
    entries = tuple(
        make_entry(
            name,
            f"What should one know about {name}?",
            f"tell me about {name}",
            f"{name} help please",
            f"question on {name} in research",
            f"so worried about {name}",
            topic=TopicId("basics"),
        )
        for name in subjects
    )
    off_topic = tuple(
        f"which {thing} is best" for thing in ("pizza", "car", "phone", "song", "film", "dog", "cat", "game")
    )
    pack = Pack((Topic(TopicId("basics"), "Basics"),), entries, off_topic)
    return replace(content, pack=pack)


@pytest.fixture
async def small_lantern(small_content, word_embedder):
    """The bot's inside with twelve entries and the deterministic embedder, in memory."""
    async with app.lantern(small_content, None, None, lambda: word_embedder) as started:
        yield started
