"""Questions on their way through the model."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.search.batching import BATCH_SIZE, CACHE_SIZE, QuestionEmbedder
from support.embedders import FailingEmbedder, GatedEmbedder
from support.parts import WordEmbedder


@pytest.fixture
def executor():
    with ThreadPoolExecutor(1) as opened:
        yield opened


@pytest.fixture
def gated(executor):
    """An embedder that is opened in the end, so that no thread is left waiting."""
    embedder = GatedEmbedder()
    yield embedder
    embedder.gate.set()


async def asked(embedder, *questions):
    """Return running tasks, one per question, each as far as it comes by itself."""
    tasks = [asyncio.create_task(embedder.vector(question)) for question in questions]
    await asyncio.sleep(0)  # lets every task reach its wait
    return tasks


async def test_questions_that_arrive_while_the_model_is_busy_go_together(gated, executor):
    questions = QuestionEmbedder(gated, executor)
    first = await asked(questions, "visa")
    await gated.busy()
    later = await asked(questions, "letter", "money", "review")
    gated.gate.set()
    await asyncio.gather(*first, *later)

    assert gated.batches == [["visa"], ["letter", "money", "review"]]


async def test_each_gets_the_vector_of_their_own_question(gated, executor):
    questions = QuestionEmbedder(gated, executor)
    first = await asked(questions, "visa")
    await gated.busy()
    later = await asked(questions, "letter", "money", "review")
    gated.gate.set()
    vectors = await asyncio.gather(*first, *later)

    assert np.array_equal(vectors, WordEmbedder().embed(["visa", "letter", "money", "review"]))


async def test_a_crowd_goes_in_batches_of_bounded_size_first_come_first_served(gated, executor):
    questions = QuestionEmbedder(gated, executor)
    crowd = [f"question {number}" for number in range(3 * BATCH_SIZE)]
    tasks = await asked(questions, *crowd)
    gated.gate.set()
    await asyncio.gather(*tasks)

    assert max(map(len, gated.batches)) <= BATCH_SIZE
    assert [text for batch in gated.batches for text in batch] == crowd


async def test_equal_questions_are_embedded_once_at_the_same_time_and_later(gated, executor):
    questions = QuestionEmbedder(gated, executor)
    tasks = await asked(questions, "How long does a visa take?", "how long does a VISA take?")
    gated.gate.set()
    one, other = await asyncio.gather(*tasks)
    again = await questions.vector("  how long does a visa take?\u200b ")

    assert one is other is again
    assert gated.batches == [["How long does a visa take?"]]


async def test_an_error_reaches_everybody_who_waited_and_nobody_later(executor):
    embedder = FailingEmbedder(MemoryError("no room"))
    questions = QuestionEmbedder(embedder, executor)
    tasks = await asked(questions, "visa", "visa", "letter")
    failed = await asyncio.gather(*tasks, return_exceptions=True)
    embedder.failure = None
    vector = await questions.vector("visa")

    assert [str(error) for error in failed] == ["no room"] * 3
    assert np.array_equal(vector, WordEmbedder().embed(["visa"])[0])


async def test_an_error_is_not_passed_on_to_those_in_the_next_batch(executor):
    embedder = FailingEmbedder(MemoryError("no room"), left=-1)
    questions = QuestionEmbedder(embedder, executor)
    (first,) = await asked(questions, "visa")
    with pytest.raises(MemoryError):
        await first
    embedder.failure = None

    assert np.array_equal(await questions.vector("letter"), WordEmbedder().embed(["letter"])[0])


async def test_somebody_who_leaves_does_not_take_the_answer_from_others(gated, executor):
    questions = QuestionEmbedder(gated, executor)
    leaver, stayer = await asked(questions, "visa", "visa")
    await gated.busy()
    leaver.cancel()
    gated.gate.set()

    assert np.array_equal(await stayer, WordEmbedder().embed(["visa"])[0])
    assert leaver.cancelled()


async def test_when_everybody_leaves_the_question_is_still_remembered(gated, executor):
    questions = QuestionEmbedder(gated, executor)
    (leaver,) = await asked(questions, "visa")
    await gated.busy()
    leaver.cancel()
    gated.gate.set()
    await questions.vector("letter")
    await questions.vector("visa")

    assert gated.batches == [["visa"], ["letter"]]


async def test_closing_leaves_nobody_waiting_for_ever():
    executor, embedder = ThreadPoolExecutor(1), GatedEmbedder()
    questions = QuestionEmbedder(embedder, executor)
    blocking = executor.submit(embedder.embed, ["something else"])
    await embedder.busy()
    tasks = await asked(questions, "visa", "letter", "visa")
    await asyncio.sleep(0)  # lets their batch reach the queue of the busy thread
    executor.shutdown(wait=False, cancel_futures=True)
    embedder.gate.set()
    ended = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(end) for end in ended] == [asyncio.CancelledError] * 3
    assert embedder.batches == [["something else"]]
    assert blocking.result() is not None


async def test_the_memory_is_bounded_and_keeps_what_was_asked_last(word_embedder, executor):
    questions = QuestionEmbedder(word_embedder, executor)
    await questions.vector("asked often")
    for number in range(CACHE_SIZE):
        await questions.vector(f"question {number}")
        await questions.vector("asked often")
    embedded = len(word_embedder.texts)
    await questions.vector(f"question {CACHE_SIZE - 1}")
    await questions.vector("asked often")

    assert embedded == len(word_embedder.texts) == CACHE_SIZE + 1
    await questions.vector("question 0")
    assert word_embedder.texts[-1] == "question 0"


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from(["visa", "VISA", "letter", "money", "a b", "a  b"]), max_size=6), max_size=5))
def test_any_crowds_are_answered_as_if_each_had_been_alone(crowds):
    async def ask_all():
        with ThreadPoolExecutor(1) as executor:
            embedder = WordEmbedder()
            questions = QuestionEmbedder(embedder, executor)
            answers = [await asyncio.gather(*map(questions.vector, crowd)) for crowd in crowds]
            return embedder, answers

    embedder, answers = asyncio.run(ask_all())

    for crowd, vectors in zip(crowds, answers, strict=True):
        assert all(np.array_equal(v, WordEmbedder().embed([q])[0]) for q, v in zip(crowd, vectors, strict=True))
    assert len(embedder.texts) == len({" ".join(q.lower().split()) for crowd in crowds for q in crowd})
