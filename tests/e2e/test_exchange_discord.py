"""A FAQ out of Discord and back in: looked at first, applied at once, taken back at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from simcord.components import walk_components

from bot.content.exchange import dump
from bot.core.models import Bundle, Format, Phrasing, Topic, TopicId
from bot.core.moderation import Capability
from bot.faq.importing import Clash, Plan
from bot.views.moderators.exchange import plan_card
from support.editor import card_of, edit, entries_of, guild_of, press, set_up, submit
from support.exchange import (
    CATS,
    LETTERS,
    PASTED,
    VISAS,
    apply,
    apply_button,
    bring,
    bundle_of,
    changes_in,
    exported,
    file_of,
    paste,
    public_card,
    with_moderators,
)
from support.parts import make_entry
from support.small import question_of
from support.worlds import TEXT_DISPLAY, buttons_in, texts_in


@pytest.fixture
async def world(small_world):
    """A server with two moderators and a channel for them."""
    await with_moderators(small_world)
    return small_world


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
        await apply(world.mika, await bring(world, "in.yaml", await file_of(world, replace(CATS, answer=formula))))
        table = (await (await exported(world, "csv")).read()).decode("utf-8-sig")

        assert formula == (await entries_of(world))[CATS.id].answer
        assert formula.replace('"', '""') in table
        assert "'=HYPERLINK" in table

    async def test_a_topic_that_the_pack_no_longer_has_is_exported(self, world):
        odd = replace(CATS, topic="gone")
        await apply(world.mika, await bring(world, "in.yaml", await file_of(world, odd)))
        world.lantern.library._topics.pop("gone", None)
        world.lantern.library.forget()
        file = await exported(world)

        assert b"topic: gone" in await file.read()


class TestTheDryRun:
    async def test_it_tells_what_would_be_added_changed_and_removed_and_changes_nothing(self, world):
        before = await entries_of(world)
        new = replace(before[LETTERS], answer="Ask two people.")
        kept = [new, CATS, *(entry for entry in before.values() if entry.id not in {LETTERS, VISAS})]
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
        data = dump(Bundle((), (CATS,)), Format.YAML)
        card = await bring(world, "in.yaml", data)

        assert world.says("import.counts", added=1, changed=0, removed=0, same=0) in texts_in(card)

    async def test_an_entry_whose_words_belong_to_another_stays_out(self, world):
        rival = replace(CATS, phrasings=(Phrasing("Tell me about LETTERS"),))
        card = await bring(world, "in.yaml", dump(Bundle((), (rival,)), Format.YAML))

        assert world.says("import.clashes") in texts_in(card)
        assert {} == buttons_in(card)

    async def test_an_entry_that_asks_nearly_the_same_is_pointed_out(self, world):
        card = await paste(world, "Q: What should one know about the letters?\nA: More.")

        assert world.says("import.alike") in texts_in(card)
        assert "Apply changes (1)" in buttons_in(card)

    async def test_texts_of_a_file_are_shown_letter_for_letter_and_ping_nobody(self, world):
        odd = replace(CATS, question="Is **it** [a](https://b.example) or ` or ~~?")
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

    def test_the_fullest_card_keeps_discords_limits(self, texts):
        """Every kind of line at once, each as long as it can be."""
        longest = make_entry(question="*" * 150, topic="nowhere")
        topics = tuple(Topic(TopicId(f"t{number}"), "_" * 80) for number in range(9))
        planned = Plan(
            added=(longest,) * 5000,
            changed=((longest, replace(longest, question="_" * 150, answer="x", phrasings=(), sources=())),) * 5000,
            removed=(longest,) * 5000,
            same=5000,
            clashes=(Clash(longest, "~" * 250, longest),) * 5000,
            topics=topics,
            kept_titles=topics,
        )
        shown = plan_card(texts, planned, {}, [(longest, longest, 1.0)] * 200, number=2**31, changes="x")
        found = list(walk_components(shown.card.to_components()))
        said = [part["content"] for part in found if part["type"] == TEXT_DISPLAY]

        assert sum(map(len, said)) <= 4000
        assert 8 == len(said)
        assert len(found) <= 40
        assert ["changes.txt"] == [file.filename for file in shown.files]

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
        card = await bring(world, "in.yaml", await file_of(world, new, CATS))
        done = await apply(world.mika, card)
        after = await entries_of(world)
        told = public_card(world)

        assert world.says("import.done", number=2) in texts_in(done)
        assert {**before, LETTERS: new, CATS.id: CATS} == after
        assert f"<@{world.mika.id}>: Imported" in texts_in(told)
        assert world.says("history.line_more", number=1) in texts_in(told)

        await press(world.ada, told, "Undo this change")

        assert before == await entries_of(world)
        history = await world.lantern.editing.history(guild_of(world), LETTERS)
        assert ["shipped", "imported", "undone"] == [version.kind for version in history]
        assert [None, world.mika.id, world.ada.id] == [version.by for version in history]

    async def test_the_next_question_is_answered_by_it(self, world):
        await apply(
            world.mika, await bring(world, "in.yaml", await file_of(world, replace(CATS, answer="With pleasure.")))
        )

        assert "With pleasure." in texts_in(await world.ask("may i bring my cat to the lab"))

    async def test_a_restart_and_an_hour_between_change_nothing_of_it(self, world):
        card = await bring(world, "in.yaml", await file_of(world, CATS))
        await world.env.advance_time(3600)
        await world.restart()
        await apply(world.mika, card)

        assert CATS == (await entries_of(world))[CATS.id]

    async def test_whoever_presses_second_finds_nothing_left_to_do(self, world):
        await set_up(world, four_eyes=True)
        await bring(world, "in.yaml", await file_of(world, CATS))
        await set_up(world, four_eyes=False)
        card = public_card(world)
        clicks = [world.raw_click(who, card, apply_button(card)) for who in (world.mika, world.ada)]
        both = [world.emit_click(click) for click in clicks]
        await world.env.settle()
        versions = await world.lantern.editing.history(guild_of(world), CATS.id)
        said = "\n".join(texts_in(told) for one in both for told in one.followups)

        assert 1 == len(versions)
        assert world.says("error.version_gone") in said or world.says("import.stale") in said

    async def test_after_somebody_edited_the_new_plan_is_shown_and_nothing_is_saved(self, world):
        new = replace((await entries_of(world))[LETTERS], answer="Ask two people.")
        card = await bring(world, "in.yaml", await file_of(world, new, CATS))
        await press(world.ada, await edit(world, "letters", world.ada, answer="By Ada."), "Publish")
        result = await world.mika.click(card, label=apply_button(card))

        assert world.says("import.stale") == texts_in(result.followups[-1])
        assert CATS.id not in await entries_of(world)

        fresh = result.response or card
        assert "-By Ada." in await changes_in(fresh)

        await apply(world.mika, fresh)

        assert new == (await entries_of(world))[LETTERS]
        history = await world.lantern.editing.history(guild_of(world), LETTERS)
        assert ["shipped", "edited", "imported"] == [version.kind for version in history]

    async def test_who_lost_the_role_meanwhile_applies_nothing(self, world):
        card = await bring(world, "in.yaml", await file_of(world, CATS))
        label = apply_button(card)
        world.env.backend.remove_member_role(world.guild.id, world.mika.id, world.mods.id)
        await world.env.settle()
        result = await world.mika.click(card, label=label)

        assert world.says("error.not_allowed") == texts_in(result.followups[-1])
        assert CATS.id not in await entries_of(world)

    async def test_cancelled_is_cancelled(self, world):
        card = await bring(world, "in.yaml", await file_of(world, CATS))
        old = world.raw_click(world.mika, card, apply_button(card))
        cancelled = await press(world.mika, card, world.says("import.cancel"))
        again = world.emit_click(old)
        await world.env.settle()

        assert world.says("import.cancelled") == texts_in(cancelled)
        assert world.says("error.version_gone") == texts_in(again.followups[-1])
        assert CATS.id not in await entries_of(world)

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
        world.answer = await bring(world, "in.yaml", await file_of(world, CATS))
        world.card = public_card(world)
        return world

    async def test_it_is_handed_in_with_all_of_it_beside(self, handed_in):
        assert handed_in.says("import.handed_in") == texts_in(handed_in.answer)
        assert "May I bring my cat" in await changes_in(handed_in.card)
        assert [] == handed_in.pinged()

    async def test_who_brought_it_in_may_not_apply_it(self, handed_in):
        result = await handed_in.mika.click(handed_in.card, label=apply_button(handed_in.card))

        assert handed_in.says("import.four_eyes") == texts_in(result.followups[-1])
        assert CATS.id not in await entries_of(handed_in)

    async def test_somebody_else_applies_it_and_the_card_says_so_and_who_it_was_from_is_told(self, handed_in):
        await apply(handed_in.ada, handed_in.card)
        card = next(each for each in handed_in.desk.history() if each.id == handed_in.card.id)
        told = handed_in.mika.user.dm_channel.history()[-1]

        assert CATS == (await entries_of(handed_in))[CATS.id]
        assert handed_in.says("import.done", number=1) == texts_in(card)
        assert [] == card.attachments
        assert handed_in.says("import.yours_applied", user=handed_in.ada.id, name=r"in\.yaml") == texts_in(told)

    async def test_somebody_else_declines_it(self, handed_in):
        await press(handed_in.ada, handed_in.card, handed_in.says("import.cancel"))
        told = handed_in.mika.user.dm_channel.history()[-1]

        assert handed_in.says("import.yours_declined", user=handed_in.ada.id, name=r"in\.yaml") == texts_in(told)
        assert CATS.id not in await entries_of(handed_in)

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
        card = await bring(handed_in, "in.yaml", await file_of(handed_in, CATS))

        assert handed_in.says("import.nobody_to_approve") == texts_in(card)
