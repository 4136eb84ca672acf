"""What becomes of a profile as it is typed, and what one lacks. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.core.errors import Fault
from bot.core.peers import Role
from bot.peers.zones import zone_of
from bot.safety.cards import faults_in_sentence
from bot.safety.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from bot.core.peers import Profile, Setback

STORY_LENGTH = 2000
"""Characters of the own words. The model reads 256 word pieces, about the first half of that."""
MOST_PLACES = 5
"""A mentor's, at a time."""
MOST_AGAIN_DAYS = 3650
ACCOUNT_AGE = timedelta(days=30)
TIME_ON_SERVER = timedelta(days=7)
"""Before somebody may mentor (matching.md 6.3): whoever harvests people rarely waits so long."""


@dataclass(frozen=True, slots=True)
class Account:
    """When somebody's Discord account was made (its id tells), and when they joined the server; None = unknown."""

    created_at: datetime
    joined_at: datetime | None

    def may_mentor(self, now: datetime) -> bool:
        """Tell whether account and membership are old enough to mentor. Unknown is not."""
        is_old = now - self.created_at >= ACCOUNT_AGE
        return is_old and self.joined_at is not None and now - self.joined_at >= TIME_ON_SERVER


def tidied(typed: Profile, before: Profile, taxonomy: Mapping[str, Setback]) -> tuple[Profile, list[Fault]]:
    """Return what of a profile can be saved, with every fault of the rest, which stays as it was `before`."""
    faults: list[Fault] = []
    sentence = clean(typed.sentence)
    if sentence != before.sentence and (found := faults_in_sentence(sentence)):
        faults += found
        sentence = before.sentence
    story = "\n".join(filter(None, map(clean, typed.story.splitlines())))
    if len(story) > STORY_LENGTH:
        faults.append(Fault("card.story_long", {"most": STORY_LENGTH, "length": len(story)}))
        story = before.story
    zone = zone_of(typed.zone) if typed.zone.strip() and typed.zone != before.zone else typed.zone.strip()
    if isinstance(zone, Fault):
        faults.append(zone)
        zone = before.zone
    setbacks = typed.setbacks & taxonomy.keys()
    tidy = replace(
        typed,
        setbacks=setbacks,
        shown=frozenset(name for name in typed.shown & setbacks if taxonomy[name].is_sensitive),
        story=story,
        sentence=sentence,
        languages=frozenset(filter(None, (code.strip().casefold() for code in typed.languages))),
        zone=zone,
        hours=tuple(sorted({(start, end) for start, end in typed.hours if _is_span(start, end)})),
        capacity=min(max(typed.capacity, 1), MOST_PLACES),
        again_days=None if typed.again_days is None else min(max(typed.again_days, 1), MOST_AGAIN_DAYS),
    )
    return tidy, faults


def _is_span(start: float, end: float) -> bool:
    return 0 <= start <= 24 and 0 <= end <= 24 and start != end  # noqa: PLR2004 - hours of a day


def lacks(profile: Profile, sensitive: frozenset[str]) -> Iterator[str]:
    """Yield the text key of each thing without which nobody can be found.

    `sensitive`: topics that never make a pair alone, so that one needs another topic, or a story, beside them.
    """
    if not profile.roles:
        yield "lacks.roles"
    if profile.stage is None:
        yield "lacks.stage"
    if not profile.languages:
        yield "lacks.languages"
    if not profile.setbacks and not profile.story:
        yield "lacks.setbacks"
    elif not profile.setbacks - sensitive and not profile.story:
        yield "lacks.more_than_sensitive"
    if not profile.helps:
        yield "lacks.helps"
    if not profile.hours and not profile.asynchronous:
        yield "lacks.hours"
    if profile.hours and not profile.zone:
        yield "lacks.zone"


def without_mentoring(profile: Profile) -> Profile:
    """Return a profile of somebody who may not mentor yet."""
    return replace(profile, roles=profile.roles - {Role.MENTOR})
