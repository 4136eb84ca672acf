"""What people write is looked at on the machine the bot runs on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCKED = """
import sys

WAYS = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}


def block(event, arguments):
    if event in WAYS:
        raise OSError(f"{event} is blocked")


sys.addaudithook(block)
"""
"""Python runs a module of this name at every start, so that child processes are blocked as well."""
EMBED = """
from bot.search.embedder import BUNDLED_MODEL, open_embedder

vectors = open_embedder(BUNDLED_MODEL).embed(["I was left without an answer.", "how do I find a supervisor"])
print(len(vectors), round(float(vectors[0] @ vectors[0]), 3))
"""
MATCH = """
import asyncio
from bot.core.peers import PeerSettings
from bot.pairing.rounds import Pairing
from support.candidates import SENSITIVE, somebody

people = [somebody(name, "ghosting", story=1) for name in ("ada", "ben")]
result = asyncio.run(Pairing().pair(people, PeerSettings(), SENSITIVE))
spare = asyncio.run(Pairing().spare(people, "ada", PeerSettings(), SENSITIVE))
print(len(result.pairs), {spare.first, spare.second} == {"ada", "ben"})
"""
ASK_THE_NETWORK = """
import socket

socket.create_connection(("127.0.0.1", 9), timeout=1)
"""
IN_A_CHILD = f"""
import subprocess, sys

subprocess.run([sys.executable, "-c", {ASK_THE_NETWORK!r}], check=True)
"""


@pytest.fixture
def run(tmp_path):
    """Run code in a process in which, as in each of its children, every way to the network raises."""
    (tmp_path / "sitecustomize.py").write_text(BLOCKED, encoding="utf-8")
    path = os.pathsep.join(map(str, (tmp_path, ROOT, ROOT / "tests")))
    online = {"PYTHONPATH": path, "HF_HUB_OFFLINE": "", "TRANSFORMERS_OFFLINE": ""}

    def run_it(code):
        return subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env=os.environ | online,
            capture_output=True,
            text=True,
            check=False,
        )

    return run_it


@pytest.mark.parametrize("code", [ASK_THE_NETWORK, IN_A_CHILD], ids=["here", "in a child"])
def test_whoever_asks_the_network_is_stopped(run, code):
    assert "is blocked" in run(code).stderr


def test_texts_become_vectors_without_it(run):
    """Statement 53: CI blocks the network during embedding."""
    ended = run(EMBED)

    assert "2 1.0" == ended.stdout.strip(), ended.stderr


def test_people_are_paired_without_it(run):
    """Statement 53: and during matching, in the processes that a round starts."""
    ended = run(MATCH)

    assert "1 True" == ended.stdout.strip(), ended.stderr
