"""Hostile people in one server: what they may send, as hypothesis draws it, and what must hold after each of it."""

from __future__ import annotations

import json
import logging
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import discord
from discord import app_commands
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.views.peers.reports import REASON
from bot.views.peers.reports import TEXT as TEXT_OF_REPORT
from support.acts import TYPING, Act, acts_of, command_of, do, form_of, picture_of, press_of, said, start
from support.editor import add
from support.meeting import SECRET, Meeting
from support.notes import run
from support.small import ANSWERED, OFFERED, UNKNOWN
from support.worlds import open_world, parts

ROLES = {"eve": None, "mallory": None, "rex": discord.Permissions(manage_guild=True, manage_messages=True)}
"""A member, one who opted in to meet others, and one who may do everything on the server."""
UNHEARD, WISHED, DRAFTED, ACCUSED = "nanoblort", "glimmerwock", "thrumbletide", "quorvenish"
"""What stands in a victim's question, suggestion, draft and report."""
NAMES = ("wrenfield-victim", "ostrander-victim")
COUNTED = frozenset({"days", "uses", "sqlite_sequence", "facts", "unanswered", "vectors"})
"""Tables whose rows count what everybody does together, or belong to nobody."""

PIECES = (
    *(
        "@everyone",
        "@here",
        "<@{victim}>",
        "<@!{victim}>",
        "<@&{role}>",
        "<#{channel}>",
        "</ask:1>",
        "<t:1:R>",
        "<:x:1>",
    ),
    *("**", "__", "~~", "||", "```", "`", "# ", "> ", "- ", "[a](https://evil.example)", "[https://a.b](https://c.d)"),
    *(
        "\u202e",
        "\u2066",
        "\u200b",
        "\u200d",
        "\ufeff",
        "\u00ad",
        "\x00",
        "\x1b[31m",
        "\r\n",
        "\u2028",
        "\ud800",
        "\udfff",
    ),
    *("'; DROP TABLE peers; --", '" OR 1=1', "%s", "%", "_", "\\", "NEAR(", "*", "AND", '"'),
    *("{question}", "{0}", "{}", "{", "}", "{x.__class__}", "$HOME", "${jndi:x}", "<script>"),
    *("!!python/object:os.system", "&a [*a]", "? : -", "- - -", "|", ">", "key: value", "---", "\t"),
    *("ask:share:letters", "meet:yes:1", ":", "::", "0", "-1", "9" * 19, "9" * 40, "1e9", "NaN", "\u0661", "0x1"),
    *(
        "letters",
        "visas",
        "help please",
        "my cat",
        "I",
        "\U0001f469\u200d\U0001f52c",
        "z\u0351\u036b",
        "\ufdfa",
        "\u0130",
        "\u00df",
    ),
)
SHORT = st.one_of(st.sampled_from(PIECES), st.text(max_size=40))
LONG = st.builds(lambda piece, times: (piece or "x") * times, SHORT, st.sampled_from((200, 1000, 4000)))
TEXT = st.one_of(SHORT, st.lists(SHORT, min_size=1, max_size=6).map(" ".join), st.text(max_size=300), LONG)
NUMBERS = st.sampled_from(("0", "1", "2", "3", "-1", "9" * 18, "9" * 19, "9" * 30, "1.5", "x", "", " ", "a" * 60))


@dataclass(frozen=True, slots=True)
class Deed:
    """What one of them does: the act, where it is done to a message which one, and what that message says."""

    who: str
    act: Act
    picture: int
    content: str
    names_victim: bool

    def __repr__(self) -> str:
        return f"{self.who}: {self.act.kind.name} {json.dumps(self.act.data)[:600]} on {self.picture}"


