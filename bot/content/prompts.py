"""Reads prompts/<locale>.yaml and checks it against the declared texts."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.content.limits import LIMITS
from bot.content.yaml_source import YamlSource, read_yaml
from bot.core.errors import ConfigurationError, ContentError
from bot.core.texts import DECLARED, Texts, placeholders_of

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.errors import Problem

FORMATTED = re.compile(r"(?<!\{)\{\w+[!:.\[]")
"""A placeholder with a conversion, a format or an attribute: what it makes of a value shows too late."""

_TYPED = frozenset({"command.ask.name", "command.ask.question", "command.ask.visibility", "command.about.name"})
"""What members type after a slash; names of menus may have any form."""


def load_texts(folder: Path, locale: str) -> Texts:
    """Return a locale's sentences.

    Raises ConfigurationError for a locale that has no file, ContentError naming every fault of the file.
    """
    path = folder / f"{locale}.yaml"
    if not path.is_file():
        there = ", ".join(sorted(file.stem for file in folder.glob("*.yaml")))
        mend = f"LANTERN_LOCALE to one of: {there}" if there else "LANTERN_PROMPTS to the folder with the sentences"
        raise ConfigurationError(f"There is no {path}. Set {mend}; or add that file.")
    source = read_yaml(path)
    sentences = dict(_flatten(source)) if isinstance(source.value, dict) else {}
    _check(source, sentences)
    if source.problems:
        raise ContentError(source.problems)
    starters = tuple(str(starter) for starter in source.value.get("starters", ()))
    return Texts(locale, {key: str(value).rstrip("\n") for key, value in sentences.items()}, starters)


def load_languages(folder: Path, locale: str) -> Texts:
    """Return a locale's sentences with those of every other one in the folder.

    Raises ConfigurationError for a locale that has no file, ContentError naming every fault of every file.
    """
    problems: list[Problem] = []
    found: dict[str, Texts] = {}
    for name in (locale, *sorted(file.stem for file in folder.glob("*.yaml") if file.stem != locale)):
        try:
            found[name] = load_texts(folder, name)
        except ContentError as error:
            problems += error.problems
    if problems:
        raise ContentError(problems)
    return replace(found.pop(locale), others={name: texts.sentences for name, texts in found.items()})


def check_starters(path: Path, texts: Texts, entry_ids: frozenset[str]) -> None:
    """Raise ContentError for starters which are not entries of the pack."""
    source = read_yaml(path)
    for position, starter in enumerate(texts.starters):
        if starter not in entry_ids:
            source.add_problem(
                ("starters", position), f"starters: {starter}", "is no entry of data/faq; use the id of one"
            )
    if source.problems:
        raise ContentError(source.problems)


def _flatten(source: YamlSource, place: tuple[str, ...] = ()) -> list[tuple[str, Any]]:
    value = source.value
    for key in place:
        value = value[key]
    found: list[tuple[str, Any]] = []
    for key, inner in value.items():
        if not place and key == "starters":
            continue
        if isinstance(inner, dict):
            found += _flatten(source, (*place, key))
        else:
            found.append((".".join((*place, str(key))), inner))
    return found


def _check(source: YamlSource, sentences: dict[str, Any]) -> None:
    if source.is_broken:
        return
    if not isinstance(source.value, dict):
        source.add_problem((), "file", "holds no sentences; copy prompts/en.yaml and translate it")
        return
    if not isinstance(source.value.get("starters", []), list):
        source.add_problem(("starters",), "starters", "must be a list of entry ids")
    for key in sorted(DECLARED.keys() - sentences.keys()):
        source.add_problem(tuple(key.split(".")[:-1]), key, "is missing; copy the sentence from prompts/en.yaml")
    for key, sentence in sentences.items():
        place = tuple(key.split("."))
        if key not in DECLARED:
            source.add_problem(place, key, "is not a key Lantern knows; look for a misspelling, or remove it")
        elif not isinstance(sentence, str) or not sentence.strip():
            source.add_problem(place, key, "must be a sentence; put it in quotes if it is a number or yes/no")
        else:
            _check_sentence(source, place, sentence)


def _check_sentence(source: YamlSource, place: tuple[str, ...], sentence: str) -> None:
    key = ".".join(place)
    try:
        used = placeholders_of(sentence)
    except ValueError as error:
        source.add_problem(place, key, f"has braces that do not pair up ({error}); write {{{{ for a plain brace")
        return
    if FORMATTED.search(sentence):
        source.add_problem(place, key, "has a placeholder with more than its name in it; write only {name}")
        return
    for name in sorted(used - DECLARED[key]):
        known = ", ".join(f"{{{known}}}" for known in sorted(DECLARED[key])) or "none"
        source.add_problem(place, key, f"has the placeholder {{{name}}}, which is not filled here; known: {known}")
    for name in sorted(DECLARED[key] - used):
        source.add_problem(place, key, f"lacks the placeholder {{{name}}}; put it where the value belongs")
    limit = LIMITS.get(key)
    if limit is not None and len(sentence.strip()) > limit:
        source.add_problem(place, key, f"has {len(sentence.strip())} characters; Discord takes {limit}")
    if key in _TYPED and not _can_be_typed(sentence.strip()):
        source.add_problem(
            place, key, f"is {sentence!r}; Discord takes one word in small letters, with - or _ if need be"
        )


def _can_be_typed(name: str) -> bool:
    # Letters, the marks that some scripts put on them, and digits.
    return name == name.lower() and all(sign in "-_" or unicodedata.category(sign)[0] in "LMN" for sign in name)
