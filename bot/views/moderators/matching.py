"""What moderators see of people who meet: reports, rounds in figures, topics. Never a story or a profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.core.introductions import ReportState
from bot.core.matching import Kind, Obstacle
from bot.safety.text import cut, quoted
from bot.views.answers import ACCENT, LABEL_LENGTH, OPTIONS, Card, Row
from bot.views.ids import desk
from bot.views.moderators.shown import Style, button, next_button
from bot.views.peers.words import REASONS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from bot.core.introductions import Report
    from bot.core.matching import RoundRecord, Shortage
    from bot.core.peers import Setback
    from bot.core.texts import Texts
    from bot.views.peers.words import Words

TOO_MANY_UNFOUNDED = 5
"""Unfounded reports of one person from which a moderator is asked to look closer (safety.md, statement 57)."""
REPORT_LENGTH = 2500
TOPIC, KIND = "topic", "kind"
"""The fields of the form for a topic."""
PLAIN, SENSITIVE = "plain", "sensitive"
DECISIONS: Mapping[ReportState, tuple[str, str, str]] = {
    ReportState.UNFOUNDED: ("matching.unfounded", "matching.sure_unfounded", "matching.was_unfounded"),
    ReportState.SETTLED: ("matching.settled", "matching.sure_settled", "matching.was_settled"),
    ReportState.REMOVED: ("matching.remove", "matching.sure_remove", "matching.was_removed"),
}
"""What moderators can decide: the button, the question whether they are sure, and what was done."""
OBSTACLES: Mapping[Obstacle, str] = {
    Obstacle.ADULT: "matching.lacks_adult",
    Obstacle.NOBODY: "matching.lacks_nobody",
    Obstacle.ROLES: "matching.lacks_roles",
    Obstacle.LANGUAGE: "matching.lacks_language",
    Obstacle.TIME: "matching.lacks_time",
    Obstacle.STAGE: "matching.lacks_stage",
    Obstacle.FIT: "matching.lacks_fit",
    Obstacle.PAST: "matching.lacks_past",
    Obstacle.FULL: "matching.lacks_full",
}
"""What keeps people from everybody, as administrators read it."""


@dataclass(frozen=True, slots=True)
class InQueue:
    """A report with its place in the queue: how many wait, and the one to look at after it."""

    report: Report
    waiting: int
    following: Report | None


def report_card(place: InQueue, texts: Texts) -> Card:
    """Return a report to decide on."""
    report = place.report
    who = texts("matching.report", reported=f"<@{report.reported}>", reporter=f"<@{report.reporter}>")
    parts = [
        f"{who}\n{texts('matching.report_at', at=_moment(report.at.timestamp()))}",
        texts("matching.reason", reason=texts(REASONS[report.reason])),
    ]
    if report.text.strip():
        parts.append(texts("matching.words", text=quoted(report.text, REPORT_LENGTH)))
    if report.unfounded_before:
        many = report.unfounded_before >= TOO_MANY_UNFOUNDED
        key = "matching.many_unfounded_before" if many else "matching.unfounded_before"
        parts.append(texts(key, number=report.unfounded_before))
    parts.append(texts("matching.reports_left", number=place.waiting))
    buttons = [
        button(texts(name), desk("matching_sure", report.id, state), _style_of(state))
        for state, (name, _, _) in DECISIONS.items()
    ]
    following = next_button(texts, "matching_show", place.following)
    return Card(ui.Container(*map(ui.TextDisplay[Any], parts), accent_colour=ACCENT), Row(*buttons, *following))


def sure_card(report: Report, state: ReportState, texts: Texts) -> Card:
    """Return the question whether somebody means a decision."""
    name, question, _ = DECISIONS[state]
    yes = button(texts(name), desk("matching_decide", report.id, state), _style_of(state))
    back = button(texts("matching.back"), desk("matching_show", report.id))
    return Card(ui.TextDisplay(texts(question, reported=f"<@{report.reported}>")), Row(yes, back))


def arrived_card(texts: Texts) -> Card:
    """Return the line for the moderators' channel when a report arrives. It names nobody."""
    look = button(texts("matching.look"), desk("matching_open"), Style.primary)
    return Card(ui.TextDisplay(texts("matching.arrived")), Row(look))


def rounds_card(records: Sequence[RoundRecord], texts: Texts) -> Card:
    """Return the last rounds in figures, newest first."""
    lines = [_round_line(record, texts) for record in records]
    return Card(ui.TextDisplay(texts("matching.rounds")), *map(ui.TextDisplay[Any], lines))


