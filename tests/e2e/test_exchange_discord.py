"""A FAQ out of Discord and back in: looked at first, applied at once, taken back at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import discord
import pytest

from bot.content.exchange import MOST_BYTES, dump
from bot.core.models import Bundle, EntryId, Format, Phrasing
from bot.core.moderation import Capability
from support.editor import (
    card_of,
    edit,
    entries_of,
    guild_of,
    prefilled,
    press,
    second_moderator,
    set_up,
    submit,
)
from support.parts import make_entry
from support.small import ANSWERED, question_of
from support.worlds import buttons_in, open_world, texts_in

LETTERS, VISAS = EntryId("letters"), EntryId("visas")
PASTED = "Q: May I bring my cat to the lab?\nQ: cats in the lab\nA: Ask the **vet** of your institute."


@pytest.fixture
async def world(small_world):
    """A server with two moderators and a channel for them."""
    await with_moderators(small_world)
    return small_world


async def with_moderators(world):
    world.ada = second_moderator(world)
    world.desk = world.guild.create_text_channel("moderators")
    await set_up(world, moderators_channel=world.desk.id)


async def bring(world, name, data, actor=None, **options):
    """Bring in a file, and return the card that answers."""
    file = (name, data.encode() if isinstance(data, str) else data)
    return card_of(await (actor or world.mika).slash(world.channel, "faq import", file=file, **options))


async def paste(world, pasted, actor=None, **typed):
    """Paste text into the form, and return the card that answers."""
    actor = actor or world.mika
    shown = await actor.slash(world.channel, "faq import")
    return card_of(await submit(actor, shown, pasted=pasted, **typed))


async def exported(world, form="yaml"):
    """Return the file `/faq export` gives."""
    result = card_of(await world.mika.slash(world.channel, "faq export", form=form))
    (file,) = result.attachments
    return file


async def bundle_of(world):
    """Return the FAQ of the server."""
    return await world.lantern.importing.everything(guild_of(world))


async def file_of(world, *changes, form=Format.YAML):
    """Return a file with the FAQ of the server in which entries are replaced, or added."""
    bundle = await bundle_of(world)
    entries = {entry.id: entry for entry in (*bundle.entries, *changes)}
    return dump(Bundle(bundle.topics, tuple(entries.values())), form)


async def changes_in(card):
    """Return the text of the file beside a card."""
    (file,) = card.attachments
    return (await file.read()).decode()


def apply_button(card):
    """Return the label of the button that applies."""
    (label,) = (each for each in buttons_in(card) if each.startswith("Apply"))
    return label


async def apply(actor, card):
    return await press(actor, card, apply_button(card))


def public_card(world):
    """Return the newest card in the moderators' channel."""
    return world.desk.history()[-1]


cats = make_entry("cats", "May I bring my cat to the lab?", "cats in the lab", topic="basics")


class TestOutAndIn:
    @pytest.mark.parametrize("form", ["yaml", "csv", "jsonl"])
    async def test_what_was_exported_changes_nothing_when_it_comes_back(self, world, form):
        await press(world.mika, await edit(world, "letters", answer="Say =1+1, and `@x`."), "Publish")
        file = await exported(world, form)
        card = await bring(world, file.filename, await file.read())

        assert world.says("import.nothing") == texts_in(card)
        assert {} == buttons_in(card)

    async def test_what_was_written_in_discord_changes_nothing_when_it_comes_back(self, world):
        """An entry of the editor, with a new topic and without sources, and one that was pasted."""
        await apply(world.mika, await paste(world, PASTED, topic="Pets"))
        shown = await world.mika.slash(world.channel, "faq add")
        typed = {"question": "May I bring a dog?", "answer": "No.", "topic": "Animals", "phrasings": "- dogs"}
        await press(world.mika, card_of(await submit(world.mika, shown, **typed)), "Publish")
        file = await exported(world)

        assert world.says("import.nothing") == texts_in(await bring(world, file.filename, await file.read()))

    async def test_a_table_is_exported_so_that_no_spreadsheet_runs_it(self, world):
        formula = '=HYPERLINK("https://evil.example";"x")'
        await apply(world.mika, await bring(world, "in.yaml", await file_of(world, replace(cats, answer=formula))))
        table = (await (await exported(world, "csv")).read()).decode("utf-8-sig")

        assert formula == (await entries_of(world))[cats.id].answer
        assert formula.replace('"', '""') in table
        assert "'=HYPERLINK" in table

    async def test_a_topic_that_the_pack_no_longer_has_is_exported(self, world):
        odd = replace(cats, topic="gone")
        await apply(world.mika, await bring(world, "in.yaml", await file_of(world, odd)))
        world.lantern.library._topics.pop("gone", None)
        world.lantern.library.forget()
        file = await exported(world)

        assert b"topic: gone" in await file.read()


