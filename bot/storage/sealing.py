"""Encrypts what people told in confidence, so that a copy of the database alone says nothing."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.core.errors import SealBrokenError

VERSION = b"\x01"
NONCE_BYTES = 12
"""What AES-GCM is made for (NIST SP 800-38D, 8.2); random ones may seal 2**32 things under one key."""


class Sealer:
    """Seals and opens with AES-256-GCM, under a key derived (HKDF-SHA256, RFC 5869) from the bot's key file.

    A sealed thing is a version byte, a nonce, and the ciphertext with its tag. Its context, such as
    `peers:{guild}:{user}`, is bound to it: moved to another row or column, it no longer opens.
    """

    def __init__(self, key: bytes) -> None:
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"lantern sealed").derive(key)
        self._cipher = AESGCM(derived)

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
        except (InvalidTag, ValueError) as error:  # ValueError: too short to hold a nonce
            raise SealBrokenError(
                "Something that was stored encrypted does not open: lantern.key is not the one it was written with, or "
                "the database is damaged. Restore lantern.key from the backup that belongs to this database."
            ) from error
