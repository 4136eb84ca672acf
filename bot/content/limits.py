"""How long the sentences may be that Discord shows in a place of limited size (discord/limits.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.texts import DECLARED

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND_NAME_LENGTH = 32
COMMAND_DESCRIPTION_LENGTH = 100
BUTTON_LABEL_LENGTH = 80
MODAL_TITLE_LENGTH = 45
FIELD_LABEL_LENGTH = 45
FIELD_HINT_LENGTH = 100
PLACEHOLDER_LENGTH = 150

_BUTTONS = """
    answer.helped answer.not_meant answer.share answer.share_reply answer.keep answer.next_page answer.previous_page
    choices.none unknown.notify notice.server
    editor.approve editor.discard editor.edit_again editor.leave editor.look editor.open_form editor.over editor.remove
    editor.reopen editor.revive editor.send_back editor.try_again editor.undo editor.publish editor.hand_in
    history.restore history.undo_change history.what_changed import.apply import.cancel import.mend
    queue.another queue.answer queue.back queue.dismiss queue.next queue.open queue.undo
    prop.back prop.confirm prop.next prop.other prop.refuse prop.undo suggest.accept suggest.decline
    digest.open_drafts digest.open_proposals digest.open_queue digest.open_suggestions digest.open_upkeep
    up.back up.edit up.edit_first up.edit_second up.fine up.keep up.keep_first up.keep_second up.merge up.not_alike
    up.retire up.skip up.take up.verify
    forum.again forum.dismiss forum.helped forum.never forum.read forum.turn_on forum.turn_off
    setup.roles setup.channels setup.forums setup.habits setup.forget setup.turn_on setup.turn_off setup.country_other
"""
_MODAL_TITLES = """
    editor.title_new editor.title_edit editor.send_back import.paste_title queue.typed_title setup.country_other
    suggest.title suggest.improve_title suggest.decline_title
"""
_FIELD_LABELS = """
    editor.field_question editor.field_answer editor.field_phrasings editor.field_topic editor.field_sources
    editor.reason import.paste_label queue.typed_entry setup.country_letters
    suggest.question suggest.answer suggest.why suggest.what suggest.decline_reason
"""
_FIELD_HINTS = """
    editor.hint_question editor.hint_answer editor.hint_phrasings editor.hint_topic editor.hint_sources editor.hint_file
    editor.reason_hint import.paste_hint queue.typed_hint setup.country_example
    suggest.question_hint suggest.answer_hint suggest.what_hint suggest.decline_hint
    command.ask.private command.ask.public export.yaml export.csv export.jsonl
"""
_PLACEHOLDERS = """
    prop.pick queue.merge queue.link up.filter setup.manage_messages setup.manage_server setup.everybody setup.who_asks
    setup.choose_again setup.no_channel setup.no_forum setup.no_country
"""


def _limits() -> Iterator[tuple[str, int]]:
    groups = (
        (_PLACEHOLDERS, PLACEHOLDER_LENGTH),
        (_FIELD_HINTS, FIELD_HINT_LENGTH),
        (_BUTTONS, BUTTON_LABEL_LENGTH),
        (_FIELD_LABELS, FIELD_LABEL_LENGTH),
        (_MODAL_TITLES, MODAL_TITLE_LENGTH),
    )
    for keys, limit in groups:
        for key in keys.split():
            yield key, limit
    for key in DECLARED:
        if key.startswith("command."):
            is_typed = not key.endswith("description") and key not in {"command.ask.private", "command.ask.public"}
            yield key, COMMAND_NAME_LENGTH if is_typed else COMMAND_DESCRIPTION_LENGTH


LIMITS = dict(_limits())
"""The most characters of a sentence, by key; the strictest where it stands in two places."""
