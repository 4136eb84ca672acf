"""How a table is declared: every column, whose it is, why it is there, how long, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Owner(StrEnum):
    """Whose a table's rows are. The value stands in PRIVACY.md."""

    PERSON = "a person"
    SERVER = "the server"
    NOBODY = "nobody: it is about no person and no server"


class Key(StrEnum):
    """Which key the sealed columns of a row are under (bot/storage/keyring.py)."""

    MEETING = "meeting"
    """The person's own, for what they told to be introduced."""
    WORDS = "words"
    """Its author's own, for words for the FAQ."""
    REPORT = "report"
    """The report's own."""
    BOTH = "both"
    """Those of two people together."""


class Fate(StrEnum):
    """What `/mydata delete` does with the rows that lead to somebody."""

    DELETED = "deleted"
    UNNAMED = "unnamed"
    """The row stays, and no longer leads to them."""
    KEPT = "kept"
    """Only keyed hashes stay, for the safety of others."""
    OWN_STEP = "own step"
    """More than one statement: bot/storage/erasing.py."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A way in which rows lead to a person.

    `where`: which rows, as SQL with `:user`; `pseudonym(:user, context)` is a person's keyed hash in a context, so
    that rows which bind the hash to their own id are found by hashing once for each row.
    `shown`: what `/mydata show` gives of such a row: the columns, with a name that can be read. A row of which
    nothing is shown would tell about somebody else, and `Holding.hidden` says so.
    `unnamed`: for UNNAMED, what the columns hold afterwards.
    """

    where: str
    shown: Mapping[str, str]
    fate: Fate = Fate.DELETED
    unnamed: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """One table.

    `name`: for people; `columns`: each with what it holds;
    `sealed`: those that are encrypted, each with what it is bound to, made of other columns; `key`: under which;
    `kept`: how long, with figures of `Retention` in braces; `seen`: who gets to see it;
    `left`: what stays after `/mydata delete`, and why; empty where nothing does;
    `guild`: the server a row belongs to, as SQL; empty where none belongs to any;
    `hidden`: what of a person's own is not shown to them, and why.
    """

    table: str
    name: str
    owner: Owner
    why: str
    kept: str
    seen: str
    columns: Mapping[str, str]
    sealed: Mapping[str, str] = field(default_factory=dict)
    key: Key = Key.WORDS
    traces: tuple[Trace, ...] = ()
    left: str = ""
    hidden: str = ""
    guild: str = "guild"


SERVER, MOMENT = "which server", "when"
OWN = "the person, by Discord's id"
ENTRY = "which FAQ entry"
NUMBER = "its number"
