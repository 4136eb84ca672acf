"""The panel on which a profile is filled in, in three steps, each choice saved at once; and what others would see."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.core.introductions import Card as PeerCard
from bot.core.languages import LANGUAGES
from bot.core.matching import Kind
from bot.core.peers import Contact, Help, Hope, MemberState, Pace, Ping, Role
from bot.peers.profiles import MOST_PLACES
from bot.safety.text import cut, escape
from bot.views.answers import ACCENT, OPTION_LENGTH, OPTIONS, Card, Row
from bot.views.ids import meet
from bot.views.moderators.shown import Style, button
from bot.views.peers.introductions import card_text
from bot.views.peers.unsaved import unsaved_parts
from bot.views.peers.words import OUTLOOKS, STAGES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from bot.core.errors import Fault
    from bot.core.peers import Member, Profile, Setback
    from bot.core.texts import Texts
    from bot.views.peers.unsaved import Typed
    from bot.views.peers.words import Words

    Parts = Iterator[ui.Item[Any]]


class Step(StrEnum):
    """The steps of the panel."""

    YOU = "you"
    HAPPENED = "happened"
    TALKING = "talking"


class Choice(StrEnum):
    """What is chosen from a list."""

    ROLES = "roles"
    STAGE = "stage"
    LANGUAGES = "languages"
    MORE_LANGUAGES = "more-languages"
    TOPICS = "topics"
    SHOWN = "shown"
    HELPS = "helps"
    PACE = "pace"
    HOPE = "hope"
    HOURS = "hours"
    CAPACITY = "capacity"
    CONTACT = "contact"
    PING = "ping"
    AGAIN = "again"


STEPS: Mapping[Step, str] = {
    Step.YOU: "profile.you",
    Step.HAPPENED: "profile.happened",
    Step.TALKING: "profile.talking",
}
ROLES: Mapping[Role, str] = {
    Role.PEER: "profile.role_peer",
    Role.SEEKER: "profile.role_seeker",
    Role.MENTOR: "profile.role_mentor",
}
CONTACTS: Mapping[Contact, str] = {
    Contact.EITHER: "profile.contact_either",
    Contact.THREAD: "profile.contact_thread",
    Contact.DIRECT: "profile.contact_direct",
}
PINGS: Mapping[Ping, str] = {
    Ping.NONE: "profile.ping_none",
    Ping.DIRECT: "profile.ping_direct",
    Ping.CHANNEL: "profile.ping_channel",
}
ANY_TIME = "any"
"""Chosen for writing at any time."""
PARTS_OF_DAY: Mapping[str, tuple[tuple[float, float] | None, str]] = {
    ANY_TIME: (None, "profile.hours_any"),
    "6-9": ((6.0, 9.0), "profile.hours_early"),
    "9-12": ((9.0, 12.0), "profile.hours_morning"),
    "12-14": ((12.0, 14.0), "profile.hours_noon"),
    "14-18": ((14.0, 18.0), "profile.hours_afternoon"),
    "18-22": ((18.0, 22.0), "profile.hours_evening"),
    "22-2": ((22.0, 2.0), "profile.hours_night"),
    "2-6": ((2.0, 6.0), "profile.hours_late"),
}
"""Parts of the local day."""
STEP_OF: Mapping[Choice, Step] = {
    Choice.ROLES: Step.YOU,
    Choice.STAGE: Step.YOU,
    Choice.LANGUAGES: Step.YOU,
    Choice.MORE_LANGUAGES: Step.YOU,
    Choice.TOPICS: Step.HAPPENED,
    Choice.SHOWN: Step.HAPPENED,
    Choice.HELPS: Step.HAPPENED,
    Choice.PACE: Step.HAPPENED,
    Choice.HOPE: Step.HAPPENED,
    Choice.HOURS: Step.TALKING,
    Choice.CAPACITY: Step.TALKING,
    Choice.CONTACT: Step.TALKING,
    Choice.PING: Step.TALKING,
    Choice.AGAIN: Step.TALKING,
}
NEVER = "never"
AGAIN_AFTER: Mapping[str, str] = {
    NEVER: "profile.again_never",
    "90": "profile.again_quarter",
    "180": "profile.again_half",
    "365": "profile.again_year",
}
"""Days after which the same person may be suggested again."""
FAULTS_LENGTH, FAULT_LENGTH = 1200, 90
"""Characters of a note about faults, and of a value in one of them; what does not fit is told at the next try."""


@dataclass(frozen=True, slots=True)
class Panel:
    """What the panel shows. `missing`: the text keys of what the profile lacks; `note`: what happened just now."""

    step: Step
    member: Member
    missing: tuple[str, ...]
    unsaved: Mapping[Typed, str] = field(default_factory=dict)
    note: str = ""


def profile_card(panel: Panel, words: Words) -> Card:
    """Return the panel at a step."""
    texts, draw = words.texts, _DRAWN[panel.step]
    tabs = [
        button(
            texts(key),
            meet("step", step),
            Style.primary if step is panel.step else Style.secondary,
            disabled=step is panel.step,
        )
        for step, key in STEPS.items()
    ]
    body = ui.Container[Any](*draw(panel.member.profile, words), accent_colour=ACCENT)
    note = [ui.TextDisplay[Any](panel.note)] if panel.note else []
    parts = [Row(*tabs), body, *unsaved_parts(panel.unsaved, texts), *note, ui.TextDisplay(_standing(panel, texts))]
    return Card(*parts, Row(*_footer(panel, texts)))


def faults_note(text: str, faults: Iterable[Fault], texts: Texts) -> str:
    """Return what is wrong with something that was typed, a line for each fault, as many as fit."""
    lines, room = [text], FAULTS_LENGTH - len(text)
    for fault in faults:
        values = {name: escape(cut(str(value), FAULT_LENGTH)) for name, value in fault.values.items()}
        line = texts("profile.fault", fault=texts(fault.text_key, **values))
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
    return "\n".join(lines)


def preview_card(profile: Profile, faults: Sequence[Fault], doubts: Sequence[Fault], words: Words) -> Card:
    """Return the most that others would see of somebody before both said yes.

    `faults`: of a sentence that is not on the card yet; `doubts`: of the one that is.
    """
    texts = words.texts
    shown = ui.TextDisplay[Any](card_text(own_card(profile, words.taxonomy), words) or texts("profile.preview_empty"))
    parts: list[ui.Item[Any]] = [ui.TextDisplay(texts("profile.preview")), ui.Container(shown, accent_colour=ACCENT)]
    notes = {"profile.refused": faults, "profile.reread": doubts}
    parts += (ui.TextDisplay(faults_note(texts(key), found, texts)) for key, found in notes.items() if found)
    return Card(*parts)


def own_card(profile: Profile, taxonomy: Mapping[str, Setback]) -> PeerCard:
    """Return the card of somebody with whom the reader has everything in common, and who cannot be singled out."""
    is_mentor = profile.roles == {Role.MENTOR}
    return PeerCard(
        kind=Kind.MENTOR if is_mentor else Kind.PEER,
        is_mentor=is_mentor,
        topics=tuple(each for each in taxonomy if each in profile.setbacks and each not in _hidden(profile, taxonomy)),
        languages=tuple(sorted(profile.languages)),
        helps=tuple(each for each in Help if each in profile.helps),
        sentence=profile.sentence,
        stage=profile.stage,
        hours=0 if profile.asynchronous else None,
    )


def _hidden(profile: Profile, taxonomy: Mapping[str, Setback]) -> set[str]:
    return {each for each in profile.setbacks - profile.shown if each in taxonomy and taxonomy[each].is_sensitive}


def _you(profile: Profile, words: Words) -> Parts:
    texts = words.texts
    several, chosen = texts("profile.choose_several"), profile.languages
    yield from _several(Choice.ROLES, texts("profile.roles"), _named(ROLES, texts), profile.roles, several)
    stages = {str(int(stage)): texts(key) for stage, key in STAGES.items()}
    stage = None if profile.stage is None else str(int(profile.stage))
    yield from _one(Choice.STAGE, texts("profile.stage"), stages, stage, texts("profile.choose_one"))
    offered = list(LANGUAGES.items())
    first, second = dict(offered[:OPTIONS]), dict(offered[OPTIONS:])
    yield from _several(Choice.LANGUAGES, texts("profile.languages"), first, chosen, several)
    yield from _several(Choice.MORE_LANGUAGES, texts("profile.more_languages"), second, chosen, several)


def _happened(profile: Profile, words: Words) -> Parts:
    texts, taxonomy = words.texts, words.taxonomy
    several, nothing = texts("profile.choose_several"), texts("profile.nothing")
    # A later version may ship more topics than fit beside those a server added; those come last.
    topics = {each.id: each.label for each in list(taxonomy.values())[:OPTIONS]}
    yield from _several(Choice.TOPICS, texts("profile.topics"), topics, profile.setbacks, several)
    if sensitive := {each: topics[each] for each in topics if each in profile.setbacks and taxonomy[each].is_sensitive}:
        yield from _several(Choice.SHOWN, texts("profile.shown"), sensitive, profile.shown, several)
    yield from _several(Choice.HELPS, texts("profile.helps"), _named(_outlooks(Help), texts), profile.helps, several)
    yield from _one(Choice.PACE, texts("profile.pace"), _named(_outlooks(Pace), texts), profile.pace, nothing)
    yield from _one(Choice.HOPE, texts("profile.hope"), _named(_outlooks(Hope), texts), profile.hope, nothing)
    lines = [texts("profile.words")]
    if profile.story:
        lines.append(texts("profile.story_saved", characters=len(profile.story)))
    if profile.sentence:
        lines.append(texts("profile.sentence_saved", sentence=escape(profile.sentence)))
    yield ui.Section("\n".join(lines), accessory=button(texts("profile.write"), meet("words"), Style.primary))


def _talking(profile: Profile, words: Words) -> Parts:
    texts = words.texts
    zone = texts("profile.zone_saved", zone=escape(profile.zone)) if profile.zone else texts("profile.no_zone")
    yield ui.Section(zone, accessory=button(texts("profile.set_zone"), meet("zone"), Style.primary))
    hours = {value: texts(key) for value, (_, key) in PARTS_OF_DAY.items()}
    free = {value for value, (span, _) in PARTS_OF_DAY.items() if span in profile.hours}
    chosen = free | {ANY_TIME} if profile.asynchronous else free
    yield from _several(Choice.HOURS, texts("profile.hours"), hours, chosen, texts("profile.choose_several"))
    if Role.MENTOR in profile.roles:
        places = {str(number): str(number) for number in range(1, MOST_PLACES + 1)}
        yield from _one(Choice.CAPACITY, texts("profile.capacity"), places, str(profile.capacity))
    yield from _one(Choice.CONTACT, texts("profile.contact"), _named(CONTACTS, texts), profile.contact)
    yield from _one(Choice.PING, texts("profile.ping"), _named(PINGS, texts), profile.ping)
    again = NEVER if profile.again_days is None else str(profile.again_days)
    yield from _one(Choice.AGAIN, texts("profile.again"), _named(AGAIN_AFTER, texts), again)


_DRAWN = {Step.YOU: _you, Step.HAPPENED: _happened, Step.TALKING: _talking}


def _outlooks(kind: type[StrEnum]) -> dict[str, str]:
    return {each: OUTLOOKS[each] for each in kind}


def _named(keys: Mapping[Any, str], texts: Texts) -> dict[str, str]:
    return {str(value): texts(key) for value, key in keys.items()}


def _several(choice: Choice, text: str, options: Mapping[str, str], chosen: Collection[str], placeholder: str) -> Parts:
    """Yield a choice of any number; `placeholder`: shown while that is none."""
    select: ui.Select[Any] = ui.Select(
        custom_id=meet("choose", choice),
        options=_rows(options, chosen),
        min_values=0,
        max_values=len(options),
        placeholder=placeholder,
    )
    yield from (ui.TextDisplay(text), Row(select))


def _one(
    choice: Choice, text: str, options: Mapping[str, str], chosen: str | None, placeholder: str | None = None
) -> Parts:
    """Yield a choice of one; where there is a placeholder, also of none."""
    select: ui.Select[Any] = ui.Select(
        custom_id=meet("choose", choice),
        options=_rows(options, {chosen}),
        min_values=0 if placeholder else 1,
        placeholder=placeholder,
    )
    yield from (ui.TextDisplay(text), Row(select))


def _rows(options: Mapping[str, str], chosen: Collection[str | None]) -> list[discord.SelectOption]:
    return [
        discord.SelectOption(label=cut(label, OPTION_LENGTH), value=value, default=value in chosen)
        for value, label in options.items()
    ]


def _standing(panel: Panel, texts: Texts) -> str:
    """Return what a profile still lacks, or that it lacks nothing, and what that means."""
    state = panel.member.state
    lines = [texts("profile.paused")] if state is MemberState.PAUSED else []
    if panel.missing:
        lines += [texts("profile.missing"), *(texts("profile.fault", fault=texts(key)) for key in panel.missing)]
    elif state is MemberState.UNFINISHED:
        lines.append(texts("profile.complete"))
    elif state is MemberState.ACTIVE:
        lines.append(texts("profile.active"))
    return "\n".join(lines)


def _footer(panel: Panel, texts: Texts) -> Iterator[ui.Button[Any]]:
    steps = list(Step)
    following = steps[steps.index(panel.step) + 1 :]
    if panel.member.state is MemberState.UNFINISHED:
        yield button(texts("profile.start"), meet("start"), Style.success, disabled=bool(panel.missing))
    for step in following[:1]:
        yield button(texts("profile.next"), meet("next", step), Style.primary)
    yield button(texts("profile.show_preview"), meet("preview"))
