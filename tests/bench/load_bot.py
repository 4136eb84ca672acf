"""The bot of `make load`: a process as `lantern run` is, on a folder that was filled before."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

from bench import load_data
from support import run_against_fake

ROOT = Path(__file__).resolve().parents[2]
READY = "prepared"
"""A file that says what a folder was filled with."""
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_KB = os.sysconf("SC_PAGE_SIZE") / 1024


def prepared(folder: Path, *size: int) -> Path:
    """Return the state in a folder, filled first where it is not of this size yet."""
    wanted = " ".join(map(str, size))
    mark = folder / READY
    if not mark.exists() or mark.read_text() != wanted:
        folder.mkdir(parents=True, exist_ok=True)
        state = folder / "state"
        command = [sys.executable, load_data.__file__, str(state), *map(str, size)]
        subprocess.run(command, check=True)
        mark.write_text(wanted)
    return folder / "state"


class Bot:
    """Starts and ends the process, and looks at what it takes."""

    def __init__(self, folder: Path, port: int, **settings: object) -> None:
        """`settings`: further ones, beside where its state is."""
        self._folder, self._port, self._settings = folder, port, settings
        self._process: asyncio.subprocess.Process | None = None
        self._memory: list[tuple[float, float]] = []
        self._looking: asyncio.Task[None] | None = None
        self.log = folder / "bot.log"

    async def start(self) -> None:
        """Start it; it connects by itself."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("LANTERN_")}
        given = {
            "state": self._folder,
            "watch_port": 0,
            "discord_token": "load",
            "log_level": "WARNING",
            **self._settings,
        }
        lanterns = {f"LANTERN_{name.upper()}": str(value) for name, value in given.items()}
        settings = {**clean, "PYTHONPATH": str(ROOT), **lanterns}
        program = (sys.executable, run_against_fake.__file__, str(self._port), "run")
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(*program, env=settings, stdout=log, stderr=log)
        self._looking = asyncio.create_task(self._look())

    async def stop(self, *, is_killed: bool = False) -> None:
        """End it, and wait until it is gone."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.kill() if is_killed else self._process.terminate()
        await self._process.wait()
        if self._looking is not None:
            self._looking.cancel()
        self._process = None

    def processor_seconds(self) -> float:
        """Return the processor time it has used since it was started."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory_between(self, begin: float, end: float) -> list[tuple[float, float]]:
        """Return resident megabytes, each with its second from `begin`; both moments by time.perf_counter()."""
        return [(at - begin, megabytes) for at, megabytes in self._memory if begin <= at <= end]

    async def _look(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                pages = int(self._proc("statm").split()[1])
                self._memory.append((time.perf_counter(), pages * _PAGE_KB / 1024))
                await asyncio.sleep(1)

    def _proc(self, name: str) -> str:
        if self._process is None:
            return ""
        return Path(f"/proc/{self._process.pid}/{name}").read_text()
