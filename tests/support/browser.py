"""Drives the demo in headless Chromium as a person would: by clicking and typing."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
STORY = "I applied to nine programmes. Seven said no, and two never wrote again after the interview."
SENTENCE = "I still hope to get in, and would like to talk with somebody who does too."
PATIENCE_MILLISECONDS = 60_000
"""How long a busy machine may take for one step; nothing waits longer than it needs."""


def free_ports() -> int:
    """Return a port that is free, and whose next one is free too."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


@contextmanager
def running_demo(state: Path) -> Iterator[tuple[str, list[str]]]:
    """Run `lantern demo` as a process; yield the lobby's address and what was printed until it served."""
    port = free_ports()
    command = [sys.executable, "-m", "bot", "demo", "--no-browser", "--port", str(port)]
    environment = {**os.environ, "LANTERN_STATE": str(state), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    printed: list[str] = []
    try:
        for line in process.stdout:
            printed.append(line.rstrip("\n"))
            if line.startswith("What is pressed"):
                break
        yield f"http://127.0.0.1:{port}/", printed
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    if process.returncode != 0:
        raise AssertionError(f"the demo ended with exit code {process.returncode}")


@contextmanager
def chromium(width: int = 1280, height: int = 900) -> Iterator[Page]:
    """Open a page in headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(FLAGS))
        # SimCord's page forbids evaluated scripts, which Playwright needs in order to wait for it.
        context = browser.new_context(bypass_csp=True, viewport={"width": width, "height": height})
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        try:
            yield context.new_page()
        finally:
            browser.close()


class Visitor:
    """Somebody in front of the demo."""

    def __init__(self, page: Page, lobby: str) -> None:
        self.page = page
        self._lobby = lobby

    def open_lobby(self) -> None:
        """Look at the lobby."""
        self.page.goto(self._lobby)

    def be(self, name: str, place: str) -> None:
        """Go from the lobby into a place as one of its people."""
        self.open_lobby()
        self.page.click(f"[data-person='{name}'] a:has-text('{place}')")
        self.settled()

    def settled(self) -> None:
        """Wait until the preview takes the next click."""
        self.page.wait_for_function("window.simcordPreview?.ready && !window.simcordPreview.pendingAction")

    def start_ask(self, typed: str) -> Locator:
        """Open /ask, type, and return the rows that come while typing."""
        self.page.fill("#channel-composer-input", "/as")
        self.page.click(".command-entry:has-text('/ask')")
        self.page.locator(".command-option-input[data-option='question']").press_sequentially(typed, delay=20)
        rows = self.page.locator(".command-suggestion[data-value]")
        rows.first.wait_for()
        return rows

    def use_command(self, name: str, **options: str) -> None:
        """Use a command; each option takes the first row that is suggested for what is typed and says it."""
        self.open_command(name)
        for option, typed in options.items():
            self.page.locator(f".command-option-input[data-option='{option}']").press_sequentially(typed, delay=20)
            self.page.locator(".command-suggestion[data-value]", has_text=typed).first.click()
        self.send()

    def send_file(self, command: str, option: str, name: str, content: bytes) -> None:
        """Use a command with a file and nothing else."""
        self.open_command(command)
        self.page.click(".command-ghost")
        self.page.click(f".command-popup :text-is('{option}')")
        file = {"name": name, "mimeType": "text/plain", "buffer": content}
        self.page.locator(f".command-file-input[data-option='{option}']").set_input_files([file])
        self.send()

    def open_command(self, name: str) -> None:
        """Choose a command by its whole name."""
        self.page.fill("#channel-composer-input", name)
        self.page.click(f".command-entry:has-text('{name}')")

    def open_post(self, name: str, title: str) -> None:
        """Open a post in the help forum as somebody, from the lobby, and look at it."""
        self.open_lobby()
        self.page.select_option("select[name=who]", name)
        self.page.fill("input[name=title]", title)
        self.page.click("form[action='/post'] button")
        self.settled()

    def let_pass(self, how_long: str) -> None:
        """Let time pass in the lobby: an `hour`, three `days`, a `week`."""
        self.open_lobby()
        self.page.select_option("select[name=how_long]", how_long)
        self.page.click("form[action='/later'] button")
        self.page.locator("text=The bot's clock is").wait_for()

    def fill(self, fields: dict[str, str]) -> None:
        """Fill in the form that is open, by the custom id of each field."""
        form = self.page.locator(".modal-dialog")
        for name, text in fields.items():
            form.locator(f"[name={name}]").fill(text)

    def submit(self) -> None:
        """Submit the form that is open."""
        self.page.locator(".modal-dialog button[type=submit]").click()
        self.settled()

    def send(self) -> None:
        """Send what stands in the composer."""
        self.page.click("#send-message")
        self.settled()

    def choose(self, message: Locator, label: str) -> None:
        """Choose a row of the first menu of a message."""
        message.locator(".select-trigger").first.click()
        self.page.locator(".select-option:visible", has_text=label).click()
        self.settled()

    def tick(self, message: Locator, number: int, *labels: str) -> None:
        """Choose rows of the menu of that number, from 0, and apply where several may be chosen."""
        menu = message.locator(".preview-select").nth(number)
        takes_one = menu.get_attribute("data-maximum") == "1"
        menu.locator(".select-trigger").click()
        for label in labels:
            self.page.locator(".select-option:visible", has_text=label).first.click()
        if not takes_one:
            self.page.locator(".select-apply:visible").click()
        self.settled()

    def join_peers(self, name: str, place: str) -> Locator:
        """Opt in to meet a peer, as somebody, and return the message that says so."""
        self.be(name, place)
        self.use_command("/peers join")
        message = self.private_message()
        self.tick(message, 0, "I am 18 or older")
        self.press(message, "I agree")
        self.tick(message, 0, "Meet a peer")
        self.tick(message, 1, "before a first programme")
        self.tick(message, 2, "English")
        self.press(message, "Next step")
        self.tick(message, 0, "Rejected, again", "Left without an answer")
        self.tick(message, 1, "somebody who listens")
        self.press(message, "Write")
        self.fill({"story": STORY, "sentence": SENTENCE})
        self.submit()
        self.press(message, "3 · When and how")
        self.tick(message, 0, "Writing at any time is fine")
        self.press(message, "Start")
        message.locator("text=You take part from now on").wait_for()
        return message

    def says(self, text: str) -> Locator:
        """Wait for a message that says something; return the newest, by its id, since it may come to say another."""
        message = self.page.locator("article.channel-message", has_text=text).last
        message.wait_for()
        return self._same(message)

    def private_message(self) -> Locator:
        """Return the newest message that only this person sees, by its id, since newer ones may come."""
        message = self.page.locator("article.channel-message", has=self.page.locator(".message-ephemeral-note")).last
        message.locator(".text-display").first.wait_for()
        return self._same(message)

    def _same(self, message: Locator) -> Locator:
        number = message.get_attribute("data-message-id")
        return self.page.locator(f"article.channel-message[data-message-id='{number}']")

    def press(self, message: Locator, label: str) -> None:
        """Press a button of a message."""
        message.locator(f"button.component-button:has-text('{label}')").first.click()
        self.settled()

    def use_app(self, text: str, name: str) -> None:
        """Right-click the message that says `text` and choose an app."""
        self.page.locator("article.channel-message", has_text=text).first.click(button="right")
        with self.page.expect_response(
            lambda response: response.url.endswith("/apps") and response.request.method == "POST"
        ):
            self.page.click(f"#apps-menu [role=menuitem]:has-text('{name}')")
        self.settled()
