"""A suggestion in a help forum, and what moderators see of how suggestions do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.core.moderation import ForumMode
from bot.safety.text import cut, escape
from bot.views.answers import ACCENT, OPTION_LENGTH, OPTIONS, Card, Row
from bot.views.ids import action, desk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.models import Entry, UserId
    from bot.core.texts import Texts
    from bot.faq.forum import Standing

BEGINNING_LENGTH = 350
"""Characters of an answer that a suggestion shows: three or four lines on a phone."""

# A full stop before a small letter is an abbreviation's, one after a digit may number a list. A line counts as a
# sentence too, unless it announces what follows: with a colon, or in bold.
_SENTENCE_END = re.compile(r"(?<!\d)[.!?…][\"'”’)*_`]*(?=\s+[^\sa-z])|[。！？]|(?<=[^\s:*])(?=\n)")
_PAIRED = ("**", "`", "||", "~~")


def beginning(answer: str, limit: int = BEGINNING_LENGTH) -> str:
    """Return the first sentences of an answer (Markdown), at most `limit` characters and an ellipsis.

    A first sentence that is longer is cut at a word. No bold, code or link is left open where it can be helped.
    """
    answer = answer.strip()
    if len(answer) <= limit:
        return answer
    sentences = [found.end() for found in _SENTENCE_END.finditer(answer) if found.end() <= limit]
    words = [found.start() for found in re.finditer(r"\s", answer[: limit + 1])]
    for end in (*reversed(sentences), *reversed(words)):
        if _is_closed(answer[:end]):
            return answer[:end].rstrip() + " …"
    return cut(answer, limit)


def suggestion_card(entry: Entry, texts: Texts, poster: UserId, *, is_thanked: bool = False) -> Card:
    """Return what the bot says under a post; once it helped, without the buttons that ask."""
    read: ui.Button[Any] = ui.Button(label=texts("forum.read"), custom_id=action("forum_read", entry.id))
    title, answer = texts("forum.title", question=entry.question), beginning(entry.answer)
    body = ui.Container(ui.TextDisplay(title), ui.TextDisplay(answer), Row(read), accent_colour=ACCENT)
    if is_thanked:
        return Card(body, ui.TextDisplay(texts("forum.has_helped")))
    style = discord.ButtonStyle
    buttons: list[ui.Button[Any]] = [
        ui.Button(label=texts("forum.helped"), style=style.success, custom_id=action("forum_helped", poster, entry.id)),
        ui.Button(label=texts("forum.dismiss"), custom_id=action("forum_dismiss", poster)),
        ui.Button(label=texts("forum.never"), custom_id=action("forum_never", poster)),
    ]
    return Card(body, ui.TextDisplay(texts("forum.note")), Row(*buttons))


def quiet_card(texts: Texts) -> Card:
    """Return what somebody reads who wants no more suggestions, with the way back."""
    again: ui.Button[Any] = ui.Button(label=texts("forum.again"), custom_id=action("forum_again"))
    return Card(ui.TextDisplay(texts("forum.is_quiet")), Row(again))


def standing_card(
    standing: Standing,
    names: Mapping[int, str],
    texts: Texts,
    *,
    may_switch: bool,
    may_write: bool,
    asks_again: bool = False,
) -> Card:
    """Return how suggestions do in one forum, and a list of the others.

    `names`: every listed forum's name by its id; `may_write`: whether the bot can do its work there;
    `asks_again`: somebody wants to turn it on although few suggestions were looked at.
    """
    parts: list[ui.Item[Any]] = []
    if len(names) > 1:
        shown = standing.forum
        options = [
            discord.SelectOption(label=cut(name, OPTION_LENGTH), value=str(forum), default=forum == shown)
            for forum, name in list(names.items())[:OPTIONS]
        ]
        parts.append(Row(ui.Select(options=options, custom_id=desk("forum_look"))))
    lines = [texts("forum.panel_title", forum=f"<#{standing.forum}>"), *_figures(standing, texts)]
    if not may_write:
        lines.append(texts("forum.panel_may_not"))
    parts.append(ui.Container(ui.TextDisplay("\n".join(lines)), *_examples(standing, texts), accent_colour=ACCENT))
    if asks_again:
        parts.append(ui.TextDisplay(texts("forum.sure", posts=standing.shadow)))
    if may_switch:
        parts.append(Row(_switch(standing, texts, asks_again=asks_again)))
    else:
        parts.append(ui.TextDisplay(texts("forum.panel_who")))
    return Card(*parts)


def _figures(standing: Standing, texts: Texts) -> list[str]:
    is_on = standing.mode is ForumMode.ON
    lines = [
        texts("forum.panel_on") if is_on else texts("forum.panel_shadow"),
        texts("forum.panel_seen", seen=standing.seen, shadow=standing.shadow),
    ]
    if standing.spoken or is_on:
        rest = standing.spoken - standing.helped - standing.dismissed
        counts = {"helped": standing.helped, "dismissed": standing.dismissed, "rest": rest}
        lines.append(texts("forum.panel_spoken", spoken=standing.spoken, **counts))
    if standing.precision is not None:
        percent, number = round(100 * standing.precision), standing.shadow + standing.spoken
        lines.append(texts("forum.panel_precision", percent=percent, number=number))
    return lines


def _examples(standing: Standing, texts: Texts) -> list[ui.Item[Any]]:
    if not standing.examples:
        return []
    lines = [
        texts(
            "forum.panel_example",
            thread=f"<#{post.thread}>",
            question=escape(cut(question, OPTION_LENGTH)),
            percent=round(100 * post.probability),
        )
        for post, question in standing.examples
    ]
    return [ui.Separator(), ui.TextDisplay("\n".join([texts("forum.panel_examples"), *lines]))]


def _switch(standing: Standing, texts: Texts, *, asks_again: bool) -> ui.Button[Any]:
    if standing.mode is ForumMode.ON:
        return ui.Button(label=texts("forum.turn_off"), custom_id=desk("forum_shadow", standing.forum))
    key, verb = ("forum.turn_on_anyway", "forum_sure") if asks_again else ("forum.turn_on", "forum_on")
    return ui.Button(label=texts(key), style=discord.ButtonStyle.primary, custom_id=desk(verb, standing.forum))


def _is_closed(text: str) -> bool:
    """Tell whether all bold, code and links that begin in a text also end in it."""
    is_in_link = text.rfind("[") > text.rfind("]") or text.rfind("](") > text.rfind(")")
    return not is_in_link and all(text.count(mark) % 2 == 0 for mark in _PAIRED)
