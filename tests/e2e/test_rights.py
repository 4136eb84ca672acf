"""Everybody against everything: each command, suggestion and press, by each kind of person.

Whatever is new fails here until a line says who may use it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing

import discord
import pytest

from bot.core.moderation import Capability, GuildSettings
from support.acts import COMMAND, PRESS, TYPING, acts_of, do, picture_of, said, start
from support.small import ANSWERED
from support.worlds import open_world, texts_in

ALWAYS, ASK, MEET, SUGGEST, EDIT, PUBLISH, ADMINISTER = Capability

COMMANDS = {
    ALWAYS: ["help-now", "mydata show", "mydata delete", "privacy", "peers leave"],
    ASK: [
        *("ask", "about", "Answer from the FAQ"),
        *("peers status", "peers pause", "peers block", "peers unblock", "peers inbox", "peers report"),
    ],
    MEET: ["peers join", "peers edit", "peers resume", "peers now"],
    SUGGEST: ["suggest"],
    EDIT: [
        *("faq add", "faq edit", "faq drafts", "faq history", "faq try", "Save as FAQ"),
        *("faq queue", "faq forums", "faq proposals", "faq suggestions", "faq upkeep", "faq stats"),
        *("faq export", "faq import"),
    ],
    PUBLISH: [
        *("faq remove", "faq undo"),
        *("matching reports", "matching round", "matching shortages", "matching topics", "matching same"),
    ],
    ADMINISTER: ["setup"],
}
"""What is typed or picked from a menu, with the rows suggested for its options."""

VERBS = {
    ALWAYS: "care:yes care:no care:person care:tell care:lines care:tomorrow care:country own:delete meet:leave",
    ASK: """
        ask:helped ask:miss ask:choose ask:none ask:share ask:reply ask:keep ask:page ask:topic ask:pick ask:notify
        ask:forum_
        meet:inbox meet:yes meet:no meet:said meet:end meet:ended meet:direct meet:thread meet:skip meet:mentoring
        meet:wrong meet:wrong_pick meet:report
    """,
    MEET: """
        meet:from meet:asked meet:age meet:agree meet:step meet:next meet:choose meet:words meet:zone meet:words_save
        meet:zone_save meet:preview meet:start meet:resume
    """,
    SUGGEST: "ask:suggest ask:improve",
    EDIT: """
        faq:form faq:leave faq:save faq:redo faq:over faq:again faq:look faq:discard faq:revive faq:drafts faq:handin
        faq:history faq:version faq:changed faq:queue_ faq:prop_ faq:sugg_ faq:forum_look faq:imp_ faq:imp_paste
        faq:up_open faq:up_show faq:up_filter faq:up_fine
    """,
    PUBLISH: """
        faq:removing faq:remove faq:publish faq:phrase faq:approve faq:sendback faq:sentback faq:restoring faq:restore
        faq:undo faq:queue_link faq:prop_yes faq:prop_pick faq:prop_undo faq:imp_apply faq:up_ faq:matching_
    """,
    ADMINISTER: "faq:setup_ faq:forum_on faq:forum_sure faq:forum_shadow",
}
"""Custom ids without their arguments; `faq:queue_` stands for all that begin so and have no line of their own."""

LINES = {line: capability for capability, lines in COMMANDS.items() for line in lines} | {
    verb: capability for capability, verbs in VERBS.items() for verb in verbs.split()
}
KEPT = {"faq:save", "faq:redo", "faq:imp_paste", "meet:words_save", "meet:zone_save"}
"""Where a text is kept, or given back, before it is asked who may; see test_who_loses_the_role_while_writing..."""

PEOPLE = {
    "outsider": ALWAYS,
    "member": ASK,
    "newcomer": MEET,
    "suggester": SUGGEST,
    "editor": EDIT,
    "publisher": PUBLISH,
    "chief": ADMINISTER,
    "moderator": PUBLISH,
    "manager": ADMINISTER,
}
"""The most each may: by a role that is named for it, or by the permission they have on the server."""
PERMISSIONS = {
    "moderator": discord.Permissions(manage_messages=True),
    "manager": discord.Permissions(manage_guild=True),
}


def line_of(name):
    """Return the line an act falls under, the longest that fits; None for none."""
    found = [line for line in LINES if name == line or name.startswith(_begin(line))]
    return max(found, key=len, default=None)


def _begin(line) -> str:
    if line.endswith("_"):
        return line
    return line + (":" if ":" in line else " ")


class Server:
    """A world with one person of each kind, and settings that tell them apart."""

    def __init__(self, world, notes) -> None:
        self.world = world
        self._notes = notes
        guild = world.guild
        self.roles = {name: guild.create_role(name, permissions=PERMISSIONS.get(name)) for name in list(PEOPLE)[1:]}
        self.people = {
            name: guild.add_member(world.env.create_user(name), roles=[self.roles[name]] if name in self.roles else [])
            for name in PEOPLE
        }

    async def begin(self, name):
        """Set the settings under which somebody is what they are: Manage Messages counts where no role is named."""
        named = {
            capability: frozenset({self.roles[who].id})
            for who, capability in PEOPLE.items()
            if who in self.roles and who not in PERMISSIONS
        }
        if name == "moderator":
            named = {each: named[each] for each in (ASK, MEET, SUGGEST)}
        await self.world.lantern.guilds.update(self.world.guild.id, lambda _: GuildSettings(named))

    async def lose_role(self, name):
        """Take somebody's role away."""
        self.world.env.backend.remove_member_role(self.world.guild.id, self.people[name].id, self.roles[name].id)
        await self.world.env.settle()

    async def shared_answer(self):
        """Return a picture of a message of the bot that everybody sees, and what it says."""
        answer = await self.world.ask(ANSWERED, visibility="public")
        return picture_of(self.world, answer), texts_in(answer)

    def acts(self, name):
        """Return what somebody may, and what they may not, of what the table knows; KEPT left out."""
        split = [], []
        for act in acts_of(self.world.client):
            line, most = line_of(act.name), PEOPLE[name]
            if line in LINES.keys() - KEPT:
                split[not most.includes(LINES[line])].append(act)
        return split

    def writes(self):
        """Return a number that is another one once anything was written."""
        return self._notes.execute("PRAGMA data_version").fetchone()

    def rows(self, table):
        """Return how many rows a table has."""
        return self._notes.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


