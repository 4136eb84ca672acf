"""`make bench`: measures, checks the bars, and writes docs/benchmarks.md."""

from __future__ import annotations

import asyncio
import json
import platform
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]

from dataclasses import replace  # noqa: E402 - after the path

from bench import measures  # noqa: E402
from bench.widen import widen  # noqa: E402
from bot import app  # noqa: E402
from bot.settings import Settings  # noqa: E402

REPORT = ROOT / "docs" / "benchmarks.md"
REAL_QUESTIONS = ROOT.parent / "shared" / "eval" / "real_questions_dev.jsonl"
RATIO_BAR, AUTOCOMPLETE_BAR_SECONDS, FALSE_ANSWER_BAR = 1.5, 0.010, 0.05


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
    real = real_questions() if REAL_QUESTIONS.exists() else None
    if real is not None:
        bars.append((f"off-topic questions answered: at most {FALSE_ANSWER_BAR:.0%}", real[1] <= FALSE_ANSWER_BAR))
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(report(rows, bars, real[0] if real else None, len(content.pack.entries)), encoding="utf-8")
    say(f"Wrote {REPORT.relative_to(ROOT)}")
    for name, holds in bars:
        say(f"{'holds ' if holds else 'MISSED'} {name}")
    sys.exit(0 if all(holds for _, holds in bars) else 1)


def real_questions() -> tuple[list[tuple[str, Counter]], float]:
    """Answer real people's questions; return counts by topic and the share of off-topic ones answered."""
    say("Answering the real questions")
    command = [sys.executable, "-m", "bot", "ask", "--batch", str(REAL_QUESTIONS)]
    lines = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    topics = [json.loads(line)["topic"] for line in REAL_QUESTIONS.read_text(encoding="utf-8").splitlines()]
    counts: dict[str, Counter] = defaultdict(Counter)
    for topic, line in zip(topics, lines, strict=True):
        counts[topic][json.loads(line)["decision"]] += 1
    off_topic = counts["off-topic"]
    table = sorted(counts.items(), key=lambda item: -item[1].total())
    return table, off_topic["answer"] / off_topic.total()


def report(rows, bars, real, entries: int) -> str:
    """Return docs/benchmarks.md."""
    machine = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    packages = ", ".join(f"{name} {version(name)}" for name in ("torch", "sentence-transformers", "discord.py"))
    lines = [
        "# Benchmarks",
        "",
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
        "",
    ]
    if real is not None:
        lines += [
            "## Real questions",
            "",
            "Counts of `lantern ask --batch` over 478 questions in people's own words, which are not in this repository.",
            "",
            "| topic | answer | choices | unknown | help |",
            "| --- | ---: | ---: | ---: | ---: |",
            *(
                f"| {topic} | {count['answer']} | {count['choices']} | {count['unknown']} | {count['help']} |"
                for topic, count in real
            ),
            "",
        ]
    return "\n".join(lines)


def say(text: str) -> None:
    """Tell whoever waits."""
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    main()