class TestTheDryRun:
    async def test_it_tells_what_would_be_added_changed_and_removed_and_changes_nothing(self, world):
        before = await entries_of(world)
        new = replace(before[LETTERS], answer="Ask two people.")
        kept = [new, cats, *(entry for entry in before.values() if entry.id not in {LETTERS, VISAS})]
        data = dump(Bundle((await bundle_of(world)).topics, tuple(kept)), Format.CSV)
        options = {"replace-everything": True}
        card = await bring(world, "in.csv", data, **options)
        said, changes = texts_in(card), await changes_in(card)

        assert world.says("import.counts", added=1, changed=1, removed=1, same=10) in said
        assert "- What should one know about letters? (" in said.replace("\\", "")
        assert "+Ask two people." in changes
        assert "-What we know about letters." in changes
        assert f"# {question_of('visas')} (visas)" in changes
        assert before == await entries_of(world)

    async def test_without_the_option_nothing_is_removed(self, world):
        data = dump(Bundle((), (cats,)), Format.YAML)
        card = await bring(world, "in.yaml", data)

        assert world.says("import.counts", added=1, changed=0, removed=0, same=0) in texts_in(card)

    async def test_an_entry_whose_words_belong_to_another_stays_out(self, world):
        rival = replace(cats, phrasings=(Phrasing("Tell me about LETTERS"),))
        card = await bring(world, "in.yaml", dump(Bundle((), (rival,)), Format.YAML))

        assert world.says("import.clashes") in texts_in(card)
        assert {} == buttons_in(card)

    async def test_an_entry_that_asks_nearly_the_same_is_pointed_out(self, world):
        card = await paste(world, "Q: What should one know about the letters?\nA: More.")

        assert world.says("import.alike") in texts_in(card)
        assert "Apply changes (1)" in buttons_in(card)

    async def test_texts_of_a_file_are_shown_letter_for_letter_and_ping_nobody(self, world):
        odd = replace(cats, question="Is **it** [a](https://b.example) or ` or ~~?")
        card = await bring(world, "in.yaml", await file_of(world, odd))

        assert r"Is \*\*it\*\* \[a\]\(https\:\/\/b\.example\) or \` or \~\~?" in texts_in(card)

    async def test_a_title_that_a_file_gives_to_a_topic_that_is_there_stays_out(self, world):
        bundle = await bundle_of(world)
        data = dump(
            Bundle(tuple(replace(topic, title=f"{topic.title} 2") for topic in bundle.topics), bundle.entries),
            Format.YAML,
        )
        card = await bring(world, "in.yaml", data)

        assert world.says("import.kept_titles") + "\n- Basics\n- Work" in texts_in(card)

    async def test_five_thousand_entries_fit_on_a_card_with_all_of_it_beside(self, world):
        long = "so very " * 12
        many = [
            make_entry(
                f"n{number}", f"Is *{number}* {long}?", f"{number} {long}", topic=f"t{number % 40}", answer="x\n" * 10
            )
            for number in range(5000)
        ]
        card = await bring(world, "in.yaml", dump(Bundle((), tuple(many)), Format.YAML), **{"replace-everything": True})

        assert len(texts_in(card)) <= 4000
        assert "Apply changes (5012)" in buttons_in(card)
        assert (await changes_in(card)).count("\n# ") == 5012


