"""Nothing in the repository opens anything."""

from __future__ import annotations

import base64
import secrets
import subprocess
from pathlib import Path

import pytest

from bot.settings import Settings
from support.secret_scan import secrets_in

ROOT = Path(__file__).resolve().parents[2]
NEVER = {"lantern.key", "lantern.db", "keys.db", ".env"}
"""Names of files with a bot's secrets, or with what people told it."""


def files():
    """Return every file of the repository: those git knows, and new ones it does not ignore."""
    listed = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for name in names.split("\0") if name and (path := ROOT / name).is_file()]


def planted():
    """Return one of each kind of secret, made up anew, so that none stands in this file."""
    token = base64.urlsafe_b64encode(b"123456789012345678").decode().rstrip("=")
    begin, end = "-----BEGIN", "PRIVATE KEY-----"
    return {
        "a Discord token": f"{token}.{secrets.token_urlsafe(5)[:6]}.{secrets.token_urlsafe(30)[:38]}",
        "a webhook": f"https://discord.com/api/webhooks/{10**17}/{secrets.token_urlsafe(50)}",
        "a key of 64 hexadecimal digits": secrets.token_hex(32),
        "a private key": f"{begin} OPENSSH {end}",
        "a token of GitHub": f"ghp_{secrets.token_hex(20)}",
        "a key of a cloud": "AKIA" + "A" * 16,
    }


def test_no_file_of_the_repository_holds_one():
    """Statement 50: secret scanning in CI."""
    found = [
        f"{path.relative_to(ROOT)}:{fault}"
        for path in files()
        for fault in secrets_in(path.read_bytes().decode("utf-8", "replace"))
    ]

    assert len(files()) > 300
    assert [] == found


@pytest.mark.parametrize("what", planted())
@pytest.mark.parametrize(
    "around", ["{}", "LANTERN_KEY={}", "key: '{}'", 'TOKEN = "{}"  # of the test bot', "see {}, please"]
)
def test_one_that_is_planted_is_found(what, around):
    """Statement 50."""
    text = f"a harmless line\n{around.format(planted()[what])}\nanother\n"

    assert [f"2: {what}"] == secrets_in(text)


@pytest.mark.parametrize(
    "line",
    [
        "sha256 = " + "ab" * 32,
        f"revision {'0' * 40}",
        "x" * 64,
        f"https://example.org/{'ab' * 32}",
        "a.b.c",
        "BEGIN PUBLIC KEY",
    ],
)
def test_what_opens_nothing_is_not_found(line):
    assert [] == secrets_in(line)


def test_no_file_with_a_bots_secrets_or_data_is_there_and_git_would_not_take_one():
    ignored = subprocess.run(
        ("git", "check-ignore", *(f".lantern/{name}" for name in NEVER - {".env"}), ".env"),
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    ).stdout.split()

    assert set() == NEVER & {path.name for path in files()}
    assert len(NEVER) == len(ignored)


def test_the_token_comes_from_the_environment_and_is_never_printed(monkeypatch):
    """Statement 50."""
    monkeypatch.setenv("LANTERN_DISCORD_TOKEN", planted()["a Discord token"])
    settings = Settings(_env_file=None)

    assert settings.discord_token.get_secret_value() not in f"{settings!r} {settings} {settings.model_dump_json()}"
