"""Looks for what must never be in a repository."""

from __future__ import annotations

import re

SHAPES = {
    # Three parts in base64url: the bot's id, when, and a keyed hash (as in gitleaks' and trufflehog's rules).
    "a Discord token": re.compile(r"\b[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,}"),
    "a webhook": re.compile(r"discord(?:app)?\.com/api/webhooks/\d{15,}/[\w-]{20,}"),
    "a key of 64 hexadecimal digits": re.compile(r"(?<![0-9A-Za-z/+_-])[0-9a-fA-F]{64}(?![0-9A-Za-z/+=_-])"),
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----"),
    "a token of GitHub": re.compile(r"\b(?:gh[pousr]_\w{36,}|github_pat_\w{60,})"),
    "a key of a cloud": re.compile(r"\b(?:AKIA[0-9A-Z]{16}|AIza[\w-]{35}|sk-[\w-]{40,})"),
}
HASHES = re.compile(r"sha-?256|digest|hash|fingerprint|integrity", re.IGNORECASE)
"""A line that says what its digits are: the hash of something public opens nothing."""


def secrets_in(text) -> list[str]:
    """Return `line: what` of everything in a text that looks like a secret."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        for what, shape in SHAPES.items():
            is_hash = what.endswith("digits") and HASHES.search(line)
            if shape.search(line) and not is_hash:
                found.append(f"{number}: {what}")
    return found
