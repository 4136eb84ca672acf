"""One guild's FAQ, ready to be searched: immutable, replaced as a whole when an entry changes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.safety.text import normalise
from bot.search.discriminant import Discriminant
from bot.search.tokens import Lexicon

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from bot.core.models import Entry, EntryId


def text_hash(text: str) -> str:
    """Return the key under which a text's vector is stored: sha256 of its normalised form, hex."""
    return hashlib.sha256(normalise(text).encode()).hexdigest()


def document_of(entry: Entry) -> str:
    """Return the text that stands for an entry's content: question and answer."""
    return f"{entry.question}\n{entry.answer}"


def parts_of(entry: Entry) -> list[str]:
    """Return every text by whose words an entry may be found: question, phrasings and answer."""
    return [*entry.texts, entry.answer]


def texts_to_embed(entries: Sequence[Entry]) -> list[str]:
    """Return every text an index of `entries` needs a vector for."""
    return [text for entry in entries for text in (*entry.texts, document_of(entry))]


@dataclass(frozen=True, slots=True)
class Index:
    """E entries with P phrasings in d dimensions. Vectors are of unit length: a dot product is a cosine."""

    ids: tuple[EntryId, ...]
    phrasings: NDArray[np.float32]
    """Shape (P, d); the rows of one entry stand together, its canonical question first."""
    starts: NDArray[np.intp]
    """Shape (E,): the first row of each entry in `phrasings`."""
    owners: NDArray[np.intp]
    """Shape (P,): the position of the entry each phrasing belongs to."""
    discriminant: Discriminant
    documents: NDArray[np.float32]
    """Shape (E, d): question and answer together."""
    lexicon: Lexicon
    exact: Mapping[str, int]
    """Normalised wording -> position of its entry."""
    texts: tuple[str, ...]
    """Shape (P,): the wordings behind `phrasings`."""


def build_index(entries: Sequence[Entry], vectors: Mapping[str, NDArray[np.float32]]) -> Index:
    """Return the index of `entries`; `vectors` by `text_hash` holds one for each of `texts_to_embed`."""
    texts = tuple(text for entry in entries for text in entry.texts)
    phrasings = np.stack([vectors[text_hash(text)] for text in texts])
    counts = [len(entry.texts) for entry in entries]
    starts = np.cumsum([0, *counts[:-1]])
    owners = np.repeat(np.arange(len(entries)), counts)
    exact: dict[str, int] = {}
    for position, entry in enumerate(entries):
        for text in entry.texts:
            exact.setdefault(normalise(text), position)
    return Index(
        ids=tuple(entry.id for entry in entries),
        phrasings=phrasings,
        starts=starts,
        owners=owners,
        discriminant=Discriminant.of(phrasings, owners),
        documents=np.stack([vectors[text_hash(document_of(entry))] for entry in entries]),
        lexicon=Lexicon.of([parts_of(entry) for entry in entries]),
        exact=exact,
        texts=texts,
    )
