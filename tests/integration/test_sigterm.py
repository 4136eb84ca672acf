"""`lantern run` is told to stop at its worst moments: it ends by itself, and the next start finds all in order."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot.core.errors import Exit
from support import run_against_fake
from support.fake_discord import FakeDiscord
from support.packs import write_small_bot
from support.terminal import environment

FILES = ("lantern.db", "keys.db")
"""What a first start makes, in this order; then it embeds."""


class Service:
    """A folder in which `lantern run` is started, with a local server in Discord's place."""

    def __init__(self, folder, fake) -> None:
        self.fake, self.state, self._folder = fake, folder / "state", folder
        self._settings = {"discord_token": "a-secret-token", "log_level": "INFO", **write_small_bot(folder)}

    async def start(self, stderr=asyncio.subprocess.PIPE):
        """Start the process."""
        self.fake.is_ready.clear()
        program = (sys.executable, run_against_fake.__file__, str(self.fake.port), "run")
        where = {"cwd": self._folder, "env": environment(self._folder, **self._settings)}
        return await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.PIPE, stderr=stderr, **where)

    async def ready(self, process) -> None:
        """Wait until the bot is connected; it must not end before."""
        waiting = [asyncio.create_task(self.fake.is_ready.wait()), asyncio.create_task(process.wait())]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()

        assert process.returncode is None, await process.communicate()

    async def starts_and_stops(self) -> tuple[int, str]:
        """Start it until it is connected, and stop it."""
        process = await self.start()
        await self.ready(process)
        process.send_signal(signal.SIGTERM)
        _, log = await process.communicate()
        return process.returncode, log.decode()

    def faults(self) -> list[str]:
        """Return what SQLite has against what was left."""
        found = []
        for name in FILES:
            with closing(sqlite3.connect(self.state / name)) as db:
                found += [line for (line,) in db.execute("PRAGMA integrity_check") if line != "ok"]
        return found


@pytest.fixture
async def service(tmp_path):
    """A service that is not started yet."""
    fake = FakeDiscord()
    await fake.listen()
    yield Service(tmp_path, fake)
    await fake.close()


async def test_in_the_middle_of_the_first_start(service):
    process = await service.start()
    while not (service.state / FILES[-1]).exists():
        assert process.returncode is None, await process.communicate()
        await asyncio.sleep(0)
    process.send_signal(signal.SIGTERM)
    _, log = await process.communicate()
    code, second = await service.starts_and_stops()

    assert Exit.OK == process.returncode, log
    assert b"Traceback" not in log
    assert (Exit.OK, []) == (code, service.faults())
    assert "Traceback" not in second


async def test_twice(service):
    """The second signal is for whoever cannot wait: where the bot has not ended yet, it ends at once."""
    process = await service.start()
    await service.ready(process)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    _, log = await process.communicate()
    code, second = await service.starts_and_stops()

    assert process.returncode in {Exit.OK, -signal.SIGTERM}
    assert b"Traceback" not in log
    assert (Exit.OK, []) == (code, service.faults())
    assert "Traceback" not in second


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
async def test_a_log_on_a_full_disk_stops_nobody(service):
    """What cannot be logged is lost; the bot goes on, and ends when it is told to."""
    full = os.open("/dev/full", os.O_WRONLY)
    process = await service.start(stderr=full)
    os.close(full)
    await service.ready(process)
    process.send_signal(signal.SIGTERM)
    await process.communicate()

    assert Exit.OK == process.returncode
    assert 1 == len(service.fake.introduced)
