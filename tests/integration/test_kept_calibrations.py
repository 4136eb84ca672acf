"""Of each model's calibrations the latest stay in the database."""

from __future__ import annotations

import pytest

from bot.storage.database import Database
from bot.storage.search import KEPT, SearchStore


@pytest.fixture
async def store():
    database = await Database.open(None)
    yield SearchStore(database)
    await database.close()


async def kept(store, model, names):
    """Return those of the calibrations that are still there."""
    return [name for name in names if await store.load_calibration(model, name) == f'"of {model} {name}"']


async def save(store, model, names):
    for name in names:
        await store.save_calibration(model, name, f'"of {model} {name}"')


async def test_the_latest_stay_and_older_ones_go(store):
    names = [f"faq-{number}" for number in range(KEPT + 3)]
    await save(store, "model@1", names)

    assert names[3:] == await kept(store, "model@1", names)


async def test_one_that_is_saved_again_is_replaced_and_counts_as_the_latest(store):
    names = [f"faq-{number}" for number in range(KEPT)]
    await store.save_calibration("model@1", names[0], '"an older one"')
    await save(store, "model@1", [*names[1:], names[0]])
    assert names == await kept(store, "model@1", names)
    await save(store, "model@1", ["one more"])

    assert [names[0], *names[2:], "one more"] == await kept(store, "model@1", [*names, "one more"])


async def test_no_model_takes_the_place_of_another(store):
    await save(store, "model@1", ["pack"])
    await save(store, "model@2", [f"faq-{number}" for number in range(KEPT + 1)])

    assert ["pack"] == await kept(store, "model@1", ["pack"])
    assert await store.load_calibration("model@2", "pack") is None
