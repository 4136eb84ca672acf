"""An evaluation as Markdown for people and as JSON for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bot.core.models import Kind
from bot.evaluation.contenders import OURS, RIVALS
from bot.search.scoring import VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.evaluation.contest import Outcome
    from bot.evaluation.metrics import Interval
    from bot.evaluation.questions import Labelled
    from bot.evaluation.run import Evaluation, SetReport
    from bot.search.calibration import Calibration


def as_markdown(evaluation: Evaluation, failures: int) -> str:
    """Return tables for every set, and of each the `failures` surest mistakes."""
    lines = [f"{evaluation.entries} entries with {evaluation.wordings} wordings.", ""]
    lines += calibration_lines(evaluation.calibration)
    for report in evaluation.sets:
        lines += ["", f"## {report.name}", "", *_set_lines(report, failures)]
    rivals = [
        f"- `{name}`: {RIVALS[name]}" for name in RIVALS if any(name in each.outcomes for each in evaluation.sets)
    ]
    return "\n".join([*lines, "", *rivals, ""])


def calibration_lines(calibration: Calibration | None) -> list[str]:
    """Return what a calibration says, a line each."""
    if calibration is None:
        return ["No phrasings to learn from: entries are ranked, and nothing is said about how sure an answer is."]
    weights = ", ".join(f"{view} {weight:.2f}" for view, weight in zip(VIEWS, calibration.fusion, strict=True))
    thresholds = calibration.thresholds
    return [
        f"Weights of the views: {weights}.",
        (
            f"Answers from P = {thresholds.answer:.2f}, offers choices from P = {thresholds.choices:.2f}; "
            f"{_percent(calibration.recall)} of the phrasings left out lead to their own entry."
        ),
    ]


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """Return every figure and every mistake."""
    calibration = evaluation.calibration
    return {
        "entries": evaluation.entries,
        "wordings": evaluation.wordings,
        "calibration": None
        if calibration is None
        else {
            "model": calibration.model,
            "weights": dict(zip(VIEWS, calibration.fusion, strict=True)),
            "thresholds": asdict(calibration.thresholds),
            "recall_left_out": calibration.recall,
        },
        "sets": [_set_json(report) for report in evaluation.sets],
    }


def _set_lines(report: SetReport, failures: int) -> Iterator[str]:
    in_scope = sum(bool(question.relevant) for question in report.questions)
    yield f"{len(report.questions)} questions, {in_scope} in scope. Intervals are 95 % bootstrap."
    yield ""
    if report.rankings:
        yield "| order of entries, in scope | recall@1 | recall@3 | MRR@10 | MAP | Lantern ahead in recall@1 |"
        yield "| --- | --- | --- | --- | --- | --- |"
        for name, ranking in report.rankings.items():
            lead = report.leads[name].recall_at_1 if name in report.leads else None
            figures = (ranking.recall_at_1, ranking.recall_at_3, ranking.mrr_at_10, ranking.mean_average_precision)
            yield _row(name, *map(_interval, figures), _signed(lead))
        yield ""
    yield (
        "| decision, at its own thresholds | answered right | wrong | offered right | not answered, in scope "
        "| stray answered | stray offered | precision | false answers | AURC | ECE | MCC "
        "| Lantern answers more right at as many false |"
    )
    yield "| --- |" + " ---: |" * 12
    for name, deciding in report.decisions.items():
        lead = report.leads[name].answered_right if name in report.leads else None
        shares = (deciding.answered_right, deciding.answered_wrong, deciding.offered_right, deciding.unknown)
        yield _row(
            name,
            *map(_percent, (*shares, deciding.stray_answered, deciding.stray_offered, deciding.precision)),
            _interval(deciding.false_answers),
            _interval(deciding.risk_coverage_area),
            _interval(deciding.calibration_error) if deciding.calibration_error else "",
            f"{deciding.matthews:.3f}",
            _signed(lead),
        )
    yield ""
    if len(report.by_kind) > 1:
        yield from _kind_lines(report)
    if mistakes := _mistakes(report)[:failures]:
        yield f"The {len(mistakes)} surest mistakes:"
        yield ""
        for question, outcome in mistakes:
            yield f"- {_mistake(question, outcome)}"


def _kind_lines(report: SetReport) -> Iterator[str]:
    counts = {
        kind: sum(bool(each.relevant) and each.kind == kind for each in report.questions) for kind in report.by_kind
    }
    yield "| Lantern by kind of question | questions | recall@1 | recall@3 | MRR@10 |"
    yield "| --- | ---: | --- | --- | --- |"
    for kind, ranking in report.by_kind.items():
        figures = map(_interval, (ranking.recall_at_1, ranking.recall_at_3, ranking.mrr_at_10))
        yield _row(kind, str(counts[kind]), *figures)
    yield ""


def _mistakes(report: SetReport) -> list[tuple[Labelled, Outcome]]:
    """Return what Lantern did not serve, or answered though out of scope, the surest first."""
    pairs = zip(report.questions, report.outcomes[OURS], strict=True)
    missed = [
        (question, outcome)
        for question, outcome in pairs
        if (not outcome.is_served if question.relevant else outcome.kind is Kind.ANSWER)
    ]
    return sorted(missed, key=lambda pair: -pair[1].confidence)


def _mistake(question: Labelled, outcome: Outcome) -> str:
    wanted = ", ".join(sorted(question.relevant)) or "nothing"
    place = f" at {outcome.ranks[0]}" if outcome.ranks else ""
    shown = outcome.nearest[:1] if outcome.kind is Kind.ANSWER else outcome.nearest
    return (
        f"“{question.text}” ({question.kind}): {outcome.kind} {', '.join(shown)} at P = {outcome.confidence:.2f}; "
        f"wanted {wanted}{place}"
    )


def _set_json(report: SetReport) -> dict[str, Any]:
    return {
        "name": report.name,
        "questions": len(report.questions),
        "in_scope": sum(bool(question.relevant) for question in report.questions),
        "contenders": {
            name: {
                "ranking": asdict(report.rankings[name]) if name in report.rankings else None,
                "deciding": {**asdict(deciding), "served": deciding.served, "stray_recall": deciding.stray_recall},
            }
            for name, deciding in report.decisions.items()
        },
        "leads": {name: asdict(lead) for name, lead in report.leads.items()},
        "by_kind": {kind: asdict(ranking) for kind, ranking in report.by_kind.items()},
        "failures": [
            {
                "q": question.text,
                "kind": question.kind,
                "relevant": sorted(question.relevant),
                "decision": outcome.kind,
                "nearest": list(outcome.nearest),
                "probability": outcome.confidence,
                "rank": outcome.ranks[0] if outcome.ranks else None,
            }
            for question, outcome in _mistakes(report)
        ],
    }


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _interval(interval: Interval) -> str:
    return f"{interval.value:.3f} ({interval.low:.3f} to {interval.high:.3f})"


def _signed(interval: Interval | None) -> str:
    return f"{interval.value:+.3f} ({interval.low:+.3f} to {interval.high:+.3f})" if interval else ""
