"""A wrong setting stops Lantern at once, with the setting's name and what it should be."""

from __future__ import annotations

import pytest

from bot.core.errors import Exit
from bot.settings import Settings
from support.packs import write_small_bot
from support.terminal import lantern, told

WRONG = {
    "log_level": ("loud", "DEBUG, INFO, WARNING or ERROR"),
    "locale": ("../en", "the file in prompts/"),
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize(
    "command",
    [("faq", "check", "--quick"), ("ask", "anything"), ("run",), ("demo",), ("doctor",), ("eval",), ("calibrate",)],
    ids=" ".join,
)
def test_every_command_refuses_a_wrong_setting(tmp_path, name, command):
    value, mend = WRONG[name]
    result = lantern(tmp_path, *command, **{name: value})

    assert Exit.CONFIGURATION == result.returncode
    assert f"LANTERN_{name.upper()} is '{value}'" in told(result)
    assert mend in result.stderr
    assert "" == result.stdout


def test_every_wrong_setting_is_named_at_once(tmp_path):
    result = lantern(tmp_path, "faq", "check", "--quick", **{name: value for name, (value, _) in WRONG.items()})
    sentence = told(result)

    assert Exit.CONFIGURATION == result.returncode
    assert all(f"LANTERN_{name.upper()} is" in sentence for name in WRONG)


def test_settings_are_read_from_a_file_in_the_folder_it_starts_in(tmp_path):
    (tmp_path / ".env").write_text("LANTERN_LOCALE=xx\nSOMETHING_ELSE=1\n")
    result = lantern(tmp_path, "faq", "check", "--quick")

    assert Exit.CONFIGURATION == result.returncode
    assert "xx.yaml" in told(result)
    assert "LANTERN_LOCALE to one of: en" in result.stderr


def test_the_environment_wins_over_the_file(tmp_path):
    (tmp_path / ".env").write_text("LANTERN_LOCALE=xx\n")

    assert Exit.OK == lantern(tmp_path, "faq", "check", "--quick", locale="en", **write_small_bot(tmp_path)).returncode


def test_a_file_of_settings_that_is_not_text_is_named(tmp_path):
    (tmp_path / ".env").write_bytes(b"LANTERN_LOCALE=\xff\xfe\n")
    result = lantern(tmp_path, "faq", "check", "--quick")

    assert Exit.CONFIGURATION == result.returncode
    assert ".env cannot be read" in told(result)


def test_an_empty_setting_is_one_that_is_not_set(tmp_path):
    """Compose files hand on variables that nobody filled in; an empty LANTERN_STATE must not litter the folder."""
    (tmp_path / ".env").write_text("".join(f"LANTERN_{name.upper()}=\n" for name in Settings.model_fields))

    expected = Settings(_env_file=None)
    assert expected == Settings(_env_file=tmp_path / ".env")


def test_a_folder_of_sentences_that_is_not_there_names_its_setting(tmp_path):
    result = lantern(tmp_path, "faq", "check", "--quick", prompts=tmp_path / "nowhere")

    assert Exit.CONFIGURATION == result.returncode
    assert "Set LANTERN_PROMPTS" in told(result)


def test_the_token_is_not_shown_where_settings_are_shown(tmp_path):
    result = lantern(tmp_path, "doctor", discord_token="a-secret-token")

    assert "a-secret-token" not in result.stdout + result.stderr
    assert "a-secret-token" not in repr(Settings(_env_file=None, discord_token="a-secret-token"))
