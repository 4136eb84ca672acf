"""One bot for each database: a second `lantern run` ends with a sentence, and the first does not notice."""

from __future__ import annotations

import asyncio
import json
import signal
import sys

import pytest

from bot.core.errors import Exit
from support import run_against_fake
from support.backups import every_row
from support.fake_discord import FakeDiscord
from support.packs import write_small_bot
from support.terminal import command, environment


class Folder:
    """A folder whose bot talks to a local server in Discord's place."""

    def __init__(self, path, fake) -> None:
        self.path, self.fake = path, fake
        self.settings = {"discord_token": "a-secret-token", "log_level": "INFO", **write_small_bot(path)}

    async def run(self):
        """Start `lantern run`."""
        return await self._start(sys.executable, run_against_fake.__file__, str(self.fake.port), "run")

    async def run_until_ready(self):
        """Start `lantern run` and wait until it is connected."""
        self.fake.is_ready.clear()
        process = await self.run()
        await self.fake.is_ready.wait()
        return process

    async def lantern(self, *arguments) -> tuple[int, str, str]:
        """Run another command beside it to its end; return its exit code, what it printed, and its errors."""
        process = await self._start(*command(*arguments))
        printed, errors = await process.communicate()
        return process.returncode, printed.decode(), errors.decode()

    async def _start(self, *program):
        pipe = asyncio.subprocess.PIPE
        where = {"cwd": self.path, "env": environment(self.path, **self.settings)}
        return await asyncio.create_subprocess_exec(*map(str, program), stdout=pipe, stderr=pipe, **where)


@pytest.fixture
async def folder(tmp_path):
    """A folder in which nothing runs yet."""
    fake = FakeDiscord()
    await fake.listen()
    yield Folder(tmp_path, fake)
    await fake.close()


async def test_the_second_ends_with_a_sentence_and_the_first_goes_on(folder):
    first = await folder.run_until_ready()
    tokens = list(folder.fake.tokens)
    second = await folder.run()
    _, errors = await second.communicate()
    is_alive = first.returncode is None
    first.send_signal(signal.SIGTERM)
    await first.communicate()

    assert Exit.STORAGE == second.returncode
    assert f"is in use by another Lantern (process {first.pid}). Stop that one first" in errors.decode()
    assert "Traceback" not in errors.decode()
    assert tokens == folder.fake.tokens, "the second did not log in"
    assert is_alive
    assert Exit.OK == first.returncode


async def test_one_that_was_killed_holds_nothing_up(folder):
    first = await folder.run_until_ready()
    first.kill()
    await first.communicate()
    second = await folder.run_until_ready()
    second.send_signal(signal.SIGTERM)
    _, log = await second.communicate()

    assert Exit.OK == second.returncode, log


async def test_commands_work_beside_it_but_for_a_restore(folder):
    """A backup is made while the bot runs; nothing is put under its feet."""
    bot = await folder.run_until_ready()
    backed_up = await folder.lantern("backup", "--json")
    answered = await folder.lantern("ask", "a plain wording of letters")
    looked = await folder.lantern("key", "status")
    restored = await folder.lantern("restore", "--yes", json.loads(backed_up[1])["path"])
    is_alive = bot.returncode is None
    bot.send_signal(signal.SIGTERM)
    await bot.communicate()
    stopped = await folder.lantern("restore", "--yes", json.loads(backed_up[1])["path"])

    assert [Exit.OK] * 3 == [code for code, _, _ in (backed_up, answered, looked)], (backed_up, answered, looked)
    assert every_row(json.loads(backed_up[1])["path"])["vectors"]
    assert Exit.STORAGE == restored[0]
    assert f"(process {bot.pid})" in restored[2]
    assert is_alive
    assert Exit.OK == bot.returncode
    assert Exit.OK == stopped[0], stopped
