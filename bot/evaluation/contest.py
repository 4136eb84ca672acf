"""Puts questions to contenders and keeps what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.core.models import Kind
from bot.evaluation.contenders import Case, ranks_of
from bot.evaluation.questions import Labelled
from bot.faq.decision import CHOICES
from bot.search.calibration import MOST_PHRASINGS
from bot.search.index import text_hash
from bot.search.left_out import left_out
from bot.search.tokens import words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from bot.core.models import Entry, EntryId
    from bot.evaluation.contenders import Contender, Verdict
    from bot.search.index import Index


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a contender made of one question.

    `ranks`: of every entry that serves it, ascending, from 1; `nearest`: the first CHOICES entries.
    """

    ranks: tuple[int, ...]
    nearest: tuple[EntryId, ...]
    confidence: float
    kind: Kind

    @property
    def is_first(self) -> bool:
        """Whether the first entry serves the question."""
        return bool(self.ranks) and self.ranks[0] == 1

    @property
    def is_served(self) -> bool:
        """Whether the answer, or one of the offered choices, serves the question."""
        match self.kind:
            case Kind.ANSWER:
                return self.is_first
            case Kind.CHOICES:
                return bool(self.ranks) and self.ranks[0] <= CHOICES
            case _:
                return False


def cases_of(
    questions: Sequence[Labelled], index: Index, vectors: Mapping[str, NDArray[np.float32]]
) -> Iterator[tuple[str, frozenset[EntryId], Case]]:
    """Yield each question as (kind, what serves it, case)."""
    for question in questions:
        vector = vectors[text_hash(question.text)]
        case = Case(question.text, vector, words_of(question.text), index.phrasings @ vector, None)
        yield question.kind, question.relevant, case


def left_out_cases(index: Index, entries: Sequence[Entry]) -> Iterator[tuple[str, frozenset[EntryId], Case]]:
    """Yield phrasings, each left out of the FAQ, as (kind of phrasing, its entry, case); of many, MOST_PHRASINGS."""
    kinds = [kind for entry in entries for kind in ("question", *(phrasing.kind for phrasing in entry.phrasings))]
    for one in left_out(index, MOST_PHRASINGS):
        cosines = index.phrasings @ one.vector
        cosines[one.row] = -1.0
        case = Case(index.texts[one.row], one.vector, words_of(index.texts[one.row]), cosines, one)
        yield kinds[one.row], frozenset({index.ids[one.owner]}), case


def hold(
    contenders: Mapping[str, Contender],
    cases: Iterable[tuple[str, frozenset[EntryId], Case]],
    index: Index,
    report: Callable[[], None],
) -> tuple[list[Labelled], dict[str, list[Outcome]]]:
    """Put every case to every contender; return the questions and each contender's outcomes, in order."""
    positions = {entry_id: position for position, entry_id in enumerate(index.ids)}
    asked: list[Labelled] = []
    outcomes: dict[str, list[Outcome]] = {name: [] for name in contenders}
    for kind, relevant, case in cases:
        asked.append(Labelled(case.text, relevant, kind))
        held = [positions[entry_id] for entry_id in relevant if entry_id in positions]
        for name, contender in contenders.items():
            outcomes[name].append(_outcome(contender.judge(case), held, index))
        report()
    return asked, outcomes


def _outcome(verdict: Verdict, relevant: Sequence[int], index: Index) -> Outcome:
    ranks = ranks_of(verdict.scores)
    nearest = np.argsort(ranks)[:CHOICES]
    return Outcome(
        ranks=tuple(sorted(ranks[list(relevant)].tolist())),
        nearest=tuple(index.ids[position] for position in nearest),
        confidence=verdict.confidence,
        kind=verdict.kind,
    )
