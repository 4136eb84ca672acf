"""The weekly digest as one compact card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discord import ui

from bot.safety.text import cut, escape
from bot.views.answers import ACCENT, Card, Row, sentence
from bot.views.ids import desk
from bot.views.moderators.shown import button
from bot.views.moderators.upkeep import counted

if TYPE_CHECKING:
    from bot.core.texts import Texts
    from bot.faq.digest import Digest

QUESTIONS, QUOTE_LENGTH = 3, 150


def digest_card(digest: Digest, first_waiting: int, texts: Texts) -> Card:
    """Return what moderators should know of a week, and the ways into the lists; `first_waiting`: a question's id."""
    if digest.is_quiet:
        return sentence(texts("digest.quiet", asked=digest.asked))
    lines = [texts("digest.title"), _asked(digest, texts)]
    buttons: list[ui.Button[Any]] = []
    if digest.waiting:
        lines.append(texts("digest.waiting", number=len(digest.waiting)))
        lines += [_question(question, people, texts) for question, people in digest.waiting[:QUESTIONS]]
        buttons.append(button(texts("digest.open_queue"), desk("queue_open", first_waiting)))
    if digest.proposals:
        lines.append(texts("digest.proposals", number=digest.proposals))
        buttons.append(button(texts("digest.open_proposals"), desk("prop_show", 0)))
    if digest.suggestions:
        lines.append(texts("digest.suggestions", number=digest.suggestions))
        buttons.append(button(texts("digest.open_suggestions"), desk("sugg_show", 0)))
    if digest.drafts:
        lines.append(texts("digest.drafts", number=digest.drafts))
        buttons.append(button(texts("digest.open_drafts"), desk("drafts", 0)))
    if digest.findings:
        found = ", ".join(counted(kind, count, texts) for kind, count in digest.findings.items())
        lines.append(texts("digest.findings", findings=found))
        buttons.append(button(texts("digest.open_upkeep"), desk("up_open")))
    return Card(ui.Container(ui.TextDisplay("\n".join(lines)), accent_colour=ACCENT), Row(*buttons))


def _asked(digest: Digest, texts: Texts) -> str:
    if not digest.asked:
        return texts("digest.not_asked")
    return texts(
        "digest.asked",
        asked=digest.asked,
        answered=digest.answered,
        choices=digest.choices,
        unknown=digest.unknown,
    )


def _question(question: str, people: int, texts: Texts) -> str:
    askers = texts("prop.person") if people == 1 else texts("prop.people", number=people)
    return texts("digest.question", question=escape(cut(question, QUOTE_LENGTH)), people=askers)
