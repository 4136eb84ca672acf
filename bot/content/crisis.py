"""Reads data/crisis.yaml: the words of crisis, each with its reason and a harmless sentence that must stay silent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from bot.content.pack_shape import validated
from bot.content.yaml_source import read_yaml
from bot.core.errors import ContentError
from bot.safety.crisis import CrisisPhrases, Prototypes, compiled
from bot.safety.patterns import PatternError

if TYPE_CHECKING:
    from pathlib import Path

    from bot.content.yaml_source import Location, YamlSource

Text = Annotated[str, StringConstraints(min_length=2, max_length=1000, strip_whitespace=True)]


class CrisisLine(BaseModel):
    """One line: its pattern, why it is there, and a harmless sentence near it that must stay silent."""

    model_config = ConfigDict(extra="forbid", strict=True)

    words: Text
    because: Text
    trap: Text


class CrisisFile(BaseModel):
    """All of data/crisis.yaml."""

    model_config = ConfigDict(extra="forbid", strict=True)

    fillers: list[Text] = Field(default_factory=list)
    keywords: list[Text] = Field(default_factory=list)
    parts: dict[str, Text] = Field(default_factory=dict)
    explicit: list[CrisisLine] = Field(min_length=1)
    softened: list[CrisisLine] = Field(default_factory=list)
    oblique: list[CrisisLine] = Field(default_factory=list)
    idioms: list[CrisisLine] = Field(default_factory=list)
    heavy: list[Text] = Field(default_factory=list)
    light: list[Text] = Field(default_factory=list)


SECTIONS = ("explicit", "softened", "oblique", "idioms")


def load_crisis(data: Path) -> CrisisPhrases:
    """Return the phrases of data/crisis.yaml, compiled.

    Raises ContentError with every problem: its file, line, key and mend. A trap that is not silent is one, too.
    """
    source = read_yaml(data / "crisis.yaml")
    file = validated(source, TypeAdapter(CrisisFile))
    if file is None or source.problems:
        raise ContentError(source.problems)
    try:
        phrases = phrases_of(file)
    except PatternError as error:
        _check_patterns(source, file)
        raise ContentError(source.problems) from error
    _check_traps(source, file, phrases)
    if source.problems:
        raise ContentError(source.problems)
    return phrases


def phrases_of(file: CrisisFile) -> CrisisPhrases:
    """Return a checked file's phrases, compiled."""
    explicit, softened, oblique, idioms = ([line.words for line in getattr(file, section)] for section in SECTIONS)
    return CrisisPhrases.of(
        explicit,
        softened=softened,
        oblique=oblique,
        idioms=idioms,
        parts=file.parts,
        fillers=file.fillers,
        keywords=file.keywords,
        prototypes=Prototypes(tuple(file.heavy), tuple(file.light)),
    )


def _check_patterns(source: YamlSource, file: CrisisFile) -> None:
    fillers = CrisisPhrases.of((), fillers=file.fillers).fillers
    places: list[tuple[Location, str]] = [(("parts", name), f"any ({words})") for name, words in file.parts.items()]
    places += [
        ((section, position, "words"), line.words)
        for section in SECTIONS
        for position, line in enumerate(getattr(file, section))
    ]
    for place, words in places:
        try:
            compiled(words, {} if place[0] == "parts" else file.parts, fillers)
        except PatternError as error:
            source.add_problem(place, ".".join(map(str, place)), str(error))


def _check_traps(source: YamlSource, file: CrisisFile, phrases: CrisisPhrases) -> None:
    for section in SECTIONS:
        for position, line in enumerate(getattr(file, section)):
            tier = phrases.tier_of(line.trap)
            if tier is not None:
                place = (section, position, "trap")
                message = f"{line.trap!r} is found as {tier}; narrow the words, or add an idiom that keeps it silent"
                source.add_problem(place, ".".join(map(str, place)), message)
