"""Why a question is answered as it is, and what another FAQ would make of it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bot.core.models import Candidate, Explanation
from bot.search.scoring import VIEWS, views_of
from bot.search.tokens import terms_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.core.models import Evidence
    from bot.search.reading import Reader

CANDIDATES = 5
"""Entries explained."""

Impact = list[tuple[str, "Evidence", "Evidence"]]
"""A question, and what is found for it before and after."""


def explained(reader: Reader, question: str, vector: NDArray[np.float32]) -> Explanation:
    """Return why a question with its vector, shape (d,), is answered as it is."""
    index = reader.index
    views = views_of(index, vector, terms_of(question))
    left_out = reader.negatives.entries_of(question)
    reading = reader.read_views(views, vector, reader.positions(left_out))
    certain = reader.certain(question)
    cosines = index.phrasings @ vector
    candidates = []
    for position in np.argsort(-reading.scores, kind="stable")[:CANDIDATES].tolist():
        if np.isfinite(reading.scores[position]):
            rows = np.flatnonzero(index.owners == position)
            row = int(rows[cosines[rows].argmax()])
            candidates.append(
                Candidate(
                    index.ids[position],
                    float(reading.scores[position]),
                    dict(zip(VIEWS, views[:, position].tolist(), strict=True)),
                    phrasing=index.texts[row],
                    cosine=float(cosines[row]),
                )
            )
    off_topic, cosine = reader.off_topic.nearest(vector)
    return Explanation(
        tuple(candidates),
        certain.probability if certain else reading.probability,
        reader.calibration.thresholds,
        exact=certain.hits[0].entry_id if certain else None,
        left_out=tuple(sorted(left_out)),
        off_topic=off_topic,
        off_topic_cosine=cosine,
    )


def impact(
    before: Reader | None, after: Reader | None, nothing: Evidence, recorded: Sequence[tuple[str, bytes]]
) -> Impact:
    """Return what is found for recorded questions with their float32 vectors; `nothing` without a FAQ."""
    if not recorded:
        return []
    questions = [question for question, _ in recorded]
    vectors = np.stack([np.frombuffer(vector, np.float32) for _, vector in recorded])
    found = [
        list(reader.evidence_of_all(questions, vectors)) if reader else [nothing] * len(questions)
        for reader in (before, after)
    ]
    return list(zip(questions, *found, strict=True))
