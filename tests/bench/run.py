"""`make bench`: measures speed, checks the bars, and writes them into docs/benchmarks.md."""

from __future__ import annotations

import asyncio
import platform
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]

from dataclasses import replace  # noqa: E402 - after the path

from bench import measures  # noqa: E402
from bench.sections import put  # noqa: E402
from bench.widen import widen  # noqa: E402
from bot import app  # noqa: E402
from bot.settings import Settings  # noqa: E402

RATIO_BAR, AUTOCOMPLETE_BAR_SECONDS = 0.6, 0.010


def main() -> None:
    """Measure everything; exit 1 when a bar is missed."""
    content = app.load_content(Settings(_env_file=None))
    thousand = replace(content, pack=widen(content.pack, 1000))
    five_thousand = replace(content, pack=widen(content.pack, 5000))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        say("Starting with 1,000 entries, twice (minutes)")
        start_rows, _ = asyncio.run(measures.starts(thousand, path))
        say("Asking through the whole bot")
        bot_rows, median, tail = asyncio.run(measures.whole_bot(thousand, path))
        say("200 questions at once")
        burst_rows, slowest, lost = asyncio.run(measures.all_at_once(thousand, path))
    say("Autocomplete over 5,000 entries")
    typing_rows, typing = measures.autocomplete(five_thousand)
    bars = [
        (f"whole bot at most {RATIO_BAR} times a bare encode, median and p95", max(median, tail) <= RATIO_BAR),
        ("autocomplete p95 at most 10 ms", typing <= AUTOCOMPLETE_BAR_SECONDS),
        ("200 at once: all acknowledged within 3 s, none lost", slowest <= measures.ACKNOWLEDGE_SECONDS and not lost),
    ]
    rows = [*bot_rows, *typing_rows, *burst_rows, *start_rows]
    put("speed", report(rows, bars, len(content.pack.entries)))
    say("Wrote docs/benchmarks.md")
    for name, holds in bars:
        say(f"{'holds ' if holds else 'MISSED'} {name}")
    sys.exit(0 if all(holds for _, holds in bars) else 1)


def report(rows, bars, entries: int) -> str:
    """Return the part about speed."""
    machine = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("torch", "sentence-transformers", "onnxruntime", "discord.py")
    )
    lines = [
        "Written by `make bench`; the figures are those of one run on one busy two-core machine, so read the ratios.",
        f"{datetime.now(UTC).date()}, {machine}, {packages}.",
        f"The 1,000 and 5,000 entries are the shipped {entries} repeated for other fields by `tests/bench/widen.py`;",
        "the whole bot runs in SimCord (real discord.py, no network).",
        "",
        "| what | measured |",
        "| --- | --- |",
        *(f"| {what} | {measured} |" for what, measured in rows),
        "",
        "| bar | |",
        "| --- | --- |",
        *(f"| {name} | {'holds' if holds else '**missed**'} |" for name, holds in bars),
    ]
    return "\n".join(lines)


def say(text: str) -> None:
    """Tell whoever waits."""
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    main()
