"""The key of pseudonyms and of what is sealed: in a file of its own, so that no copy of the database holds it."""

from __future__ import annotations

import contextlib
import os
import secrets
from typing import TYPE_CHECKING

from bot.core.errors import KeyFileError

if TYPE_CHECKING:
    from pathlib import Path

KEY_BYTES = 32
KEY_FILE = "lantern.key"


def load_key(path: Path | None) -> bytes:
    """Return the key in the file at `path`, made where it is missing; None = a key for this process alone.

    Raises KeyFileError for a file that cannot be read or made, or that holds no key.
    """
    if path is None:
        return secrets.token_bytes(KEY_BYTES)
    try:
        if not path.exists():
            _make(path)
        text = path.read_text(encoding="ascii").strip()
        key = bytes.fromhex(text)
    except OSError as error:
        raise KeyFileError(
            f"{path} cannot be used ({error.strerror}). Give Lantern's user permission to read it and to write its "
            "folder, or set LANTERN_STATE to another folder."
        ) from error
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyFileError(
            f"{path} is damaged: it should hold {2 * KEY_BYTES} hexadecimal digits. Restore it from a backup. "
            "Without it nobody can read what people told to be introduced. Where there is no backup, remove the "
            "file: a new key is made, the FAQ goes on, and whoever wants to be introduced fills in their profile again."
        )
    return key


def _make(path: Path) -> None:
    """Make the file complete and at once; where two starts do so, the first one's key stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()