class TestApplying:
    async def test_all_of_it_is_one_change_that_is_told_and_taken_back_at_once(self, world):
        before = await entries_of(world)
        new = replace(before[LETTERS], answer="Ask two people.")
        card = await bring(world, "in.yaml", await file_of(world, new, cats))
        done = await apply(world.mika, card)
        after = await entries_of(world)
        told = public_card(world)

        assert world.says("import.done", number=2) in texts_in(done)
        assert {**before, LETTERS: new, cats.id: cats} == after
        assert f"<@{world.mika.id}>: Imported" in texts_in(told)
        assert world.says("history.line_more", number=1) in texts_in(told)

        await press(world.ada, told, "Undo this change")

        assert before == await entries_of(world)
        history = await world.lantern.editing.history(guild_of(world), LETTERS)
        assert ["shipped", "imported", "undone"] == [version.kind for version in history]
        assert [None, world.mika.id, world.ada.id] == [version.by for version in history]

    async def test_the_next_question_is_answered_by_it(self, world):
        await apply(
            world.mika, await bring(world, "in.yaml", await file_of(world, replace(cats, answer="With pleasure.")))
        )

        assert "With pleasure." in texts_in(await world.ask("may i bring my cat to the lab"))

    async def test_a_restart_and_an_hour_between_change_nothing_of_it(self, world):
        card = await bring(world, "in.yaml", await file_of(world, cats))
        await world.env.advance_time(3600)
        await world.restart()
        await apply(world.mika, card)

        assert cats == (await entries_of(world))[cats.id]

    async def test_whoever_presses_second_finds_nothing_left_to_do(self, world):
        await set_up(world, four_eyes=True)
        await bring(world, "in.yaml", await file_of(world, cats))
        await set_up(world, four_eyes=False)
        card = public_card(world)
        clicks = [world.raw_click(who, card, apply_button(card)) for who in (world.mika, world.ada)]
        world.emit_click(clicks[0])
        second = world.emit_click(clicks[1])
        await world.env.settle()
        versions = await world.lantern.editing.history(guild_of(world), cats.id)
        said = "\n".join(map(texts_in, second.followups))

        assert 1 == len(versions)
        assert world.says("error.conflict") in said or world.says("import.stale") in said

    async def test_after_somebody_edited_the_new_plan_is_shown_and_nothing_is_saved(self, world):
        new = replace((await entries_of(world))[LETTERS], answer="Ask two people.")
        card = await bring(world, "in.yaml", await file_of(world, new, cats))
        await press(world.ada, await edit(world, "letters", world.ada, answer="By Ada."), "Publish")
        result = await world.mika.click(card, label=apply_button(card))

        assert world.says("import.stale") == texts_in(result.followups[-1])
        assert cats.id not in await entries_of(world)

        fresh = result.response or card
        assert "-By Ada." in await changes_in(fresh)

        await apply(world.mika, fresh)

        assert new == (await entries_of(world))[LETTERS]
        history = await world.lantern.editing.history(guild_of(world), LETTERS)
        assert ["shipped", "edited", "imported"] == [version.kind for version in history]

    async def test_who_lost_the_role_meanwhile_applies_nothing(self, world):
        card = await bring(world, "in.yaml", await file_of(world, cats))
        label = apply_button(card)
        world.env.backend.remove_member_role(world.guild.id, world.mika.id, world.mods.id)
        await world.env.settle()
        result = await world.mika.click(card, label=label)

        assert world.says("error.not_allowed") == texts_in(result.followups[-1])
        assert cats.id not in await entries_of(world)

    async def test_cancelled_is_cancelled(self, world):
        card = await bring(world, "in.yaml", await file_of(world, cats))
        old = world.raw_click(world.mika, card, apply_button(card))
        cancelled = await press(world.mika, card, world.says("import.cancel"))
        again = world.emit_click(old)
        await world.env.settle()

        assert world.says("import.cancelled") == texts_in(cancelled)
        assert world.says("error.version_gone") == texts_in(again.followups[-1])
        assert cats.id not in await entries_of(world)

    async def test_of_many_files_the_newest_can_be_applied(self, world):
        cards = [await paste(world, PASTED) for _ in range(21)]
        first = await world.mika.click(cards[0], label=apply_button(cards[0]))
        await apply(world.mika, cards[-1])

        assert world.says("error.version_gone") == texts_in(first.followups[-1])
        assert "may-i-bring-my-cat-to-the-lab" in await entries_of(world)


