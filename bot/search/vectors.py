"""Vectors of many texts: those computed before are read, the others computed once and kept."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import numpy as np

from bot.search.index import text_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from bot.core.ports import Embedder, VectorStore

CHUNK = 64
"""Texts embedded between two reports of progress."""
READ = 500
"""Vectors read at a time."""


async def vectors_of(
    texts: Sequence[str],
    embedder: Embedder,
    store: VectorStore,
    executor: Executor | None,
    progress: Callable[[int, int], None],
    *,
    are_kept: bool = True,
) -> dict[str, NDArray[np.float32]]:
    """Return vectors by `text_hash`; new ones are computed in `executor` and stored chunk by chunk.

    `progress(done, of)` counts the texts that were not stored. `are_kept`: new ones are stored, in the clear: not for
    what people typed and is not in the FAQ, for from a vector its text can be had (../shared/safety.md 6.2).
    """
    loop = asyncio.get_running_loop()
    by_hash = await loop.run_in_executor(executor, _by_hash, texts)  # of a whole FAQ, 0.2 s
    model_id, revision = embedder.model_id, embedder.revision
    found: dict[str, NDArray[np.float32]] = {}
    for keys in _chunks(list(by_hash), READ):
        # Rows of one block: a hundred thousand small ones would leave memory in tatters.
        if stored := await store.load(model_id, revision, keys):
            rows = np.frombuffer(b"".join(stored.values()), np.float32).reshape(len(stored), -1)
            found.update(zip(stored, rows, strict=True))
    # A batch takes as long as its longest text, so texts of one length go together.
    missing = sorted((key for key in by_hash if key not in found), key=lambda key: len(by_hash[key]))
    for number, keys in enumerate(_chunks(missing, CHUNK)):
        progress(number * CHUNK, len(missing))
        vectors = await loop.run_in_executor(executor, embedder.embed, [by_hash[key] for key in keys])
        new = dict(zip(keys, vectors, strict=True))
        found.update(new)
        if are_kept:
            await store.save(model_id, revision, {key: vector.tobytes() for key, vector in new.items()})
    progress(len(missing), len(missing))
    return found


def _chunks(keys: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), size):
        yield keys[start : start + size]


def _by_hash(texts: Sequence[str]) -> dict[str, str]:
    return {text_hash(text): text for text in texts}
