"""One id for all lines of the log that one interaction causes, and the incident somebody is told, in JSON."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re

import pytest

from bot.logs import DiscreetJson
from support.notes import read_only, run
from support.small import ANSWERED, OFFERED
from support.worlds import open_world, texts_in

UNKNOWN = "zzz qqq xxx"


@pytest.fixture
def lines():
    """Return the lines of the log so far, as objects; the bot's from DEBUG on."""
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(DiscreetJson())
    root, ours = logging.getLogger(), logging.getLogger("bot")
    before = ours.level
    root.addHandler(handler)
    ours.setLevel(logging.DEBUG)
    yield lambda: [json.loads(line) for line in handler.stream.getvalue().splitlines()]
    root.removeHandler(handler)
    ours.setLevel(before)


async def test_every_line_an_interaction_causes_has_its_id_and_no_other_one_has(start_small, tmp_path, lines):
    """The search, the queue, the counting and what follows in the background fail here, and each says so."""
    notes = tmp_path / "notes.db"
    async with start_small(notes) as lantern, open_world(lantern) as world, read_only(lantern, notes):
        for question in (UNKNOWN, "yyy www vvv"):
            await world.ask(question)
    told = [line for line in lines() if line["logger"].startswith("bot.faq")]
    ids = list(dict.fromkeys(line["interaction"] for line in told))

    assert 2 == len(ids)
    assert all(re.fullmatch("[0-9a-f]{6}", each) for each in ids)
    assert {2} == {sum(line["interaction"] == each for line in told) for each in ids}, told


async def test_commands_rows_clicks_and_their_failures_each_have_one(small_world, lines):
    message = await small_world.ask(OFFERED)
    small_world.env.inject_error("PATCH", "/webhooks/*", status=500, times=3)
    small_world.env.inject_error("POST", "/interactions/*/callback", status=500)
    await small_world.suggestions("how")
    await small_world.noor.click(message, label="None of these")
    told = [line for line in lines() if line["level"] in {"WARNING", "ERROR"}]

    assert 2 <= len({line["interaction"] for line in told}), told


async def test_the_incident_somebody_reads_is_the_one_of_the_line(small_world, lines):
    small_world.env.inject_error("PATCH", "/webhooks/*/messages/@original", status=400, code=50035)

    message = await small_world.ask(ANSWERED)
    (line,) = (each for each in lines() if "incident" in each)

    assert texts_in(message) == small_world.says("error.unexpected", incident=line["incident"])
    assert line["message"] == f"Incident {line['incident']}"
    assert "HTTPException" in line["traceback"]
    assert line["interaction"]


async def test_what_the_bot_does_by_itself_says_which_job_it_was(small_world, lines):
    for table in ("peers", "notices"):
        await run(small_world.lantern, f"ALTER TABLE {table} RENAME TO {table}_away")
    client = small_world.client
    for job in (client.clock, client.housekeeping):
        job.start()
    client.delivery._deliver_at_once()
    while {"clock", "housekeeping", "delivery"} - {line.get("job") for line in lines()}:
        await asyncio.sleep(0)
    told = [line for line in lines() if line["level"] == "ERROR"]

    assert all("interaction" not in line for line in told)
    assert {"clock"} == {line["job"] for line in told if line["logger"] == "bot.cogs.peers.clock"}
    assert {"housekeeping"} == {line["job"] for line in told if line["logger"] == "bot.cogs.housekeeping"}
    for table in ("peers", "notices"):
        await run(small_world.lantern, f"ALTER TABLE {table}_away RENAME TO {table}")