class Stage:
    """A server with two victims, of whom there is one of everything, and three hostile people."""

    def __init__(self, world) -> None:
        self.world = world
        self.people, self.roles, self.victims, self.pictures, self.traces = {}, {}, [], [], []
        self.custom_ids, self.fields = set(), {}
        self.values = set()
        self.done = Counter()
        self._log = _Errors()
        self._rows, self._writes, self._requests = {}, None, 0

    async def set(self):
        """Let the victims do all that leaves something behind, and the others look around."""
        world = self.world
        world.let_anybody_be_fast()  # what is too fast has tests of its own
        for name, permissions in ROLES.items():
            self.roles[name] = [world.guild.create_role(name, permissions=permissions)] if permissions else []
            self.people[name] = world.guild.add_member(world.env.create_user(name), roles=self.roles[name])
        self.victims = [world.guild.add_member(world.env.create_user(name)) for name in NAMES]
        await self._live()
        self._settings = await world.lantern.guilds.settings(world.guild.id)
        await self._look_around()
        await self._set_back()
        self.traces = [*NAMES, *(str(each.id) for each in self.victims), SECRET, UNHEARD, WISHED, DRAFTED, ACCUSED]
        await self.take_stock()
        return self

    async def take_stock(self):
        """Remember everything as it is now: from here on, nothing of it may change."""
        self._rows, self._writes = await self._dump(), await self._written()
        self._requests = len(self.world.env.http_requests)

    async def lost_rows(self):
        """Return the victims' rows that changed or are gone since `take_stock`, by table."""
        now = await self._dump()
        return {name: rows - now[name] for name, rows in self._rows.items() if rows - now[name]}

    async def _live(self):
        world, (one, two) = self.world, self.victims
        await world.ask(f"quux of {UNHEARD}", who=one)
        await one.click(await world.ask(ANSWERED, who=one), label="That helped")
        form = await one.slash(world.channel, "suggest")
        await one.submit_modal(form, {"question": f"A {WISHED} entry?", "answer": WISHED, "why": WISHED})
        await add(world, question=f"Is a {DRAFTED} a draft?", answer=DRAFTED, phrasings=f"{DRAFTED} please")
        meeting = await Meeting(world).turn_on()
        await meeting.opt_in(one, two)
        await meeting.opt_in(self.people["mallory"], story="I have a story of my own.")
        introduction = await meeting.reveal(one, two)
        form = await meeting.press(one, "Something felt wrong")
        await one.submit_modal(form, {REASON: ["money"], TEXT_OF_REPORT: ACCUSED})
        self.ids = [str(introduction.id)]

    async def _look_around(self):
        """Do everything once as who may do everything, and note each custom id, form and value on the way."""
        world, rex = self.world, self.people["rex"]
        own = [await world.ask(asked, who=self.people["eve"]) for asked in (ANSWERED, OFFERED, UNKNOWN)]
        shared = await world.ask(ANSWERED, who=rex, visibility="public")
        self.pictures = [picture_of(world, each) for each in (*own, shared)]
        for act in acts_of(world.client):
            result = await do(world, rex, act, self.pictures[-1])
            for message in (result.response, *result.followups):
                self._note(parts(message) if message is not None else ())
            if result.modal:
                self.custom_ids.add(result.modal["custom_id"])
                self.fields[result.modal["custom_id"]] = _fields_in(result.modal)
        for message in own:
            self._note(parts(message))
        kinds = ("changes", "versions", "drafts", "unanswered", "proposals", "uploads", "introductions", "reports")
        for kind in kinds:
            self.ids += [str(row[0]) for row in await run(world.lantern, f"SELECT id FROM {kind}")]

    async def _set_back(self):
        """Undo what was done to the server's settings, so that the next ones find everything turned on."""
        await self.world.lantern.guilds.update(self.world.guild.id, lambda _: self._settings)
        self._writes = None

    def _note(self, found):
        for part in found:
            if "custom_id" in part:
                self.custom_ids.add(part["custom_id"])
            self.values |= {option["value"] for option in part.get("options", ())}

    async def suffer(self, deed):
        """Let it be done; raise AssertionError for anything that must not come of it."""
        world, before = self.world, len(self._log.found)
        picture = {**self.pictures[deed.picture], **({"content": deed.content} if deed.content else {})}
        victim = self.victims[0] if deed.names_victim else None
        result = start(world, self.people[deed.who], deed.act, picture, named=victim)
        await world.env.settle()
        self.done[deed.act.kind.name, deed.who] += 1

        assert [] == self._log.found[before:], f"{deed}\n{''.join(self._log.found[before:])}"
        assert result.acknowledged, deed
        unexpected = world.says("error.unexpected", incident="")[:60]
        assert not any(unexpected in text for text in said(result)), deed
        assert [] == world.pinged(), deed
        await self._nothing_of_others(deed, result)
        await self._as_it_was(deed)
        if deed.who == "rex":
            await self._set_back()

    async def _nothing_of_others(self, deed, result):
        sent = self.world.env.http_requests[self._requests :]
        self._requests += len(sent)
        seen = [json.dumps(each.json, ensure_ascii=False) for each in sent if each.path != "/users/@me/channels"]
        seen += [str(result.modal), str(result.autocomplete_choices)]
        hidden = [SECRET] if deed.who == "rex" else self.traces
        assert [] == [(trace, text[:300]) for text in seen for trace in hidden if trace in text.lower()], deed

    async def _as_it_was(self, deed):
        written = await self._written()
        if written == self._writes:
            return
        if deed.who == "rex":  # who may change much of it
            now = await self._dump()
            self._rows = {name: rows & now[name] for name, rows in self._rows.items()}
        assert {} == await self.lost_rows(), deed
        self._writes = written

    async def _written(self):
        return await run(self.world.lantern, "SELECT total_changes()")

    async def _dump(self):
        """Return each row of a victim's, by table: those that are not of the hostile three, and count nothing."""
        hostile, kept = {each.id for each in self.people.values()}, {}
        for (table,) in await run(self.world.lantern, "SELECT name FROM sqlite_master WHERE type = 'table'"):
            if table not in COUNTED:
                rows = await run(self.world.lantern, f'SELECT * FROM "{table}"')
                kept[table] = {tuple(row) for row in rows if not hostile & set(row)}
        return kept

    def deeds(self):
        """Return the strategy of everything they may do."""
        client, ids = self.world.client, sorted(self.custom_ids)
        acts = acts_of(client)
        commands = [each for each in client.tree.walk_commands() if isinstance(each, app_commands.Command)]
        menus = [act for act in acts if act.data.get("type") in {2, 3}]
        routes = [(router.prefix, *route) for router in client.routers for route in router.routes]
        value = st.one_of(st.sampled_from(sorted(self.values)), st.sampled_from(self.ids), NUMBERS, SHORT)
        custom_id = st.one_of(
            st.sampled_from(routes)
            .flatmap(lambda route: st.tuples(*map(st.just, route[:2]), *[value] * route[2]))
            .map(":".join),
            st.sampled_from(ids),
            st.builds(_mutated, st.sampled_from(ids), st.integers(0, 99), st.integers(0, 3), SHORT),
        ).map(lambda made: made[:100] or ":")
        forms = {name: fields for name, fields in self.fields.items() if fields}
        fields = sorted({field for found in forms.values() for field in found})
        form_id = st.one_of(st.sampled_from(sorted(forms)), custom_id)
        press = st.builds(lambda made, picked: press_of(made, *picked), custom_id, st.lists(value, max_size=3))
        act = st.one_of(
            press,
            st.sampled_from(commands).flatmap(_command_strategy),
            st.sampled_from(menus),
            st.builds(with_text, st.sampled_from([act for act in acts if act.kind is TYPING]), SHORT),
            press,
            st.builds(
                lambda made, typed: form_of(made, **typed), form_id, st.dictionaries(st.sampled_from(fields), TEXT)
            ),
            st.builds(
                lambda made, typed: form_of(made, **typed), form_id, st.fixed_dictionaries(dict.fromkeys(fields, TEXT))
            ),
        )
        return st.builds(
            Deed, st.sampled_from(sorted(ROLES)), act, st.integers(0, len(self.pictures) - 1), TEXT, st.booleans()
        )


