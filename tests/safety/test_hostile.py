"""Hostile people send whatever they like, to every command, button and form there is."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from support.hostile import ROLES, fuzz, open_stage

EXAMPLES = 300
"""`make fuzz` draws 10,000, and other ones each time."""


def test_whatever_they_send_there_is_no_error_no_ping_nothing_of_others_and_nothing_of_others_changes(start_small):
    """Statements 9, 10, 38: as a member, as somebody who opted in, and as who looks after the server."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def set_the_stage():
            lantern = await stack.enter_async_context(start_small())
            return await stack.enter_async_context(open_stage(lantern))

        stage = runner.run(set_the_stage())
        try:
            fuzz(stage, runner.run, EXAMPLES, derandomize=True)
        finally:
            runner.run(stack.aclose())

    assert {name for _, name in stage.done} == ROLES.keys()
    assert len(stage.done) == 4 * len(ROLES)
