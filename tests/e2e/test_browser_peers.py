"""Opting in and being introduced, in the demo in a real browser."""

from __future__ import annotations

import pytest

from support.browser import CHROMIUM, SENTENCE, STORY

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian: apt install chromium)")


def test_a_newcomer_opts_in_is_introduced_at_once_and_talks_in_a_thread(visitor):
    """The demo has people to be paired with, who say yes; what an hour takes elsewhere takes a minute there."""
    visitor.join_peers("Noor", "#general")
    visitor.use_command("/peers now")
    visitor.says("There is somebody.")
    visitor.use_command("/peers inbox")
    inbox = visitor.private_message()
    offer = inbox.inner_text()

    assert "You both named: " in offer
    assert not {"Tomas", "Ade", "Yuki", "Priya", "Marta", "Jonas"} & set(offer.split())

    visitor.press(inbox, "Yes, I would like to")
    visitor.let_pass("hour")
    visitor.open_lobby()
    visitor.page.click("[data-person='Noor'] a:has-text('Introduction')")
    visitor.settled()
    opening = visitor.says("You have been introduced").inner_text()

    assert "Manage Threads" in opening
    assert "Something felt wrong" in opening
    assert STORY not in opening
    assert SENTENCE not in offer
