"""What somebody meets whose words sound like a crisis, from the question to a person, and what nobody learns."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import discord
import pytest
from simcord.backend.models.channel import Overwrite
from simcord.enums import OverwriteType

from bot.core.models import GuildId, UserId
from bot.core.moderation import Capability, Duty
from bot.safety.care import REPEAT_SECONDS, Due, Recently, likely_country
from bot.views.care import ANYWHERE, lines_of
from support.notes import locked
from support.small import ANSWERED, UNKNOWN, question_of
from support.worlds import buttons_in, links_in, open_world, selects_in, texts_in

CRISIS = "I want to kill myself"
YES, NO, PERSON, TELL, TOMORROW = (
    "Yes, or maybe",
    "No, just venting",
    "I want a person",
    "Tell them",
    "Look in tomorrow",
)
MOST_WORDS = 90
DIAGNOSES = "depress|disorder|bipolar|suicidal|mental illness|patient|symptom|diagnos|at risk|risk level|ptsd|anxiety"
METHODS = "pill|overdose|rope|hang|bridge|jump|knife|blade|gun|cut|dose|poison|train"
PROMISES = "i promise|gets better|will be fine|will be ok|secret|confidential|guarantee|always be there for you"
PRETENCE = "i understand|i know how|i feel|i've been there|as a friend|i care about you|i'm human"
LEADING = r"you're not thinking|you aren't thinking|you are not thinking|aren't you|surely you"
SHAME = "selfish|attention|promise me|think of your|you must not|don't do it|sinful|weak"
REFUSALS = "can't talk about|cannot talk about|unable to help|end this conversation|seek professional help"


def care_texts(world):
    """Return every sentence of the care block, filled in."""
    filled = dict.fromkeys(("lines", "kept", "emergency", "name", "ways", "page", "number", "link"), "")
    filled |= dict.fromkeys(("role", "hours", "country", "person", "at"), "")
    keys = [key for key in world.lantern.texts.sentences if key.startswith("care.")]
    return {key: world.lantern.texts.sentences[key].format(**filled) for key in keys}


async def ask(world, text=CRISIS, who=None, **options):
    return await (who or world.noor).slash(world.channel, "ask", question=text, **options)


async def on_duty(world, hours="most evenings, 18 to 22 UTC", *, is_open=False):
    """Name a role for who is in a crisis, and a moderators' channel; return both."""
    role = world.guild.create_role("Listeners")
    channel, seen = world.guild.create_text_channel("mods"), discord.Permissions(view_channel=True).value
    everybody = Overwrite(world.guild.default_role.id, OverwriteType.ROLE, deny=seen)
    itself = Overwrite(world.client.user.id, OverwriteType.MEMBER, allow=seen)
    world.env.backend.edit_channel(channel.id, {}, overwrites=[] if is_open else [everybody, itself])
    await world.env.settle()
    await world.lantern.guilds.update(
        GuildId(world.guild.id),
        lambda known: replace(known, duty=Duty(role.id, hours), moderators_channel=channel.id),
    )
    return role, channel


