"""Encrypts what people told in confidence, so that a copy of the database alone says nothing."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.core.errors import SealBrokenError

if TYPE_CHECKING:
    from bot.core.models import GuildId
    from bot.storage.keyring import Keyring

VERSION = b"\x01"
NONCE_BYTES = 12
"""What AES-GCM is made for (NIST SP 800-38D, 8.2); random ones may seal 2**32 things under one key."""


class Sealing(Protocol):
    """What seals, and opens what it sealed."""

    def seal(self, content: str | bytes, context: str) -> bytes:
        """Return `content` (text as UTF-8), encrypted and bound to its context; never twice the same."""

    def open(self, sealed: bytes, context: str) -> bytes:
        """Return what was sealed in this context. Raises SealBrokenError."""


class Sealer:
    """Seals and opens with AES-256-GCM under one key of 32 bytes, which is used for nothing else.

    A sealed thing is a version byte, a nonce, and the ciphertext with its tag. Its context, such as
    `peers:{guild}:{user}`, is bound to it: moved to another row or column, it no longer opens.
    """

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, content: str | bytes, context: str) -> bytes:
        """Return `content` (text as UTF-8), encrypted and bound to its context; never twice the same."""
        plain = content.encode(errors="replace") if isinstance(content, str) else content
        nonce = secrets.token_bytes(NONCE_BYTES)
        return VERSION + nonce + self._cipher.encrypt(nonce, plain, VERSION + context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Return what was sealed in this context.

        Raises SealBrokenError where it was sealed with another key or elsewhere, or is damaged.
        """
        version, nonce, ciphertext = sealed[:1], sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, ciphertext, version + context.encode())
        except (InvalidTag, ValueError, TypeError) as error:  # too short to hold a nonce; text that was never sealed
            raise SealBrokenError(
                "Something that was stored encrypted does not open: its key was dropped, keys.db is not the one that "
                "belongs to this database, or the database is damaged."
            ) from error


@dataclass(frozen=True, slots=True)
class KeyedSealer:
    """Seals and opens with the keys of these names, all of them together: without one of them it does not open.

    A key that is not there is made when something is sealed, and never when something is opened.
    """

    ring: Keyring
    guild: GuildId
    names: tuple[str, ...]

    def seal(self, content: str | bytes, context: str) -> bytes:
        """Return `content`, encrypted and bound to its context. Raises RingLockedError, StorageError."""
        return self.ring.cipher(self.guild, self.names, makes=True).seal(content, context)

    def open(self, sealed: bytes, context: str) -> bytes:
        """Return what was sealed in this context. Raises SealBrokenError, StorageError."""
        return self.ring.cipher(self.guild, self.names, makes=False).open(sealed, context)


def derived(key: bytes, purpose: str) -> bytes:
    """Return a key of 32 bytes for one purpose, from another of any length: HKDF-SHA256 (RFC 5869) without a salt."""
    extracted = hmac.digest(bytes(32), key, "sha256")
    return hmac.digest(extracted, purpose.encode() + b"\x01", "sha256")
