"""Whether a text looks like a bot's token, told without asking Discord. No finding repeats any part of it."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

RESET = "Set LANTERN_DISCORD_TOKEN to what Bot > Reset Token shows in the Discord developer portal."
SHAPE = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]{6,}){2}")
"""Three parts: the bot's id, the moment it was made, a signature (Discord's documentation, Authentication)."""
SNOWFLAKE = re.compile(r"[0-9]{15,20}")
"""Ids of today have 17 to 20 digits; the first ones had 15."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with it, and what to do."""

    text: str
    mend: str = RESET


_MISTAKES = (
    (r"[\"'‘’“”].*|.*[\"'‘’“”]", Fault("has quotes around it.", "Take them away.")),
    (r".*[<>…*].*|.*\.\.\..*|(?i:[a-z -]*token)", Fault("is a placeholder, or a shortened copy.")),
    (r"(?i)(bot|bearer)\b\s.*", Fault("has 'Bot' or 'Bearer' in front.", "Take that word away: Lantern adds it.")),
    (r".*\s.*", Fault("has spaces or line breaks in it.", "Copy it again, in one piece.")),
    (r"[0-9]{15,20}", Fault("is an id, such as the Application ID, not the token.")),
    (r"[0-9a-fA-F]{64}", Fault("is the application's Public Key, not the token.")),
    (r"mfa\..*", Fault("is the token of a person's account, which a bot must not use.")),
    (r"https?://.*", Fault("is an address, not a token.")),
    (r"[A-Za-z0-9_-]{32}", Fault("is the application's Client Secret (OAuth2), not the token.")),
)
"""What people paste instead, the clearest first."""


def fault_of(token: str) -> Fault | None:
    """Return what is wrong with the form of a token, None for nothing."""
    if not SHAPE.fullmatch(token):
        known = (fault for pattern, fault in _MISTAKES if re.fullmatch(pattern, token, re.DOTALL))
        return next(known, Fault("is no token: one has three parts of letters and digits, with dots between them."))
    if not SNOWFLAKE.fullmatch(_decoded(token.partition(".")[0])):
        return Fault("is no token: its first part is not the id of a bot.", f"Copy it again from its start. {RESET}")
    return None


def _decoded(part: str) -> str:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return ""
