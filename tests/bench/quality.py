"""`make quality`: measures the answers and writes them into docs/benchmarks.md, with two pictures.

Uses ../shared/eval where it is present; no question from there is written down.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]

from bench.sections import put  # noqa: E402 - after the path
from bot.core.models import Kind  # noqa: E402
from bot.evaluation.contenders import OURS, RIVALS  # noqa: E402
from bot.evaluation.figures import arrays  # noqa: E402
from bot.evaluation.pictures import draw_reliability, draw_risk_coverage  # noqa: E402
from bot.evaluation.report import as_markdown  # noqa: E402
from bot.quality import evaluated, subject_of  # noqa: E402
from bot.settings import Settings  # noqa: E402

SHARED = ROOT.parent / "shared" / "eval"
REAL = SHARED / "real_questions_dev.jsonl"
SETTINGS = Settings(_env_file=None)
IMAGES = ROOT / "docs" / "images"
CLINC = {
    "MLP (USE)": (0.934, 0.491),
    "BERT": (0.962, 0.523),
    "DialogFlow": (0.908, 0.267),
    "Rasa": (0.909, 0.312),
    "SVM": (0.882, 0.180),
}
"""In-scope accuracy and out-of-scope recall with oos-threshold: Larson et al. 2019, table 2, full training set."""


def main() -> None:
    """Measure everything that is there."""
    own = evaluate(SETTINGS.data, ())
    (asked, *_) = own.sets
    draw_risk_coverage("Risk and coverage, data/eval", asked.outcomes, IMAGES / "risk-coverage.png")
    draw_reliability("As sure as right? data/eval", asked.outcomes[OURS], IMAGES / "reliability.png")
    put("answers", lower(as_markdown(own, 20)))
    if not SHARED.exists():
        say(f"{SHARED} is absent: real questions and public sets keep their figures of another run")
        return
    put("real", real())
    parts = [public("stackfaq719", stackfaq), public("hint3_curekart_v1", curekart)]
    put("public", "\n".join([*parts, public("banking77_5shot", banking), public("clinc150", clinc)]))


def evaluate(folder, files):
    """Return the evaluation of a FAQ against every rival."""
    say(f"Measuring {folder.name} {' '.join(path.name for path in files)}")
    return asyncio.run(evaluated(SETTINGS, subject_of(SETTINGS, folder, files), list(RIVALS)))


def real() -> str:
    """Return the figures on real people's questions, and how each topic fares."""
    whole = evaluate(SETTINGS.data, (REAL,))
    report = whole.sets[0]
    rows = []
    for kind in sorted({question.kind for question in report.questions}):
        held = [
            (question, outcome)
            for question, outcome in zip(report.questions, report.outcomes[OURS], strict=True)
            if question.kind == kind
        ]
        right = sum(outcome.kind is Kind.ANSWER and outcome.is_first for _, outcome in held)
        wrong = sum(outcome.kind is Kind.ANSWER and not outcome.is_first for _, outcome in held)
        offered = sum(outcome.kind is Kind.CHOICES and outcome.is_served for _, outcome in held)
        missed = sum(outcome.kind is Kind.CHOICES and not outcome.is_served for _, outcome in held)
        unknown = sum(outcome.kind is Kind.UNKNOWN for _, outcome in held)
        rows.append(f"| {kind} | {len(held)} | {right} | {offered} | {wrong} | {missed} | {unknown} |")
    head = (
        "| topic | questions | answered right | right choice offered | answered wrong | wrong choices | not answered |"
    )
    only_real = whole.__class__(whole.entries, whole.wordings, whole.calibration, (report,))
    return "\n".join([lower(as_markdown(only_real, 0)), "", head, "| --- |" + " ---: |" * 6, *rows])


def public(name, published) -> str:
    """Return one public set's figures, after what was published about it."""
    whole = evaluate(SHARED / "public" / name, ())
    tables = lower(lower(as_markdown(whole, 0)))
    return "\n".join([f"### {name}", "", *published(whole.sets[0]), "", tables])


def stackfaq(report) -> list[str]:
    """Compare mean average precision."""
    ours = report.rankings[OURS].mean_average_precision.value
    return table("MAP, no training on queries", ("BM25 on the question", 0.665), ("BERT", 0.778), ("Lantern", ours))


def curekart(report) -> list[str]:
    """Compare Matthews' coefficient at the shipped thresholds."""
    ours = report.decisions[OURS].matthews
    return table("MCC", ("best published (Haptik, threshold 0.6)", 0.603), ("Lantern, shipped thresholds", ours))


def banking(report) -> list[str]:
    """Compare accuracy."""
    ours = report.rankings[OURS].recall_at_1.value
    return table(
        "accuracy, 5 shots",
        ("RoBERTa", 0.7404),
        ("USE+ConveRT", 0.7775),
        ("DNNC", 0.804),
        ("CPFT", 0.8086),
        ("ICDA", 0.8401),
        ("Lantern", ours),
    )


def clinc(report) -> list[str]:
    """Compare accuracy in scope and recall out of scope: at the shipped thresholds, and at each row's own recall."""
    decision = report.decisions[OURS]
    right, confidence = arrays(report.outcomes[OURS])
    inside = np.array([bool(question.relevant) for question in report.questions])
    lines = [
        "| oos-threshold | in-scope accuracy | OOS recall | Lantern's in-scope accuracy at that OOS recall |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, (accuracy, recall) in CLINC.items():
        cut = np.quantile(confidence[~inside], recall, method="higher")
        ours = (right & (confidence >= cut))[inside].mean()
        lines.append(f"| {name} | {accuracy:.3f} | {recall:.3f} | {ours:.3f} |")
    return [
        *lines,
        f"| Lantern, shipped thresholds | {decision.answered_right:.3f} | {decision.stray_recall:.3f} | |",
    ]


def lower(markdown: str) -> str:
    """Return Markdown with its headings one level lower."""
    return markdown.replace("\n##", "\n###")


def table(what, *rows) -> list[str]:
    """Return a table of one figure."""
    return [f"| | {what} |", "| --- | ---: |", *(f"| {name} | {value:.3f} |" for name, value in rows)]


def say(text: str) -> None:
    """Tell whoever waits."""
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    main()
