"""A long piece of work is done once, however many ask for it, and one such piece at a time."""

from __future__ import annotations

import asyncio

import pytest

from bot.search.once import Once


class Work:
    """Counts how often it was begun, and how much of it goes on at the same time; ends when it is let."""

    def __init__(self) -> None:
        self.begun, self.at_once, self.most = 0, 0, 0
        self.may_end = asyncio.Event()

    async def do(self) -> int:
        self.begun += 1
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await self.may_end.wait()
        self.at_once -= 1
        return self.begun


@pytest.fixture
async def work():
    return Work()


async def asked(once, work, *keys):
    """Ask for the keys at once; return the askers, once all wait."""
    askers = [asyncio.create_task(once.result(key, work.do)) for key in keys]
    await asyncio.sleep(0)
    return askers


async def test_all_who_ask_for_the_same_get_the_same(work):
    askers = await asked(Once(), work, *["a"] * 5)
    work.may_end.set()

    assert [1] * 5 == await asyncio.gather(*askers)


async def test_different_work_is_done_one_after_the_other(work):
    askers = await asked(Once(), work, *"abc")
    work.may_end.set()

    assert {1, 2, 3} == set(await asyncio.gather(*askers))
    assert 1 == work.most


async def test_who_asks_after_it_was_done_has_it_done_again(work):
    once = Once()
    work.may_end.set()

    assert (1, 2) == (await once.result("a", work.do), await once.result("a", work.do))


async def test_who_leaves_takes_it_from_nobody(work):
    leaving, staying = await asked(Once(), work, "a", "a")
    leaving.cancel()
    work.may_end.set()

    assert 1 == await staying


async def test_all_who_wait_learn_of_a_failure_and_the_next_one_tries_again(work):
    once = Once()

    async def fail() -> int:
        raise OSError("not now")

    failed = await asyncio.gather(once.result("a", fail), once.result("a", fail), return_exceptions=True)
    work.may_end.set()

    assert [OSError] * 2 == [type(each) for each in failed]
    assert 1 == await once.result("a", work.do)


async def test_what_is_given_up_keeps_nobody_waiting(work):
    once = Once()
    (asker,) = await asked(once, work, "a")
    await asyncio.sleep(0)
    once.close()
    await asyncio.wait({asker})

    assert asker.cancelled()
