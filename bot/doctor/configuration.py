"""Findings on the settings: where they were read from, which names mean nothing, what is worth setting."""

from __future__ import annotations

import difflib
import os
from typing import TYPE_CHECKING

from bot.doctor.findings import Area, Finding, Level
from bot.doctor.stored import exposed
from bot.settings import ENV_FILE, SHIPPED, names_in_file, variables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from bot.settings import Settings

SETTINGS = Area.SETTINGS
PREFIX = "LANTERN_"
SECRETS = ("LANTERN_DISCORD_TOKEN", "LANTERN_KEY")
SHOWN = ("model", "locale", "data", "prompts", "log_level")


def of_settings(settings: Settings, folder: Path, program: Path = SHIPPED) -> Iterator[Finding]:
    """Yield every finding on the settings; `folder`: where Lantern was started, `program`: where it is."""
    file = folder / ENV_FILE
    yield where_from(file, program / ENV_FILE)
    in_file, faulty = names_in_file(file)
    for line in faulty:
        text = f"Line {line} of {file} is no setting, and was skipped."
        yield Finding(SETTINGS, ENV_FILE, Level.WRONG, text, "Write NAME=value there, or # in front.")
    yield from unknown(os.environ, "the environment")
    yield from unknown(in_file, str(file))
    if set(SECRETS) & {name.upper() for name in in_file} and (finding := exposed(SETTINGS, file)) is not None:
        yield finding
    yield Finding(SETTINGS, "LANTERN_STATE", Level.OK, f"{settings.state.absolute()}")
    for name in SHOWN:
        yield Finding(SETTINGS, f"LANTERN_{name.upper()}", Level.OK, f"{getattr(settings, name)}")
    if not settings.contact:
        text = "Is not set, so /privacy names nobody to write to about what is stored."
        yield Finding(SETTINGS, "LANTERN_CONTACT", Level.WARNING, text, "Set it to an address of yours.")


def where_from(file: Path, beside: Path) -> Finding:
    """Tell which file was read; the one beside the program is not, where Lantern was started elsewhere."""
    if file.is_file():
        return Finding(SETTINGS, ENV_FILE, Level.OK, f"{file} was read; the environment comes first.")
    text = (
        f"Settings are from the environment: Lantern was started in {file.parent}, where there is no file {ENV_FILE}."
    )
    if beside.is_file():
        mend = f"Start Lantern in {beside.parent}, or move the file."
        return Finding(SETTINGS, ENV_FILE, Level.WARNING, f"{text} {beside} was not read.", mend)
    return Finding(SETTINGS, ENV_FILE, Level.OK, text)


def unknown(names: Iterable[str], place: str) -> Iterator[Finding]:
    """Yield a finding for each name that looks like a setting and is none."""
    known = [name.removeprefix(PREFIX) for name in variables()]
    for name in sorted(names):
        ours, prefix, rest = name.upper().partition(PREFIX)
        if ours or not prefix or rest in known:
            continue
        nearest = difflib.get_close_matches(rest, known, n=1)
        mend = "Remove it; `lantern doctor --settings` lists them all."
        if nearest:
            mend = f"Did you mean {PREFIX}{nearest[0]}?"
        text = f"Is set in {place}, but Lantern has no such setting."
        yield Finding(SETTINGS, name, Level.WRONG, text, mend)
