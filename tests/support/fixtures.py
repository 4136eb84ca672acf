"""Fixtures that several folders of tests share: what is made once for all processes of a run, and worlds."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import tempfile
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from bot import app
from bot.core.backups import BackupPlan
from bot.watch.meter import PrometheusMeter
from support.parts import WordEmbedder
from support.small import small_pack
from support.watching import watched_bot
from support.worlds import open_world

ROOT = Path(__file__).parents[2]


MADE_FROM = ("data", "bot/core", "bot/faq", "bot/search", "bot/storage")
"""Folders of the project that decide what a database of the shipped FAQ holds."""


def made_once(tmp_path_factory, name, fill, kept=None):
    """Return a file that `await fill(path)` makes, once for all processes of this run; each may write to its own.

    `kept`: where it is kept for the next run.
    """
    mine = tmp_path_factory.mktemp("made") / name
    shared = mine.parents[2 if "PYTEST_XDIST_WORKER" in os.environ else 1]
    made, half_made = shared / name, shared / f"half-made-{name}"
    with FileLock(shared / f"{name}.lock"):
        if not made.exists():
            if kept is not None and kept.exists():
                shutil.copy(kept, half_made)
            else:
                asyncio.run(fill(half_made))
            half_made.rename(made)
            if kept is not None and not kept.exists():
                _keep(made, kept)
    shutil.copy(made, mine)
    return mine


def kept_for_later(config, name):
    """Return where a file is kept between runs as long as all that it is made from stays the same; None for nowhere."""
    cache = getattr(config, "cache", None)
    if cache is None:
        return None
    digest = hashlib.sha256()
    for path in sorted(
        path for folder in MADE_FROM for path in (ROOT / folder).rglob("*") if path.suffix in {".py", ".yaml"}
    ):
        digest.update(path.read_bytes())
    return cache.mkdir("lantern") / f"{digest.hexdigest()[:16]}-{name}"


def place_of_exports(config):
    """Return the folder in which models are exported for tests, kept as long as the exporter stays the same."""
    if "LANTERN_EXPORTS" in os.environ:  # of the process that started this one
        return Path(os.environ["LANTERN_EXPORTS"])
    cache = getattr(config, "cache", None)
    digest = hashlib.sha256()
    for name in ("embedder", "export", "exported"):
        digest.update((ROOT / "bot" / "search" / f"{name}.py").read_bytes())
    return Path(cache.mkdir("lantern") if cache else tempfile.mkdtemp()) / f"models-{digest.hexdigest()[:16]}"


def _keep(made, kept) -> None:
    """Keep a file, and none that was kept before; half a file is never seen."""
    for old in kept.parent.glob(f"*-{made.name}"):
        old.unlink(missing_ok=True)
    half = kept.with_suffix(f".{os.getpid()}")
    shutil.copy(made, half)
    half.rename(kept)


@pytest.fixture
async def world(lantern):
    """A server with the bot, the real model and the shipped pack."""
    async with open_world(lantern) as opened:
        yield opened


@pytest.fixture(scope="session")
def small_content(content) -> app.Content:
    """The shipped sentences around the small FAQ, with a starter from it."""
    return replace(content, texts=replace(content.texts, starters=("burnout",)), pack=small_pack())


@pytest.fixture(scope="session")
def small_vectors_path(tmp_path_factory, small_content):
    """A database in which the small FAQ is embedded and calibrated."""

    async def fill(path) -> None:
        async with app.lantern(small_content, path, None, WordEmbedder):
            pass

    return made_once(tmp_path_factory, "small.db", fill)


@pytest.fixture
def start_small(small_content, small_vectors_path, word_embedder):
    """Start the bot's inside with the small FAQ: `async with start_small(notes_path) as lantern`."""

    @asynccontextmanager
    async def start(notes=None):
        async with app.lantern(small_content, small_vectors_path, notes, lambda: word_embedder) as lantern:
            yield lantern

    return start


@pytest.fixture
def start_watched(small_content, small_vectors_path, word_embedder, tmp_path):
    """Start a watched bot with the small FAQ, whose notes are in a file, on what poses as Discord."""

    @asynccontextmanager
    async def start(discord):
        notes, parts = tmp_path / "notes.db", {"meter": PrometheusMeter(), "backups": BackupPlan(tmp_path / "backups")}
        async with (
            app.lantern(small_content, small_vectors_path, notes, lambda: word_embedder, **parts) as lantern,
            watched_bot(lantern, discord, tmp_path) as bot,
        ):
            bot.notes = notes
            yield bot

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
