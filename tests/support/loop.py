"""Measures how long callbacks keep the event loop's thread busy."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from contextlib import contextmanager

WORTH_TELLING_SECONDS = 0.002


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
