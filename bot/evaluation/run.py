"""`lantern eval`: a FAQ, its questions, and every contender, from texts to figures."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.core.errors import SmallPackError, UsageError
from bot.evaluation.contenders import OURS, Contender, Lantern, Ranked, rival
from bot.evaluation.contest import cases_of, hold, left_out_cases
from bot.evaluation.figures import Deciding, Lead, Ranking, deciding, lead, ranking
from bot.search.calibration import MOST_PHRASINGS, OffTopic, fit
from bot.search.fusion import learn_weights
from bot.search.index import build_index, document_of, text_hash, texts_to_embed
from bot.search.left_out import left_out
from bot.search.reading import Reader
from bot.search.vectors import vectors_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from bot.core.models import Entry
    from bot.core.ports import Embedder, VectorStore
    from bot.evaluation.contest import Outcome
    from bot.evaluation.questions import Labelled
    from bot.search.calibration import Calibration
    from bot.search.index import Index

LEFT_OUT = "phrasings left out"
"""The set that a FAQ makes of itself."""


@dataclass(frozen=True, slots=True)
class SetReport:
    """What became of one set of questions, by contender; `leads` by rival."""

    name: str
    questions: tuple[Labelled, ...]
    outcomes: Mapping[str, Sequence[Outcome]]
    rankings: Mapping[str, Ranking]
    decisions: Mapping[str, Deciding]
    leads: Mapping[str, Lead]
    by_kind: Mapping[str, Ranking]
    """Lantern's own figures for each kind of question in scope."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Every set's report; `calibration` is None for a FAQ that has nothing to learn it from."""

    entries: int
    wordings: int
    calibration: Calibration | None
    sets: tuple[SetReport, ...]


async def evaluate(
    entries: Sequence[Entry],
    off_topic: Sequence[str],
    sets: Mapping[str, Sequence[Labelled]],
    rivals: Sequence[str],
    *,
    embedder: Embedder,
    store: VectorStore,
    progress: Callable[[str, int, int], None],
) -> Evaluation:
    """Ask a FAQ every question of `sets`, and its own phrasings; `progress(what, done, of)`.

    Raises UsageError for a label that names no entry.
    """
    _check_labels(entries, sets)
    asked = [question.text for questions in sets.values() for question in questions]
    texts = [*texts_to_embed(entries), *off_topic, *asked]
    vectors = await vectors_of(texts, embedder, store, None, lambda *count: progress("Embedding", *count))
    model = f"{embedder.model_id}@{embedder.revision}"
    return await asyncio.to_thread(
        _contest, entries, off_topic, sets, rivals, vectors=vectors, model=model, progress=progress
    )


def _contest(
    entries: Sequence[Entry],
    off_topic: Sequence[str],
    sets: Mapping[str, Sequence[Labelled]],
    rivals: Sequence[str],
    *,
    vectors: Mapping[str, NDArray[np.float32]],
    model: str,
    progress: Callable[[str, int, int], None],
) -> Evaluation:
    index = build_index(entries, vectors)
    bank = OffTopic(off_topic, np.stack([vectors[text_hash(text)] for text in off_topic]))
    progress("Calibrating", 0, 0)
    ours, calibration = _lantern(index, entries, bank, model)
    documents = [document_of(entry) for entry in entries]
    contenders = {OURS: ours, **{name: rival(name, index, documents) for name in rivals}}
    reports = []
    for name, questions in sets.items():
        done = _Counter(name, len(questions), progress)
        held = hold(contenders, cases_of(questions, index, vectors), index, done)
        reports.append(_report(name, *held, calibration is not None))
    if phrasings := min(len(index.texts) - len(index.ids), MOST_PHRASINGS):
        held = hold(contenders, left_out_cases(index, entries), index, _Counter(LEFT_OUT, phrasings, progress))
        reports.append(_report(LEFT_OUT, *held, calibration is not None))
    return Evaluation(len(entries), len(index.texts), calibration, tuple(reports))


def _lantern(
    index: Index, entries: Sequence[Entry], bank: OffTopic, model: str
) -> tuple[Contender, Calibration | None]:
    try:
        calibration = fit(index, entries, bank, model)
    except SmallPackError:
        return Ranked(index, learn_weights(left_out(index))), None
    return Lantern(Reader(index, calibration, bank)), calibration


class _Counter:
    """Counts questions for the progress bar."""

    def __init__(self, name: str, of: int, progress: Callable[[str, int, int], None]) -> None:
        self._name, self._of, self._progress, self._done = name, of, progress, 0

    def __call__(self) -> None:
        self._done += 1
        self._progress(self._name, self._done, self._of)


def _report(
    name: str, questions: Sequence[Labelled], outcomes: Mapping[str, Sequence[Outcome]], is_calibrated: bool
) -> SetReport:
    in_scope = [number for number, question in enumerate(questions) if question.relevant]
    kinds = sorted({questions[number].kind for number in in_scope})
    ours = outcomes[OURS]
    return SetReport(
        name=name,
        questions=tuple(questions),
        outcomes=outcomes,
        rankings={who: ranking([held[number] for number in in_scope]) for who, held in outcomes.items() if in_scope},
        decisions={
            who: deciding(questions, held, is_probability=who == OURS and is_calibrated)
            for who, held in outcomes.items()
        },
        leads={who: lead(questions, ours, held) for who, held in outcomes.items() if who != OURS},
        by_kind={
            kind: ranking([ours[number] for number in in_scope if questions[number].kind == kind]) for kind in kinds
        },
    )


def _check_labels(entries: Sequence[Entry], sets: Mapping[str, Sequence[Labelled]]) -> None:
    known = {entry.id for entry in entries}
    for name, questions in sets.items():
        for question in questions:
            if unknown := sorted(question.relevant - known):
                raise UsageError(
                    f"{name}: the label of {question.text!r:.60} names {unknown[0]!r}, which is no entry of this FAQ. "
                    "Correct the label, or give the FAQ it belongs to with --pack."
                )
