"""The panel of `/setup`: pages on which every choice is saved at once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.core.countries import OFFERED, flagged
from bot.core.moderation import Capability, ForumMode
from bot.safety.text import escape
from bot.views.answers import ACCENT, OPTIONS, Card, Row
from bot.views.ids import desk
from bot.views.moderators.shown import Style, button

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.core.moderation import GuildSettings
    from bot.core.texts import Texts

NO_DAY = "none"
"""Chosen for no digest; 0 is Monday."""
PERMISSIONS = {
    "view_channel": "setup.may_view",
    "send_messages": "setup.may_send",
    "attach_files": "setup.may_attach",
    "send_messages_in_threads": "setup.may_send_in_threads",
    "read_message_history": "setup.may_read_history",
    "create_private_threads": "setup.may_create_threads",
}
"""The words for the permissions Lantern needs somewhere."""
GRACES = (0, 2, 4, 8, 12, 26)
"""Rounds somebody may wait before they come first; matching.md 3.4 compares them."""
CROWDS = (3, 5, 8, 12)
"""How many people must share what a card shows."""
HOURS = 24
BUTTONS = 5
"""In one row (discord/limits.md)."""
DUTY_HOURS_LENGTH = 120


class Page(StrEnum):
    """The pages of the panel."""

    ROLES = "roles"
    CHANNELS = "channels"
    FORUMS = "forums"
    HABITS = "habits"
    MEETING = "meeting"
    CARE = "care"


@dataclass(frozen=True, slots=True)
class Place:
    """What there is, on the server, of what the settings name.

    `lacking`: by the id of a channel that was not deleted, the permissions Lantern misses there (as discord.py
    calls them); `is_open`: whether everybody reads the moderators' channel.
    """

    roles: frozenset[int]
    lacking: Mapping[int, tuple[str, ...]]
    is_open: bool = False


def setup_card(page: Page, settings: GuildSettings, place: Place, texts: Texts) -> Card:
    """Return a page with what is set, and what became of it."""
    tabs = {
        Page.ROLES: texts("setup.roles"),
        Page.CHANNELS: texts("setup.channels"),
        Page.FORUMS: texts("setup.forums"),
        Page.HABITS: texts("setup.habits"),
        Page.MEETING: texts("setup.meeting"),
        Page.CARE: texts("setup.care"),
    }
    parts = {
        Page.ROLES: _roles,
        Page.CHANNELS: _channel,
        Page.FORUMS: _forums,
        Page.HABITS: _habits,
        Page.MEETING: _meeting,
        Page.CARE: _care,
    }
    buttons = [
        button(
            title,
            desk("setup_page", to),
            style=Style.primary if to is page else Style.secondary,
            disabled=to is page,
        )
        for to, title in tabs.items()
    ]
    body = ui.Container[Any](*parts[page](settings, place, texts), accent_colour=ACCENT)
    rows = [Row(*buttons[start : start + BUTTONS]) for start in range(0, len(buttons), BUTTONS)]
    return Card(ui.TextDisplay(texts("setup.text")), *rows, body)


def country_modal(texts: Texts) -> ui.Modal:
    """Return the question for a country that is not offered."""
    modal = ui.Modal(title=texts("setup.country_other"), custom_id=desk("setup_country_save"))
    letters = ui.TextInput[Any](custom_id="country", min_length=2, max_length=2)
    modal.add_item(
        ui.Label(text=texts("setup.country_letters"), description=texts("setup.country_example"), component=letters)
    )
    modal.stop()
    return modal


def duty_modal(settings: GuildSettings, texts: Texts) -> ui.Modal:
    """Return the question for when those on duty are there."""
    modal = ui.Modal(title=texts("setup.duty_hours_title"), custom_id=desk("setup_duty_hours_save"))
    hours = ui.TextInput[Any](
        custom_id="hours", default=settings.duty.hours or None, required=False, max_length=DUTY_HOURS_LENGTH
    )
    label, hint = texts("setup.duty_hours_label"), texts("setup.duty_hours_hint")
    modal.add_item(ui.Label(text=label, description=hint, component=hours))
    modal.stop()
    return modal


def _care(settings: GuildSettings, place: Place, texts: Texts) -> Iterable[ui.Item[Any]]:
    role = settings.duty.role
    yield ui.TextDisplay(texts("setup.duty_role"))
    yield Row(
        ui.RoleSelect(
            custom_id=desk("setup_duty_role"),
            placeholder=texts("setup.no_duty_role") if role is None else texts("setup.choose_again"),
            min_values=0,
            default_values=_defaults({role} & place.roles if role else (), discord.SelectDefaultValueType.role),
        )
    )
    if role is not None and role not in place.roles:
        yield ui.TextDisplay(texts("setup.duty_deleted"))
    if role is not None and settings.moderators_channel is None:
        yield ui.TextDisplay(texts("setup.duty_needs_channel"))
    elif role is not None and place.is_open:
        yield ui.TextDisplay(texts("setup.duty_open", channel=settings.moderators_channel))
    hours = settings.duty.hours
    told = texts("setup.duty_hours", hours=escape(hours)) if hours else texts("setup.duty_hours_unset")
    yield ui.Section(told, accessory=button(texts("setup.duty_hours_set"), desk("setup_duty_hours")))


def _roles(settings: GuildSettings, place: Place, texts: Texts) -> Iterable[ui.Item[Any]]:
    sentences = {
        Capability.EDIT: (texts("setup.edit"), texts("setup.manage_messages")),
        Capability.PUBLISH: (texts("setup.publish"), texts("setup.manage_messages")),
        Capability.ADMINISTER: (texts("setup.administer"), texts("setup.manage_server")),
        Capability.ASK: (texts("setup.ask"), texts("setup.everybody")),
        Capability.SUGGEST: (texts("setup.suggest"), texts("setup.who_asks")),
        Capability.MEET: (texts("setup.meet"), texts("setup.who_asks")),
    }
    for capability, (sentence, nobody_named) in sentences.items():
        named = settings.roles.get(capability, frozenset())
        yield from _told(sentence, len(named - place.roles), "setup.roles_deleted", texts)
        yield Row(
            ui.RoleSelect(
                custom_id=desk("setup_roles", capability),
                placeholder=texts("setup.choose_again") if named else nobody_named,
                min_values=0,
                max_values=OPTIONS,
                default_values=_defaults(named & place.roles, discord.SelectDefaultValueType.role),
            )
        )
    if any(named - place.roles for named in settings.roles.values()):
        yield _forget(Page.ROLES, texts)


def _channel(settings: GuildSettings, place: Place, texts: Texts) -> Iterable[ui.Item[Any]]:
    channel = settings.moderators_channel
    yield ui.TextDisplay(texts("setup.moderators_channel"))
    yield _channel_select("setup_channel", channel, place, texts("setup.no_channel"), texts)
    if channel is None:
        return
    yield from _channel_state(channel, place, Page.CHANNELS, texts)
    if place.is_open:
        yield ui.TextDisplay(texts("setup.channel_open", channel=channel))


def _meeting(settings: GuildSettings, place: Place, texts: Texts) -> Iterable[ui.Item[Any]]:
    peers = settings.peers
    state = texts("setup.meeting_on" if peers.is_on else "setup.meeting_off")
    yield ui.Section(state, accessory=_toggle("setup_meeting", texts, is_on=peers.is_on))
    yield ui.TextDisplay(texts("setup.peers_channel"))
    yield _channel_select("setup_peers_channel", peers.channel, place, texts("setup.no_peers_channel"), texts)
    if peers.channel is not None:
        yield from _channel_state(peers.channel, place, Page.MEETING, texts)
    yield ui.TextDisplay(texts("setup.round_day"))
    days = {str(number): day for number, day in enumerate(texts("setup.days").split())}
    yield _select("setup_round_day", days, str(peers.round_day))
    yield ui.TextDisplay(texts("setup.round_hour"))
    hours = {str(hour): texts("setup.hour", hour=f"{hour:02}") for hour in range(HOURS)}
    yield _select("setup_round_hour", hours, str(peers.round_hour))
    yield ui.TextDisplay(texts("setup.grace"))
    graces = {str(each): texts("setup.rounds", number=each) for each in sorted({*GRACES, peers.grace})}
    yield _select("setup_grace", graces, str(peers.grace))
    yield ui.TextDisplay(texts("setup.crowd"))
    crowds = {str(each): texts("setup.people", number=each) for each in sorted({*CROWDS, peers.k})}
    yield _select("setup_crowd", crowds, str(peers.k))


def _forums(settings: GuildSettings, place: Place, texts: Texts) -> Iterable[ui.Item[Any]]:
    there = [forum for forum in settings.forums if forum in place.lacking]
    deleted = len(settings.forums) - len(there)
    yield from _told(texts("setup.help_forums"), deleted, "setup.forums_deleted", texts)
    yield Row(
        ui.ChannelSelect(
            custom_id=desk("setup_forums"),
            placeholder=texts("setup.choose_again") if deleted else texts("setup.no_forum"),
            channel_types=[discord.ChannelType.forum],
            min_values=0,
            max_values=OPTIONS,
            default_values=_defaults(there, discord.SelectDefaultValueType.channel),
        )
    )
    lines = []
    for forum in there:
        is_on = settings.forums[forum] is ForumMode.ON
        lines.append(texts("setup.forum_on" if is_on else "setup.forum_shadow", forum=forum))
        if lacking := place.lacking[forum]:
            lines.append(texts("setup.channel_lacking", channel=forum, permissions=_permissions(lacking, texts)))
    if lines:
        yield ui.TextDisplay("\n".join(lines))
    if deleted:
        yield _forget(Page.FORUMS, texts)


def _habits(settings: GuildSettings, _place: Place, texts: Texts) -> Iterable[ui.Item[Any]]:
    days = {str(number): day for number, day in enumerate(texts("setup.days").split())}
    chosen = NO_DAY if settings.digest_day is None else str(settings.digest_day)
    yield ui.TextDisplay(texts("setup.digest"))
    yield _select("setup_digest", {NO_DAY: texts("setup.no_digest"), **days}, chosen)
    state = texts("setup.four_eyes_on" if settings.four_eyes else "setup.four_eyes_off")
    yield ui.Section(state, accessory=_toggle("setup_four_eyes", texts, is_on=settings.four_eyes))
    language = settings.language if settings.language in texts.locales else texts.locale
    yield ui.TextDisplay(texts("setup.language" if len(texts.locales) > 1 else "setup.one_language", language=language))
    if len(texts.locales) > 1:
        yield _select("setup_language", {locale: locale for locale in texts.locales}, language)
    yield from _country(settings.country, texts)


def _country(chosen: str | None, texts: Texts) -> Iterable[ui.Item[Any]]:
    offered = OFFERED if chosen is None or chosen in OFFERED else (chosen, *OFFERED[: OPTIONS - 1])
    yield ui.TextDisplay(texts("setup.country"))
    yield _select(
        "setup_country", {code: flagged(code) for code in offered}, chosen, placeholder=texts("setup.no_country")
    )
    yield Row(button(texts("setup.country_other"), desk("setup_country_ask")))


def _toggle(verb: str, texts: Texts, *, is_on: bool) -> ui.Button[Any]:
    if is_on:
        return button(texts("setup.turn_off"), desk(verb, "off"), style=Style.secondary)
    return button(texts("setup.turn_on"), desk(verb, "on"), style=Style.success)


def _channel_select(verb: str, channel: int | None, place: Place, nothing: str, texts: Texts) -> Row:
    """Return a choice of one text channel, or of none, which `nothing` says."""
    there = [channel] if channel is not None and channel in place.lacking else []
    return Row(
        ui.ChannelSelect(
            custom_id=desk(verb),
            placeholder=nothing if channel is None else texts("setup.choose_again"),
            channel_types=[discord.ChannelType.text],
            min_values=0,
            default_values=_defaults(there, discord.SelectDefaultValueType.channel),
        )
    )


def _channel_state(channel: int, place: Place, page: Page, texts: Texts) -> Iterable[ui.Item[Any]]:
    """Return what became of a channel that was chosen."""
    if channel not in place.lacking:
        yield ui.TextDisplay(texts("setup.channel_deleted"))
        yield _forget(page, texts)
    elif lacking := place.lacking[channel]:
        named = _permissions(lacking, texts)
        yield ui.TextDisplay(texts("setup.channel_lacking", channel=channel, permissions=named))
    else:
        yield ui.TextDisplay(texts("setup.channel_good", channel=channel))


def _told(sentence: str, deleted: int, key: str, texts: Texts) -> Iterable[ui.Item[Any]]:
    """Return what a field is for, and how much of what it names was deleted."""
    yield ui.TextDisplay(f"{sentence}\n{texts(key, number=deleted)}" if deleted else sentence)


def _select(verb: str, options: Mapping[str, str], chosen: str | None, placeholder: str | None = None) -> Row:
    """Return a choice of one; where there is a placeholder, also of none."""
    rows = [discord.SelectOption(label=label, value=value, default=value == chosen) for value, label in options.items()]
    fewest = 0 if placeholder else 1
    return Row(ui.Select(custom_id=desk(verb), options=rows, min_values=fewest, placeholder=placeholder))


def _forget(page: Page, texts: Texts) -> Row:
    return Row(button(texts("setup.forget"), desk("setup_forget", page), style=Style.danger))


def _defaults(ids: Iterable[int], kind: discord.SelectDefaultValueType) -> list[discord.SelectDefaultValue]:
    return [discord.SelectDefaultValue(id=each, type=kind) for each in sorted(ids)[:OPTIONS]]


def _permissions(lacking: Iterable[str], texts: Texts) -> str:
    return ", ".join(texts(PERMISSIONS[name]) for name in lacking)
