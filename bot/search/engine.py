"""The search over every guild's FAQ: builds indexes, embeds questions, scores them, gives probabilities."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import numpy as np

from bot.core.models import Evidence, Hit, Thresholds
from bot.safety.text import normalise
from bot.search.batching import QuestionEmbedder
from bot.search.calibration import OffTopic
from bot.search.calibrator import Calibrator
from bot.search.completion import Completer
from bot.search.index import Index, build_index, text_hash, texts_to_embed
from bot.search.reading import Reader
from bot.search.vectors import vectors_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from bot.core.models import Entry, EntryId, GuildId, Suggestion
    from bot.core.ports import CalibrationStore, Embedder, VectorStore
    from bot.faq.library import Library, Shelf
    from bot.search.calibration import Calibration

HITS = 10
"""Entries looked at per question; the decision shows three."""
OWN_INDEXES = 16
"""Guilds with edits whose index stays in memory: about 2 MB each."""
NOTHING = Evidence((), 0.0, Thresholds(1.0, 1.0))

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Ready:
    """One guild's FAQ, indexed and calibrated."""

    shelf: Shelf
    index: Index
    completer: Completer
    calibration: Calibration

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return the entries that were indexed, in their order."""
        return tuple(self.shelf.entries.values())


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
        self._fitting = ThreadPoolExecutor(1, thread_name_prefix="search-calibration")
        self._questions = QuestionEmbedder(embedder, executor)
        self._own: OrderedDict[GuildId, _Ready] = OrderedDict()
        self._pack: _Ready
        self._off_topic: OffTopic
        self._calibrator: Calibrator
        self._renewals: dict[GuildId, asyncio.Task[None]] = {}

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
        self._off_topic = OffTopic(pack.off_topic, np.stack([known[text_hash(text)] for text in pack.off_topic]))
        model = f"{self._embedder.model_id}@{self._embedder.revision}"
        self._calibrator = Calibrator(stored, self._off_topic, model, self._fitting)
        index = await self._off_loop(build_index, pack.entries, known)
        completer = await self._off_loop(Completer, pack.entries)
        calibration = await self._calibrator.stored(pack.entries)
        if calibration is None:
            calibration = await self._calibrator.fitted(index, pack.entries)
        self._pack = _Ready(self._library.pack_shelf, index, completer, calibration)

    async def search(self, guild: GuildId, question: str, *, without: frozenset[EntryId]) -> Evidence:
        """Return the evidence for a cleaned question, leaving out the entries in `without`.

        A wording that stands in the FAQ is certain and is not embedded.
        """
        ready = await self._ready(guild)
        if ready is None:
            return NOTHING
        position = ready.index.exact.get(normalise(question))
        if position is not None and ready.index.ids[position] not in without:
            return Evidence((Hit(ready.index.ids[position], 1.0),), 1.0, ready.calibration.thresholds)
        vector = await self._questions.vector(question)
        return await self._off_loop(self._evidence, ready, question, vector, without)

    async def vector_of(self, question: str) -> tuple[bytes, str]:
        """Return the question's float32 vector, and `model id@revision`."""
        vector = await self._questions.vector(question)
        return vector.tobytes(), f"{self._embedder.model_id}@{self._embedder.revision}"

    async def suggest(self, guild: GuildId, typed: str, *, front: Sequence[EntryId]) -> Sequence[Suggestion]:
        """Return autocomplete rows for what was typed so far."""
        ready = await self._ready(guild)
        return ready.completer.rows(typed, front=front) if ready else []

    async def calibration(self, guild: GuildId) -> Calibration | None:
        """Return what the guild's FAQ is read with now; None for a guild that removed every entry."""
        ready = await self._ready(guild)
        return ready.calibration if ready else None

    async def recalibrate(self, guild: GuildId) -> Calibration | None:
        """Fit the guild's FAQ anew, whatever has changed, and read it with that; None for an empty FAQ.

        Raises SmallPackError.
        """
        ready = await self._ready(guild)
        if ready is None:
            return None
        calibration = await self._calibrator.fitted(ready.index, ready.entries)
        self._use(guild, ready, calibration)
        return calibration

    async def renewals(self) -> None:
        """Wait until no FAQ is being calibrated in the background."""
        while self._renewals:
            await asyncio.gather(*self._renewals.values())

    def close(self) -> None:
        """Let the threads end; what is being calibrated is given up."""
        for task in self._renewals.values():
            task.cancel()
        self._fitting.shutdown(cancel_futures=True)
        self._executor.shutdown(cancel_futures=True)

    def _use(self, guild: GuildId, ready: _Ready, calibration: Calibration) -> None:
        if ready is self._pack:
            self._pack = replace(ready, calibration=calibration)
        elif self._own.get(guild) is ready:
            self._own[guild] = replace(ready, calibration=calibration)

    async def _renew(self, guild: GuildId, ready: _Ready) -> None:
        """Calibrate an edited FAQ in the background, and again where it was edited meanwhile."""
        try:
            calibration = await self._calibrator.renewed(ready.index, ready.entries, ready.calibration)
        except Exception:
            log.exception("A server's FAQ could not be calibrated anew; it keeps its old calibration.")
            calibration = None
        self._renewals.pop(guild)
        current = self._own.get(guild)
        if current is None:
            return
        if calibration is not None:
            self._use(guild, current, calibration)
        if current is not ready:
            self._look_after(guild, self._own[guild])

    def _look_after(self, guild: GuildId, ready: _Ready) -> None:
        if guild not in self._renewals and self._calibrator.is_outgrown(ready.calibration, ready.entries):
            self._renewals[guild] = asyncio.get_running_loop().create_task(self._renew(guild, ready))

    def _evidence(
        self, ready: _Ready, question: str, vector: NDArray[np.float32], without: frozenset[EntryId]
    ) -> Evidence:
        ids = ready.index.ids
        left_out = [ids.index(entry_id) for entry_id in without if entry_id in ids]
        reading = Reader(ready.index, ready.calibration, self._off_topic).read(question, vector, left_out)
        order = np.argsort(-reading.scores, kind="stable")[:HITS]
        best = order[np.isfinite(reading.scores[order])]
        hits = tuple(Hit(ids[position], float(reading.scores[position])) for position in best)
        return Evidence(hits, reading.probability, ready.calibration.thresholds)

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
            completer = await self._off_loop(Completer, entries)
            calibration = await self._calibrator.stored(entries)
            last = self._own.get(guild) or known or self._pack  # it may have been calibrated meanwhile
            known = _Ready(shelf, index, completer, calibration or last.calibration)
            self._own[guild] = known
            self._look_after(guild, known)
        self._own.move_to_end(guild)
        while len(self._own) > OWN_INDEXES:
            self._own.popitem(last=False)
        return known

    async def _embed(
        self, texts: Sequence[str], progress: Callable[[int, int], None]
    ) -> dict[str, NDArray[np.float32]]:
        return await vectors_of(texts, self._embedder, self._vectors, self._executor, progress)

    async def _off_loop(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, partial(job, *args, **kwargs))
