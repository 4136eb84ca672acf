"""What people do in `make load`: how often what, and when; arrivals are drawn before anything is sent."""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bench.load_data import user_id
from support.busy_discord import interaction, message_head, snowflake

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Kind(StrEnum):
    """What people do."""

    TYPE = "autocomplete"
    ASK = "question"
    CLICK = "click"


MIX = {Kind.TYPE: 0.6, Kind.ASK: 0.2, Kind.CLICK: 0.2}
"""Who asks pauses about three times while typing, and presses one button of the answer."""
PICKED, POPULAR, UNKNOWN = 0.3, 0.3, 0.05
"""Of the questions: rows of autocomplete that were picked, words many use, and what no FAQ knows. The rest are words of
one's own about what is in the FAQ."""
POPULAR_QUESTIONS = 200
VERBS = {"helped": 4, "miss": 1, "choose": 1, "page": 1, "notify": 1}
"""How often which button is pressed, of those a card has."""
CARDS_KEPT = 40
"""Answers of each server whose buttons may be pressed."""
COMMAND, AUTOCOMPLETE, COMPONENT = 2, 4, 3
_CUSTOM_ID = re.compile(r'"custom_id": ?"(ask:([a-z]+):[^"]*)"')


@dataclass(frozen=True, slots=True)
class Planned:
    """Something somebody will do, `at` seconds from the start."""

    at: float
    kind: Kind


@dataclass(frozen=True, slots=True)
class Card:
    """An answer that was shown to somebody: its components as JSON, and its buttons by verb."""

    user: int
    components: str
    buttons: dict[str, list[str]]


def arrivals(rate: float, seconds: float, dice: random.Random) -> Iterator[Planned]:
    """Yield what happens in so many seconds: a Poisson process, so that now and then much comes at once."""
    kinds, weights = list(MIX), list(MIX.values())
    at = dice.expovariate(rate)
    while at < seconds:
        yield Planned(at, dice.choices(kinds, weights)[0])
        at += dice.expovariate(rate)


class People:
    """Everybody on every server; each act is somebody's on one of the servers, all of which are equally busy."""

    def __init__(self, guilds: Sequence[int], entries: dict[int, Sequence], people: int, seed: int = 1) -> None:
        """`entries`: of each server; `people`: on each server."""
        self._guilds, self._entries, self._people = guilds, entries, people
        self._dice = random.Random(seed)
        self._cards: dict[int, list[Card]] = defaultdict(list)
        self._popular = {guild: self._dice.sample(list(held), min(len(held), 20)) for guild, held in entries.items()}
        self._number = 0
        self.asked_by: dict[str, tuple[int, int]] = {}
        """Server and person of each question that was sent, by its token, until its answer was kept."""

    def act(self, kind: Kind, guild: int | None = None) -> tuple[str, str]:
        """Return the token and the JSON of the next act; somewhere, or on one server."""
        guild = guild or self._dice.choice(self._guilds)
        self._number += 1
        token = f"t{self._number}"
        user = user_id(guild, self._dice.randrange(self._people))
        if kind is Kind.CLICK and self._cards[guild]:
            return token, self._click(token, guild)
        if kind is Kind.TYPE:
            return token, self._command(token, guild, user, AUTOCOMPLETE, self._typed(guild))
        self.asked_by[token] = (guild, user)
        return token, self._command(token, guild, user, COMMAND, self._question(guild))

    def keep(self, token: str, body: bytes) -> None:
        """Keep the answer to a question, so that its buttons can be pressed."""
        asked = self.asked_by.pop(token, None)
        if asked is None or not body or len(self._cards[asked[0]]) >= CARDS_KEPT:
            return
        buttons: dict[str, list[str]] = defaultdict(list)
        for custom_id, verb in _CUSTOM_ID.findall(body.decode()):
            if verb in VERBS:
                buttons[verb].append(custom_id)
        if buttons:
            components = json.dumps(json.loads(body)["components"])
            self._cards[asked[0]].append(Card(asked[1], components, dict(buttons)))

    def _command(self, token: str, guild: int, user: int, kind: int, typed: str) -> str:
        focused = {"focused": True} if kind == AUTOCOMPLETE else {}
        option = {"name": "question", "type": 3, "value": typed, **focused}
        data = json.dumps({"id": "100", "name": "ask", "type": 1, "options": [option]})
        return interaction(snowflake(self._number), token, guild, user, kind=kind, rest=f'"data": {data}')

    def _click(self, token: str, guild: int) -> str:
        card = self._dice.choice(self._cards[guild])
        verbs = list(card.buttons)
        verb = self._dice.choices(verbs, [VERBS[each] for each in verbs])[0]
        data = json.dumps({"custom_id": self._dice.choice(card.buttons[verb]), "component_type": 2})
        number = snowflake(self._number)
        # 64: nobody else sees it; 32768: Components V2.
        message = f'{{{message_head(number)}, "flags": {64 | 32768}, "components": {card.components}}}'
        return interaction(
            number, token, guild, card.user, kind=COMPONENT, rest=f'"data": {data}, "message": {message}'
        )

    def _typed(self, guild: int) -> str:
        """Return the beginning of a wording, sometimes with a slip."""
        text = self._dice.choice(self._dice.choice(self._entries[guild]).texts)
        begun = text[: self._dice.choice((1, 3, 6, 10, 20, 40))]
        if len(begun) > 8 and self._dice.random() < 0.2:
            slip = self._dice.randrange(1, 8)
            begun = begun[:slip] + begun[slip + 1 :]
        return begun

    def _question(self, guild: int) -> str:
        kind = self._dice.random()
        if kind < PICKED:
            return f"id:{self._dice.choice(self._entries[guild]).id}"
        if kind < PICKED + POPULAR:
            return f"honestly {self._dice.choice(self._popular[guild]).question}"
        if kind < PICKED + POPULAR + UNKNOWN:
            return (
                f"which {self._dice.choice(('pizza', 'car', 'song', 'lamp'))} is number {self._dice.randrange(10**6)}"
            )
        text = self._dice.choice(self._dice.choice(self._entries[guild]).texts)
        return f"{self._dice.choice(('please', 'so', 'well', 'hi,'))} {text.rstrip('?')} {self._dice.randrange(10**4)}"