class TestTheQuestion:
    async def test_it_is_private_direct_short_and_says_that_a_bot_asks(self, small_world):
        """Statement 36."""
        result = await ask(small_world)
        said = texts_in(result.response)

        assert result.ephemeral
        assert "I'm a bot, not a person" in said
        assert "are you thinking about ending your life or hurting yourself?" in said
        assert [YES, NO, PERSON] == list(buttons_in(result.response))

    async def test_in_every_country_it_has_its_lines_and_at_most_ninety_words(self, small_world):
        """Statement 36: one or two helplines, both where there is a pair, and the emergency number."""
        helplines = small_world.lantern.helplines
        too_long = {}
        for code, country in [*helplines.countries.items(), (ANYWHERE, None)]:
            for kept in ("care.not_kept", "care.kept", "care.reported"):
                said = small_world.help_first(country=code, kept=kept)
                words = re.sub(r"\(https?://[^)]*\)", "", said).split()
                if len([word for word in words if re.search(r"\w", word)]) > MOST_WORDS:
                    too_long[code, kept] = len(words)
                for line in country.lines if country else ():
                    assert line.name in said
                assert (country.emergency if country else "local emergency number") in said
        assert {} == too_long

    async def test_the_country_is_the_persons_own_then_the_servers(self, small_world):
        world = small_world
        await world.lantern.guilds.update(GuildId(world.guild.id), lambda known: replace(known, country="DE"))
        first = texts_in((await ask(world)).response)

        assert world.help_first(country="DE") == first
        assert ["GB", "BR", "PL", "JP", None, None, None] == [
            likely_country(locale, None) for locale in ("en-GB", "pt-BR", "pl", "ja", "en-US", "de", "fr")
        ]
        assert ["IN", "BR", "IN", "IN"] == [
            likely_country(locale, "IN") for locale in ("en-GB", "pt-BR", "en-US", "de")
        ]

    async def test_another_country_is_two_clicks_away(self, small_world):
        shown = (await ask(small_world)).response
        (select,) = selects_in(shown)
        picked = await small_world.noor.select(shown, ["DE"], custom_id=select["custom_id"])

        assert lines_of("DE", small_world.lantern.helplines, small_world.lantern.texts) in texts_in(picked.followups[0])
        assert picked.followups[0].ephemeral
        assert [YES, NO, PERSON] == list(buttons_in(shown))

    async def test_the_answer_to_what_was_asked_still_follows(self, small_world):
        result = await ask(small_world, f"{ANSWERED}. {CRISIS}")

        assert "worried about letters" in texts_in(result.followups[0])
        assert question_of("letters") in buttons_in(result.followups[0])

    async def test_nobody_reads_the_same_block_twice_in_a_day(self, small_world):
        """Statement 40."""
        first = texts_in((await ask(small_world)).response)
        second = (await ask(small_world, f"{CRISIS}, still")).response
        asked_again = texts_in(second)
        await small_world.noor.click(second, label="Show me the lines")
        other = texts_in((await ask(small_world, who=small_world.sam)).response)

        assert small_world.help_first() == first == other
        emergency, kept = small_world.says("care.local_number"), small_world.says("care.not_kept")
        assert small_world.says("care.again", emergency=emergency, kept=kept) == asked_again
        assert "findahelpline.com" not in asked_again
        assert "findahelpline.com" in texts_in(second)

    async def test_just_venting_is_thanked_and_these_words_never_ask_again(self, small_world):
        """Statement 40: for that person, not for anybody else."""
        shown = (await ask(small_world)).response
        await small_world.noor.click(shown, label=NO)
        again = await ask(small_world, f"  {CRISIS.upper()}")
        other = await ask(small_world, who=small_world.sam)

        assert small_world.says("care.said_no") == texts_in(shown)
        assert "ending your life" not in texts_in(again.response)
        assert small_world.help_first() == texts_in(other.response)

    def test_after_a_day_the_whole_question_may_be_asked_again(self):
        now = [0.0]
        recently = Recently(lambda: now[0])
        seen = []
        for second in (0.0, REPEAT_SECONDS - 1, REPEAT_SECONDS, REPEAT_SECONDS + 1):
            now[0] = second
            seen.append(recently.due(UserId(1), f"text {second}"))

        assert [Due.WHOLE, Due.AGAIN, Due.WHOLE, Due.AGAIN] == seen

    def test_what_is_remembered_names_no_words(self):
        first, second = Recently(), Recently()

        assert first.mark(UserId(1), CRISIS) == first.mark(UserId(1), f" {CRISIS} ")
        assert first.mark(UserId(1), CRISIS) != first.mark(UserId(2), CRISIS)
        assert first.mark(UserId(1), CRISIS) != second.mark(UserId(1), CRISIS)


class TestWhatIsSaid:
    @pytest.mark.parametrize("words", [DIAGNOSES, METHODS, PROMISES, PRETENCE, LEADING, SHAME, REFUSALS])
    async def test_no_sentence_holds_what_must_not_be_said(self, small_world, words):
        """Statement 37."""
        found = {
            key: re.findall(rf"\b(?:{words})\w*", text.casefold()) for key, text in care_texts(small_world).items()
        }

        assert {} == {key: hits for key, hits in found.items() if hits}

    async def test_the_lint_finds_what_it_looks_for(self):
        bad = (
            "I understand how you feel. You're not thinking of pills, are you? It gets better, I promise. Depression..."
        )
        for words in (DIAGNOSES, METHODS, PROMISES, PRETENCE, LEADING):
            assert re.search(rf"\b(?:{words})", bad.casefold()), words

    async def test_a_yes_stays_with_them_and_urges_people_nearness_and_distance(self, small_world):
        """Statement 41."""
        shown = (await ask(small_world)).response
        await small_world.noor.click(shown, label=YES)
        said = texts_in(shown)

        assert lines_of(ANYWHERE, small_world.lantern.helplines, small_world.lantern.texts) in said
        for part in (
            "call your **local emergency number** now",
            "be near somebody you trust",
            "put distance between you",
        ):
            assert part in said
        assert "I'm still here" in said
        assert [PERSON, TOMORROW] == [label for label in buttons_in(shown) if "findahelpline" not in str(label)][-2:]
        assert "https://findahelpline.com" in links_in(shown)


