"""The bot dies, by SIGKILL, at chance moments while people ask, edit, vote, opt in and answer offers.

`make survive` does it 200 times; docs/reliability.md tells what came of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.everyday import ROLES
from support.survival import KINDS

ROOT = Path(__file__).resolve().parents[2]
KILLS, SEED = len(KINDS), 20


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """What KILLS kills came to."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    command = [sys.executable, "-m", "support.survival", tmp_path_factory.mktemp("killed") / "all", KILLS, SEED]
    environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, env=environment)

    assert 0 == done.returncode, done.stderr
    return json.loads(done.stdout)


def test_nothing_that_was_acknowledged_is_lost_or_half_there_and_nothing_is_told_twice(killed):
    """Nor is a file damaged, a key lost, or an index another than one that is made anew."""
    assert [] == killed["problems"]


def test_the_moments_are_everywhere_and_people_were_told_that_things_are_done(killed):
    """So that the test above cannot hold because nothing happened."""
    active = len(ROLES) * 2

    assert {*KINDS} == {*killed["kills"]}
    assert killed["kills"]["working"] * active // 2 < killed["acknowledged"] < killed["checked"]
    assert killed["whole"] + killed["absent"] + killed["late"] > active
    assert killed["indexes"] > 0
