"""Logs: ids only as keyed hashes, never a text, never a name; whoever wrote the line."""

from __future__ import annotations

import io
import json
import logging
import re
from contextlib import contextmanager
from datetime import UTC, datetime

import aiohttp
import discord
import pytest

from bot.core import errors
from bot.logs import INTERACTION, JOB, Discreet, DiscreetJson, start_logging
from support.acts import acts_of, form_of, press_of, start
from support.hostile import open_stage, with_text
from support.notes import read_only, run

ID, OTHER = "123456789012345678", "987654321098765432"
TEXT = "zebrafish-in-the-log"
KEY = bytes(32)


def line(message, *args, key=KEY, error=None, name="bot.somewhere"):
    """Return a line as it is written; sure that it says the same as an object."""
    made = logging.LogRecord(
        name, logging.ERROR, __file__, 1, message, args, error and (type(error), error, error.__traceback__)
    )
    form = Discreet(key)
    text, written = form.format(made), DiscreetJson(form._key).format(made)
    told = json.loads(written)

    assert "\n" not in written
    assert text.endswith("\n".join(filter(None, (f"ERROR {name}: {told['message']}", told.get("traceback")))))
    assert {"time", "level", "logger", "message"} == set(told) - {"traceback"}
    return text


def raised(error):
    """Return an error with the place it was raised at."""
    try:
        raise error
    except type(error) as caught:
        return caught


class TestIds:
    """Statement 48: no raw ids."""

    @pytest.mark.parametrize(
        "written",
        [
            line("Server %d is gone", int(ID)),
            line(f"Server {ID} is gone"),
            line(f"<@{ID}>, user_{ID}, {ID}{ID}, '{ID}'"),
            line("%s", {"guild": int(ID)}),
            line("A line", error=raised(RuntimeError(f"no guild {ID}"))),
            line("%s", OSError(2, f"no file {ID}")),
            line("Ignoring exception in %s", ID, name="discord.client", error=raised(TypeError(ID))),
            line(f"A broken %d {ID}", "x"),
        ],
        ids=range(8),  # a line begins with the time: two processes would give a test two names
    )
    def test_none_is_in_any_line(self, written):
        assert ID not in written

    def test_the_same_one_is_the_same_within_a_run_and_another_one_in_the_next(self):
        first, again, other = line("%s", ID), line("At %s: it", ID), line("%s", OTHER)
        (shown,) = re.findall("#[0-9a-f]{8}", first)

        assert shown in again
        assert shown not in other
        assert shown not in line("%s", ID, key=bytes(range(32)))
        assert shown not in line("%s", ID, key=None)

    def test_what_ties_lines_together_is_in_both_forms(self):
        made = logging.LogRecord("bot", logging.ERROR, "", 1, "Incident %s", ("c0ffee",), None)
        made.incident = "c0ffee"
        tokens = INTERACTION.set("1a2b3c"), JOB.set("clock")
        text, told = Discreet(KEY).format(made), json.loads(DiscreetJson(KEY).format(made))
        INTERACTION.reset(tokens[0])
        JOB.reset(tokens[1])

        assert text.endswith(" ERROR bot [clock 1a2b3c]: Incident c0ffee")
        assert ("1a2b3c", "clock", "c0ffee") == (told["interaction"], told["job"], told["incident"])

    def test_what_is_no_id_stays(self):
        assert "14 digits: 12345678901234, port 443" in line("14 digits: %d, port %d", 12345678901234, 443)

    def test_a_token_in_an_address_is_left_out(self):
        """Whoever has it could answer in the bot's name for a quarter of an hour."""
        written = line(f"POST https://discord.com/api/v10/webhooks/{ID}/aW50ZXJhY3Rpb24-x_y/messages/@original is slow")

        assert "aW50ZXJhY3Rpb24" not in written
        assert "/messages/@original is slow" in written


