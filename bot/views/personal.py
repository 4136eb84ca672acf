"""What `/mydata` and `/privacy` show."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from discord import ui

from bot.core.texts import DECLARED
from bot.faq.personal import IN_WORDS
from bot.storage.holdings.policy import privacy_text
from bot.views.answers import ACCENT, Card, Row
from bot.views.ids import own
from bot.views.moderators.shown import Shown, Style, button, file_part, text_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.models import UserId
    from bot.core.retention import Operator, Retention
    from bot.core.texts import Texts

FILE = "my-data.json"


def shown_data(found: Mapping[str, Any], texts: Texts) -> Shown:
    """Return everything about somebody as a file, only for them; `found`: as `Personal.everything` returns it."""
    if not found["servers"]:
        return Shown(Card(ui.TextDisplay(texts("mydata.nothing"))))
    text = json.dumps(_worded(found, texts), ensure_ascii=False, indent=2)
    file = text_file(FILE, text)
    return Shown(Card(ui.TextDisplay(texts("mydata.shown")), file_part(file)), (file,))


def sure_card(texts: Texts, user: UserId) -> Card:
    """Return what deleting takes away, what it leaves and why, with a button for this person alone."""
    sure = button(texts("mydata.delete"), own("delete", user), Style.danger)
    return Card(ui.Container(ui.TextDisplay(texts("mydata.sure")), accent_colour=ACCENT), Row(sure))


def privacy_card(texts: Texts, kept: Retention, operator: Operator) -> Shown:
    """Return the essentials, who runs the bot, and the whole policy as a file."""
    contact = texts("privacy.contact", contact=operator.contact) if operator.contact else texts("privacy.no_contact")
    file = text_file("PRIVACY.md", privacy_text(kept, operator))
    parts: list[ui.Item[Any]] = [ui.TextDisplay(f"{texts('privacy.text')}\n{contact}"), file_part(file)]
    if operator.privacy_url:
        parts.append(Row(ui.Button(label=texts("privacy.link"), url=operator.privacy_url)))
    return Shown(Card(*parts), (file,))


def _worded(value: Any, texts: Texts) -> Any:
    """Return the data with each sentence that is kept by its key spelled out beside it."""
    if isinstance(value, dict):
        worded = {name: _worded(each, texts) for name, each in value.items()}
        key, about = value.get("sentence"), value.get("about")
        if isinstance(key, str) and isinstance(about, dict) and DECLARED.get(key, frozenset("?")) <= about.keys():
            worded[IN_WORDS] = texts(key, **about)
        return worded
    return [_worded(each, texts) for each in value] if isinstance(value, list | tuple) else value
