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
    setup.roles setup.channels setup.forums setup.habits setup.meeting setup.forget setup.turn_on setup.turn_off
    setup.country_other setup.care setup.duty_hours_set care.label_yes care.label_no care.label_person care.label_tell
    care.label_tomorrow care.label_lines care.label_page
    inbox.open inbox.back inbox.skip inbox.mentoring offer.agree offer.decline offer.wrong
    meeting.end meeting.direct_instead meeting.open_thread meeting.met meeting.talking meeting.not_yet meeting.stop
    matching.look matching.unfounded matching.settled matching.remove matching.back matching.add_topic
    answer.meet join.agree profile.you profile.happened profile.talking profile.next profile.start profile.show_preview
    profile.write profile.set_zone profile.open_again status.inbox status.edit status.resume status.leave
    mydata.delete privacy.link
"""
_MODAL_TITLES = """
    editor.title_new editor.title_edit editor.send_back import.paste_title queue.typed_title setup.country_other
    suggest.title suggest.improve_title suggest.decline_title setup.duty_hours_title wrong.title matching.add_topic
    profile.words_title profile.zone_title
"""
_FIELD_LABELS = """
    editor.field_question editor.field_answer editor.field_phrasings editor.field_topic editor.field_sources
    editor.reason import.paste_label queue.typed_entry setup.country_letters setup.duty_hours_label
    suggest.question suggest.answer suggest.why suggest.what suggest.decline_reason
    wrong.reason wrong.text matching.topic matching.topic_kind
    profile.story profile.sentence profile.zone
"""
_FIELD_HINTS = """
    editor.hint_question editor.hint_answer editor.hint_phrasings editor.hint_topic editor.hint_sources editor.hint_file
    editor.reason_hint import.paste_hint queue.typed_hint setup.country_example setup.duty_hours_hint
    care.label_elsewhere
    suggest.question_hint suggest.answer_hint suggest.what_hint suggest.decline_hint
    setup.hour setup.rounds setup.people
    wrong.text_hint word.wrong_money word.wrong_sexual word.wrong_pressure word.wrong_pretends word.wrong_elsewhere
    word.wrong_other matching.topic_hint matching.topic_kind_hint matching.topic_plain matching.topic_sensitive
    profile.story_hint profile.sentence_hint profile.zone_hint join.adult join.minor join.unsaid
    profile.role_peer profile.role_seeker profile.role_mentor profile.contact_either profile.contact_thread
    profile.contact_direct profile.ping_none profile.ping_direct profile.ping_channel profile.again_never
    profile.again_quarter profile.again_half profile.again_year profile.hours_any profile.hours_early
    profile.hours_morning profile.hours_noon profile.hours_afternoon profile.hours_evening profile.hours_night
    profile.hours_late status.week status.fortnight status.month status.open_end
    word.stage_outside word.stage_student word.stage_doctorate word.stage_early word.stage_established
    word.help_listening word.help_ideas word.help_together word.pace_often word.pace_sometimes word.hope_back_in
    word.hope_unsure word.hope_otherwise
    command.ask.private command.ask.public export.yaml export.csv export.jsonl
"""
_PLACEHOLDERS = """
    prop.pick queue.merge queue.link up.filter setup.manage_messages setup.manage_server setup.everybody setup.who_asks
    setup.choose_again setup.no_channel setup.no_forum setup.no_country setup.no_peers_channel
    setup.no_duty_role care.label_country
    wrong.pick matching.remove_topic join.how_old profile.nothing profile.choose_one
    profile.choose_several
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
