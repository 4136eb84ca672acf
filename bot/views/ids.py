"""What a button means, written into its custom id, so that it works after any restart."""

from __future__ import annotations

from dataclasses import dataclass

PREFIX, DESK = "ask", "faq"
"""What members press, and what those who look after the FAQ do."""
CUSTOM_ID_LENGTH = 100
"""Discord's limit; the longest id here is `ask:page:<60>:<26>:<3>` = 100."""


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
