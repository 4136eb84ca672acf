"""The master key: in LANTERN_KEY, or in a file of its own, so that no copy of the database holds it."""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core.errors import KeyFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEY_BYTES = 32
KEY_FILE = "lantern.key"


@dataclass(frozen=True, slots=True)
class MasterKey:
    """Where the master key is. `given`: that of LANTERN_KEY, which comes first; `path`: its file.

    Neither: a key for this process alone. The next key stands beside the file until everything is wrapped in it.
    """

    path: Path | None = None
    given: bytes | None = field(default=None, repr=False)

    @property
    def place(self) -> str:
        """Where it is, for a sentence."""
        return "LANTERN_KEY" if self.given else str(self.path)

    def found(self) -> list[bytes]:
        """Return the keys it may be, the likeliest first; none where there is no file. Raises KeyFileError."""
        if self.given:
            return [self.given]
        return [key for path in self._files() if (key := read_key(path)) is not None]

    def in_file(self) -> bytes | None:
        """Return what the file holds, whatever was given; None where there is none. Raises KeyFileError."""
        return read_key(self.path) if self.path else None

    def made(self) -> bytes:
        """Return the key, made where there is none. Raises KeyFileError."""
        if found := self.found():
            return found[0]
        key = secrets.token_bytes(KEY_BYTES)
        if self.path is None:
            return key
        _write(self.path, key)
        return read_key(self.path) or key

    def prepare(self, key: bytes, tell: Callable[[str], None]) -> None:
        """Keep a key that is about to take the old one's place; where only its owner can, `tell` them.

        Raises KeyFileError.
        """
        if self.given:
            tell(key.hex())
        elif self.path is not None:
            _next(self.path).unlink(missing_ok=True)
            _write(_next(self.path), key)

    def settle(self, key: bytes) -> None:
        """Let the key that turned out to be in use be the one in the file. Raises KeyFileError."""
        if self.given or self.path is None:
            return
        with _named_failures(self.path):
            if read_key(self.path) == key:
                _next(self.path).unlink(missing_ok=True)
            else:
                _next(self.path).replace(self.path)
            _sync(self.path.parent)

    def set_aside(self) -> None:
        """Rename a file that holds no key, so that a new one can be made. Raises KeyFileError."""
        for path in self._files():
            try:
                read_key(path)
            except KeyFileError:
                with _named_failures(path):
                    path.replace(path.with_name(f"{path.name}.damaged"))

    def _files(self) -> tuple[Path, ...]:
        return (self.path, _next(self.path)) if self.path else ()


def read_key(path: Path) -> bytes | None:
    """Return the key in a file, None where there is no file. Raises KeyFileError."""
    try:
        with _named_failures(path):
            key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        return None
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyFileError(
            f"{path} is damaged: it should hold {2 * KEY_BYTES} hexadecimal digits. Restore it from a backup."
        )
    return key


def _next(path: Path) -> Path:
    return path.with_name(f"{path.name}.next")


def _write(path: Path, key: bytes) -> None:
    """Make the file complete and at once; where two starts do so, the first one's key stays."""
    with _named_failures(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(key.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(draft)
        finally:
            draft.unlink()
        _sync(path.parent)


def _sync(folder: Path) -> None:
    """Let the names in a folder outlast a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _named_failures(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise KeyFileError(
            f"{path} cannot be used ({error.strerror}). Give Lantern's user permission to read it and to write its "
            "folder, or set LANTERN_STATE to another folder."
        ) from error
