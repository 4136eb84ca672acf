"""A large FAQ is calibrated in a process of its own, with the result it would have in this one."""

from __future__ import annotations

import asyncio
import dataclasses

import numpy as np
import pytest

from bot.core.errors import SmallPackError
from bot.search.calibration import OffTopic, fit
from bot.search.calibrator import APART, Calibrator
from bot.search.index import build_index, text_hash, texts_to_embed
from bot.search.negatives import NO_NEGATIVES
from bot.storage.database import Database
from bot.storage.search import SearchStore
from support.parts import WordEmbedder, make_entry

OFF_TOPIC = tuple(
    f"which {thing} is best number {number}" for thing in ("pizza", "car", "song") for number in range(10)
)


def made_of(entries):
    """Return entries with their index and an off-topic bank."""
    texts = [*texts_to_embed(entries), *OFF_TOPIC]
    vectors = dict(zip(map(text_hash, texts), WordEmbedder().embed(texts), strict=True))
    bank = OffTopic(OFF_TOPIC, np.stack([vectors[text_hash(text)] for text in OFF_TOPIC]))
    return build_index(entries, vectors), bank


@pytest.fixture
async def store():
    database = await Database.open(None)
    yield SearchStore(database)
    await database.close()


async def test_it_learns_what_it_would_learn_here(store):
    entries = tuple(
        make_entry(f"entry-{n}", f"what of subject{n}", f"tell me subject{n} please", f"worried on subject{n} in work")
        for n in range(APART)
    )
    index, bank = made_of(entries)
    apart = await Calibrator(store, bank, "model@1", None).fitted(index, entries)
    here = fit(index, entries, bank, "model@1", NO_NEGATIVES)

    for name, value in dataclasses.asdict(here).items():
        if name in {"fusion", "means", "scales", "weights", "bias", "recall"}:
            np.testing.assert_allclose(getattr(apart, name), value, rtol=1e-4, atol=1e-6)
    assert (here.fingerprint, here.entries, here.model) == (apart.fingerprint, apart.entries, apart.model)
    np.testing.assert_allclose(
        (apart.thresholds.answer, apart.thresholds.choices),
        (here.thresholds.answer, here.thresholds.choices),
        atol=1e-4,
    )


async def test_one_to_learn_nothing_from_is_refused_in_the_same_words(store):
    entries = tuple(make_entry(f"entry-{n}", f"what of subject{n}") for n in range(APART))
    index, bank = made_of(entries)
    calibrator = Calibrator(store, bank, "model@1", None)
    with pytest.raises(SmallPackError) as here:
        fit(index, entries, bank, "model@1", NO_NEGATIVES)
    results = await asyncio.gather(*(calibrator.fitted(index, entries) for _ in range(2)), return_exceptions=True)

    assert [(SmallPackError, str(here.value))] * 2 == [(type(error), str(error)) for error in results]
