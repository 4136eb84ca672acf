"""What a button means, written into its custom id, so that it works after any restart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from bot.core.errors import OldButtonError

Name = TypeVar("Name", bound=StrEnum)

PREFIX, DESK, MEET, CARE, OWN = "ask", "faq", "meet", "care", "own"
"""What members press, what those who look after the FAQ do, what is about meeting others, help in a crisis, and what is
about one's own data."""
CUSTOM_ID_LENGTH = 100
"""Discord's limit; the longest id here is `ask:page:<60>:<26>:<3>` = 100."""
LARGEST = 2**63 - 1
"""What SQLite, and Discord's ids, can hold."""


@dataclass(frozen=True, slots=True)
class Action:
    """A verb with its arguments: an entry or topic id, a trail, a number."""

    verb: str
    arguments: tuple[str, ...] = ()
    prefix: str = PREFIX

    def __str__(self) -> str:
        return ":".join((self.prefix, self.verb, *self.arguments))


def action(verb: str, *arguments: object, prefix: str = PREFIX) -> str:
    """Return a custom id; raises ValueError for one Discord would refuse."""
    meant = Action(verb, tuple(map(str, arguments)), prefix)
    custom_id = str(meant)
    if len(custom_id) > CUSTOM_ID_LENGTH or parse_action(custom_id, prefix) != meant:
        raise ValueError(f"{custom_id!r} cannot be a custom id")
    return custom_id


def parse_action(custom_id: str, prefix: str = PREFIX) -> Action | None:
    """Return what `action` wrote with this prefix; None for any other id."""
    begin, *rest = custom_id.split(":")
    if begin != prefix or not rest:
        return None
    return Action(rest[0], tuple(rest[1:]), prefix)


def desk(verb: str, *arguments: object) -> str:
    """Return the custom id of something those who look after the FAQ do."""
    return action(verb, *arguments, prefix=DESK)


def meet(verb: str, *arguments: object) -> str:
    """Return the custom id of something that is about meeting others."""
    return action(verb, *arguments, prefix=MEET)


def care(verb: str, *arguments: object) -> str:
    """Return the custom id of something that helps in a crisis."""
    return action(verb, *arguments, prefix=CARE)


def own(verb: str, *arguments: object) -> str:
    """Return the custom id of something that is about one's own data."""
    return action(verb, *arguments, prefix=OWN)


def number_in(text: str) -> int:
    """Return the number that is an argument of a custom id. Raises OldButtonError."""
    if not re.fullmatch("-?[0-9]{1,19}", text) or abs(int(text)) > LARGEST:
        raise OldButtonError("An argument of a custom id is no number.")
    return int(text)


def name_in(kind: type[Name], text: str) -> Name:
    """Return the one of `kind` that is an argument of a custom id. Raises OldButtonError."""
    try:
        return kind(text)
    except ValueError as error:
        raise OldButtonError(f"An argument of a custom id is no {kind.__name__}.") from error
