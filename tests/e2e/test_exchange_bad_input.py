"""Text that is pasted into the form, and files that cannot be used: nothing is changed, nothing typed is lost."""

from __future__ import annotations

import discord
import pytest

from bot.content.exchange import MOST_BYTES
from bot.core.models import Phrasing
from support.editor import card_of, entries_of, prefilled, submit
from support.exchange import (
    PASTED,
    apply,
    bring,
    changes_in,
    paste,
    with_moderators,
)
from support.worlds import buttons_in, texts_in


@pytest.fixture
async def world(small_world):
    """A server with two moderators and a channel for them."""
    await with_moderators(small_world)
    return small_world


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
