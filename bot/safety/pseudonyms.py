"""Names for people that tell two apart and lead back to nobody who lacks the key."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.models import UserId


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Makes keyed hashes (HMAC-SHA256) of user ids: ids alone have too few values to be hidden by a bare hash."""

    key: bytes = field(repr=False)

    def of(self, user: UserId, context: str) -> str:
        """Return a person's name within one context, 32 hex digits; in another context it is another."""
        return hmac.new(self.key, f"{context}:{user}".encode(), hashlib.sha256).hexdigest()[:32]