class TestFourEyes:
    @pytest.fixture
    async def handed_in(self, world):
        """Mika handed in a file where two must look."""
        await set_up(world, four_eyes=True)
        world.answer = await bring(world, "in.yaml", await file_of(world, cats))
        world.card = public_card(world)
        return world

    async def test_it_is_handed_in_with_all_of_it_beside(self, handed_in):
        assert handed_in.says("import.handed_in") == texts_in(handed_in.answer)
        assert "May I bring my cat" in await changes_in(handed_in.card)
        assert [] == handed_in.pinged()

    async def test_who_brought_it_in_may_not_apply_it(self, handed_in):
        result = await handed_in.mika.click(handed_in.card, label=apply_button(handed_in.card))

        assert handed_in.says("import.four_eyes") == texts_in(result.followups[-1])
        assert cats.id not in await entries_of(handed_in)

    async def test_somebody_else_applies_it_and_the_card_says_so_and_who_it_was_from_is_told(self, handed_in):
        await apply(handed_in.ada, handed_in.card)
        card = next(each for each in handed_in.desk.history() if each.id == handed_in.card.id)
        told = handed_in.mika.user.dm_channel.history()[-1]

        assert cats == (await entries_of(handed_in))[cats.id]
        assert handed_in.says("import.done", number=1) == texts_in(card)
        assert [] == card.attachments
        assert handed_in.says("import.yours_applied", user=handed_in.ada.id, name=r"in\.yaml") == texts_in(told)

    async def test_somebody_else_declines_it(self, handed_in):
        await press(handed_in.ada, handed_in.card, handed_in.says("import.cancel"))
        told = handed_in.mika.user.dm_channel.history()[-1]

        assert handed_in.says("import.yours_declined", user=handed_in.ada.id, name=r"in\.yaml") == texts_in(told)
        assert cats.id not in await entries_of(handed_in)

    async def test_who_may_only_edit_withdraws_their_own_and_nobody_elses(self, handed_in):
        editors = handed_in.guild.create_role("Editors")
        ed = handed_in.guild.add_member(handed_in.env.create_user("ed"), roles=[editors])
        await set_up(handed_in, roles={Capability.EDIT: frozenset({editors.id})})
        refused = await ed.click(handed_in.card, label=handed_in.says("import.cancel"))
        mine = await paste(handed_in, PASTED, ed)
        await press(ed, public_card(handed_in), handed_in.says("import.cancel"))

        assert handed_in.says("error.not_allowed") == texts_in(refused.followups[-1])
        assert handed_in.says("import.handed_in") == texts_in(mine)
        assert handed_in.says("import.cancelled") == texts_in(public_card(handed_in))

    async def test_without_a_channel_nobody_is_asked_and_that_is_said(self, handed_in):
        await set_up(handed_in, moderators_channel=None)
        card = await bring(handed_in, "in.yaml", await file_of(handed_in, cats))

        assert handed_in.says("import.nobody_to_approve") == texts_in(card)


class TestPasting:
    async def test_questions_with_one_answer_become_an_entry_of_the_topic_that_is_named(self, world):
        await apply(world.mika, await paste(world, PASTED, topic="basics"))
        entry = (await entries_of(world))["may-i-bring-my-cat-to-the-lab"]

        assert "basics" == entry.topic
        assert (Phrasing("cats in the lab"),) == entry.phrasings
        assert "Ask the **vet** of your institute." == entry.answer

    async def test_with_faults_the_form_opens_again_with_what_was_typed(self, world):
        faulty = "Q: May I ask <@1>?\nA: Ask @everyone, or [read.example](https://evil.example)."
        card = await paste(world, faulty, topic="Pets")
        shown = await world.mika.click(card, label=world.says("import.mend"))

        assert world.says("import.problems", number=3) in texts_in(card)
        assert {"pasted": faulty, "topic": "Pets"} == prefilled(shown)

        mended = await submit(world.mika, shown, pasted=PASTED)

        assert "Apply changes (1)" in buttons_in(mended.response or card)

    async def test_who_lost_the_role_while_typing_gets_the_text_back(self, world):
        shown = await world.mika.slash(world.channel, "faq import")
        world.env.backend.remove_member_role(world.guild.id, world.mika.id, world.mods.id)
        await world.env.settle()
        card = card_of(await submit(world.mika, shown, pasted=PASTED))

        assert world.says("error.not_allowed") in texts_in(card)
        assert PASTED == await changes_in(card)

    async def test_the_option_to_replace_everything_holds_for_pasted_text_too(self, world):
        shown = await world.mika.slash(world.channel, "faq import", **{"replace-everything": True})
        card = card_of(await submit(world.mika, shown, pasted=PASTED))

        assert world.says("import.counts", added=1, changed=0, removed=12, same=0) in texts_in(card)

    async def test_nothing_but_blanks_is_no_entry(self, world):
        card = await paste(world, " \n ")

        assert "is empty" in texts_in(card).replace("\\", "")


