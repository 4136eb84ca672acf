"""People and abuse, statements 55 to 62: what moderators see, what nobody is asked, what the bot never is."""

from __future__ import annotations

import re
from importlib.metadata import requires

import discord
import pytest
from discord import app_commands

from bot.core.introductions import ReportReason
from bot.core.models import UserId
from bot.storage.database import Database
from support.introductions import DAY, HOUR, START, meeting_in
from support.meeting import END, SECRET, WRONG, YES, Meeting, payloads
from support.peers import HERE, NOOR, SAM
from support.worlds import SELECT, parts, texts_in

RANKING = re.compile(
    r"\b(?:leader ?boards?|streaks?|badges?|karma|levels? up|top (?:mentors?|members?|helpers?)|most helpful"
    r"|(?:rate|rated|rating|ratings|score|scores|stars?) (?:of|for) (?:a |the |your |this )?(?:mentor|peer|person|member))",
    re.IGNORECASE,
)
PEER_VOICE = re.compile(
    r"\b(?:I(?:'ve| have) been (?:there|through)|I went through|I know how (?:you|it) feels?|happened to me"
    r"|when I (?:was|applied|studied)|my (?:own )?(?:supervisor|thesis|paper|phd)|I(?:'m| am) (?:a |also )"
    r"(?:human|person|student|researcher|peer|mentor)|as a fellow|we researchers|like you, I|I feel you)\b",
    re.IGNORECASE,
)
"""How somebody writes who went through the same. The bot did not."""
QUOTED = re.compile(r"“[^”]*”|`[^`]*`|\*[^*]+\*|as in: .*")
"""Words that are shown as a person's: an example of what to write."""
TEXT_FIELD = 4
"""Discord's component type."""
GENERATORS = {
    "openai",
    "anthropic",
    "langchain",
    "llama-cpp-python",
    "vllm",
    "mistralai",
    "google-generativeai",
    "ollama",
}


async def test_a_report_stops_the_pair_and_nothing_else_of_both():
    """Statement 55: every use case goes on for both, but the pair, and new people for who is reported."""
    async with meeting_in() as meeting:
        await meeting.join(NOOR, SAM)
        await meeting.offer()
        await meeting.known()
        await meeting.report(NOOR, after=3 * HOUR)
        frozen = [
            len((await meeting.introductions.inbox(HERE, user, START + 4 * HOUR)).current) for user in (NOOR, SAM)
        ]
        own = await meeting.only()
        again = await meeting.reports.report(HERE, SAM, own, ReportReason.OTHER, "She shouts.", START + 4 * HOUR)
        for user in (NOOR, SAM):
            await meeting.membership.pause(HERE, user, START + 9 * DAY, START + 5 * HOUR)
            await meeting.membership.resume(HERE, user, START + 6 * HOUR)
            assert await meeting.reports.reportable(HERE, user, START + 6 * HOUR)
            assert await meeting.membership.leave(HERE, user, START + 7 * HOUR)

        assert [0, 1] == frozen  # who is reported sees no difference
        assert NOOR == again.reported


@pytest.mark.parametrize("command", ["peers leave", "peers pause"])
async def test_going_asks_for_no_reason(small_world, command):
    """Statement 59: leaving and pausing are a click; there is no field to explain oneself in."""
    meeting = await Meeting(small_world).turn_on()
    await meeting.opt_in(small_world.noor, small_world.sam)
    await meeting.reveal(small_world.noor, small_world.sam)
    answer = await small_world.noor.slash(small_world.channel, command)
    ended = await meeting.press(small_world.sam, END)

    assert answer.modal is None
    assert ended.modal is None
    assert not [
        part for part in parts(answer.response) + parts(ended.response) if part.get("type") in {SELECT, TEXT_FIELD}
    ]


