"""Does a long piece of work once, however many ask for it meanwhile."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable

T = TypeVar("T")


class Once(Generic[T]):
    """Pieces of work under way, one at a time: two that hold Python's lock would only hold up each other."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, asyncio.Task[T]] = {}
        self._turn = asyncio.Lock()

    async def result(self, key: Hashable, work: Callable[[], Coroutine[object, object, T]]) -> T:
        """Return what `work` gives; who asks for `key` while that is under way gets the same."""
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._in_turn(work))
            self._under_way[key] = task
            task.add_done_callback(partial(self._done, key))
        # Shielded: one person leaving must not take the work from others.
        return await asyncio.shield(task)

    def close(self) -> None:
        """Give up what is under way."""
        for task in self._under_way.values():
            task.cancel()

    def _done(self, key: Hashable, task: asyncio.Task[T]) -> None:
        self._under_way.pop(key)
        if not task.cancelled():
            task.exception()  # heard, also where everybody who would be told of it has left

    async def _in_turn(self, work: Callable[[], Coroutine[object, object, T]]) -> T:
        async with self._turn:
            return await work()
