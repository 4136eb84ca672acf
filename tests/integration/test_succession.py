"""A model change: the model before it serves until every FAQ is read with the new one, and then it changes at once."""

from __future__ import annotations

import asyncio
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from bot import app
from bot.core.models import EntryId
from bot.search.embedder import check_bundled
from bot.settings import Settings
from bot.succession import predecessor, remember, succeed
from support.edits import edit
from support.parts import WordEmbedder, make_entry
from support.small import ANSWERED, OFFERED

GUILD = 1


class OtherModel(WordEmbedder):
    """Another model: as many numbers and one more, in another order; it waits before its first text until let go."""

    def __init__(self, *, waits: bool = False) -> None:
        super().__init__()
        self.model_id, self.revision = "other", "2"
        self.may_go_on = threading.Event()
        if not waits:
            self.may_go_on.set()

    def embed(self, texts):
        self.may_go_on.wait()
        vectors = super().embed(texts)[:, ::-1]
        return np.ascontiguousarray(np.hstack([vectors, np.zeros((len(vectors), 1), np.float32)]))


@pytest.fixture
async def running(small_content, tmp_path):
    """The bot's inside with a small FAQ, on a file."""
    async with app.lantern(small_content, tmp_path / "lantern.db", tmp_path / "lantern.db", WordEmbedder) as started:
        yield started


async def test_questions_are_answered_by_the_old_model_until_the_new_one_has_read_everything(running):
    before, old = await running.asking.ask(GUILD, OFFERED), running.search.model
    following = OtherModel(waits=True)
    switching = asyncio.create_task(running.search.switch(following, app.no_progress))
    meanwhile = await running.asking.ask(GUILD, OFFERED)

    assert old == running.search.model
    assert before.decision.candidates == meanwhile.decision.candidates
    assert not switching.done()

    following.may_go_on.set()
    await switching
    after = await running.asking.ask(GUILD, OFFERED)

    assert running.search.model == "other@2"
    assert before.decision.candidates[0].entry_id == after.decision.candidates[0].entry_id


async def test_many_questions_around_the_change_all_get_an_answer(running):
    """Vectors of the two models have not even the same length, so one that met the other's index would fail."""
    following = OtherModel(waits=True)
    switching = asyncio.create_task(running.search.switch(following, app.no_progress))
    asking = [asyncio.create_task(running.asking.ask(GUILD, f"{ANSWERED} {n}")) for n in range(100)]
    following.may_go_on.set()
    while not switching.done():
        asking.append(asyncio.create_task(running.asking.ask(GUILD, f"{ANSWERED} {len(asking)}")))
        await asyncio.sleep(0)
    asking += [asyncio.create_task(running.asking.ask(GUILD, f"{ANSWERED} {n} again")) for n in range(100)]
    replies = await asyncio.gather(*asking)

    assert {"letters"} == {reply.decision.candidates[0].entry_id for reply in replies}
    assert (await running.search.vector_of("anything"))[1] == "other@2"


async def test_a_servers_own_faq_is_read_anew_as_well(running):
    await edit(running.library, GUILD, EntryId("microscopes"), make_entry("microscopes", "Who lends a microscope?"))
    await running.search.switch(OtherModel(), app.no_progress)
    reply = await running.asking.ask(GUILD, "who lends microscope please")

    assert EntryId("microscopes") == reply.decision.candidates[0].entry_id


class TestBetweenStarts:
    """What the next start finds."""

    @pytest.fixture
    def own_model(self, tmp_path):
        """A copy of the shipped model, trained on: another revision of it, or another name."""
        return Path(shutil.copytree(check_bundled(), tmp_path / "own", ignore=shutil.ignore_patterns("*.py", "__py*")))

    async def test_the_model_that_served_last_serves_first_and_is_followed(self, small_content, tmp_path, own_model):
        settings = Settings(_env_file=None, state=tmp_path)
        async with app.lantern(
            small_content, settings.database, settings.database, app.model_opener(settings)
        ) as first:
            await remember(first)
            served = first.search.model

        assert predecessor(settings) is None

        changed = settings.model_copy(update={"model": str(own_model)})
        opener = predecessor(changed)
        async with app.lantern(small_content, settings.database, settings.database, opener) as second:
            assert served == second.search.model

            await succeed(second, changed)

            assert second.search.model.startswith(str(own_model))
        assert predecessor(changed) is None

    async def test_a_model_that_is_none_leaves_the_old_one_in_service_and_the_log_says_so(
        self, small_content, tmp_path, caplog
    ):
        settings = Settings(_env_file=None, state=tmp_path)
        async with app.lantern(
            small_content, settings.database, settings.database, app.model_opener(settings)
        ) as running:
            served = running.search.model
            await succeed(running, settings.model_copy(update={"model": str(tmp_path)}))

            assert served == running.search.model
        assert "cannot take over" in caplog.text
        assert "LANTERN_MODEL" in caplog.text