async def test_two_clicks_lead_from_the_inbox_to_a_report_at_every_moment_of_an_introduction(small_world):
    """Statement 58: offered, agreed, known, checked in: the button is there, and opens the form."""
    meeting = await Meeting(small_world).turn_on()
    noor, sam = small_world.noor, small_world.sam
    await meeting.opt_in(noor, sam)
    await meeting.offer(noor, sam)
    found = [(await meeting.press(noor, WRONG)).modal]
    for member in (noor, sam):
        await meeting.press(member, YES)
        found.append((await meeting.press(noor, WRONG)).modal)
    for after in ({"hours": 1}, {"days": 4}, {"days": 15}):
        await meeting.tick(**after)
        found.append((await meeting.press(noor, WRONG)).modal)

    assert 6 == len(found)
    assert all(form["custom_id"] == found[0]["custom_id"] for form in found)


def commands_of(tree):
    """Yield the name of every command that can be called without a choice."""
    for command in tree.walk_commands(type=discord.AppCommandType.chat_input):
        if isinstance(command, app_commands.Command) and not any(each.required for each in command.parameters):
            yield command.qualified_name


async def test_no_command_shows_a_moderator_a_story(small_world):
    """Statement 60: each command that needs no choice, as a moderator and as the owner, after all that can happen."""
    meeting = await Meeting(small_world).turn_on()
    people = [small_world.guild.add_member(small_world.env.create_user(f"guest{number}")) for number in range(6)]
    await meeting.opt_in(*people)
    await meeting.reveal(people[0], people[1])
    names = sorted(commands_of(small_world.client.tree))
    boss = small_world.guild.create_role("Boss", permissions=discord.Permissions(manage_guild=True, administrator=True))
    chief = small_world.guild.add_member(small_world.env.create_user("chief"), roles=[boss])
    for staff in (small_world.mika, chief):
        for name in names:
            await staff.slash(small_world.channel, name)
    read = [text for reader, text in payloads(small_world) if reader in {small_world.mika.id, chief.id}]

    assert {"matching reports", "matching round", "matching shortages", "matching topics"} <= set(names)
    assert len(read) >= len(names)
    assert not [text for text in read if SECRET in text]


class TestNoRanking:
    """Statement 61: no leaderboard, streak or rating of a person, in words or in what is kept."""

    def test_no_sentence_ranks_anybody(self, content):
        assert [] == [key for key, text in content.texts.sentences.items() if RANKING.search(str(text))]

    async def test_no_column_holds_a_rating_of_a_person(self):
        database = await Database.open(None)
        columns = await database.read(
            "SELECT m.name || '.' || c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table'"
        )
        await database.close()
        words = {word for (name,) in columns for word in re.split(r"[._]", name)}

        assert {"peers", "user", "waited"} <= words
        assert not words & {"rating", "rank", "stars", "karma", "streak", "badge", "points", "level", "reputation"}


class TestNotAPeer:
    """Statement 62: no sentence is made by a machine as it goes, and none is written as if by somebody who knows it."""

    def test_nothing_that_writes_text_is_installed_with_it(self):
        needed = {re.split(r"[^\w-]", each)[0].lower() for each in requires("lantern-bot")}

        assert {"discord-py", "torch"} <= needed
        assert not needed & GENERATORS

    def test_no_sentence_is_in_the_voice_of_a_peer(self, content):
        said = {key: QUOTED.sub("", str(text)) for key, text in content.texts.sentences.items()}

        assert [] == [key for key, text in said.items() if PEER_VOICE.search(text)]

    @pytest.mark.parametrize(
        "text", ["I have been there.", "Like you, I waited.", "As a fellow student", "I am a researcher"]
    )
    def test_such_a_sentence_would_be_found(self, text):
        assert PEER_VOICE.search(text)

    async def test_whatever_it_writes_bears_the_mark_of_a_bot(self, small_world):
        meeting = await Meeting(small_world).turn_on()
        await meeting.opt_in(small_world.noor, small_world.sam)
        shown = await small_world.ask("worried about letters")

        assert small_world.env.backend.users[small_world.client.user.id].bot
        assert "On Discord" not in texts_in(shown)
        assert UserId(small_world.client.user.id) not in {
            member.user for member in await small_world.lantern.membership.members(meeting.guild)
        }