@pytest.fixture
async def server(start_small, tmp_path):
    path = tmp_path / "notes.db"
    async with start_small(path) as lantern, open_world(lantern) as world:
        with closing(sqlite3.connect(path)) as notes:
            yield Server(world, notes)


async def test_the_table_has_a_line_for_everything_and_none_for_nothing(small_world):
    names = {act.name for act in acts_of(small_world.client)}

    assert set() == {name for name in names if line_of(name) is None}
    assert LINES.keys() == {line_of(name) for name in names}


@pytest.mark.parametrize("name", PEOPLE)
async def test_nobody_may_more_than_the_table_says(server, name):
    """They are told so, see no suggestions and no form, nothing is written, and what they pressed stays as it was."""
    _, refused = server.acts(name)
    refusal = server.world.says("error.not_allowed")
    picture, shown = await server.shared_answer()
    await server.begin(name)
    before = server.writes()
    results = {act: start(server.world, server.people[name], act, picture) for act in refused}
    await server.world.env.settle()
    answers = {COMMAND: ([refusal], None), PRESS: ([refusal], None), TYPING: ([], [])}

    assert before == server.writes()
    assert {act.name: answers[act.kind] for act in refused} == {
        act.name: ([text for text in said(result) if text != shown], result.autocomplete_choices)
        for act, result in results.items()
    }
    assert not any(result.modal for result in results.values())


@pytest.mark.parametrize("name", PEOPLE)
async def test_nobody_may_less_than_the_table_says(server, name):
    """Whatever else is wrong with what they typed."""
    allowed, _ = server.acts(name)
    refusal = server.world.says("error.not_allowed")
    picture, _ = await server.shared_answer()
    refused = []
    for act in allowed:
        await server.begin(name)
        result = await do(server.world, server.people[name], act, picture)
        if refusal in said(result) or not result.acknowledged:
            refused.append(act.name)

    assert [] == refused


