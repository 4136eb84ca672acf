"""`lantern eval` and `lantern calibrate`: how good the answers are, how sure to be of them, and how crisis is found."""

from __future__ import annotations

import asyncio
import functools
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot import app
from bot.content.crisis import load_crisis
from bot.content.packs import load_pack
from bot.core.errors import UsageError
from bot.core.models import NO_GUILD
from bot.evaluation.contenders import OURS, RIVALS
from bot.evaluation.pictures import draw_reliability, draw_risk_coverage
from bot.evaluation.questions import (
    PUBLIC_FAQ,
    PUBLIC_QUESTIONS,
    Labelled,
    load_labels,
    load_public_faq,
    load_public_off_topic,
    load_questions,
)
from bot.evaluation.report import as_json, as_markdown, calibration_lines
from bot.evaluation.run import evaluate
from bot.evaluation.safety import as_json as safety_json
from bot.evaluation.safety import as_markdown as safety_markdown
from bot.evaluation.safety import judge, load_harmless, load_sentences, report_of, texts_to_judge
from bot.search.vectors import vectors_of
from bot.session import begin, with_lantern
from bot.storage.database import Database
from bot.storage.search import SearchStore
from bot.terminal import show_markdown, steps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.app import Lantern
    from bot.core.models import Entry
    from bot.evaluation.run import Evaluation
    from bot.evaluation.safety import SafetyReport
    from bot.search.calibration import Calibration
    from bot.settings import Settings

LABELS = "real_labels.jsonl"
"""Judgements of questions whose texts are not in this repository, by hash."""

SAFETY = "eval/safety"
ALONE = {"dev": "tuned on", "second": "by another author, measured once before anybody read it"}
"""Sets that are told alone, by name, with what they are; the others are kept apart from the tuning."""

_folder = click.Path(path_type=Path, file_okay=False)


@dataclass(frozen=True, slots=True)
class Subject:
    """A FAQ to be examined, and the questions to do it with, by name."""

    entries: Sequence[Entry]
    off_topic: Sequence[str]
    sets: Mapping[str, Sequence[Labelled]]


@click.command("eval")
@click.option(
    "--questions",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help='A JSON Lines file to ask instead of the FAQ\'s own, each line {"q", "relevant": [ids], "kind"}; '
    "`relevant` may be left out where data/eval/real_labels.jsonl judges the question. Can be given again.",
)
@click.option("--pack", type=_folder, help="Another FAQ: a folder like data/, or one with faq.jsonl and queries.jsonl.")
@click.option(
    "--baseline",
    "baselines",
    multiple=True,
    type=click.Choice([*RIVALS, "none"]),
    help="A rival to compare with; all of them unless given. Can be given again.",
)
@click.option("--pictures", type=_folder, help="A folder for the risk-coverage curves and reliability diagrams.")
@click.option(
    "--failures",
    default=20,
    type=click.IntRange(0),
    show_default=True,
    help="Mistakes to list for each set, the surest first.",
)
@click.option(
    "--safety",
    is_flag=True,
    help="Measure instead how words of crisis are found, on data/eval/safety; questions are taken for harmless ones.",
)
@click.option("--json", "as_json_", is_flag=True, help="Write JSON with every figure and every mistake.")
def eval_(
    files: tuple[Path, ...],
    pack: Path | None,
    baselines: tuple[str, ...],
    pictures: Path | None,
    failures: int,
    *,
    safety: bool,
    as_json_: bool,
) -> None:
    """Measure the answers against labelled questions and other ways of finding them.

    \b
    Asked are the questions in data/eval (or --questions), and every phrasing of the FAQ, each left out of it first.
    Rivals (--baseline): cosine-0.55, cosine-0.35, trigrams, bm25, rank-fusion, cascade, or none.
    """
    settings = begin()
    if safety:
        reports = asyncio.run(measured_safety(settings, files))
        if as_json_:
            click.echo(json.dumps(safety_json(reports), ensure_ascii=False))
        else:
            show_markdown(safety_markdown(reports))
        return
    names = [name for name in RIVALS if (name in baselines or not baselines) and "none" not in baselines]
    subject = subject_of(settings, pack, files)
    evaluation = asyncio.run(evaluated(settings, subject, names))
    if pictures is not None:
        _draw(evaluation, pictures)
    if as_json_:
        click.echo(json.dumps(as_json(evaluation), ensure_ascii=False))
    else:
        show_markdown(as_markdown(evaluation, failures))


@click.command()
@click.option("--json", "as_json_", is_flag=True, help="Write one line of JSON for each FAQ.")
def calibrate(*, as_json_: bool) -> None:
    """Learn anew how sure an answer is, for the shipped FAQ and every server's own.

    A running bot does this by itself, in the background, when a FAQ has changed enough.
    """
    settings = begin()
    asyncio.run(with_lantern(settings, functools.partial(_calibrate, as_json_=as_json_), notes=settings.database))