def shortages_card(shortages: Sequence[Shortage], words: Words) -> Card:
    """Return whom to look for, the most wanted first."""
    texts = words.texts
    most = sorted(shortages, key=lambda shortage: -shortage.people)[:OPTIONS]
    lines = "\n".join(_shortage_line(shortage, words) for shortage in most)
    return Card(ui.TextDisplay(texts("matching.shortages")), ui.TextDisplay(lines))


def topics_card(topics: Collection[Setback], own: Collection[Setback], texts: Texts, note: str = "") -> Card:
    """Return what people choose from; `own`: those of the server, which can be taken out again."""
    mine = {topic.id for topic in own}
    lines = "\n".join(
        texts(_topic_key(topic, is_own=topic.id in mine), topic=quoted(topic.label, LABEL_LENGTH)) for topic in topics
    )
    is_full = len(topics) >= OPTIONS
    add = button(texts("matching.add_topic"), desk("matching_topic_add"), Style.primary, disabled=is_full)
    parts: list[ui.Item[Any]] = [ui.TextDisplay(texts("matching.topics")), ui.TextDisplay(lines)]
    parts += [ui.TextDisplay(note)] if note else []
    parts.append(Row(add))
    if own:
        options = [discord.SelectOption(label=cut(topic.label, LABEL_LENGTH), value=topic.id) for topic in own]
        placeholder = texts("matching.remove_topic")
        parts.append(Row(ui.Select(placeholder=placeholder, options=options, custom_id=desk("matching_topic_remove"))))
    return Card(*parts)


def topic_form(texts: Texts, most: int) -> ui.Modal:
    """Return the form for a topic of the server's own; `most`: characters of its label."""
    label = ui.TextInput[Any](custom_id=TOPIC, max_length=most)
    kinds = ui.Select[Any](
        custom_id=KIND,
        options=[
            discord.SelectOption(label=texts("matching.topic_plain"), value=PLAIN, default=True),
            discord.SelectOption(label=texts("matching.topic_sensitive"), value=SENSITIVE),
        ],
    )
    form = ui.Modal(title=texts("matching.add_topic"), custom_id=desk("matching_topic_save"))
    form.add_item(ui.Label(text=texts("matching.topic"), description=texts("matching.topic_hint"), component=label))
    form.add_item(
        ui.Label(text=texts("matching.topic_kind"), description=texts("matching.topic_kind_hint"), component=kinds)
    )
    form.stop()
    return form


def _style_of(state: ReportState) -> Style:
    return Style.danger if state is ReportState.REMOVED else Style.secondary


def _topic_key(topic: Setback, *, is_own: bool) -> str:
    if topic.is_sensitive:
        return "matching.own_sensitive_topic" if is_own else "matching.sensitive_topic"
    return "matching.own_topic" if is_own else "matching.shipped_topic"


def _round_line(record: RoundRecord, texts: Texts) -> str:
    gap = 100 * (record.upper_bound - record.matched) / record.upper_bound if record.upper_bound else 0.0
    line = texts(
        "matching.round",
        number=record.number,
        at=_moment(record.at.timestamp()),
        people=record.people,
        pairs=record.pairs,
        matched=record.matched,
        bound=record.upper_bound,
        gap=f"{gap:.2f}",
        unmatched=record.people - record.matched,
        solver=record.solver,
        seconds=f"{record.seconds:.1f}",
    )
    return f"{line}\n{texts('matching.round_note', note=quoted(record.note, REPORT_LENGTH))}" if record.note else line


def _shortage_line(shortage: Shortage, words: Words) -> str:
    texts = words.texts
    wanted = texts("matching.a_mentor" if shortage.lacks is Kind.MENTOR else "matching.a_peer")
    span = (_offset(shortage.from_offset), _offset(shortage.to_offset))
    where = span[0] if span[0] == span[1] else texts("matching.span", begin=span[0], end=span[1])
    known = [words.languages([shortage.language]) if shortage.language else "", where, words.topics([shortage.setback])]
    return texts(
        "matching.shortage",
        people=shortage.people,
        wanted=wanted,
        known=texts("word.and").join(filter(None, known)),
        obstacle=texts(OBSTACLES[shortage.obstacle]),
    )


def _offset(hours: float) -> str:
    minutes = round(abs(hours) * 60)
    return f"UTC{'-' if hours < 0 else '+'}{minutes // 60}" + (f":{minutes % 60:02}" if minutes % 60 else "")


def _moment(seconds: float) -> str:
    """Return a moment as Discord shows it, in everybody's own time."""
    return f"<t:{int(seconds)}:f>"
