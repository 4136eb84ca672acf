"""A FAQ made ready to be searched: embedded, indexed and calibrated with one model."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import numpy as np

from bot.search.batching import QuestionEmbedder
from bot.search.calibration import OffTopic
from bot.search.calibrator import Calibrator
from bot.search.completers import Completers
from bot.search.completion import Completer
from bot.search.heaviness import Heaviness
from bot.search.index import Index, build_index, text_hash, texts_to_embed
from bot.search.negatives import Negatives
from bot.search.reading import Reader
from bot.search.vectors import vectors_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from bot.core.models import Entry, EntryId, GuildId
    from bot.core.ports import CalibrationStore, Embedder, VectorStore
    from bot.faq.library import Library, Shelf
    from bot.safety.crisis import Prototypes
    from bot.search.calibration import Calibration

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Model:
    """A model, and what is made with it once for every FAQ."""

    embedder: Embedder
    questions: QuestionEmbedder
    off_topic: OffTopic
    heaviness: Heaviness
    calibrator: Calibrator

    @property
    def name(self) -> str:
        """Return `model id@revision`."""
        return name_of(self.embedder)


@dataclass(frozen=True, slots=True)
class Ready:
    """One guild's FAQ, indexed and calibrated with one model."""

    model: Model
    shelf: Shelf
    completer: Completer
    reader: Reader

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return the entries that were indexed, in their order."""
        return tuple(self.shelf.entries.values())

    @property
    def size(self) -> int:
        """How many bytes its vectors take, which are most of it."""
        index = self.reader.index
        return index.phrasings.nbytes + index.documents.nbytes + index.discriminant.centres.nbytes

    @property
    def data(self) -> tuple[Index, Sequence[Entry], Negatives]:
        """Return what a calibration is fitted on."""
        return self.reader.index, self.entries, self.reader.negatives


class Preparation:
    """Makes FAQs ready; `answering`: the thread that questions are answered in."""

    def __init__(
        self,
        library: Library,
        vectors: VectorStore,
        stored: CalibrationStore,
        prototypes: Prototypes,
        answering: ThreadPoolExecutor,
    ) -> None:
        self._library = library
        self._vectors = vectors
        self._stored = stored
        self._prototypes = prototypes
        self._answering = answering
        self._fitting = ThreadPoolExecutor(1, thread_name_prefix="search-calibration")
        self.completers = Completers()

    async def pack(
        self, embedder: Embedder, executor: ThreadPoolExecutor, progress: Callable[[int, int], None]
    ) -> Ready:
        """Return the pack, read with a model; `progress(done, of)` counts texts."""
        pack, prototypes = self._library.pack, self._prototypes
        compared = (*pack.off_topic, *prototypes.heavy, *prototypes.light)
        texts = [*texts_to_embed(pack.entries), *compared]
        known = await vectors_of(texts, embedder, self._vectors, executor, progress)
        off_topic = OffTopic(pack.off_topic, np.stack([known[text_hash(text)] for text in pack.off_topic]))
        model = Model(
            embedder,
            QuestionEmbedder(embedder, self._answering),
            off_topic,
            Heaviness.of(prototypes, known),
            Calibrator(self._stored, off_topic, name_of(embedder), self._fitting),
        )
        index = await in_thread(executor, build_index, pack.entries, known)
        completer = await in_thread(executor, Completer, pack.entries)
        calibration = await model.calibrator.stored(pack.entries)
        if calibration is None:
            calibration = await model.calibrator.fitted(index, pack.entries)
        return Ready(model, self._library.pack_shelf, completer, Reader(index, calibration, off_topic))

    async def own(
        self, guild: GuildId, shelf: Shelf, model: Model, executor: ThreadPoolExecutor, last: Callable[[], Calibration]
    ) -> Ready:
        """Return a guild's own FAQ, read with a model; `last()` is its calibration where none is stored for just it."""
        entries = tuple(shelf.entries.values())
        index, negatives = await self.indexed(entries, shelf.negatives, model.embedder, executor)
        completer = await self.completers.of(guild, shelf)
        calibration = await model.calibrator.stored(entries, negatives)
        reader = Reader(index, calibration or last(), model.off_topic, negatives)
        return Ready(model, shelf, completer, reader)

    async def indexed(
        self,
        entries: Sequence[Entry],
        confirmed: Mapping[str, frozenset[EntryId]],
        embedder: Embedder,
        executor: ThreadPoolExecutor,
    ) -> tuple[Index, Negatives]:
        """Index entries with what they are confirmed not to answer, in a thread that no question waits for."""
        texts = await asyncio.to_thread(texts_to_embed, entries)
        vectors = await self.embed(texts, embedder, executor)
        vectors |= await self.embed(list(confirmed), embedder, executor, are_kept=False)
        index = await asyncio.to_thread(build_index, entries, vectors)
        return index, Negatives.of(index, confirmed, vectors)

    async def embed(
        self, texts: Sequence[str], embedder: Embedder, executor: ThreadPoolExecutor, *, are_kept: bool = True
    ) -> dict[str, NDArray[np.float32]]:
        """Return vectors by `text_hash`, made in `executor`; `are_kept`: as in `vectors_of`."""
        return await vectors_of(texts, embedder, self._vectors, executor, lambda *_: None, are_kept=are_kept)

    def close(self) -> None:
        """Let the threads end."""
        self.completers.close()
        self._fitting.shutdown(cancel_futures=True)


async def in_thread(executor: ThreadPoolExecutor, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return `job(*args, **kwargs)`, computed off the event loop."""
    return await asyncio.get_running_loop().run_in_executor(executor, partial(job, *args, **kwargs))


def name_of(embedder: Embedder) -> str:
    """Return `model id@revision`."""
    return f"{embedder.model_id}@{embedder.revision}"
