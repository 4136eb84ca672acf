"""Entries that ask the same thing: for the person who writes one, and for upkeep. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bot.core.models import Nearness, Pair

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from bot.core.models import EntryId
    from bot.search.index import Index

NEAREST = 3
"""Other entries named to who writes one."""
SAME_QUESTION = 0.15
"""Lead from which two entries ask the same. Of 17 entries planted in the shipped pack, worded anew by a person with one
to three wordings, 16 had .159 to .289 and one .125; of the pack's own 169,653 pairs none has more than .133. With as
few false alarms the same cosine without the neighbours finds 14 of them, that of the entries' middles one."""
SAME_ANSWER = 0.35
"""`document_cosine` from which two answers say the same. Of the 17, ten answers were told anew (.37 to .63) and seven
contradicted (six at .06 to .30, one at .40). It knows what an answer speaks of, not whether it says yes or no."""
NEIGHBOURS = 10
"""Entries that tell how near to each other the questions of a topic are anyway."""
BLOCK = 512
"""Wordings compared at a time: 7,715 of them with all others at once would take 240 MB."""


def nearest(
    index: Index, texts: Sequence[str], vectors: NDArray[np.float32], without: Collection[EntryId]
) -> list[Nearness]:
    """Return for each of the NEAREST entries, not `without`, its wording nearest to one of the texts, best first.

    `vectors`: those of the texts, shape (len(texts), d).
    """
    cosines = index.phrasings @ vectors.T
    cosines[np.isin(index.owners, [index.ids.index(each) for each in without if each in index.ids])] = -np.inf
    best = np.maximum.reduceat(cosines.max(axis=1), index.starts)
    found = []
    for position in np.argsort(-best, kind="stable")[:NEAREST].tolist():
        if np.isfinite(best[position]):
            rows = np.flatnonzero(index.owners == position)
            row, text = divmod(int(cosines[rows].argmax()), len(texts))
            found.append(Nearness(index.ids[position], index.texts[rows[row]], float(best[position]), texts[text]))
    return found


def alike(index: Index) -> list[Pair]:
    """Return pairs of entries that ask the same, those with the greatest lead first.

    Lead: by how much two entries are nearer to each other than each is to the NEIGHBOURS after its nearest one, in
    the mean, since the questions of some topics all lie close together (local scaling: Conneau et al. 2018, CSLS).
    """
    cosines = question_cosines(index)
    others = cosines - 2 * np.eye(len(cosines), dtype=np.float32)
    near = np.sort(others, axis=1)[:, 1:][:, -NEIGHBOURS - 1 : -1]
    if not near.size:
        return []
    around = near.mean(axis=1)
    lead = np.triu(cosines - (around[:, None] + around) / 2, 1)
    answers = document_cosines(index)
    firsts, seconds = np.nonzero(lead >= SAME_QUESTION)
    return [
        Pair(
            index.ids[one],
            index.ids[other],
            question_cosine=float(cosines[one, other]),
            document_cosine=float(answers[one, other]),
            is_duplicate=bool(answers[one, other] >= SAME_ANSWER),
        )
        for one, other in sorted(zip(firsts.tolist(), seconds.tolist(), strict=True), key=lambda pair: -lead[pair])
    ]


def question_cosines(index: Index) -> NDArray[np.float32]:
    """Return how alike two entries' wordings are, shape (E, E): each wording's cosine with the nearest of the other.

    The mean of these over an entry's wordings, and over both directions (Dubuisson and Jain 1994).
    """
    blocks = [index.phrasings[start : start + BLOCK] for start in range(0, len(index.texts), BLOCK)]
    best = np.concatenate([np.maximum.reduceat(rows @ index.phrasings.T, index.starts, axis=1) for rows in blocks])
    means = np.add.reduceat(best, index.starts, axis=0) / np.bincount(index.owners)[:, None]
    return np.asarray((means + means.T) / 2, np.float32)


def document_cosines(index: Index) -> NDArray[np.float32]:
    """Return the cosines of what the documents say beyond their canonical questions, shape (E, E)."""
    questions = index.phrasings[index.starts]
    shares = np.einsum("ed,ed->e", index.documents, questions)
    beyond = index.documents - shares[:, None] * questions
    beyond /= np.maximum(np.linalg.norm(beyond, axis=1, keepdims=True), 1e-12)
    return np.asarray(beyond @ beyond.T, np.float32)
