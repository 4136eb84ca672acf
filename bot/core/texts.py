"""Every sentence the bot says, by key. The sentences themselves are in prompts/<locale>.yaml.

`DECLARED` names each key with the placeholders it may use (bot/core/sentences/). prompts/ is checked against it at
start, so a missing sentence or a misspelt placeholder is found before anybody meets it.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from string import Formatter
from typing import TYPE_CHECKING

from bot.core.sentences import (
    care,
    commands,
    editing,
    introductions,
    matching,
    members,
    pairing,
    peers,
    personal,
    queue,
    rates,
    server,
    upkeep,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

DECLARED: Mapping[str, frozenset[str]] = {
    key: frozenset(placeholders)
    for part in (
        *(commands, care, members, editing, queue, server, upkeep, peers, introductions, pairing, matching),
        rates,
        personal,
    )
    for key, placeholders in part.KEYS.items()
}


def placeholders_of(sentence: str) -> frozenset[str]:
    """Return the `{names}` in a sentence; raises ValueError where its braces do not balance."""
    return frozenset(name for _, name, _, _ in Formatter().parse(sentence) if name is not None)


SPOKEN: ContextVar[str] = ContextVar("SPOKEN", default="")
"""The locale of the server that is being answered. Each interaction runs in a task, and so in a context, of its own."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Every sentence: `texts("answer.page", page=1, pages=2)`."""

    locale: str
    """Spoken where SPOKEN names none of `others`; names and descriptions of commands are always in it."""
    sentences: Mapping[str, str]
    starters: tuple[str, ...]
    """Ids of entries shown to somebody who has not typed anything yet."""
    others: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The sentences in further locales."""

    @property
    def locales(self) -> tuple[str, ...]:
        """What a server can choose from."""
        return (self.locale, *sorted(self.others))

    def __call__(self, key: str, **values: object) -> str:
        """Return the sentence with its placeholders filled."""
        return self.others.get(SPOKEN.get(), self.sentences)[key].format(**values)
