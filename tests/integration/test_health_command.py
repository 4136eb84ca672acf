"""`lantern health`, as a container or a service manager asks it: a process, an exit code and a sentence."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bot.core.errors import Exit
from support import run_against_fake
from support.fake_discord import FakeDiscord
from support.packs import write_small_bot
from support.terminal import ROOT, environment, lantern
from support.watching import free_port

TOKEN = "a-secret-token"


def ask(folder, *options, **settings):
    """Ask in a process that loads only what it needs; return its exit code and what it said."""
    program = [sys.executable, "-m", "bot.health", *options]
    where = {"env": environment(folder, **settings), "cwd": folder}
    asked = subprocess.run(program, **where, capture_output=True, text=True, check=False)
    return asked.returncode, asked.stdout + asked.stderr


class Speaks(BaseHTTPRequestHandler):
    """Another program's pages."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"It works!")

    def log_message(self, *_):
        """Say nothing."""


class TestWithoutABot:
    def test_nothing_answers(self, tmp_path):
        port = free_port()
        code, said = ask(tmp_path, watch_port=port)

        assert Exit.PROBLEMS == code
        assert f"lantern: Nothing answers at port {port} of 127.0.0.1 (Connection refused). Is it running?\n" == said

    def test_a_bot_that_listens_everywhere_is_asked_here(self, tmp_path):
        assert "of ::1" in ask(tmp_path, watch_port=free_port(), watch_host="::")[1]

    def test_another_program_is_not_taken_for_a_healthy_lantern(self, tmp_path):
        with HTTPServer(("127.0.0.1", 0), Speaks) as server:
            threading.Thread(target=server.handle_request).start()
            code, said = ask(tmp_path, watch_port=server.server_port)

        assert Exit.PROBLEMS == code
        assert "Another program answers" in said

    def test_one_that_takes_connections_and_never_answers_is_not_either(self, tmp_path):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            code, said = ask(tmp_path, watch_port=silent.getsockname()[1])

        assert Exit.PROBLEMS == code
        assert "does not answer" in said

    def test_without_a_port_nobody_can_ask(self, tmp_path):
        code, said = ask(tmp_path, watch_port=0)

        assert Exit.PROBLEMS == code
        assert "LANTERN_WATCH_PORT is 0" in said

    def test_a_wrong_setting_is_a_sentence(self, tmp_path):
        code, said = ask(tmp_path, watch_port="many")

        assert Exit.CONFIGURATION == code
        assert "lantern: LANTERN_WATCH_PORT is 'many'" in said
        assert "Traceback" not in said

    def test_it_loads_nothing_of_the_bot_that_is_not_needed_to_ask(self):
        code = "import sys, bot.health; print({'discord', 'numpy', 'sqlite3', 'aiohttp', 'yaml'} & set(sys.modules))"
        loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

        assert "set()" == loaded.stdout.strip()


@pytest.fixture
async def fake():
    """What poses as Discord."""
    server = FakeDiscord()
    await server.listen()
    yield server
    await server.close()


async def test_a_bot_that_runs_is_alive_and_ready_and_one_that_is_stuck_is_not(fake, tmp_path):
    """Beside it, that every line of its log is an object, and that whatever it is told ends it as before."""
    settings = {**write_small_bot(tmp_path), "watch_port": free_port(), "log_format": "json"}
    where = {"cwd": tmp_path, "env": environment(tmp_path, discord_token=TOKEN, **settings)}
    program = [sys.executable, run_against_fake.__file__, str(fake.port), "run"]
    with (tmp_path / "log").open("w") as log:
        process = await asyncio.create_subprocess_exec(*program, stdout=log, stderr=log, **where)
    try:
        await fake.is_ready.wait()
        while ask(tmp_path, "--ready", **settings)[0]:
            assert process.returncode is None, (tmp_path / "log").read_text()
        alive = lantern(tmp_path, "health", **settings)
        ready = lantern(tmp_path, "health", "--ready", "--json", **settings)
        os.kill(process.pid, signal.SIGSTOP)
        stuck, said = ask(tmp_path, **settings)
        os.kill(process.pid, signal.SIGCONT)
        again, _ = ask(tmp_path, **settings)
    finally:
        process.terminate()
        code = await process.wait()
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]

    assert (Exit.OK, "lantern: ok\n") == (alive.returncode, alive.stdout)
    assert {"is_fine": True, **dict.fromkeys(("lantern", "gateway", "model", "database"), "ok")} == json.loads(
        ready.stdout
    )
    assert Exit.PROBLEMS == stuck
    assert "does not answer" in said
    assert Exit.OK == again
    assert Exit.OK == code
    assert all({"time", "level", "logger", "message"} <= set(line) for line in lines)
    assert any("Watch it at" in line["message"] for line in lines)
    assert TOKEN not in (tmp_path / "log").read_text()
