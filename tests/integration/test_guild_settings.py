"""What `/setup` keeps, in a real database."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.models import GuildId
from bot.core.moderation import Capability, ForumMode, GuildSettings
from bot.faq.guilds import Guilds
from bot.storage.database import Database
from bot.storage.guilds import GuildSettingsTable

HERE, THERE = GuildId(1), GuildId(2)

ids = st.integers(1, 2**63 - 1)
anything = st.builds(
    GuildSettings,
    roles=st.dictionaries(st.sampled_from(Capability), st.frozensets(ids, max_size=3)),
    moderators_channel=st.none() | ids,
    forums=st.dictionaries(ids, st.sampled_from(ForumMode), max_size=3),
    digest_day=st.none() | st.integers(0, 6),
    four_eyes=st.booleans(),
    language=st.none() | st.sampled_from(["en", "de"]),
    country=st.none() | st.sampled_from(["DE", "JP"]),
)


@pytest.fixture
async def database(tmp_path):
    opened = await Database.open(tmp_path / "notes.db")
    yield opened
    await opened.close()


@given(anything)
def test_what_was_set_is_read_back(settings):
    async def through() -> GuildSettings:
        database = await Database.open(None)
        table = GuildSettingsTable(database)
        await table.update_settings(HERE, lambda _: settings)
        found = await table.settings_of(HERE)
        await database.close()
        return found

    assert settings == asyncio.run(through())


async def test_a_server_that_set_nothing_has_the_defaults(database):
    assert GuildSettings() == await Guilds(GuildSettingsTable(database)).settings(HERE)


async def test_what_one_server_sets_leaves_another_alone(database):
    guilds = Guilds(GuildSettingsTable(database))
    await guilds.update(HERE, lambda settings: replace(settings, four_eyes=True))

    assert GuildSettings() == await guilds.settings(THERE)
    assert (await guilds.settings(HERE)).four_eyes


async def test_people_who_change_different_fields_at_once_keep_all_of_them(database):
    guilds = Guilds(GuildSettingsTable(database))
    await asyncio.gather(
        guilds.settings(HERE),
        guilds.update(HERE, lambda settings: replace(settings, four_eyes=True)),
        guilds.update(HERE, lambda settings: replace(settings, country="DE")),
        guilds.update(HERE, lambda settings: replace(settings, digest_day=None)),
        guilds.settings(HERE),
    )
    expected = GuildSettings(four_eyes=True, country="DE", digest_day=None)

    assert expected == await guilds.settings(HERE)
    assert expected == await Guilds(GuildSettingsTable(database)).settings(HERE)


async def test_two_processes_that_change_the_same_field_lose_no_change(database, tmp_path):
    """Another process, such as the terminal, has its own connection to the same file."""
    other = await Database.open(tmp_path / "notes.db")

    def add(settings):
        return replace(settings, moderators_channel=(settings.moderators_channel or 0) + 1)

    tables = [GuildSettingsTable(database), GuildSettingsTable(other)]
    await asyncio.gather(*(table.update_settings(HERE, add) for table in tables for _ in range(100)))
    found = await tables[0].settings_of(HERE)
    await other.close()

    assert 200 == found.moderators_channel


async def test_a_change_that_fails_changes_nothing(database):
    guilds = Guilds(GuildSettingsTable(database))
    await guilds.update(HERE, lambda settings: replace(settings, country="DE"))

    def fail(_):
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await guilds.update(HERE, fail)

    assert GuildSettings(country="DE") == await guilds.settings(HERE)
    assert GuildSettings(country="DE") == await Guilds(GuildSettingsTable(database)).settings(HERE)
