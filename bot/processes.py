"""Runs a job in a process of its own, at low priority.

Solvers and regressions hold Python's lock and cannot be stopped half-way, and what they load stays for good.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import pickle
import sys
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from bot.core.errors import LanternError
from bot.logs import traceback_of

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")

NICENESS = 10
"""The process that answers people goes first."""


class TooLongError(LanternError):
    """A job took longer than it was given, and was ended."""


class ChildError(LanternError):
    """A job failed, or its process was ended by somebody else; the message is the end of what it wrote."""


async def in_child(job: Callable[P, T], seconds: float | None, *args: P.args, **kwargs: P.kwargs) -> T:
    """Return `job(*args, **kwargs)`, computed in a child process; everything must be picklable, `job` a module's own.

    After `seconds` (None = no limit), or when the caller is cancelled, the child is killed.
    Raises TooLongError, ChildError.
    """
    task = pickle.dumps((job.__module__, job.__qualname__, args, kwargs))
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", __name__),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(seconds):
            out, err = await child.communicate(task)
    except TimeoutError as error:
        raise TooLongError(f"{job.__qualname__} took longer than {seconds:g} s.") from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()
    if child.returncode:
        raise ChildError(f"{job.__qualname__} failed: {err.decode(errors='replace').strip()[-2000:]}")
    result: T = pickle.loads(out)  # noqa: S301 - our own child wrote it
    return result


def main() -> None:
    """Do the job that stands in standard input; write its result to standard output."""
    os.nice(NICENESS)
    module, name, args, kwargs = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 - our own parent wrote it
    try:
        result = getattr(importlib.import_module(module), name)(*args, **kwargs)
    except Exception as error:  # noqa: BLE001 - what it says may be about people, and becomes a line of the log
        sys.exit(traceback_of(error))
    sys.stdout.buffer.write(pickle.dumps(result))


if __name__ == "__main__":
    main()
