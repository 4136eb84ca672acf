"""Shared real parts: the shipped content, the real model (once), a small deterministic embedder, and SimCord worlds."""

from __future__ import annotations

import asyncio
import os
import shutil
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from bot import app
from bot.core.models import Pack, Topic, TopicId
from bot.search.embedder import BUNDLED_MODEL, open_embedder
from bot.settings import Settings
from support.parts import WordEmbedder, make_entry


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
    """The model that ships with Lantern, loaded once."""
    return open_embedder(BUNDLED_MODEL)


@pytest.fixture(scope="session")
def vectors_path(tmp_path_factory, content, real_embedder) -> Path:
    """A database in which the shipped pack is embedded and calibrated, made once for all processes of this run."""
    mine = tmp_path_factory.mktemp("vectors") / "vectors.db"
    shared = mine.parents[2 if "PYTEST_XDIST_WORKER" in os.environ else 1]
    made, half_made = shared / "vectors.db", shared / "half-made.db"

    async def fill() -> None:
        async with app.lantern(content, half_made, None, lambda: real_embedder):
            pass

    with FileLock(shared / "vectors.lock"):
        if not made.exists():
            asyncio.run(fill())
            half_made.rename(made)
    shutil.copy(made, mine)
    return mine


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
    return app.Content(content.texts, pack, content.crisis, content.setbacks)


@pytest.fixture
async def small_lantern(small_content, word_embedder):
    """The bot's inside with twelve entries and the deterministic embedder, in memory."""
    async with app.lantern(small_content, None, None, lambda: word_embedder) as started:
        yield started