def subject_of(settings: Settings, pack: Path | None, files: Sequence[Path]) -> Subject:
    """Read the FAQ and its questions. Raises UsageError, ContentError."""
    folder = pack or settings.data
    own = load_pack(settings.data)
    labels_path = settings.data / "eval" / LABELS
    labels = load_labels(labels_path) if labels_path.exists() else {}
    if (folder / PUBLIC_FAQ).exists():
        files = files or [folder / PUBLIC_QUESTIONS]
        entries: Sequence[Entry] = load_public_faq(folder)
        off_topic = load_public_off_topic(folder) or own.off_topic
    elif (folder / "faq").is_dir():
        chosen = load_pack(folder)
        entries, off_topic = chosen.entries, chosen.off_topic
        files = files or sorted(path for path in (folder / "eval").glob("*.jsonl") if path.name != LABELS)
    else:
        raise UsageError(f"{folder} holds neither {PUBLIC_FAQ} nor a folder faq. Give the folder of a FAQ.")
    sets: dict[str, Sequence[Labelled]] = {}
    for path in files:
        if path.stem in sets:
            raise UsageError(f"{path} has the name of another file of questions. Rename one; reports go by it.")
        sets[path.stem] = load_questions(path, labels)
    return Subject(entries, off_topic, sets)


async def evaluated(settings: Settings, subject: Subject, rivals: Sequence[str]) -> Evaluation:
    """Evaluate a FAQ with the model of the settings, showing progress."""
    embedder = await asyncio.to_thread(app.model_opener(settings))
    database = await Database.open(settings.state / "eval.db")
    try:
        with steps() as progress:
            return await evaluate(
                subject.entries,
                subject.off_topic,
                subject.sets,
                rivals,
                embedder=embedder,
                store=SearchStore(database),
                progress=progress,
            )
    finally:
        await database.close()


async def measured_safety(settings: Settings, questions: Sequence[Path]) -> list[SafetyReport]:
    """Measure how words of crisis are found with the model of the settings.

    Of the sets kept apart, each set of ALONE, and each file of harmless questions. Raises UsageError, ContentError.
    """
    paths = sorted((settings.data / SAFETY).glob("*.jsonl"))
    apart = [sentence for path in paths if path.stem not in ALONE for sentence in load_sentences(path)]
    groups = {"Sets kept apart": apart} if apart else {}
    groups |= {f"{path.name}, {ALONE[path.stem]}": load_sentences(path) for path in paths if path.stem in ALONE}
    groups |= {str(path): load_harmless(path) for path in questions}
    phrases = load_crisis(settings.data)
    embedder = await asyncio.to_thread(app.model_opener(settings))
    database = await Database.open(settings.state / "eval.db")
    try:
        with steps() as progress, ThreadPoolExecutor(1) as executor:
            vectors = await vectors_of(
                texts_to_judge(phrases, [sentence for group in groups.values() for sentence in group]),
                embedder,
                SearchStore(database),
                executor,
                functools.partial(progress, "Embedding"),
            )
        return [report_of(name, judge(phrases, sentences, vectors)) for name, sentences in groups.items()]
    finally:
        await database.close()


def _draw(evaluation: Evaluation, folder: Path) -> None:
    """Draw both pictures of every set. Raises UsageError where they cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for report in evaluation.sets:
            name = report.name.replace(" ", "-")
            draw_risk_coverage(f"Risk and coverage: {report.name}", report.outcomes, folder / f"{name}-risk.png")
            if evaluation.calibration is not None:
                draw_reliability(f"As sure as right? {report.name}", report.outcomes[OURS], folder / f"{name}-sure.png")
    except OSError as error:
        raise UsageError(f"The pictures cannot be written ({error}). Give another folder with --pictures.") from error


async def _calibrate(lantern: Lantern, *, as_json_: bool) -> None:
    for guild in (NO_GUILD, *await lantern.library.edited()):
        began = time.monotonic()
        name = "the shipped FAQ" if guild == NO_GUILD else f"the FAQ of server {guild}"
        calibration = await lantern.search.recalibrate(guild)
        if calibration is None:
            click.echo(f"{name}: is empty; there is nothing to learn from.", err=True)
        elif as_json_:
            click.echo(json.dumps(_calibration_row(guild, calibration)))
        else:
            click.echo(f"{name}, {len(calibration.entries)} entries, {time.monotonic() - began:.1f} s:")
            for line in calibration_lines(calibration):
                click.echo(f"  {line}")


def _calibration_row(guild: int, calibration: Calibration) -> dict[str, Any]:
    row = asdict(calibration)
    row["entries"] = len(calibration.entries)
    return {"guild": guild or None, **row}
