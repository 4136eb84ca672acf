"""What `make load` found, as Markdown."""

from __future__ import annotations

import os
import platform
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from bench.load_mix import MIX, PICKED, POPULAR, UNKNOWN, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.load import Run, Size

ACKNOWLEDGE_SECONDS = 3.0
"""Discord's limit."""
GROWTH_BAR = 0.05
SETTLED_SECONDS, SPAN_SECONDS = 30.0, 10.0
"""From when memory is compared, and how long a look is: the middle of the figures of so many seconds."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One act: when it was planned, and after how many seconds it was acknowledged and its answer shown."""

    kind: Kind
    at: float
    acknowledged: float | None
    finished: float | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a rush. `bot`, `generator`: processors used; `memory`: (second, megabytes)."""

    rows: Sequence[Measured]
    unheard: int
    bot: float
    generator: float
    memory: Sequence[tuple[float, float]]

    @property
    def in_time(self) -> float:
        """Share acknowledged within Discord's limit."""
        return sum(_within(row.acknowledged) for row in self.rows) / max(1, len(self.rows))

    @property
    def lost(self) -> int:
        """How many were never answered."""
        return sum(row.finished is None for row in self.rows)

    @property
    def growth(self) -> float:
        """By what share memory was larger at the end than SETTLED_SECONDS after the beginning."""
        end = self.memory[-1][0]
        begin = min(SETTLED_SECONDS, end / 2)
        first = np.median([held for at, held in self.memory if begin <= at <= begin + SPAN_SECONDS])
        last = np.median([held for at, held in self.memory if at >= end - SPAN_SECONDS])
        return float(last / first - 1)


def _within(seconds: float | None) -> bool:
    return seconds is not None and seconds <= ACKNOWLEDGE_SECONDS


def report(size: Size, outcomes: Sequence[Outcome], run: Run) -> tuple[str, bool]:
    """Return the report, and whether every bar holds."""
    rows = [row for outcome in outcomes for row in outcome.rows]
    in_time = sum(_within(row.acknowledged) for row in rows) / max(1, len(rows))
    lost = sum(outcome.lost for outcome in outcomes)
    growth = max(outcome.growth for outcome in outcomes)
    bars = [
        ("all acknowledged within 3 s", f"{in_time:.4%}", in_time == 1.0),
        ("all answered", f"{lost} of {len(rows)} lost", lost == 0),
        ("memory grows by less than 5 % after the warm-up", f"{growth:+.1%}", growth < GROWTH_BAR),
    ]
    lines = [
        *_setting(size),
        "",
        "| | sent | acknowledged in 3 s | p50 | p95 | p99 | longest | whole answer p50 | p95 | p99 |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        *(_row(kind, [row for row in rows if row.kind is kind]) for kind in Kind),
        _row("all", rows),
        "",
        "| bar | measured | |",
        "| --- | --- | --- |",
        *(f"| {name} | {measured} | {'holds' if holds else '**missed**'} |" for name, measured, holds in bars),
        "",
        *_took(outcomes, run),
    ]
    return "\n".join(lines), all(holds for *_, holds in bars)


def _setting(size: Size) -> list[str]:
    where = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors shared with the generator"
    busy = f"load average at the end {os.getloadavg()[0]:.1f}"
    there = f"{size.guilds} servers with {size.entries} entries of their own, {size.people} people who opted in"
    again = f", with a restart every {size.restart_every:g} s" if size.restart_every else ""
    mix = ", ".join(f"{share:.0%} {kind}s" for kind, share in MIX.items())
    kinds = f"{PICKED:.0%} are picked rows, {POPULAR:.0%} words that many use, {UNKNOWN:.0%} off topic"
    return [
        f"{datetime.now(UTC):%Y-%m-%d}, {where}, Python {platform.python_version()}; {busy}.",
        f"{there}; {size.rate:g} interactions per second for {size.seconds:g} s, after {size.warm_up:g} s of warm-up{again}.",
        f"Mix: {mix}. Of the questions {kinds}, the rest new words.",
    ]


def _row(name: str, rows: Sequence[Measured]) -> str:
    if not rows:
        return f"| {name} | 0 |" + " |" * 8
    known = [row.acknowledged for row in rows if row.acknowledged is not None] or [float("nan")]
    whole = [row.finished for row in rows if row.finished is not None] or [float("nan")]
    in_time = sum(map(_within, (row.acknowledged for row in rows))) / len(rows)
    cells = [*(_ms(known, share) for share in (50, 95, 99, 100)), *(_ms(whole, share) for share in (50, 95, 99))]
    return f"| {name} | {len(rows)} | {in_time:.2%} | {' | '.join(cells)} |"


def _ms(seconds: Sequence[float], share: int) -> str:
    return f"{np.percentile(seconds, share) * 1000:.0f} ms"


def _took(outcomes: Sequence[Outcome], run: Run) -> list[str]:
    memory = [held for outcome in outcomes for _, held in outcome.memory]
    bot, generator = (np.mean([getattr(outcome, name) for outcome in outcomes]) for name in ("bot", "generator"))
    took = f"The bot took {bot:.2f} processors and {min(memory):.0f} to {max(memory):.0f} MB"
    lines = [f"{took}, the generator {generator:.2f} processors."]
    ready = ", ".join(f"{seconds:.0f}" for seconds in run.starts)
    lines.append(f"Seconds from each start to the first answer on every server: {ready}.")
    if len(outcomes) > 1:
        ends = [outcome.memory[-1][1] for outcome in outcomes]
        later = [second / first - 1 for first, second in pairwise(ends)]
        lines.append(f"Memory before a restart, against the one before: {min(later):+.1%} to {max(later):+.1%}.")
    lines.append(f"The database, afterwards: {run.verdict}.")
    said = [line.split(" ", 3)[2:] for line in run.bot.log.read_text(errors="replace").splitlines() if line[:2] == "20"]
    levels = Counter(level for level, _ in said)
    lines.append(f"The log has {levels['ERROR']} errors and {levels['WARNING']} warnings.")
    lines += [f"- {level}: {text}" for level, text in said if level in {"ERROR", "CRITICAL"}][:3]
    if run.discord.surprises:
        lines.append(f"Requests nobody expected: {Counter(run.discord.surprises).most_common(5)}")
    return lines