class TestErrors:
    """Statement 48: no texts."""

    def test_what_may_hold_somebodys_words_is_told_by_its_type_and_place(self):
        for error in (
            ValueError(TEXT),
            KeyError(TEXT),
            LookupError(TEXT),
            raised(UnicodeEncodeError("utf-8", TEXT, 0, 1, TEXT)),
        ):
            written = line("It failed: %s", error, error=raised(error))

            assert TEXT not in written
            assert 2 == written.count(type(error).__name__)
            assert "in raised" in written

    def test_nor_is_it_told_of_an_error_behind_or_inside_another(self):
        chain = RuntimeError("second")
        chain.__cause__ = raised(ValueError(TEXT))
        group = raised(ExceptionGroup("several", [ValueError(TEXT), TypeError("third")]))

        assert TEXT not in line("x", error=chain) + line("x", error=group)
        assert line("x", error=chain).index("ValueError") < line("x", error=chain).index("RuntimeError: second")
        assert "TypeError: third" in line("x", error=group)

    def test_what_discord_repeats_of_a_refused_value_is_left_out(self):
        response = type("Response", (), {"status": 400, "reason": "Bad Request"})()
        problem = {
            "code": 50035,
            "message": "Invalid",
            "errors": {"content": {"_errors": [{"code": "X", "message": f'Value "{TEXT}" is no "x" snowflake.'}]}},
        }
        written = line("%s", discord.HTTPException(response, problem))

        assert TEXT not in written
        assert "50035" in written
        assert "content" in written

    def test_what_is_about_code_files_and_connections_is_told(self):
        for error in (
            errors.StorageError("The disk is full."),
            OSError(28, "No space left"),
            aiohttp.ClientError("away"),
            TypeError("no str"),
        ):
            assert str(error) in line("%s", error)

    def test_asyncio_does_not_repeat_them(self):
        assert TEXT not in line(f"Task exception was never retrieved\nfuture: <Task exception={TEXT}>", name="asyncio")

    def test_what_another_handler_made_of_the_error_is_not_used(self):
        made = logging.LogRecord("bot", logging.ERROR, "", 1, "x", (), None)
        made.exc_text = made.stack_info = TEXT

        assert TEXT not in Discreet(KEY).format(made)


@pytest.mark.parametrize("form", [Discreet, DiscreetJson])
def test_every_line_passes_there_and_libraries_are_heard_from_warnings_on(form):
    root, ours = logging.getLogger(), logging.getLogger("bot")
    before = root.handlers[:], root.level, ours.level
    try:
        start_logging("DEBUG", as_json=form is DiscreetJson)

        assert [form] == [type(handler.formatter) for handler in root.handlers]
        assert not logging.getLogger("discord.http").isEnabledFor(logging.INFO)
        assert ours.isEnabledFor(logging.DEBUG)
    finally:
        root.handlers[:], root.level = before[:2]
        ours.setLevel(before[2])


@contextmanager
def log_of_the_run():
    """Yield what the log of a run at DEBUG holds, as text and as objects."""
    root, ours = logging.getLogger(), logging.getLogger("bot")
    handlers = [logging.StreamHandler(io.StringIO()) for _ in range(2)]
    for handler, form in zip(handlers, (Discreet(), DiscreetJson()), strict=True):
        handler.setFormatter(form)
        root.addHandler(handler)
    before = ours.level
    ours.setLevel(logging.DEBUG)
    try:
        yield [handler.stream for handler in handlers]
    finally:
        for handler in handlers:
            root.removeHandler(handler)
        ours.setLevel(before)


async def test_nothing_of_anybody_is_in_the_log_of_everything_there_is_to_do(start_small, tmp_path):
    """Statement 48: every command, click and form, with canaries typed, on a healthy and on a broken database, while
    Discord answers and while it does not.
    """
    notes = tmp_path / "notes.db"
    with log_of_the_run() as written:
        async with start_small(notes) as lantern, open_stage(lantern) as stage:
            world = stage.world
            await everything(stage, "eve", "mallory", "rex")
            async with read_only(lantern, notes):
                await everything(stage, "rex")
                await world.client.clock.run_due(datetime.now(UTC))
            await run(lantern, f"UPDATE letters SET text_key = '{TEXT}'")
            await stage.victims[1].slash(world.channel, "peers inbox")
            world.env.inject_error("PATCH", "/webhooks/*", status=400, code=50035, times=200)
            await everything(stage, "mallory")
            world.env._errors.clear()  # what was injected
            people = [*stage.people.values(), *stage.victims, world.mika]
            ids = [each.id for each in (*people, world.guild, world.channel, world.client.user)]
            names = [world.guild.name, *(each.user.name for each in people)]
    for log in (each.getvalue() for each in written):
        assert log.count("\n") > 100
        assert "KeyError" in log
        assert re.search("server #[0-9a-f]{8} did not go on", log)
        assert [] == [each for each in map(str, ids) if each in log]
        assert [] == re.findall(r"\d{15,}", log)
        assert [] == [each for each in (TEXT, *stage.traces) if each in log]
        assert [] == [each for each in names if re.search(rf"\b{re.escape(each)}\b", log)]
    lines = [json.loads(line) for line in written[1].getvalue().splitlines()]
    assert {line["interaction"] for line in lines if "interaction" in line}


async def everything(stage, *names):
    """Let some of the three do everything there is with a text that must not be in any log."""
    world, picture = stage.world, {**stage.pictures[0], "content": TEXT}
    routes = [(router.prefix, *route) for router in world.client.routers for route in router.routes]
    acts = [
        *(with_text(act, TEXT) for act in acts_of(world.client)),
        *(form_of(custom_id, **dict.fromkeys(fields, TEXT)) for custom_id, fields in stage.fields.items()),
        *(press_of(":".join([prefix, verb, *[TEXT] * number])[:100], TEXT) for prefix, verb, number in routes),
    ]
    for name in names:
        for act in acts:
            start(world, stage.people[name], act, picture)
        await world.env.settle()
