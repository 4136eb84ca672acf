"""How a process that serves for long uses memory and its processor; what glibc alone can do is left out elsewhere."""

from __future__ import annotations

import ctypes
import gc
import sys

M_ARENA_MAX = -8
"""As malloc.h has it."""


COLLECTED_AFTER = (10_000, 20, 20)
"""Python's own 700, 10 and 10 let a busy bot look through what is new several times for each interaction."""
TURN_SECONDS = 0.001
"""For how long a thread that indexes a FAQ keeps the event loop waiting, each time it asks for its turn."""


def stay_small() -> None:
    """Let all threads take memory from one place, which saves some 40 MB; call it before they start.

    They hardly wait for each other there: Python's lock lets one of them work at a time.
    """
    _call("mallopt", M_ARENA_MAX, 1)


def settle() -> None:
    """Look for garbage once, and never again in what is there now: the FAQ stays for good.

    Looking through all of it would hold up the event loop for 30 ms each time. What reading it took is given back.
    From here on the process answers many people at once.
    """
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - only a bot that runs needs it

    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)
    sys.setswitchinterval(TURN_SECONDS)
    threadpool_limits(1)  # one question's products are too small to be shared; threads that wait for more would spin
    _call("malloc_trim", 0)


def _call(name: str, *arguments: int) -> None:
    function = getattr(ctypes.CDLL(None), name, None)
    if function is not None:
        function(*arguments)
