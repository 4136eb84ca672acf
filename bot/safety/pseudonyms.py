"""Names for people that tell two apart and lead back to nobody who lacks the key."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core.errors import RingLockedError

if TYPE_CHECKING:
    from bot.core.models import UserId


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Makes keyed hashes (HMAC-SHA256) of user ids: ids alone have too few values to be hidden by a bare hash."""

    key: bytes | None = field(repr=False)
    """None while it cannot be had (bot/storage/keyring.py)."""

    def of(self, user: UserId, context: str) -> str:
        """Return a person's name within one context, 32 hex digits; in another context it is another.

        Raises RingLockedError.
        """
        if self.key is None:
            raise RingLockedError("People cannot be told apart: the key of their pseudonyms is locked away.")
        return hmac.new(self.key, f"{context}:{user}".encode(), hashlib.sha256).hexdigest()[:32]
