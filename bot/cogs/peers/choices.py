"""What each pick on the panel makes of a profile. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from bot.core.errors import OldButtonError
from bot.core.languages import LANGUAGES
from bot.core.peers import Contact, Help, Hope, Pace, Ping, Role, Stage
from bot.views.answers import OPTIONS
from bot.views.ids import name_in, number_in
from bot.views.peers.profile import AGAIN_AFTER, ANY_TIME, NEVER, PARTS_OF_DAY, Choice

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from enum import StrEnum

    from bot.core.peers import Profile

Name = TypeVar("Name", bound="StrEnum")


def chosen(profile: Profile, choice: Choice, picked: Sequence[str]) -> Profile:
    """Return a profile with what was picked. Raises OldButtonError for what is not offered."""
    return _CHANGES[choice](profile, picked)


def _several(kind: type[Name], picked: Sequence[str]) -> frozenset[Name]:
    return frozenset(name_in(kind, each) for each in picked)


def _at_most_one(kind: type[Name], picked: Sequence[str]) -> Name | None:
    return name_in(kind, picked[0]) if picked else None


def _one(picked: Sequence[str]) -> str:
    if len(picked) != 1:
        raise OldButtonError("A pick of none, or of several.")
    return picked[0]


def _stage(picked: Sequence[str]) -> Stage | None:
    _offered(picked, [str(int(stage)) for stage in Stage])
    return Stage(int(picked[0])) if picked else None


def _languages(profile: Profile, offered: Collection[str], picked: Sequence[str]) -> frozenset[str]:
    """Return the languages once those that one list offers were picked."""
    return (profile.languages - frozenset(offered)) | frozenset(_offered(picked, offered))


def _hours(profile: Profile, picked: Sequence[str]) -> tuple[tuple[float, float], ...]:
    offered = {span for span, _ in PARTS_OF_DAY.values()}
    spans = {PARTS_OF_DAY[each][0] for each in _offered(picked, PARTS_OF_DAY)}
    return tuple(sorted({*(span for span in profile.hours if span not in offered), *filter(None, spans)}))


def _again_days(picked: Sequence[str]) -> int | None:
    (days,) = _offered([_one(picked)], AGAIN_AFTER)
    return None if days == NEVER else number_in(days)


def _offered(picked: Sequence[str], offered: Collection[str]) -> Sequence[str]:
    if not set(picked) <= set(offered):
        raise OldButtonError("A pick of what is not offered.")
    return picked


_FIRST, _SECOND = list(LANGUAGES)[:OPTIONS], list(LANGUAGES)[OPTIONS:]
_CHANGES: Mapping[Choice, Callable[[Profile, Sequence[str]], Profile]] = {
    Choice.ROLES: lambda profile, picked: replace(profile, roles=_several(Role, picked)),
    Choice.STAGE: lambda profile, picked: replace(profile, stage=_stage(picked)),
    Choice.LANGUAGES: lambda profile, picked: replace(profile, languages=_languages(profile, _FIRST, picked)),
    Choice.MORE_LANGUAGES: lambda profile, picked: replace(profile, languages=_languages(profile, _SECOND, picked)),
    Choice.TOPICS: lambda profile, picked: replace(profile, setbacks=frozenset(picked)),
    Choice.SHOWN: lambda profile, picked: replace(profile, shown=frozenset(picked)),
    Choice.HELPS: lambda profile, picked: replace(profile, helps=_several(Help, picked)),
    Choice.PACE: lambda profile, picked: replace(profile, pace=_at_most_one(Pace, picked)),
    Choice.HOPE: lambda profile, picked: replace(profile, hope=_at_most_one(Hope, picked)),
    Choice.HOURS: lambda profile, picked: replace(
        profile, hours=_hours(profile, picked), asynchronous=ANY_TIME in picked
    ),
    Choice.CAPACITY: lambda profile, picked: replace(profile, capacity=number_in(_one(picked))),
    Choice.CONTACT: lambda profile, picked: replace(profile, contact=name_in(Contact, _one(picked))),
    Choice.PING: lambda profile, picked: replace(profile, ping=name_in(Ping, _one(picked))),
    Choice.AGAIN: lambda profile, picked: replace(profile, again_days=_again_days(picked)),
}
