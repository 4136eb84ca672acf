"""The bot dies, by SIGKILL, before every single SQL statement of every step of an introduction."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.introductions import SCENES, START, meeting_in, play
from support.peers import NOOR, SAM

ROOT = Path(__file__).resolve().parents[2]
BY_TIME = {
    "names",
    "reminder",
    "silence",
    "third silence",
    "first check-in",
    "last check-in",
    "four weeks",
    "forgetting",
}
"""Steps that the clock takes: after a restart it takes them again."""


async def prepared(path, scene):
    """Make the database as it is before a step; return what is in it."""
    async with meeting_in(path) as meeting:
        await meeting.join(NOOR)
        await meeting.join_mentor(SAM)
        await play(meeting, SCENES[scene][0])
        return await meeting.dump()


def killed(before, scene, folder) -> list[int]:
    """Let the step be killed before each of its statements; return how each attempt ended."""
    folder.mkdir()
    command = [sys.executable, "-m", "support.killed_introductions", before, scene, START.isoformat(), folder]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True, env=environment)
    return json.loads(done.stdout)


@pytest.mark.parametrize("scene", SCENES)
async def test_killed_before_any_statement_a_step_was_done_or_was_not_and_the_clock_completes_it(scene, tmp_path):
    """Statement 12: the names are told to both or to neither; the same holds for every other step."""
    before = await prepared(tmp_path / "before.db", scene)
    ends = killed(tmp_path / "before.db", scene, tmp_path / "after")
    async with meeting_in(tmp_path / "after" / f"{len(ends) - 1}.db") as meeting:
        after = await meeting.dump()

    assert [signal.SIGKILL] * (len(ends) - 1) + [0] == ends
    assert len(ends) > 5
    assert before != after
    completed = set()
    for number in range(len(ends)):
        async with meeting_in(tmp_path / "after" / f"{number}.db") as meeting:
            left = await meeting.dump()
            assert left in {before, after}, number
            if scene in BY_TIME and left not in completed:
                completed.add(left)
                await SCENES[scene][1](meeting)
                assert after == await meeting.dump(), number


async def test_a_step_that_is_done_again_after_a_restart_is_done_once(tmp_path):
    """An answer whose confirmation was lost is given again."""
    for scene in ("first yes", "second yes", "no", "check-in said", "stop"):
        async with meeting_in() as meeting:
            await meeting.join(NOOR)
            await meeting.join_mentor(SAM)
            await play(meeting, SCENES[scene][0])
            await SCENES[scene][1](meeting)
            once = await meeting.dump()
            await SCENES[scene][1](meeting)

            assert once == await meeting.dump(), scene
