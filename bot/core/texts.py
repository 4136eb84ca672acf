"""Every sentence the bot says, by key. The sentences themselves are in prompts/<locale>.yaml.

`DECLARED` names each key with the placeholders it may use; prompts/ is checked against it at start,
so a missing sentence or a misspelt placeholder is found before anybody meets it.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import Formatter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DECLARED: Mapping[str, frozenset[str]] = {
    key: frozenset(placeholders)
    for key, placeholders in {
        "command.ask.name": (),
        "command.ask.description": (),
        "command.ask.question": (),
        "command.ask.question_description": (),
        "command.ask.visibility": (),
        "command.ask.visibility_description": (),
        "command.ask.private": (),
        "command.ask.public": (),
        "command.about.name": (),
        "command.about.description": (),
        "command.menu_answer.name": (),
        "about.text": ("entries",),
        "answer.asked": ("question",),
        "answer.title": ("question",),
        "answer.page": ("page", "pages"),
        "answer.sources": (),
        "answer.source": ("title", "trust"),
        "answer.experience": ("experience",),
        "answer.reviewed": ("date",),
        "answer.review_due": ("date",),
        "answer.shortened": ("characters",),
        "answer.helped": (),
        "answer.not_meant": (),
        "answer.share": (),
        "answer.share_reply": (),
        "answer.keep": (),
        "answer.next_page": (),
        "answer.previous_page": (),
        "answer.related": (),
        "answer.thanks": (),
        "answer.kept": (),
        "answer.shared": (),
        "answer.share_note": (),
        "answer.already_shared": (),
        "choices.text": (),
        "choices.after_miss": (),
        "choices.none": (),
        "choices.ask_again": (),
        "unknown.text": (),
        "unknown.topics": (),
        "unknown.not_queued": (),
        "unknown.personal": (),
        "unknown.entry_placeholder": ("topic",),
        "unknown.notify": (),
        "unknown.notified": (),
        "unknown.stopped": (),
        "help.text": (),
        "error.unexpected": ("incident",),
        "error.storage": (),
        "error.storage_busy": (),
        "error.storage_read_only": (),
        "error.storage_corrupt": (),
        "error.storage_full": (),
        "error.question_blank": (),
        "error.question_wordless": (),
        "error.message_blank": (),
        "error.entry_gone": (),
        "error.message_gone": (),
        "error.may_not_write": (),
        "error.discord_down": (),
        "error.share_failed": (),
        "error.member_may_not_write": (),
        "error.button_old": (),
        "terminal.choices": (),
        "terminal.unknown": (),
        "terminal.probability": ("percent",),
    }.items()
}


def placeholders_of(sentence: str) -> frozenset[str]:
    """Return the `{names}` in a sentence; raises ValueError where its braces do not balance."""
    return frozenset(name for _, name, _, _ in Formatter().parse(sentence) if name is not None)


@dataclass(frozen=True, slots=True)
class Texts:
    """One locale's sentences: `texts("answer.page", page=1, pages=2)`."""

    locale: str
    sentences: Mapping[str, str]
    starters: tuple[str, ...]
    """Ids of entries shown to somebody who has not typed anything yet."""

    def __call__(self, key: str, **values: object) -> str:
        """Return the sentence with its placeholders filled."""
        return self.sentences[key].format(**values)
