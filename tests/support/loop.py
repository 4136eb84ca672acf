"""Measures how long callbacks keep the event loop's thread busy."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from contextlib import contextmanager

WORTH_TELLING_SECONDS = 0.002
TURNS = 500_000
"""Of plain Python, which take a processor 20 to 40 ms, of the 3 s that Discord waits: as long as a callback may take."""
TRIES = 3


async def blocking(scenario):
    """Return the callbacks that took longer than TURNS of plain Python, longest first, in the calmest of TRIES runs.

    What blocks the loop does so every time; what a shared machine adds, does not.
    """
    found = []
    for _ in range(TRIES):
        limit = _seconds_of_plain_python()
        with busy_seconds() as busy:
            await scenario()
        limit = max(limit, _seconds_of_plain_python())
        found.append(sorted(((took, what) for took, what in busy if took > limit), reverse=True))
        if not found[-1]:
            break
    return min(found, key=len)


def _seconds_of_plain_python():
    began, total = time.thread_time(), 0
    for turn in range(TURNS):
        total += turn * turn
    return time.thread_time() - began


@contextmanager
def busy_seconds():
    """Yield a list that gets (processor seconds, callback) of what the loop runs longest in this thread.

    The thread's own processor time, so that a busy machine does not count as a blocked loop.
    """
    found = []
    here, run = threading.get_ident(), asyncio.Handle._run

    def measured(handle):
        if threading.get_ident() != here:
            run(handle)
            return
        began = time.thread_time()
        run(handle)
        took = time.thread_time() - began
        if took > WORTH_TELLING_SECONDS:
            found.append((took, repr(handle)))

    asyncio.Handle._run = measured
    gc.collect()
    gc.freeze()  # as a started bot does: what earlier tests left is no part of the measured loop
    try:
        yield found
    finally:
        gc.unfreeze()
        asyncio.Handle._run = run