async def test_in_direct_messages_there_is_the_shipped_faq_and_nothing_of_a_server(server):
    noor = server.world.noor.user
    picture = picture_of(server.world, (await noor.slash("ask", question=ANSWERED)).response)
    acts = [act for each in server.acts("member") for act in each]
    results = {act: start(server.world, noor, act, picture) for act in acts}
    await server.world.env.settle()
    refusal = server.world.says("error.not_here")
    elsewhere = {act.name for act in acts if act.kind is not TYPING and LINES[line_of(act.name)] not in {ALWAYS, ASK}}

    assert elsewhere == {act.name for act, result in results.items() if refusal in said(result)}
    assert {"ask question", "help-now country"} == {
        act.name for act, result in results.items() if result.autocomplete_choices
    }
    everywhere = {"ask", "about", "help-now", "mydata show", "mydata delete", "privacy"}
    assert everywhere == set(noor.available_commands())


async def test_who_loses_the_role_is_refused_at_the_next_click(server):
    """The message with the buttons is still on their screen."""
    member = server.people["member"]
    await server.begin("member")
    answer = await server.world.ask(ANSWERED, who=member)
    await server.lose_role("member")
    before = server.writes()
    clicked = await member.click(answer, label="That helped")
    rows = await server.world.suggestions("", who=member)

    assert server.world.says("error.not_allowed") == texts_in(clicked.followups[0])
    assert [] == rows
    assert before == server.writes()


async def test_who_loses_the_role_while_writing_is_refused_but_keeps_the_text(server):
    editor = server.people["editor"]
    await server.begin("editor")
    form = await editor.slash(server.world.channel, "faq add")
    fields = (part.get("component", {}) for part in form.modal["components"])
    typed = {each["custom_id"]: "Some words." for each in fields if "max_length" in each}
    await server.lose_role("editor")
    saved = await editor.submit_modal(form, typed)

    assert any(server.world.says("error.not_allowed") in text for text in said(saved))
    assert (1, 0) == (server.rows("drafts"), server.rows("versions"))


async def test_nothing_that_is_kept_before_it_is_asked_who_may_reaches_the_faq(server):
    picture, _ = await server.shared_answer()
    await server.begin("member")
    for act in acts_of(server.world.client):
        if line_of(act.name) in KEPT:
            await do(server.world, server.people["member"], act, picture)

    assert (0, 0) == (server.rows("versions"), server.rows("changes"))


async def test_who_gets_a_role_need_not_wait(server):
    outsider, world = server.people["outsider"], server.world
    await server.begin("outsider")
    world.env.backend.add_member_role(world.guild.id, outsider.id, server.roles["suggester"].id)
    await world.env.settle()

    assert world.says("error.not_allowed") not in said(await outsider.slash(world.channel, "ask", question=ANSWERED))


async def test_a_moderator_counts_where_they_are(server):
    """Manage Messages in one channel makes nobody a moderator in another."""
    member, world = server.people["member"], server.world
    queue = next(act for act in acts_of(world.client) if act.name == "faq queue")
    picture, _ = await server.shared_answer()
    await server.begin("moderator")
    here = await do(world, member, queue, picture)
    manages = discord.PermissionOverwrite(manage_messages=True)
    world.channel = world.guild.create_text_channel("theirs", overwrites={member: manages})
    there = await do(world, member, queue, picture)

    assert [world.says("error.not_allowed")] == said(here)
    assert world.says("error.not_allowed") not in said(there)


async def test_where_to_find_help_comes_first_for_who_may_not_ask(server):
    outsider, world = server.people["outsider"], server.world
    await server.begin("outsider")
    before = server.writes()
    result = await outsider.slash(world.channel, "ask", question="I want to kill myself")

    assert [world.help_first(), world.says("error.not_allowed")] == said(result)
    assert result.ephemeral
    assert before == server.writes()
