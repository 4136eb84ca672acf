"""`lantern run` as a service manager sees it: a process, two signals and an exit code."""

from __future__ import annotations

import asyncio
import re
import signal
import sys

import pytest

from bot.core.errors import Exit
from support import run_against_fake
from support.fake_discord import CUT, READY, RECONNECT, RESUMED, RESUMING, FakeDiscord, Fate
from support.packs import write_small_bot
from support.terminal import environment


class Service:
    """A folder in which `lantern run` is started, with a local server in Discord's place."""

    def __init__(self, folder, fake) -> None:
        self.fake, self._folder = fake, folder
        self._settings = {"discord_token": "a-secret-token", "log_level": "INFO", **write_small_bot(folder)}

    async def start(self, *options):
        """Start the process."""
        program = (sys.executable, run_against_fake.__file__, str(self.fake.port), "run", *options)
        pipe = asyncio.subprocess.PIPE
        where = {"cwd": self._folder, "env": environment(self._folder, **self._settings)}
        return await asyncio.create_subprocess_exec(*program, stdout=pipe, stderr=pipe, **where)

    async def run_until_ready_and_send(self, number, *options) -> tuple[int, str]:
        """Start the process, send it a signal once it is connected; return its exit code and its log."""
        self.fake.is_ready.clear()
        process = await self.start(*options)
        ending = asyncio.create_task(process.communicate())
        ready = asyncio.create_task(self.fake.is_ready.wait())
        await asyncio.wait({ending, ready}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if not ending.done():
            process.send_signal(number)
        output, log = await ending

        assert b"" == output
        return process.returncode, log.decode()


@pytest.fixture
async def service(tmp_path):
    """A service that is not started yet."""
    fake = FakeDiscord()
    await fake.listen()
    yield Service(tmp_path, fake)
    await fake.close()


async def test_both_signals_end_it_cleanly_and_commands_are_told_once_unless_forced(service):
    ends = [
        await service.run_until_ready_and_send(number, *options)
        for number, options in ((signal.SIGTERM, ()), (signal.SIGINT, ()), (signal.SIGTERM, ("--sync",)))
    ]

    assert [Exit.OK] * 3 == [code for code, _ in ends], ends
    assert not any("Traceback" in log or "a-secret-token" in log for _, log in ends), ends
    assert [1000] * 3 == service.fake.closed_with, "Discord is told that the bot leaves"
    assert ["Bot a-secret-token"] * 3 == service.fake.tokens
    assert [True, False, True] == ["was told the commands" in log for _, log in ends]
    assert 2 == len(service.fake.told_commands)


async def test_a_gateway_that_is_away_for_a_moment_costs_a_line_of_the_log_and_no_traceback(service):
    service.fake.gateways = [503]
    code, log = await service.run_until_ready_and_send(signal.SIGTERM)

    assert Exit.OK == code
    assert "Attempting a reconnect" in log
    assert "WSServerHandshakeError: 503" in log
    assert "Traceback" not in log


async def test_a_connection_that_is_cut_closed_and_asked_to_come_back_costs_a_line_each(service):
    fates = [Fate(RESUMING, 4000), Fate(RESUMED, {"op": RECONNECT, "d": None})]
    service.fake.gateways, service.fake.resumes = [Fate(READY, CUT)], fates
    process = await service.start()
    lines = [b""]
    while sum(b"Connected again" in line for line in lines) < 2:
        lines.append(await process.stderr.readline())
        assert lines[-1], lines
    process.send_signal(signal.SIGTERM)
    _, rest = await process.communicate()
    log = b"".join([*lines, rest]).decode().splitlines()

    assert Exit.OK == process.returncode
    assert 3 == sum("The connection to Discord was lost" in line for line in log)
    assert [] == [line for line in log if not re.match(r"\d{4}-\d\d-\d\d .* (INFO|WARNING) ", line)]


async def test_a_refused_token_ends_it_with_one_sentence_and_the_code_that_stops_restarts(service):
    service.fake.logins = [401]
    process = await service.start()
    _, log = await process.communicate()

    assert Exit.CONFIGURATION == process.returncode
    assert "LANTERN_DISCORD_TOKEN" in log.decode()
    assert "Traceback" not in log.decode()
    assert 1 == len(service.fake.tokens)


async def test_a_signal_ends_it_also_while_discord_cannot_be_reached(service):
    service.fake.logins = [403] * 1000
    process = await service.start()
    log = b""
    while b"Trying again" not in log:
        line = await process.stderr.readline()
        assert line, log
        log += line
    process.send_signal(signal.SIGTERM)
    _, rest = await process.communicate()

    assert Exit.OK == process.returncode
    assert b"Discord cannot be reached" in log
    assert b"Traceback" not in log + rest
