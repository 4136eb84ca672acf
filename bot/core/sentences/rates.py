"""What is said to who goes too fast."""

from __future__ import annotations

KEYS = {
    "rates.too_fast": ("again",),
    "rates.returned": (),
}
