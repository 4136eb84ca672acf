"""Run as a program: does one step of an introduction again and again, each time killed one SQL statement later.

Arguments: the database before the step, the name of the step (`SCENES`), the moment of the offer, and a folder, which
gets one database for each statement, as SIGKILL left it. Prints how each attempt ended, as JSON: the number of the
signal, or 0 for the one that came to its end.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
from datetime import datetime
from itertools import count
from pathlib import Path

from support.introductions import SCENES, meeting_in


async def killed_at(statement: int, path: Path, scene: str, start: datetime) -> None:
    """Do the step; die before its statement of that number begins, counted from 1. At 0, live."""
    numbers = count(1)

    def die(_sql: str) -> None:
        if next(numbers) == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    async with meeting_in(path, start=start) as meeting:
        await meeting.database.run(lambda db: db.conn.set_trace_callback(die))
        await SCENES[scene][1](meeting)
        await meeting.database.run(lambda db: db.conn.set_trace_callback(None))


def copied(before: Path, path: Path) -> Path:
    """Copy a database with its keys."""
    shutil.copy(before.with_suffix(".keys"), path.with_suffix(".keys"))
    return Path(shutil.copy(before, path))


def main(before: str, scene: str, start: str, folder: str) -> None:
    """Try until a step is not killed any more. It is done once before: what is imported late need not be each time."""
    whole = copied(Path(before), Path(folder) / "whole.db")
    asyncio.run(killed_at(0, whole, scene, datetime.fromisoformat(start)))
    ends = [signal.SIGKILL.value]
    while ends[-1] == signal.SIGKILL:
        path = Path(folder) / f"{len(ends) - 1}.db"
        copied(Path(before), path)
        child = os.fork()
        if not child:
            asyncio.run(killed_at(len(ends), path, scene, datetime.fromisoformat(start)))
            os._exit(0)
        ends.append(os.waitpid(child, 0)[1])
    print(json.dumps(ends[1:]))


if __name__ == "__main__":
    main(*sys.argv[1:])
