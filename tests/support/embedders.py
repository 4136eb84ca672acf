"""Small real embedders that keep time or fail as a test says."""

from __future__ import annotations

import asyncio
import threading

from support.parts import WordEmbedder


class GatedEmbedder(WordEmbedder):
    """Waits at its gate with every batch, and remembers which texts came together."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.batches: list[list[str]] = []
        self._began = threading.Semaphore(0)

    def embed(self, texts):
        self.batches.append(list(texts))
        self._began.release()
        self.gate.wait()
        return super().embed(texts)

    async def busy(self):
        """Return once a batch that was not waited for before is in the model."""
        await asyncio.to_thread(self._began.acquire)


class FailingEmbedder(WordEmbedder):
    """Fails while `failure` is set, after `left` more texts."""

    def __init__(self, failure=None, *, left=0) -> None:
        super().__init__()
        self.failure = failure
        self.left = left

    def embed(self, texts):
        self.left -= len(texts)
        if self.failure and self.left < 0:
            raise self.failure
        return super().embed(texts)
