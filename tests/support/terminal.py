"""Runs `lantern` as people do: a real process, in an empty folder, with a clean environment."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def environment(folder: Path, **settings: object) -> dict[str, str]:
    """Return this process's environment without Lantern's settings, and with `settings` as LANTERN_...

    A setting whose name is in capitals already is one of another program, and goes as it is.
    Nobody watches it unless `watch_port` is given: many run at once, and there is one default port.
    """
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LANTERN_")}
    given = {name if name.isupper() else f"LANTERN_{name.upper()}": str(value) for name, value in settings.items()}
    # PYTHONPATH: the bot under test, wherever the process starts. COLUMNS: sentences in one line.
    return {
        **clean,
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "400",
        "LANTERN_STATE": str(folder / "state"),
        "LANTERN_EXPORTS": os.environ["LANTERN_EXPORTS"],
        "LANTERN_WATCH_PORT": "0",
        **given,
    }


def command(*arguments: object) -> list[str]:
    """Return what starts `lantern` with arguments."""
    return [sys.executable, "-m", "bot", *map(str, arguments)]


def lantern(folder: Path, *arguments: object, **settings: object) -> subprocess.CompletedProcess[str]:
    """Run `lantern` to its end."""
    return subprocess.run(
        command(*arguments),
        cwd=folder,
        env=environment(folder, **settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def start_lantern(folder: Path, *arguments: object, **settings: object) -> subprocess.Popen[str]:
    """Start `lantern`; what it writes is read through pipes."""
    return start(command(*arguments), folder, **settings)


def start(program: list[str], folder: Path, **settings: object) -> subprocess.Popen[str]:
    """Start a program in Lantern's environment."""
    return subprocess.Popen(
        program,
        cwd=folder,
        env=environment(folder, **settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def wait_until(is_so, process: subprocess.Popen[str]) -> None:
    """Look again and again until something outside is so; the process must not end before."""
    while not is_so():
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)


def told(result: subprocess.CompletedProcess[str]) -> str:
    """Return the one error sentence of a run, sure that it is all there is."""
    lines = [line for line in result.stderr.splitlines() if line.strip()]

    assert [True] == [line.startswith("lantern: ") for line in lines], result.stderr
    return lines[0].removeprefix("lantern: ")
