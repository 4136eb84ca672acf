"""The work of moderators in the demo, in a real browser: as two or more people, by clicking and typing."""

from __future__ import annotations

import pytest

from support.browser import CHROMIUM

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian: apt install chromium)")

UNKNOWN = "which knots hold a hammock"
WRITING_HOUR = "When does our writing hour meet"
TABLE = b"Q: Who waters the office cactus?\nA: Whoever last forgot it, on Mondays.\n"
CACTUS = "who waters the office cactus"


def ask(visitor, question):
    """Ask in the composer; return the private message that answers."""
    visitor.open_command("/ask")
    visitor.page.fill(".command-option-input[data-option='question']", question)
    visitor.send()
    return visitor.private_message()


def edit(visitor, name, answer):
    """Change the entry about the writing hour as somebody, up to the preview; return it."""
    visitor.be(name, "#moderators")
    visitor.use_command("/faq edit", entry=WRITING_HOUR)
    visitor.fill({"answer": answer})
    visitor.submit()
    return visitor.private_message()


def test_what_the_faq_does_not_know_is_answered_from_the_queue_and_whoever_waited_is_told(visitor):
    visitor.be("Noor", "#ask-lantern")
    visitor.press(ask(visitor, UNKNOWN), "Tell me when this is answered")
    visitor.be("Mika", "#moderators")
    visitor.use_command("/faq queue")
    card = visitor.private_message()
    while UNKNOWN not in card.inner_text():
        visitor.press(card, "Next question")
    visitor.press(card, "Answer")
    visitor.fill({"answer": "Two round turns and two half hitches.", "topic": "Keeping going", "sources": "A sailor"})
    visitor.submit()
    visitor.press(card, "Publish")
    visitor.says(f"Added: “{UNKNOWN}”")
    visitor.be("Noor", "Direct messages")

    assert "Two round turns and two half hitches." in visitor.says("You asked to be told").inner_text()


def test_what_two_moderators_write_at_once_is_kept_shown_and_saved_by_choice(visitor):
    edit(visitor, "Mika", "On Saturdays, outdoors.")
    visitor.press(edit(visitor, "Lena", "On Fridays, in the library."), "Publish")
    visitor.be("Mika", "#moderators")
    mine = visitor.private_message()
    visitor.press(mine, "Publish")

    assert "-On Fridays, in the library." in mine.inner_text()
    assert "+On Saturdays, outdoors." in mine.inner_text()

    visitor.press(mine, "Continue with mine")

    assert "Not published yet" in mine.inner_text()

    visitor.press(mine, "Publish")
    visitor.be("Noor", "#ask-lantern")

    assert "On Saturdays, outdoors." in ask(visitor, f"{WRITING_HOUR}, and how do I join?").inner_text()


def test_a_file_is_brought_in_and_taken_back_in_one_click_each(visitor):
    visitor.be("Mika", "#moderators")
    visitor.send_file("/faq import", "file", "cactus.txt", TABLE)
    visitor.press(visitor.private_message(), "Apply changes")
    visitor.says("Imported: “Who waters the office cactus?”")

    assert "Whoever last forgot it, on Mondays." in ask(visitor, CACTUS).inner_text()

    visitor.press(visitor.says("One click undoes all of it"), "Undo")
    visitor.says("Undone: “Who waters the office cactus?”")

    assert "Whoever last forgot it" not in ask(visitor, CACTUS).inner_text()


def test_an_administrator_sets_the_server_up_and_finds_it_so_again(visitor):
    visitor.be("Lena", "#moderators")
    visitor.use_command("/setup")
    panel = visitor.private_message()
    visitor.press(panel, "Channels")

    assert "Lantern can write in #moderators" in panel.inner_text()

    visitor.press(panel, "Habits")
    visitor.choose(panel, "Friday")
    visitor.use_command("/setup")
    again = visitor.private_message()
    visitor.press(again, "Habits")

    assert "Friday" in again.inner_text()


def test_a_help_forum_is_turned_on_and_the_next_post_gets_a_suggestion(visitor):
    visitor.be("Lena", "#moderators")
    visitor.use_command("/faq forums")
    visitor.press(visitor.private_message(), "Turn on")
    visitor.open_post("Sam", "How do I get into a PhD without publications?")
    suggestion = visitor.says("A bot found this in the FAQ by the title of your post alone")
    visitor.press(suggestion, "That helped")

    assert "The person who wrote this post says it helped" in suggestion.inner_text()


def test_a_mentor_hands_in_and_a_moderator_approves(visitor):
    visitor.be("Mika", "#moderators")
    handed_in = visitor.says("hands in a new entry")
    visitor.press(handed_in, "Approve")

    assert "was approved by @Mika and is published" in handed_in.inner_text()


def test_a_newcomer_sees_nothing_of_what_moderators_do(visitor):
    visitor.be("Noor", "#ask-lantern")
    visitor.use_command("/faq queue")

    assert "needs a role you do not have" in visitor.private_message().inner_text()
