"""Every column of every table is claimed: what it is, whose, why, how long, and what becomes of it."""

from __future__ import annotations

import pytest
from sqlite_utils import Database

from bot.core.retention import Retention
from bot.storage.holdings import HOLDINGS, Fate, Owner
from bot.storage.migrations import migrations

IDS = {"user", "by", "first", "second", "reporter", "reported", "decided_by", "closed_by", "person"}
"""Names of columns that lead to a person."""
EVERY = {"argvalues": HOLDINGS, "ids": [holding.table for holding in HOLDINGS]}


@pytest.fixture
def schema():
    """An empty database of this version."""
    db = Database(memory=True)
    migrations.apply(db)
    return db


def unclaimed(db) -> set[tuple[str, str]]:
    """Return the columns, by table, that are claimed and not there, or there and not claimed."""
    there = {(table.name, column) for table in db.tables for column in table.columns_dict}
    claimed = {(holding.table, column) for holding in HOLDINGS for column in holding.columns}
    return {each for each in there ^ claimed if not each[0].startswith(("_sqlite", "sqlite_"))}


def test_every_column_is_claimed_and_nothing_that_is_not_there(schema):
    """Statement 51: what the policy is made of lists exactly the columns of the schema."""
    assert unclaimed(schema) == set()


def test_a_column_that_a_migration_adds_is_missed(schema):
    schema.table("votes").add_column("mood", str)
    schema.table("diaries").create({"user": int})

    assert {("votes", "mood"), ("diaries", "user")} == unclaimed(schema)


def test_no_table_is_claimed_twice():
    assert len({holding.table for holding in HOLDINGS}) == len(HOLDINGS)


@pytest.mark.parametrize("holding", **EVERY)
def test_each_says_everything(holding):
    said = (holding.name, holding.why, holding.kept, holding.seen, *holding.columns.values())

    assert all(said)
    assert holding.kept.format_map(Retention().figures())
    assert holding.sealed.keys() <= holding.columns.keys()
    assert bool(holding.guild) == (holding.owner is not Owner.NOBODY)


@pytest.mark.parametrize("holding", **EVERY)
def test_each_column_that_leads_to_a_person_has_a_trace(holding):
    """Statement 46: nothing that leads to somebody is forgotten when they delete everything."""
    leading = IDS & holding.columns.keys() - {"first_at"}
    traced = " ".join(trace.where for trace in holding.traces)

    assert all(column in traced for column in leading)


@pytest.mark.parametrize("holding", **EVERY)
def test_what_stays_of_a_person_says_so(holding):
    """Statement 46: whatever survives is declared with its reason."""
    if any(trace.fate in {Fate.KEPT, Fate.UNNAMED} for trace in holding.traces):
        assert holding.left


@pytest.mark.parametrize("holding", **EVERY)
def test_what_leads_to_somebody_is_shown_or_it_is_said_why_not(holding):
    """Statement 47: nothing about a person is silently left out of what they are shown."""
    if any(not trace.shown and trace.fate is not Fate.OWN_STEP for trace in holding.traces):
        assert holding.hidden


@pytest.mark.parametrize("holding", **EVERY)
def test_each_statement_made_of_it_runs(schema, holding):
    schema.conn.create_function("pseudonym", 2, lambda user, context: f"{context}:{user}")
    for trace in holding.traces:
        shown = ", ".join(f'"{column}"' for column in trace.shown) or "1"
        schema.execute(f"SELECT {holding.guild}, {shown} FROM {holding.table} WHERE {trace.where}", {"user": 1})

        assert trace.shown.keys() <= holding.columns.keys()
        assert bool(trace.unnamed) == (trace.fate is Fate.UNNAMED)
    if holding.guild:
        schema.execute(f"DELETE FROM {holding.table} WHERE {holding.guild} = 1")
