"""The privacy policy: made from the schema, kept in the repository, and shown to everybody who asks."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.core.retention import DEFAULT, UNKNOWN, Operator, Retention
from bot.storage.holdings.policy import privacy_text
from bot.storage.migrations import migrations
from support.notes import run
from support.terminal import lantern
from support.worlds import links_in, open_world, texts_in

ROOT = Path(__file__).resolve().parents[2]


def columns_in(text) -> dict[str, set[str]]:
    """Return the columns that a policy lists, by table."""
    sections = re.split(r"^### .*\(`(\w+)`\)$", text, flags=re.MULTILINE)[1:]
    return {
        table: set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
        for table, section in zip(sections[::2], sections[1::2], strict=True)
    }


def test_the_file_in_the_repository_is_what_the_program_makes():
    """Statement 51: `lantern privacy --write` makes it anew."""
    assert privacy_text(DEFAULT, UNKNOWN) == (ROOT / "PRIVACY.md").read_text(encoding="utf-8")


def test_it_lists_exactly_the_columns_of_the_schema():
    """Statement 51: no column more, no column less."""
    db = Database(memory=True)
    migrations.apply(db)
    schema = {table.name: set(table.columns_dict) for table in db.tables if not table.name.startswith("_")}

    assert schema == columns_in((ROOT / "PRIVACY.md").read_text(encoding="utf-8"))


def test_it_tells_other_windows_and_who_runs_the_bot():
    text = privacy_text(Retention(offers=12), Operator("mail@example.org"))

    assert "| An offer that came to nothing, and the cards of every introduction | 12 |" in text
    assert "12 days after its end" in text
    assert "Run by: mail@example.org" in text


def test_the_command_shows_the_operators_own(tmp_path):
    shown = lantern(tmp_path, "privacy", contact="mail@example.org", keep_claims=3)
    written = lantern(tmp_path, "privacy", "--write")

    assert (0, 0) == (shown.returncode, written.returncode)
    assert "Run by: mail@example.org" in shown.stdout
    assert "| That something was done that may be done once | 3 |" in shown.stdout
    assert (tmp_path / "PRIVACY.md").read_text(encoding="utf-8") == privacy_text(DEFAULT, UNKNOWN)


@pytest.mark.parametrize("wrong", ["0", "-3", "soon"])
def test_a_window_that_is_none_is_refused(tmp_path, wrong):
    done = lantern(tmp_path, "privacy", keep_offers=wrong)

    assert done.returncode == 78
    assert "LANTERN_KEEP_OFFERS" in done.stderr


class TestTheCommand:
    @pytest.fixture
    async def shown(self, small_lantern):
        """A server whose bot names its operator, and what `/privacy` shows there."""
        async with open_world(_run_by(small_lantern)) as world:
            yield (await world.noor.slash(world.channel, "privacy")).response

    async def test_shows_the_essentials_the_operator_and_the_whole_as_a_file(self, shown, texts):
        """Statement 51: the policy is linked, and there in full."""
        (file,) = shown.attachments

        assert texts("privacy.text").strip() in texts_in(shown)
        assert "mail@example.org" in texts_in(shown)
        assert ["https://example.org/privacy"] == links_in(shown)
        assert "PRIVACY.md" == file.filename
        assert "Run by: mail@example.org" in (await file.read()).decode()

    async def test_works_in_direct_messages_and_says_where_nobody_is_named(self, small_world):
        shown = await small_world.noor.user.slash("privacy")

        assert small_world.says("privacy.no_contact") in texts_in(shown.response)
        assert shown.ephemeral

    async def test_works_with_the_database_broken(self, small_world):
        await run(small_world.lantern, "DROP TABLE guild_settings")
        small_world.lantern.guilds.forget()
        shown = await small_world.noor.slash(small_world.channel, "privacy")

        assert small_world.says("privacy.text") in texts_in(shown.response)


def _run_by(lantern_):
    return replace(lantern_, operator=Operator("mail@example.org", "https://example.org/privacy"))
