"""Each button belongs to the person and the server it was made for: pressed by anybody else, or elsewhere, it does no
harm. Discord lets nobody press on what only another one sees; here everybody forges and replays all of it.
"""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import discord
import pytest

from bot.core.introductions import CheckIn
from bot.views.ids import OWN
from support.acts import COMMAND, acts_of, do, form_of, picture_of, press_of, said, start
from support.hostile import NAMES, open_stage
from support.notes import run
from support.small import ANSWERED
from support.worlds import parts

EVERYTHING = discord.Permissions(manage_guild=True, manage_messages=True)
SECOND = ("0", CheckIn.STOP)
"""What stands in a second argument, so that the first is looked at."""
AT_ONCE = 20
"""Presses that the bot is given together."""


@pytest.fixture
async def stage(start_small):
    """Two victims of whom there is one of everything, what they see on their screens, and who would like to press it."""
    async with start_small() as lantern, open_stage(lantern) as stage:
        stage.screens = {each: await screens_of(stage, each) for each in stage.victims}
        await stage.take_stock()
        yield stage


async def screens_of(stage, victim):
    """Return every custom id that the commands of members show to a victim, and a picture of what they were shown."""
    world, found = stage.world, set()
    for act in acts_of(world.client):
        if act.kind is COMMAND and not act.name.startswith(("faq", "matching", "setup", "peers leave", "peers pause")):
            result = await do(world, victim, act, stage.pictures[-1])
            for message in filter(None, (result.response, *result.followups)):
                found |= {part["custom_id"] for part in parts(message) if part.get("custom_id")}
            found |= {result.modal["custom_id"]} if result.modal else set()
    return sorted(found), picture_of(world, await world.ask(ANSWERED, who=victim))


def forged(stage):
    """Return every route with the numbers of what is the victims', and every custom id anybody was shown."""
    shown = {custom_id for ids, _ in stage.screens.values() for custom_id in ids} | stage.custom_ids
    for router in stage.world.client.routers:
        for verb, number in router.routes:
            arguments = [sorted(set(stage.ids)), SECOND, ("0",)][:number]
            shown |= {":".join([router.prefix, verb, *each])[:100] for each in itertools.product(*arguments)}
    return sorted(shown)


async def press_all(stage, who, where=None, but=()):
    """Let somebody press all of it `but` some prefixes, save as a form all that opens one; return what they saw."""
    world, results = where or stage.world, []
    picture = next(picture for _, picture in stage.screens.values())
    fields = dict.fromkeys(sorted({field for found in stage.fields.values() for field in found}), "typed")
    forms = [verb_of(custom_id) for custom_id in stage.fields]
    custom_ids = [custom_id for custom_id in forged(stage) if verb_of(custom_id)[0] not in but]
    acts = [press_of(custom_id, stage.ids[0]) for custom_id in custom_ids]
    acts += [form_of(custom_id, **fields) for custom_id in custom_ids if verb_of(custom_id) in forms]
    for begin in range(0, len(acts), AT_ONCE):
        results += [start(world, who, act, picture) for act in acts[begin : begin + AT_ONCE]]
        await world.env.settle()
    return results


def verb_of(custom_id):
    """Return the prefix and the verb of a custom id."""
    return custom_id.split(":")[:2]


def seen_in(results):
    """Return all that somebody was shown."""
    return [text for result in results for text in (*said(result), str(result.modal), str(result.autocomplete_choices))]


@pytest.mark.parametrize("name", ["eve", "mallory"])
async def test_by_another_member_it_shows_and_changes_nothing_of_the_one_it_was_made_for(stage, name):
    """Statements 9, 15, 43: whoever it is, opted in or not."""
    results = await press_all(stage, stage.people[name])

    assert len(results) > 1000
    assert [] == [text for text in seen_in(results) for trace in stage.traces if trace in text.lower()]
    assert {} == await stage.lost_rows()


async def test_by_who_looks_after_the_server_it_shows_no_story_and_answers_for_nobody(stage):
    """Statement 60: staff see reports and counts, never stories; and they are in nobody's introduction."""
    introductions = "SELECT * FROM introductions", "SELECT * FROM check_ins", "SELECT * FROM peers"
    before = [await run(stage.world.lantern, sql) for sql in introductions]
    acts = [one for one in forged(stage) if one.startswith("meet:")]
    results = [start(stage.world, stage.people["rex"], press_of(one, "0"), stage.pictures[0]) for one in acts]
    await stage.world.env.settle()

    assert [] == [text for text in seen_in(results) if stage.traces[4] in text.lower()]
    assert before == [await run(stage.world.lantern, sql) for sql in introductions]


async def test_on_another_server_it_reaches_nothing_of_the_first(stage):
    """By who may do everything there, and by the very person it was made for."""
    env = stage.world.env
    there = env.create_guild("Aquarium", owner=env.create_user("owner of the aquarium"))
    where = SimpleNamespace(env=env, channel=there.create_text_channel("tanks"))
    everything = there.create_role("All", permissions=EVERYTHING)
    victim = stage.victims[0]
    # Whoever deletes their own data does so on all servers at once: that button is theirs everywhere.
    for user, own, but in ((env.create_user("olga"), (), ()), (victim.user, (NAMES[0], str(victim.id)), (OWN,))):
        results = await press_all(stage, there.add_member(user, roles=[everything]), where, but)
        hidden = [trace for trace in stage.traces if trace not in own]

        assert [] == [text for text in seen_in(results) for trace in hidden if trace in text.lower()]
        assert {} == await stage.lost_rows()


async def test_who_lost_their_role_finds_every_button_on_their_screen_locked(stage):
    """Permissions are asked at the click: all that the server's moderator had been shown, pressed a moment later."""
    world, rex = stage.world, stage.people["rex"]
    world.env.backend.remove_member_role(world.guild.id, rex.id, stage.roles["rex"][0].id)
    await world.env.settle()
    keeping = {
        verb for router in world.client.routers for (verb, _), route in router.routes.items() if route.keeps_first
    }
    locked = sorted(one for one in stage.custom_ids if one.startswith("faq:") and verb_of(one)[1] not in keeping)
    results = [start(world, rex, press_of(one, "0"), stage.pictures[0]) for one in locked]
    await world.env.settle()
    refusal = world.says("error.not_allowed")

    assert len(locked) > 30
    assert [] == [one for one, result in zip(locked, results, strict=True) if refusal not in said(result)]
    assert {} == await stage.lost_rows()
