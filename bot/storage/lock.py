"""One running bot for each database: a lock that the system itself drops when the process ends, however it ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
from typing import TYPE_CHECKING

from bot.core.errors import DatabaseLockedError
from bot.storage.database import named_failures

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK_FILE = "lantern.lock"


@contextlib.contextmanager
def alone(database: Path) -> Iterator[None]:
    """Hold the database at `database` against every other bot and restore, until the block ends.

    Commands that may run beside a bot do not ask for it. The file stays: whether it is locked counts, not whether it
    is there. Raises DatabaseLockedError where another holds it, StorageError where the folder cannot be written.
    """
    path = database.with_name(LOCK_FILE)
    with named_failures(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            process = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
            raise DatabaseLockedError(
                f"{database} is in use by another Lantern (process {process}). Stop that one first, or give this one "
                "a folder of its own with LANTERN_STATE."
            ) from error
        with named_failures(path):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)
