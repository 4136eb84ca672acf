"""Pictures of an evaluation, for people who would rather look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.evaluation.contenders import OURS
from bot.evaluation.figures import arrays
from bot.evaluation.metrics import reliability, risk_coverage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bot.evaluation.contest import Outcome

SIZE = (6.4, 4.4)
"""Inches."""
DPI = 110


def draw_risk_coverage(title: str, outcomes: Mapping[str, Sequence[Outcome]], path: Path) -> None:
    """Draw which share of the answers is wrong when so many questions are answered, surest first."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - half a second, and only here

    figure = Figure(figsize=SIZE, dpi=DPI, layout="constrained")
    axes = figure.subplots()
    for name, held in sorted(outcomes.items(), key=lambda item: item[0] != OURS):
        coverage, risk = risk_coverage(*arrays(held))
        is_ours = name == OURS
        axes.plot(coverage, risk, label=name, linewidth=2.6 if is_ours else 1.2, zorder=3 if is_ours else 2)
    axes.set(xlim=(0, 1), ylim=(0, None), xlabel="share of questions answered, surest first")
    axes.set(ylabel="share of those that is wrong", title=title)
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    figure.savefig(path)


def draw_reliability(title: str, outcomes: Sequence[Outcome], path: Path) -> None:
    """Draw how often an answer was right against how sure Lantern said it was."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - half a second, and only here

    said, was, sizes = reliability(*arrays(outcomes))
    figure = Figure(figsize=SIZE, dpi=DPI, layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1, linestyle="--", label="as sure as right")
    axes.plot(said, was, marker="o", label=f"{OURS}, groups of about {round(sizes.mean())} questions")
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="P(the first entry serves), as said", ylabel="share that it served")
    axes.set(title=title)
    axes.grid(alpha=0.3)
    axes.legend(frameon=False, loc="upper left")
    figure.savefig(path)
