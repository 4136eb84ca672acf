"""The demo in a real browser: everything by clicking and typing."""

from __future__ import annotations

import pytest

from support.browser import CHROMIUM

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian: apt install chromium)")


def test_the_demo_answers_the_first_question_in_the_terminal_by_itself(demo):
    _, printed = demo

    assert any("/ask how do I get into a PhD without publications" in line for line in printed)
    assert "## How do I get into a PhD without publications?" in printed


def test_the_lobby_offers_five_people_and_their_places(visitor):
    visitor.open_lobby()

    assert ["Noor", "Sam", "Ines", "Mika", "Lena"] == [
        section.get_attribute("data-person") for section in visitor.page.locator("[data-person]").all()
    ]
    assert 2 == visitor.page.locator("a:has-text('#moderators')").count()
    assert 5 == visitor.page.locator("a:has-text('Direct messages')").count()


def test_a_newcomer_types_picks_a_row_and_says_that_it_helped(visitor):
    visitor.be("Noor", "#ask-lantern")
    rows = visitor.start_ask("phd without publ")
    rows.filter(has_text="How do I get into a PhD without publications?").first.click()
    visitor.send()
    answer = visitor.private_message()

    assert "many people start a doctorate without one" in answer.inner_text()

    visitor.press(answer, "That helped")

    assert "Noted, thank you" in visitor.private_message().inner_text()


def test_own_words_get_an_answer_and_another_one_where_it_was_not_meant(visitor):
    visitor.be("Sam", "#ask-lantern")
    visitor.start_ask("how do I get into a PhD without publications")
    visitor.send()
    visitor.press(visitor.private_message(), "Not what I meant")
    offered = visitor.private_message()

    assert "Perhaps one of these" in offered.inner_text()

    offered.locator("button.component-button").first.click()
    visitor.settled()

    assert "Where this comes from" in offered.inner_text()


def test_a_mentor_answers_a_message_from_its_menu_and_shares_it_as_a_reply(visitor):
    visitor.be("Ines", "#general")
    visitor.use_app("twelve applications", "Answer from the FAQ")
    preview = visitor.private_message()
    if preview.locator("button.component-button:has-text('Share as reply')").count() == 0:
        preview.locator("button.component-button").first.click()
        visitor.settled()
    visitor.press(preview, "Share as reply")
    shared = visitor.page.locator("article.channel-message", has_text="shared by a member")
    shared.first.wait_for()

    assert "twelve applications" in shared.first.inner_text()


def test_a_question_in_direct_messages_is_answered(visitor):
    visitor.be("Noor", "Direct messages")
    visitor.start_ask("how do I get into a PhD without publications")
    visitor.send()
    visitor.page.locator("article.channel-message", has_text="Where this comes from").first.wait_for()
