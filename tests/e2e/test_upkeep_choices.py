"""`/faq upkeep` where one of two states is chosen: a merge, and an entry that an update of the pack changed, too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot import app
from bot.core.models import Phrasing, UserId
from bot.core.moderation import ChangeKind
from bot.core.upkeep import FindingKind
from support.editor import entries_of, guild_of
from support.upkeep import (
    LETTERS,
    TWIN,
    kinds_of_change,
    left,
    open_upkeep,
    plant,
    plant_twin,
)
from support.worlds import open_world, texts_in

MERGE, FIRST, SECOND = "Merge", "Keep the first", "Keep the second"
TAKE, KEEP, UNDO = "Take the new one", "Keep ours", "Undo"


class TestMerge:
    @pytest.mark.parametrize(("label", "kept", "gone"), [(FIRST, LETTERS, TWIN), (SECOND, TWIN, LETTERS)])
    async def test_the_one_that_stays_gets_wordings_and_votes_and_keeps_its_history(
        self, small_world, label, kept, gone
    ):
        await plant_twin(small_world)
        before = await entries_of(small_world)
        activity, guild = small_world.lantern.activity, guild_of(small_world)
        for entry_id, user, helped in ((gone, 1, True), (gone, 2, False), (kept, 2, True)):
            await activity.vote(guild, entry_id, UserId(user), helped=helped)
        card = await open_upkeep(small_world, FindingKind.DUPLICATE)

        await small_world.mika.click(card, label=MERGE)
        await small_world.mika.click(card, label=label)
        after = await entries_of(small_world)

        assert gone not in after
        assert {*before[kept].texts, *before[gone].texts} == set(after[kept].texts)
        assert (2, 0) == await activity.votes_on(guild, kept)
        assert (1, 1) == await activity.votes_on(guild, gone)
        assert ChangeKind.MERGED == (await kinds_of_change(small_world, gone))[-1]
        assert [] == await left(small_world, FindingKind.DUPLICATE)

        await small_world.mika.click(card, label=UNDO)

        assert before == await entries_of(small_world)
        assert (1, 1) == await activity.votes_on(guild, gone)

    async def test_both_are_shown_before_and_one_can_go_back(self, small_world):
        await plant_twin(small_world)
        card = await open_upkeep(small_world, FindingKind.DUPLICATE)
        first = texts_in(card)

        await small_world.mika.click(card, label=MERGE)
        asked = texts_in(card)
        await small_world.mika.click(card, label="Back")

        assert small_world.says("up.which_stays") in asked
        assert asked.count("What we know about letters.") == 2
        assert first == texts_in(card)

    async def test_too_many_wordings_are_told_and_nothing_changes(self, small_world):
        await plant_twin(small_world)
        wordings = (await entries_of(small_world))[TWIN].texts[1:]
        many = tuple(Phrasing(text + "!" * number) for text in wordings for number in range(33))
        await plant(small_world, TWIN, phrasings=many)
        before = await entries_of(small_world)
        card = await open_upkeep(small_world, FindingKind.DUPLICATE)

        await small_world.mika.click(card, label=MERGE)
        await small_world.mika.click(card, label=FIRST)

        assert before == await entries_of(small_world)
        assert small_world.says("fault.phrasings", number=104, most=100) in texts_in(card)


class TestPackChanged:
    @pytest.fixture
    async def updated(self, start_small, small_content, small_vectors_path, word_embedder, tmp_path):
        """A server that edited `letters` before an update of the pack changed it, too."""
        notes = tmp_path / "notes.db"
        entries = [
            replace(one, answer="What the new pack says. The same before.") if one.id == LETTERS else one
            for one in small_content.pack.entries
        ]
        pack = replace(small_content.pack, entries=tuple(entries))
        async with start_small(notes) as lantern, open_world(lantern) as world:
            await plant(world, LETTERS, answer="What we say. The same before.")
            async with app.lantern(
                replace(small_content, pack=pack), small_vectors_path, notes, lambda: word_embedder
            ) as newer:
                await world.restart(newer)
                yield world

    async def test_both_are_shown_as_a_difference(self, updated):
        said = texts_in(await open_upkeep(updated))

        assert updated.says("up.why_pack_changed") in said
        assert "-What we say." in said
        assert "+What the new pack says." in said
        assert " The same before." in said

    @pytest.mark.parametrize(
        ("label", "answer"),
        [(TAKE, "What the new pack says. The same before."), (KEEP, "What we say. The same before.")],
    )
    async def test_one_is_chosen_it_can_be_undone_and_is_not_asked_again(self, updated, label, answer):
        card = await open_upkeep(updated)

        await updated.mika.click(card, label=label)

        assert answer == (await entries_of(updated))[LETTERS].answer
        assert [] == await left(updated, FindingKind.PACK_CHANGED)
        assert ChangeKind.FOLLOWED == (await kinds_of_change(updated, LETTERS))[-1]

        await updated.mika.click(card, label=UNDO)

        assert "What we say. The same before." == (await entries_of(updated))[LETTERS].answer

    async def test_of_two_moderators_only_the_first_one_chooses(self, updated):
        ada = updated.guild.add_member(updated.env.create_user("ada"), roles=[updated.mods])
        cards = [await open_upkeep(updated, None, who) for who in (updated.mika, ada)]

        await updated.mika.click(cards[0], label=KEEP)
        late = await ada.click(cards[1], label=TAKE)

        assert updated.says("error.version_gone") == texts_in(late.followups[0])
        assert "What we say. The same before." == (await entries_of(updated))[LETTERS].answer
