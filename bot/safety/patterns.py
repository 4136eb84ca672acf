"""The small language in which data/crisis.yaml is written, and a search for many of its lines at once.

A text is words, each with a blank after it, and `.` for a mark. A line is tried only where a word stands that it can
begin with, and only if the text has a word for each of its parts: 6,000 characters take a few milliseconds at most.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

GAP = 6
"""Words that `...` may stand for, at most."""
NUMBER = "#"

_TOKEN = re.compile(r"\.\.\.|\{(?P<part>\w+)\}|(?P<word>[a-z0-9]+)|[()\[\]|#$]|(?P<fault>\S)")
_WORD = re.compile(r"[^ ]+ ")
_CLOSING = {"(": ")", "[": "]"}
_MARK = r"(?:\. )?"


class PatternError(ValueError):
    """A line that cannot be read; the text is what to mend."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a line: its regular expression, the words it can begin with, and sets of which each must have a word.

    `is_optional`: it may stand for nothing.
    """

    expression: str
    first: frozenset[str]
    needs: tuple[frozenset[str], ...]
    is_optional: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line, compiled; see `_Piece`."""

    pattern: re.Pattern[str]
    first: frozenset[str]
    needs: tuple[frozenset[str], ...]

    @classmethod
    def of(
        cls, words: str, parts: Mapping[str, str], spelling: Callable[[str], str | None], *, in_one_piece: bool = False
    ) -> Line:
        """Compile a line, in which `{name}` stands for one of `parts`. Raises PatternError.

        `spelling` gives a word as it stands in texts, None for one that is left out of them. There may be a mark after
        each word ("I want. To die."), unless the line stands `in_one_piece`: then only where it has `$`.
        """
        if words.count("...") > 1:
            raise PatternError("holds `...` more than once; write two lines of it")
        piece = _Reader(words, parts, spelling, in_one_piece=in_one_piece).read()
        if piece.is_optional:
            raise PatternError("may stand for nothing at all; leave a word outside of [ ]")
        return cls(re.compile(piece.expression), piece.first, piece.needs)


@dataclass(frozen=True, slots=True)
class Lines:
    """Many lines, by the words they can begin with."""

    by_first: Mapping[str, tuple[Line, ...]]

    @classmethod
    def of(cls, lines: Iterable[Line]) -> Lines:
        """Sort lines by their first words."""
        by_first: dict[str, tuple[Line, ...]] = {}
        for line in lines:
            for word in line.first:
                by_first[word] = (*by_first.get(word, ()), line)
        return cls(by_first)

    def stand_in(self, text: str) -> bool:
        """Tell whether one of the lines stands in a text."""
        return next(self._matches(text), None) is not None

    def hidden_in(self, text: str) -> str:
        """Return a text with a bar, which no line matches, for what the lines stand for; a mark at its end stays."""
        pieces, end = [], 0
        for match in self._matches(text):
            if match.start() >= end:
                pieces += [text[end : match.start()], "| . " if match[0].endswith(". ") else "| "]
                end = match.end()
        return "".join([*pieces, text[end:]])

    def _matches(self, text: str) -> Iterator[re.Match[str]]:
        present = {NUMBER if word.isdigit() else word for word in text.split()}
        possible = {
            word: lines
            for word in present & self.by_first.keys()
            if (lines := [line for line in self.by_first[word] if not any(map(present.isdisjoint, line.needs))])
        }
        if not possible:
            return
        for found in _WORD.finditer(text):
            word = found[0][:-1]
            for line in possible.get(NUMBER if word.isdigit() else word, ()):
                if match := line.pattern.match(text, found.start()):
                    yield match


class _Reader:
    """Reads one line from left to right."""

    def __init__(
        self, words: str, parts: Mapping[str, str], spelling: Callable[[str], str | None], *, in_one_piece: bool
    ) -> None:
        self._tokens = list(_TOKEN.finditer(words))
        self._parts = parts
        self._spelling = spelling
        self._in_one_piece = in_one_piece
        self._after_word = "" if in_one_piece else _MARK
        self._at = 0

    def read(self) -> _Piece:
        """Return all of it. Raises PatternError."""
        piece = self._choice()
        if self._at < len(self._tokens):
            raise PatternError(f"holds a {self._tokens[self._at][0]} that closes nothing; write brackets in pairs")
        return piece

    def _choice(self) -> _Piece:
        ways = [self._sequence()]
        while self._peek() == "|":
            self._at += 1
            ways.append(self._sequence())
        if len(ways) == 1:
            return ways[0]
        expression = f"(?:{'|'.join(way.expression for way in ways)})"
        is_optional = any(way.is_optional for way in ways)
        needs = () if is_optional else (frozenset[str]().union(*(way.needs[-1] for way in ways)),)
        return _Piece(expression, frozenset[str]().union(*(way.first for way in ways)), needs, is_optional)

    def _sequence(self) -> _Piece:
        pieces: list[_Piece] = []
        while self._peek() not in {None, "|", ")", "]"}:
            pieces.append(self._piece())
        first: set[str] = set()
        for piece in pieces:
            first |= piece.first
            if not piece.is_optional:
                break
        needs = tuple(need for piece in pieces for need in piece.needs)
        return _Piece("".join(piece.expression for piece in pieces), frozenset(first), needs, not needs)

    def _piece(self) -> _Piece:
        token = self._tokens[self._at]
        self._at += 1
        if token["word"]:
            return self._word(token["word"])
        if token["part"]:
            if token["part"] not in self._parts:
                raise PatternError(f"names {token[0]}, which is not under `parts`; correct the name, or add it")
            return _Reader(self._parts[token["part"]], {}, self._spelling, in_one_piece=self._in_one_piece).read()
        if token["fault"]:
            raise PatternError(f"holds {token[0]!r}; write words of a-z and 0-9, and ( ) [ ] | {{name}} # ... $")
        return self._symbol(token[0])

    def _symbol(self, symbol: str) -> _Piece:
        match symbol:
            case "#":
                return _Piece(
                    rf"\d+ {self._after_word}", frozenset({NUMBER}), (frozenset({NUMBER}),), is_optional=False
                )
            case "$" if self._in_one_piece:
                return _Piece(r"\. ", frozenset("."), (frozenset("."),), is_optional=False)
            case "$":
                return _Piece(r"(?<=\. )", frozenset(), (), is_optional=True)
            case "...":
                word = "[^ |.]+" if self._in_one_piece else "[^ |]+"
                return _Piece(rf"(?:{word} ){{0,{GAP}}}?", frozenset(), (), is_optional=True)
            case _:
                return self._bracket(symbol)

    def _bracket(self, opening: str) -> _Piece:
        inside = self._choice()
        if self._peek() != _CLOSING[opening]:
            raise PatternError(f"holds a {opening} that is not closed; write brackets in pairs")
        self._at += 1
        if opening == "(":
            return inside
        return _Piece(f"(?:{inside.expression})?", inside.first, (), is_optional=True)

    def _word(self, written: str) -> _Piece:
        word = self._spelling(written)
        if word is None:
            raise PatternError(f"holds {written!r}, which is under `fillers` and never seen; leave it out")
        return _Piece(f"{word} {self._after_word}", frozenset({word}), (frozenset({word}),), is_optional=False)

    def _peek(self) -> str | None:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else None
