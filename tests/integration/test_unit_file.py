"""deploy/lantern.service, as systemd reads it."""

from __future__ import annotations

import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from bot.core.errors import Exit

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / "deploy/lantern.service"
PROGRAM = "/opt/lantern/.venv/bin/lantern"
MOST_EXPOSED = 15
"""Tenths of what systemd calls exposure, 0 to 100."""

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None,
    reason="systemd-analyze is not installed here (Debian: apt install systemd)",
)


def settings() -> dict[str, list[str]]:
    """Return every setting of the unit, with its values in order."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for line in UNIT.read_text(encoding="utf-8").splitlines():
        name, is_setting, value = line.partition("=")
        if is_setting and not line.startswith("#"):
            found[name].append(value)
    return found


@pytest.fixture
def installed(tmp_path):
    """The unit, with a program that is there."""
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text(encoding="utf-8").replace(PROGRAM, shutil.which("true")), encoding="utf-8")
    return unit


def analysed(*arguments) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)


@needs_systemd
def test_systemd_understands_every_line(installed):
    result = analysed("verify", installed)

    assert (0, "") == (result.returncode, result.stderr)


@needs_systemd
def test_systemd_calls_it_well_confined(installed):
    result = analysed("security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager", installed)

    assert 0 == result.returncode, result.stdout[-200:] + result.stderr


def test_a_wrong_setting_is_not_tried_again_and_everything_else_is():
    unit = settings()

    assert ["on-failure"] == unit["Restart"]
    assert [str(Exit.CONFIGURATION.value)] == unit["RestartPreventExitStatus"]
    assert ["0"] == unit["StartLimitIntervalSec"], "however long Discord is away"


def test_it_runs_the_bot_as_its_own_user_who_can_write_nothing_but_state_and_cache():
    unit = settings()

    assert [f"{PROGRAM} run"] == unit["ExecStart"]
    assert ["lantern"] == unit["User"]
    assert ["strict"] == unit["ProtectSystem"]
    assert ["yes"] == unit["ProtectHome"] == unit["NoNewPrivileges"]
    assert [""] == unit["CapabilityBoundingSet"]
    assert not unit["ReadWritePaths"]


def test_no_secret_is_in_the_unit_which_everybody_may_read():
    assert not any("TOKEN" in value or "KEY" in value for value in settings()["Environment"])
