"""The search over every guild's FAQ: builds indexes, embeds questions, scores them, gives probabilities."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import numpy as np

from bot.core.models import Evidence, Hit
from bot.safety.text import normalise
from bot.search import calibration as calibrations
from bot.search.batching import QuestionEmbedder
from bot.search.calibration import Calibration
from bot.search.completion import Completer
from bot.search.index import Index, build_index, text_hash, texts_to_embed
from bot.search.scoring import features_of, fuse, views_of
from bot.search.tokens import words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from bot.core.models import EntryId, GuildId, Suggestion, Thresholds
    from bot.core.ports import CalibrationStore, Embedder, VectorStore
    from bot.faq.library import Library, Shelf

HITS = 10
"""Entries looked at per question; the decision shows three."""
OWN_INDEXES = 16
"""Guilds with edits whose index stays in memory: about 2 MB each."""
CHUNK = 64
"""Texts embedded between two reports of progress."""
NOTHING = Evidence((), 0.0)

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Ready:
    """One guild's FAQ, indexed."""

    shelf: Shelf
    index: Index
    completer: Completer


class SearchEngine:
    """Implements the port Search. Build it with `SearchEngine.start`."""

    def __init__(
        self,
        library: Library,
        embedder: Embedder,
        vectors: VectorStore,
        executor: ThreadPoolExecutor,
    ) -> None:
        self._library = library
        self._embedder = embedder
        self._vectors = vectors
        self._executor = executor
        self._questions = QuestionEmbedder(embedder, executor)
        self._own: OrderedDict[GuildId, _Ready] = OrderedDict()
        self._pack: _Ready
        self._off_topic: NDArray[np.float32]
        self._calibration: Calibration

    @classmethod
    async def start(
        cls,
        library: Library,
        embedder: Embedder,
        vectors: VectorStore,
        stored: CalibrationStore,
        progress: Callable[[int, int], None],
    ) -> SearchEngine:
        """Index and calibrate the pack; only what is not stored yet is computed.

        `progress(done, of)` counts texts.
        """
        engine = cls(library, embedder, vectors, ThreadPoolExecutor(1, thread_name_prefix="search"))
        try:
            await engine._prepare(stored, progress)
        except BaseException:
            engine.close()
            raise
        return engine

    async def _prepare(self, stored: CalibrationStore, progress: Callable[[int, int], None]) -> None:
        pack = self._library.pack
        known = await self._embed([*texts_to_embed(pack.entries), *pack.off_topic], progress)
        self._off_topic = np.stack([known[text_hash(text)] for text in pack.off_topic])
        index = await self._off_loop(build_index, pack.entries, known)
        completer = await self._off_loop(Completer, pack.entries)
        self._pack = _Ready(self._library.pack_shelf, index, completer)
        self._calibration = await self._calibrate(stored)

    @property
    def thresholds(self) -> Thresholds:
        """From which probability to answer or offer choices."""
        return self._calibration.thresholds

    async def search(self, guild: GuildId, question: str, *, without: frozenset[EntryId]) -> Evidence:
        """Return the evidence for a cleaned question, leaving out the entries in `without`.

        A wording that stands in the FAQ is certain and is not embedded.
        """
        ready = await self._ready(guild)
        if ready is None:
            return NOTHING
        position = ready.index.exact.get(normalise(question))
        if position is not None and ready.index.ids[position] not in without:
            return Evidence((Hit(ready.index.ids[position], 1.0),), 1.0)
        vector = await self._questions.vector(question)
        return await self._off_loop(self._evidence, ready.index, vector, words_of(question), without)

    async def vector_of(self, question: str) -> tuple[bytes, str]:
        """Return the question's float32 vector, and `model id@revision`."""
        vector = await self._questions.vector(question)
        return vector.tobytes(), f"{self._embedder.model_id}@{self._embedder.revision}"

    async def suggest(self, guild: GuildId, typed: str, *, front: Sequence[EntryId]) -> Sequence[Suggestion]:
        """Return autocomplete rows for what was typed so far."""
        ready = await self._ready(guild)
        return ready.completer.rows(typed, front=front) if ready else []

    def close(self) -> None:
        """Let the model's thread end."""
        self._executor.shutdown(cancel_futures=True)

    def _evidence(
        self, index: Index, vector: NDArray[np.float32], words: Sequence[str], without: Iterable[EntryId]
    ) -> Evidence:
        views = views_of(index, vector, words)
        scores = fuse(views)
        for entry_id in without:
            if entry_id in index.ids:
                scores[index.ids.index(entry_id)] = -np.inf
        order = np.argsort(-scores, kind="stable")[:HITS]
        best = order[np.isfinite(scores[order])]
        if not len(best):
            return NOTHING
        off_topic = float((self._off_topic @ vector).max())
        features = features_of(index, views, scores, words, off_topic)
        hits = tuple(Hit(index.ids[position], float(scores[position])) for position in best)
        return Evidence(hits, self._calibration.probability(features))

    async def _ready(self, guild: GuildId) -> _Ready | None:
        """Return the guild's index; None for a guild that removed every entry."""
        shelf = await self._library.shelf(guild)
        if shelf.is_pack:
            return self._pack
        if not shelf.entries:
            return None
        known = self._own.get(guild)
        if known is None or known.shelf is not shelf:
            entries = tuple(shelf.entries.values())
            texts = await self._off_loop(texts_to_embed, entries)
            vectors = await self._embed(texts, lambda *_: None)
            index = await self._off_loop(build_index, entries, vectors)
            known = _Ready(shelf, index, await self._off_loop(Completer, entries))
            self._own[guild] = known
        self._own.move_to_end(guild)
        while len(self._own) > OWN_INDEXES:
            self._own.popitem(last=False)
        return known

    async def _embed(
        self, texts: Sequence[str], progress: Callable[[int, int], None]
    ) -> dict[str, NDArray[np.float32]]:
        """Return vectors by hash: stored ones, and new ones that are stored chunk by chunk."""
        by_hash = await self._off_loop(_by_hash, texts)  # of a whole FAQ, 0.2 s
        model_id, revision = self._embedder.model_id, self._embedder.revision
        stored = await self._vectors.load(model_id, revision, list(by_hash))
        found = {key: np.frombuffer(vector, dtype=np.float32) for key, vector in stored.items()}
        # A batch takes as long as its longest text, so texts of one length go together.
        missing = sorted((key for key in by_hash if key not in found), key=lambda key: len(by_hash[key]))
        for start in range(0, len(missing), CHUNK):
            progress(start, len(missing))
            keys = missing[start : start + CHUNK]
            vectors = await self._off_loop(self._embedder.embed, [by_hash[key] for key in keys])
            new = dict(zip(keys, vectors, strict=True))
            found.update(new)
            as_bytes = {key: vector.tobytes() for key, vector in new.items()}
            await self._vectors.save(model_id, revision, as_bytes)
        progress(len(missing), len(missing))
        return found

    async def _calibrate(self, stored: CalibrationStore) -> Calibration:
        """Return the stored calibration for exactly this model and data, or fit one."""
        pack = self._library.pack
        model = f"{self._embedder.model_id}@{self._embedder.revision}"
        fingerprint = calibrations.fingerprint_of(pack.entries, pack.off_topic)
        text = await stored.load_calibration(model, fingerprint)
        if text is not None:
            return Calibration.from_json(text)
        fitted = await self._off_loop(
            calibrations.fit, self._pack.index, self._off_topic, pack.off_topic, model, fingerprint
        )
        await stored.save_calibration(model, fingerprint, fitted.to_json())
        return fitted

    async def _off_loop(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, partial(job, *args, **kwargs))


def _by_hash(texts: Sequence[str]) -> dict[str, str]:
    return {text_hash(text): text for text in texts}
