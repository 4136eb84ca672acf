"""Something felt wrong: the form, what somebody may report, and what they are told afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.safety.text import cut, quoted
from bot.views.answers import OPTION_LENGTH, OPTIONS, Card, Row
from bot.views.ids import meet
from bot.views.peers.words import REASONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.introductions import Introduction, IntroductionId
    from bot.core.models import UserId
    from bot.core.texts import Texts
    from bot.views.peers.words import Words

REASON, TEXT = "reason", "text"
"""The fields of the form."""
TEXT_LENGTH = 1000
RETURNED_LENGTH = 3000


def report_form(introduction: int, texts: Texts) -> ui.Modal:
    """Return what asks what felt wrong; whatever is picked counts the same, and words are not needed."""
    reasons = ui.Select[Any](
        custom_id=REASON,
        options=[discord.SelectOption(label=texts(key), value=reason) for reason, key in REASONS.items()],
    )
    words = ui.TextInput[Any](custom_id=TEXT, style=discord.TextStyle.paragraph, max_length=TEXT_LENGTH, required=False)
    form = ui.Modal(title=texts("wrong.title"), custom_id=meet("report", introduction))
    form.add_item(ui.TextDisplay(texts("wrong.who_reads")))
    form.add_item(ui.Label(text=texts("wrong.reason"), component=reasons))
    form.add_item(ui.Label(text=texts("wrong.text"), description=texts("wrong.text_hint"), component=words))
    form.stop()
    return form


def reportable_card(
    introductions: Sequence[Introduction], names: Mapping[IntroductionId, str], words: Words, reader: UserId
) -> Card:
    """Return a choice of what `reader` may report, the newest first; `names`: of the others, where they are known."""
    texts = words.texts
    if not introductions:
        return Card(ui.TextDisplay(texts("wrong.nothing")))
    newest = sorted(introductions, key=lambda one: one.offered_at, reverse=True)[:OPTIONS]
    options = []
    for one in newest:
        about = names.get(one.id) or words.topics(one.card_for(reader).topics) or texts("wrong.unnamed")
        label = texts("wrong.option", date=f"{one.offered_at:%Y-%m-%d}", about=about)
        options.append(discord.SelectOption(label=cut(label, OPTION_LENGTH), value=str(one.id)))
    select = ui.Select[Any](placeholder=texts("wrong.pick"), options=options, custom_id=meet("wrong_pick"))
    return Card(ui.TextDisplay(texts("wrong.which")), Row(select))


def returned_report(typed: str, texts: Texts) -> Card:
    """Return what somebody wrote and the bot could not keep."""
    return Card(ui.TextDisplay(texts("suggest.returned")), ui.TextDisplay(quoted(typed, RETURNED_LENGTH)))
