"""`make screenshots`: renews the pictures of README.md and docs/moderating.md from the running demo."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bot.settings import load_settings
from support.browser import CHROMIUM, ROOT, Visitor, chromium, running_demo

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect, Locator

ANSWER = """Several do, and almost none advertise it. Ask the institute's works council or its doctoral representatives.

What it depends on: large campuses share one choir between institutes, small ones join the university's.

Going once is enough to know three people who are not in your group."""
IMAGES = ROOT / "docs" / "images"


def main() -> None:
    """Take every picture."""
    if CHROMIUM is None:
        sys.exit("Chromium is not installed. On Debian: sudo apt install chromium")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with running_demo(load_settings().state.absolute()) as (lobby, _):
        with chromium(1100, 1120) as page:
            _desktop(Visitor(page, lobby))
        with chromium(412, 915) as page:
            _phone(Visitor(page, lobby))
        with chromium(960, 1600) as page:
            _moderator(Visitor(page, lobby))
            _meeting(Visitor(page, lobby))
            _care(Visitor(page, lobby))


def _desktop(visitor: Visitor) -> None:
    visitor.open_lobby()
    _take(visitor, "lobby")
    visitor.be("Noor", "#ask-lantern")
    rows = visitor.start_ask("phd no pub")
    _take(visitor, "typing")
    rows.first.click()
    visitor.send()
    _into_view(visitor.private_message())
    _take(visitor, "answer")
    visitor.start_ask("how do i descale a kettle")
    visitor.send()
    _into_view(visitor.private_message())
    _take(visitor, "unknown")
    visitor.be("Ines", "#general")
    visitor.use_app("twelve applications", "Answer from the FAQ")
    _into_view(visitor.private_message())
    _take(visitor, "message-menu")


def _meeting(visitor: Visitor) -> None:
    visitor.be("Noor", "#general")
    visitor.use_command("/peers join")
    _take_only(visitor, "consent", visitor.private_message())
    visitor.join_peers("Noor", "#general")
    visitor.use_command("/peers now")
    visitor.says("There is somebody.")
    visitor.use_command("/peers inbox")
    inbox = visitor.private_message()
    _take_only(visitor, "offer", inbox)
    visitor.press(inbox, "Yes, I would like to")
    visitor.let_pass("hour")
    visitor.be("Noor", "#general")
    visitor.use_command("/peers inbox")
    _take_only(visitor, "revealed", visitor.private_message())


def _care(visitor: Visitor) -> None:
    visitor.be("Sam", "#ask-lantern")
    visitor.start_ask("twelve rejections and I don't want to be here any more")
    visitor.send()
    _take_only(visitor, "care", visitor.says("are you thinking about ending your life"))
    visitor.use_command("/help-now")
    lines = visitor.says("I'm a bot; these are people.")
    visitor.choose(lines, "DE")
    _take_only(visitor, "help-now", visitor.says("TelefonSeelsorge"))


def _phone(visitor: Visitor) -> None:
    visitor.be("Sam", "#ask-lantern")
    visitor.start_ask("everyone says others have it worse, am I allowed to grieve")
    visitor.send()
    _into_view(visitor.private_message())
    _take(visitor, "phone")


def _moderator(visitor: Visitor) -> None:
    visitor.be("Mika", "#moderators")
    visitor.use_command("/faq queue")
    queue = visitor.private_message()
    while "choir" not in queue.inner_text():
        visitor.press(queue, "Next question")
    _take_only(visitor, "queue", queue)
    visitor.press(queue, "Answer")
    visitor.fill({"answer": ANSWER, "topic": "People and networks", "sources": "Our own members told us"})
    form = visitor.page.locator(".modal-dialog")
    form.locator("textarea").evaluate_all("fields => fields.forEach(field => field.scrollTo(0, 0))")
    form.locator("[name=question]").evaluate("field => field.scrollIntoView({block: 'center'})")
    _take_only(visitor, "editor", form)
    visitor.submit()
    _take_only(visitor, "preview", queue)
    visitor.press(queue, "Publish")
    visitor.use_command("/faq history", entry="When does our writing hour meet")
    _take_only(visitor, "history", visitor.private_message())
    visitor.use_command("/faq stats")
    picture = visitor.private_message().locator("img").last
    picture.evaluate("image => image.decode()")
    _take_only(visitor, "statistics", picture)


def _into_view(message: Locator) -> None:
    message.evaluate("element => element.scrollIntoView({block: 'start'})")


def _take_only(visitor: Visitor, name: str, thing: Locator) -> None:
    """Take a thing alone."""
    _into_view(thing)
    visitor.page.mouse.move(0, 0)  # so that no message shows what its corner offers
    _take(visitor, name, clip=thing.bounding_box())


def _take(visitor: Visitor, name: str, clip: FloatRect | None = None) -> None:
    path = IMAGES / f"{name}.png"
    visitor.page.screenshot(path=path, clip=clip)
    sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
