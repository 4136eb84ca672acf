"""Somebody who is not well, in the demo in a real browser: asked how they are, and shown people."""

from __future__ import annotations

import pytest

from support.browser import CHROMIUM

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian: apt install chromium)")


def test_whoever_is_not_well_is_asked_how_they_are_and_finds_people(visitor):
    visitor.be("Sam", "#ask-lantern")
    visitor.start_ask("twelve rejections and I don't want to be here any more")
    visitor.send()
    asked = visitor.says("are you thinking about ending your life or hurting yourself?")

    assert "I'm a bot, not a person" in asked.inner_text()

    visitor.press(asked, "I want a person")
    offered = visitor.says("offered to be written to about this").inner_text()

    assert "Moderator" in offered
    assert "with your name, and ping" in offered

    visitor.use_command("/help-now")
    lines = visitor.says("I'm a bot; these are people.")
    visitor.choose(lines, "DE")

    assert "112" in visitor.says("TelefonSeelsorge").inner_text()
