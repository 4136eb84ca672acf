"""The memory of the bot with a FAQ of a given size; a process of its own: `resident.py FOLDER ENTRIES`, JSON on stdout.

What is large is as large as in the running bot: the model, the FAQ with six phrasings for each entry, its index. The
vectors of invented entries are random ones (the model would take an hour for 10,000 entries), stored before as a
restart finds them, with the calibration of the shipped FAQ.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PHRASINGS = 6
QUESTIONS = 50


def resident_megabytes() -> float:
    """Return how much of this process is in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def faq_of(pack, entries: int):
    """Return a FAQ of so many entries."""
    from bench.widen import widen

    few = tuple(replace(entry, phrasings=entry.phrasings[:PHRASINGS]) for entry in pack.entries)
    return widen(replace(pack, entries=few), entries)


async def measure(folder: Path, entries: int) -> dict[str, float]:
    """Start, answer questions, and return megabytes: when ready, and after the questions."""
    from bot import app
    from bot.cogs.client import LanternClient
    from bot.memory import settle
    from bot.settings import Settings

    settings = Settings(_env_file=None, state=folder)
    content = app.load_content(settings)
    content = replace(content, pack=faq_of(content.pack, entries))
    open_model = app.model_opener(settings)
    async with app.lantern(content, settings.database, settings.database, open_model) as lantern:
        client = LanternClient(lantern)
        settle()
        ready = resident_megabytes()
        for number in range(QUESTIONS):
            await lantern.asking.ask(1, f"how do I get into a PhD with nobody to write letter number {number}")
            await lantern.asking.suggest(1, f"how do I ask for {number}")
        await client.close()
        return {"ready": ready, "after": resident_megabytes()}


async def prepare(folder: Path, entries: int) -> None:
    """Store what a first start would: vectors of all texts, and a calibration."""
    import numpy as np

    from bot import app
    from bot.search.calibration import fingerprint_of
    from bot.search.index import text_hash, texts_to_embed
    from bot.settings import Settings
    from bot.storage.database import Database
    from bot.storage.search import SearchStore

    settings = Settings(_env_file=None, state=folder)
    content = app.load_content(settings)
    async with app.lantern(content, settings.database, None, app.model_opener(settings)) as lantern:
        model, calibration = lantern.search.model, await lantern.search.calibration(1)
    few = faq_of(content.pack, entries).entries
    database = await Database.open(settings.database)
    store = SearchStore(database)
    model_id, _, revision = model.rpartition("@")
    random = np.random.default_rng(0)
    hashes = sorted({text_hash(text) for text in texts_to_embed(few)})
    for start in range(0, len(hashes), 5000):
        some = hashes[start : start + 5000]
        known = await store.load(model_id, revision, some)
        vectors = random.standard_normal((len(some), 384), np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        new = zip(some, vectors, strict=True)
        await store.save(model_id, revision, {key: row.tobytes() for key, row in new if key not in known})
    await store.save_calibration(model, fingerprint_of(few, content.pack.off_topic), calibration.to_json())
    await database.close()


if __name__ == "__main__":
    from bot.memory import stay_small

    stay_small()
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]
    do = prepare if sys.argv[3:] == ["prepare"] else measure
    print(json.dumps(asyncio.run(do(Path(sys.argv[1]), int(sys.argv[2])))))
