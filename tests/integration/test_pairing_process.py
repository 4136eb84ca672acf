"""Jobs in a process of their own: their result, their failures, and that none is left behind."""

from __future__ import annotations

import asyncio
import math
import operator
import os
import sys
import time
from pathlib import Path

import pytest

from bot.pairing.solve import solve
from bot.processes import ChildError, TooLongError, in_child
from support.pairing import graph_of

FOREVER = 600


def children():
    """Return the processes that this one started and that still run; other tests may have left one."""
    return set("".join(task.joinpath("children").read_text() for task in Path("/proc/self/task").iterdir()).split())


async def until_there_is_more_than(before):
    while children() <= before:
        await asyncio.sleep(0)


async def test_a_plan_made_in_a_child_is_the_one_made_here():
    graph = graph_of(people=4, edges=[(0, 1, 0.5), (1, 2, 0.9), (2, 3, 0.5)])
    plan = await in_child(solve, None, graph, grace=0)
    here = solve(graph, grace=0)

    assert (here.pairs, here.matched, here.solver) == (plan.pairs, plan.matched, plan.solver)


async def test_the_child_is_another_process_and_lets_others_go_first():
    assert os.getpid() != await in_child(os.getpid, None)
    assert os.nice(0) < await in_child(os.nice, None, 0)


async def test_a_child_that_pairs_people_loads_neither_the_model_nor_discord():
    """Each of them costs seconds and hundreds of megabytes, once a child."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "import sys, bot.pairing.rounds; print(*sys.modules)"), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await child.communicate()

    assert {"torch", "sentence_transformers", "sklearn", "discord"}.isdisjoint(out.decode().split())
    assert b"bot.pairing.rounds" in out


async def test_a_job_that_takes_too_long_is_ended_and_leaves_no_process():
    before = children()
    with pytest.raises(TooLongError, match=r"sleep took longer than 0\.01 s"):
        await in_child(time.sleep, 0.01, FOREVER)

    assert children() <= before


async def test_a_job_whose_caller_is_cancelled_leaves_no_process():
    before = children()
    task = asyncio.create_task(in_child(time.sleep, None, FOREVER))
    await until_there_is_more_than(before)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert children() <= before


async def test_why_a_job_failed_is_said():
    with pytest.raises(ChildError, match=r"truediv failed:(.|\n)*ZeroDivisionError"):
        await in_child(operator.truediv, None, 1, 0)


async def test_a_child_that_somebody_else_ends_is_a_failure_too():
    with pytest.raises(ChildError, match="abort failed"):
        await in_child(os.abort, None)


async def test_while_a_child_computes_the_event_loop_turns():
    """The same sum here would keep the loop from turning even once."""
    turns = 0
    task = asyncio.create_task(in_child(math.factorial, None, 60_000))
    while not task.done():
        await asyncio.sleep(0)
        turns += 1

    assert math.factorial(60_000) == task.result()
    assert turns > 100


async def test_what_its_error_says_of_somebody_is_not_told():
    """Statement 48: the end of a child's output becomes a line of the log."""
    with pytest.raises(ChildError) as caught:
        await in_child(operator.getitem, None, {}, "zebrafish")

    assert "KeyError" in str(caught.value)
    assert "zebrafish" not in str(caught.value)