class TestAPerson:
    async def test_where_nobody_said_that_they_are_there_that_is_said(self, small_world):
        shown = (await ask(small_world)).response
        await small_world.noor.click(shown, label=PERSON)

        assert small_world.says("care.nobody") in texts_in(shown)
        assert TELL not in buttons_in(shown)

    async def test_who_is_there_when_and_what_a_click_would_tell_whom(self, small_world):
        """Statement 38: the click names who will be told what; until then nobody is told anything."""
        role, channel = await on_duty(small_world)
        shown = (await ask(small_world)).response
        await small_world.noor.click(shown, label=PERSON)
        said, before = texts_in(shown), list(channel.history())
        await small_world.noor.click(shown, label=TELL)
        (told,) = channel.history()

        assert f"<@&{role.id}>" in said
        assert "most evenings, 18 to 22 UTC" in said.replace("\\", "")
        assert "I write in the moderators' channel" in said
        assert [] == before
        assert small_world.says(
            "care.wants_to_talk", role=f"<@&{role.id}>", person=f"<@{small_world.noor.id}>"
        ) == texts_in(told)
        assert "kill" not in texts_in(told)
        assert small_world.says("care.told") in texts_in(shown)

    async def test_where_everybody_reads_the_channel_nothing_is_told_there(self, small_world):
        _, channel = await on_duty(small_world, is_open=True)
        shown = (await ask(small_world)).response
        await small_world.noor.click(shown, label=PERSON)

        assert "most evenings" in texts_in(shown)
        assert TELL not in buttons_in(shown)
        assert [] == list(channel.history())

    async def test_a_role_that_was_deleted_is_nobody(self, small_world):
        world = small_world
        await world.lantern.guilds.update(GuildId(world.guild.id), lambda known: replace(known, duty=Duty(404)))
        shown = (await ask(world)).response
        await world.noor.click(shown, label=PERSON)

        assert world.says("care.nobody") in texts_in(shown)

    async def test_where_they_cannot_be_told_that_is_said(self, small_world):
        _, channel = await on_duty(small_world)
        shown = (await ask(small_world)).response
        await small_world.noor.click(shown, label=PERSON)
        small_world.env.backend.delete_channel(channel.id)
        await small_world.noor.click(shown, label=TELL)

        assert small_world.says("care.not_told") in texts_in(shown)

    async def test_no_command_makes_the_bot_write_to_somebody_else_about_how_they_are(self, small_world):
        """Statement 43: nothing that helps in a crisis takes another person."""
        named = {
            command.qualified_name
            for command in small_world.client.tree.walk_commands()
            if any(
                option.type in {discord.AppCommandOptionType.user, discord.AppCommandOptionType.mentionable}
                for option in getattr(command, "parameters", ())
            )
        }

        assert {"peers block", "peers unblock", "matching same"} == named


class TestTomorrow:
    async def test_who_asked_for_it_is_written_to_once_a_day_later(self, small_world):
        shown = (await ask(small_world)).response
        await small_world.noor.click(shown, label=YES)
        kept = await small_world.noor.click(shown, label=TOMORROW)
        clock, now = small_world.client.clock, datetime.now(UTC)
        await clock.run_due(now + timedelta(hours=23))
        early = list(small_world.noor.user.dm_channel.history())
        await clock.run_due(now + timedelta(hours=25))
        await clock.run_due(now + timedelta(hours=26))
        (letter,) = small_world.noor.user.dm_channel.history()

        assert "once" in texts_in(kept.followups[0])
        assert [] == early
        assert "You asked me yesterday" in texts_in(letter)
        assert [] == await small_world.lantern.check_backs.due(now + timedelta(days=9))

    async def test_with_closed_messages_it_is_tried_once_and_forgotten(self, small_world):
        world = small_world
        shown = (await ask(world)).response
        await world.noor.click(shown, label=YES)
        await world.noor.click(shown, label=TOMORROW)
        world.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
        await world.client.clock.run_due(datetime.now(UTC) + timedelta(hours=25))

        assert [] == await world.lantern.check_backs.due(datetime.now(UTC) + timedelta(days=9))