class _Errors(logging.Handler):
    """Keeps every line that says that something went wrong which nobody thought of."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found = []

    def emit(self, record):
        self.found.append(logging.Formatter().format(record))


def _fields_in(modal) -> list[str]:
    return [part["component"]["custom_id"] for part in modal["components"] if "component" in part]


def _mutated(custom_id, at, how, text):
    at %= len(custom_id)
    return (
        custom_id[:at] + text + custom_id[at:],
        custom_id[:at] + custom_id[at + 1 :],
        custom_id[:at] + text,
        f"{custom_id}:{text}",
    )[how]


def with_text(act, text):
    """Return a command, or a row of autocomplete, with a text in each option that takes one."""

    def filled(option):
        if "options" in option:
            return {**option, "options": list(map(filled, option["options"]))}
        is_text = option["type"] == discord.AppCommandOptionType.string.value
        return {**option, "value": text} if is_text else option

    return replace(
        act, data={**act.data, **({"options": list(map(filled, act.data["options"]))} if "options" in act.data else {})}
    )


def _command_strategy(command):
    """Return the strategy of a command with hostile values for its options; files are left to other tests."""
    kinds = discord.AppCommandOptionType
    drawn = {}
    for each in command.parameters:
        if each.choices:
            value = st.sampled_from([choice.value for choice in each.choices])
        elif each.type is kinds.string:
            value = TEXT
        elif each.type in {kinds.integer, kinds.number}:
            least = each.min_value if each.min_value is not None else -(2**53)
            value = st.integers(int(least), int(each.max_value if each.max_value is not None else 2**53))
        elif each.type is kinds.boolean:
            value = st.booleans()
        elif each.type is kinds.user:
            value = st.just("")
        else:
            continue
        option = value.map(
            lambda drawn_value, each=each: {"name": each.display_name, "type": each.type.value, "value": drawn_value}
        )
        drawn[each.name] = option if each.required else st.one_of(st.none(), option)
    return st.fixed_dictionaries(drawn).map(
        lambda options: command_of(command, [each for each in options.values() if each is not None])
    )


@asynccontextmanager
async def open_stage(lantern):
    """Open a world with everything in it."""
    async with open_world(lantern) as world:
        stage = await Stage(world).set()
        logging.getLogger().addHandler(stage._log)
        try:
            yield stage
        finally:
            logging.getLogger().removeHandler(stage._log)


def fuzz(stage, run_until_done, most, *, derandomize, each=lambda: None):
    """Let so many drawn deeds be done, one after the other; `run_until_done` runs a coroutine, `each` follows each."""

    @settings(
        max_examples=most,
        deadline=None,
        database=None,
        derandomize=derandomize,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(stage.deeds())
    def once(deed):
        run_until_done(stage.suffer(deed))
        each()

    once()
