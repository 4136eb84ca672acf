"""The lines of data/crisis.yaml, and sentences that they say."""

from __future__ import annotations

import re
from itertools import islice, product
from pathlib import Path

import yaml

from bot.content.crisis import CrisisFile
from bot.settings import Settings

MOST = 40
"""Sentences tried of one line; some say thousands."""

FILE = CrisisFile.model_validate(
    yaml.safe_load((Path(Settings(_env_file=None).data) / "crisis.yaml").read_text(encoding="utf-8"))
)
_TOKEN = re.compile(r"\.\.\.|\{\w+\}|[a-z0-9]+|[()\[\]|#$]")


def said_by(words: str, parts: dict[str, str] = FILE.parts) -> list[str]:
    """Return sentences that a line says: its shortest, and others with one bracket filled differently."""
    for name, ways in parts.items():
        words = words.replace(f"{{{name}}}", f"({ways})")
    ways, _ = _choice(_TOKEN.findall(words), 0)
    # Evenly over all of them: brackets that vary last would else be the only ones to vary.
    return [" ".join(way.split()).replace(" .", ".") for way in ways[:: max(1, len(ways) // MOST)]]


def _choice(tokens: list[str], at: int) -> tuple[list[str], int]:
    ways: list[str] = []
    while True:
        found, at = _sequence(tokens, at)
        ways += found
        if at >= len(tokens) or tokens[at] != "|":
            return ways, at
        at += 1


def _sequence(tokens: list[str], at: int) -> tuple[list[str], int]:
    columns: list[list[str]] = []
    while at < len(tokens) and tokens[at] not in {"|", ")", "]"}:
        token = tokens[at]
        at += 1
        if token in {"(", "["}:
            inside, at = _choice(tokens, at)
            columns.append(inside if token == "(" else ["", *inside])
            at += 1
        else:
            columns.append([{"#": "17", "$": ".", "...": ""}.get(token, token)])
    return [" ".join(way) for way in islice(product(*columns), 20_000)], at