class TestBadFiles:
    @pytest.mark.parametrize(
        ("name", "data", "says"),
        [
            ("a.yaml", b"entries:\n  - question: caf\xe9", "is not UTF-8 text"),
            ("a.yaml", "a: &a [x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]", "anchor or an alias"),
            ("a.yaml", "", "is empty"),
            ("a.yaml", "entries: []", "entries"),
            ("a.docx", b"PK\x03\x04 zip", "of a kind that is not read"),
            ("a.csv", b"PK\x03\x04 zip", "Excel workbook"),
            ("notes", "no mark at all", "must begin with `Q:`"),
            ("a.yaml", "entries: [{question: Who?}", "not valid YAML"),
            ("a.jsonl", '{"question": "Who is it?", "answer": "Ask <@&1>."}', "must not ping"),
        ],
    )
    async def test_what_is_wrong_with_a_file_is_said_and_nothing_is_changed(self, world, name, data, says):
        card = await bring(world, name, data)
        said = texts_in(card).replace("\\", "")

        assert said.startswith("Nothing was changed.")
        assert says in said
        assert {} == buttons_in(card)

    async def test_many_problems_are_listed_in_a_file(self, world):
        rows = "".join(f'{{"question": "Who is number {number}?", "answer": "@everyone"}}\n' for number in range(1500))
        card = await bring(world, "a.jsonl", rows)
        listed = (await changes_in(card)).splitlines()

        assert world.says("import.problems", number=1500) in texts_in(card)
        assert 1000 == len(listed)
        assert listed[0].startswith("a.jsonl:1: who-is-number-0.answer: holds the mention @everyone")

    async def test_a_file_of_50_mb_is_not_even_fetched(self, world):
        card = await bring(world, "a.yaml", b"a" * 50_000_000)
        fetched = [one for one in world.env.http_requests if one.path.endswith("a.yaml")]

        assert MOST_BYTES < 50_000_000
        assert world.says("error.file_too_large") == texts_in(card)
        assert [] == fetched

    async def test_a_file_that_cannot_be_fetched_is_named(self, world, monkeypatch):
        async def gone(*_args, **_options):
            response = type("Response", (), {"status": 404, "reason": "Not Found"})()
            raise discord.NotFound(response, "gone")

        monkeypatch.setattr(world.client.http, "get_from_cdn", gone)
        card = await bring(world, "in.yaml", b"x")

        assert world.says("fault.file_lost", name=r"in\.yaml") == texts_in(card)


async def test_a_change_from_another_process_is_answered_with_and_told(start_small, tmp_path):
    """Here the other process is another set of parts on the same file; real ones: test_servers_terminal."""
    notes = tmp_path / "notes.db"
    async with start_small(notes) as lantern, open_world(lantern) as world, start_small(notes) as other:
        await with_moderators(world)
        assert "What we know about letters." in texts_in(await world.ask(ANSWERED))
        guild = guild_of(world)
        new = replace((await entries_of(world))[LETTERS], answer="From afar.")
        plan = await other.importing.plan(guild, Bundle((), (new,)), replace=False)
        await other.importing.carry_out(guild, None, plan, "in.yaml")
        await other.guilds.update(guild, lambda settings: replace(settings, four_eyes=True))
        await lantern.elsewhere.look()
        told = public_card(world)

        assert "From afar." in texts_in(await world.ask(ANSWERED))
        assert texts_in(told).startswith(world.says("history.terminal") + ": Imported")
        assert (await lantern.guilds.settings(guild)).four_eyes

        await lantern.elsewhere.look()

        assert told.id == public_card(world).id, "each change is told once"


async def test_a_change_of_the_bots_own_is_told_once(start_small, tmp_path):
    async with start_small(tmp_path / "notes.db") as lantern, open_world(lantern) as world:
        await with_moderators(world)
        await press(world.mika, await edit(world, "letters", answer="New."), "Publish")
        told = public_card(world)
        await lantern.elsewhere.look()

        assert told.id == public_card(world).id
        assert await asyncio.wait_for(lantern.queue.settled(), 10) is None
