"""Two hundred questions at once: everybody is acknowledged before the model is done, and nobody is lost."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter

from bot import app
from bot.views.answers import asked_in
from support.parts import WordEmbedder
from support.small import ANSWERED, UNKNOWN, question_of
from support.worlds import open_world, texts_in

CROWD = 200


class GatedEmbedder(WordEmbedder):
    """Waits for the gate to open before it embeds; fails where it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.gate.set()
        self.failures = 0

    def embed(self, texts):
        self.gate.wait()
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the model broke")
        return super().embed(texts)


def open_gated(small_content, small_vectors_path, embedder):
    return app.lantern(small_content, small_vectors_path, None, lambda: embedder)


async def test_everybody_is_acknowledged_before_the_model_has_answered_anybody(small_content, small_vectors_path):
    embedder = GatedEmbedder()
    async with open_gated(small_content, small_vectors_path, embedder) as lantern, open_world(lantern) as world:
        world.let_anybody_be_fast()
        embedder.gate.clear()
        asked = [world.start_ask(world.noor, f"{UNKNOWN} number {number}") for number in range(CROWD)]
        while not all(result.acknowledged for result in asked):
            await asyncio.sleep(0)
        embedder.gate.set()
        await world.env.settle(timeout=120)

        read = [asked_in(result.response.message, lantern.texts) for result in asked]

    assert read == [f"{UNKNOWN} number {number}" for number in range(CROWD)]


async def test_nobodys_answer_goes_to_somebody_else(small_content, small_vectors_path):
    embedder = GatedEmbedder()
    names = ["letters", "visas", "grades", "posters"]
    async with open_gated(small_content, small_vectors_path, embedder) as lantern, open_world(lantern) as world:
        world.let_anybody_be_fast()
        asked = [
            (names[number % 4], world.start_ask(world.noor, f"worried about {names[number % 4]}"))
            for number in range(CROWD)
        ]
        await world.env.settle(timeout=120)

        counted = Counter(name for name, result in asked if question_of(name) in texts_in(result.response))
        used = await lantern.activity._database.read("SELECT count FROM uses ORDER BY entry_id")

    assert counted == dict.fromkeys(names, CROWD // 4)
    assert used == [(CROWD // 4,)] * 4


async def test_one_question_asked_by_all_is_embedded_once_and_queued_once(small_content, small_vectors_path):
    embedder = GatedEmbedder()
    async with open_gated(small_content, small_vectors_path, embedder) as lantern, open_world(lantern) as world:
        world.let_anybody_be_fast()
        before = len(embedder.texts)
        for _ in range(CROWD):
            world.start_ask(world.noor, UNKNOWN)
        await world.env.settle(timeout=120)

        (queued,) = await world.queue()

    assert embedder.texts[before:] == [UNKNOWN]
    assert (queued.question, queued.times, queued.askers) == (UNKNOWN, CROWD, 1)


async def test_a_model_that_breaks_once_costs_only_those_who_waited_for_it(small_content, small_vectors_path, caplog):
    embedder = GatedEmbedder()
    async with open_gated(small_content, small_vectors_path, embedder) as lantern, open_world(lantern) as world:
        world.let_anybody_be_fast()
        embedder.failures = 1
        failed = await world.ask(ANSWERED)
        after = await world.ask(ANSWERED)

        (incident,) = [record.args[0] for record in caplog.records if record.msg == "Incident %s"]
        assert texts_in(failed) == world.says("error.unexpected", incident=incident)
        assert f"## {question_of('letters')}" in texts_in(after)
