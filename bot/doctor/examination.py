"""The whole examination: every kind of finding, in the order it is shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot.doctor.answers import of_answers, read_content
from bot.doctor.configuration import of_settings
from bot.doctor.machine import of_machine
from bot.doctor.remote import of_discord
from bot.doctor.stored import of_stored

if TYPE_CHECKING:
    from bot.doctor.findings import Finding, Tell
    from bot.settings import Settings


async def examine(settings: Settings, tell: Tell, *, offline: bool = False) -> list[Finding]:
    """Look at everything `lantern run` needs, and change nothing.

    `tell(what, done, of)`: what takes its time; `offline`: Discord is not asked.
    """
    tell("Looking at the model and the FAQ", 0, 0)
    content = read_content(settings)
    return [
        *of_settings(settings, Path.cwd()),
        *of_answers(settings, content),
        *of_stored(settings, tell),
        *of_machine(settings),
        *await of_discord(settings, content, tell, offline=offline),
    ]