class TestHelpNow:
    async def test_it_answers_everybody_privately(self, small_world):
        """Statement 44."""
        world = small_world
        nobody = {each: frozenset({world.mods.id}) for each in Capability if each is not Capability.ALWAYS}
        await world.lantern.guilds.update(GuildId(world.guild.id), lambda known: replace(known, roles=nobody))
        here = await world.noor.slash(world.channel, "help-now")
        there = await world.sam.user.slash("help-now", country="DE")

        lines = lines_of(ANYWHERE, world.lantern.helplines, world.lantern.texts)
        assert world.says("care.now", lines=lines) == texts_in(here.response)
        assert here.ephemeral
        lines = lines_of("DE", world.lantern.helplines, world.lantern.texts)
        assert world.says("care.now", lines=lines) == texts_in(there.response)

    async def test_with_the_database_down_it_works_with_all_that_follows(self, start_small, tmp_path):
        """Statement 44: locked by another program, or broken."""
        notes = tmp_path / "notes.db"
        async with start_small(notes) as lantern, open_world(lantern) as world:
            async with locked(lantern, notes):
                while_locked = await world.noor.slash(world.channel, "help-now")
            await lantern.activity._database.run(lambda db: db.execute("DROP TABLE guild_settings"))
            lantern.guilds.forget()
            while_broken = await world.noor.slash(world.channel, "help-now")
            asked = await ask(world)
            await world.noor.click(asked.response, label=YES)
            said_yes = texts_in(asked.response)
            await world.noor.click(while_broken.response, label=PERSON)

            lines = lines_of(ANYWHERE, lantern.helplines, lantern.texts)
            assert world.says("care.now", lines=lines) == texts_in(while_locked.response)
            assert world.says("care.said_yes", lines=lines) == said_yes
            assert world.says("care.not_known") in texts_in(while_broken.response)

    async def test_countries_are_suggested_as_they_are_typed(self, small_world):
        rows = await small_world.noor.autocomplete(small_world.channel, "help-now", "country", "d")

        assert "DE" in [row["value"] for row in rows]
        assert all(row["value"].startswith("D") for row in rows)


async def test_nothing_of_a_crisis_is_stored_and_nothing_changes_for_the_person(start_small, tmp_path):
    """Statement 39: not the text, no score, no flag; the same rights, and the same rows as before."""
    notes = tmp_path / "notes.db"
    async with start_small(notes) as lantern, open_world(lantern) as world:

        async def state():
            tables = await lantern.activity._database.read("SELECT name FROM sqlite_master WHERE type = 'table'")
            held = {}
            for (name,) in tables:
                if name not in {"days", "vectors", "_sqlite_migrations"}:  # days: how many questions had no answer
                    held[name] = await lantern.activity._database.read(f"SELECT * FROM {name}")
            return held

        before = await state()
        result = await ask(world, f"{UNKNOWN}, {CRISIS}")
        await world.noor.click(result.response, label=YES)
        await world.noor.click(result.response, label=PERSON)
        after = await state()

        assert before == after
        assert [] == await world.queue()
    assert b"kill" not in b"".join(each.read_bytes() for each in tmp_path.iterdir())


async def test_only_what_somebody_sent_to_the_bot_is_looked_at(small_world):
    """Statement 29: what is said in channels is neither received nor examined."""
    await small_world.noor.send(small_world.channel, CRISIS)
    await small_world.env.settle()

    assert [] == small_world.public_messages()
    assert not small_world.client.intents.message_content
    assert not small_world.client.intents.guild_messages
    assert "kill" not in json.dumps([body for _, _, body in small_world.sent()])


class TestSetUp:
    async def test_whom_to_ask_for_and_when_is_chosen_on_its_page(self, small_world):
        world = small_world
        role = world.guild.create_role("Listeners")
        chief = world.guild.create_role("Chief", permissions=discord.Permissions(manage_guild=True))
        admin = world.guild.add_member(world.env.create_user("aya"), roles=[chief])
        shown = (await admin.slash(world.channel, "setup")).response
        await admin.click(shown, label="Care")
        await admin.select(shown, [role], custom_id="faq:setup_duty_role")
        asked = await admin.click(shown, label="Say when")
        await admin.submit_modal(asked, {"hours": "weekends, *any* time"})

        assert Duty(role.id, "weekends, *any* time") == (await world.lantern.guilds.settings(world.guild.id)).duty
        assert "weekends, \\*any\\* time" in texts_in(shown)
        assert world.says("setup.duty_needs_channel") in texts_in(shown)

        everyone = await admin.select(shown, [world.guild.default_role], custom_id="faq:setup_duty_role")

        assert world.says("setup.duty_everyone") == texts_in(everyone.followups[0])
        assert role.id == (await world.lantern.guilds.settings(world.guild.id)).duty.role


async def test_what_only_means_a_crisis_is_never_answered_in_public(world):
    """Statement 36: Its meaning is known once an answer was begun for everybody; it goes on in private."""
    text = "they wouldnt even notice if i was gone"
    result = await ask(world, text, visibility="public")

    assert not world.lantern.asking.is_personal(text)
    assert world.help_first() == texts_in(result.followups[0])
    assert all(message.ephemeral for message in result.followups)
    assert [world.says("answer.kept")] == list(map(texts_in, world.public_messages()))
