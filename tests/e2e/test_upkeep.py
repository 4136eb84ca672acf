"""`/faq upkeep`: each finding with what can be done about it, by two moderators who do not know of each other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.links import LinkState
from bot.core.models import EntryId, Source, UserId
from bot.core.moderation import Capability, ChangeKind
from bot.core.upkeep import FindingKind
from bot.faq.upkeep import UNUSED_DAYS
from bot.views.moderators.upkeep import NAMES
from support.editor import card_of, entries_of, fields_in, guild_of, press, second_moderator, set_up, submit
from support.small import ANSWERED, question_of
from support.upkeep import (
    LETTERS,
    TWIN,
    VISAS,
    kinds_of_change,
    left,
    only,
    open_upkeep,
    plant,
    plant_links,
    plant_overdue,
    plant_twin,
    today,
)
from support.worlds import buttons_in, selects_in, texts_in

VERIFY, EDIT, RETIRE, FINE, SKIP, MERGE = "Verified today", "Edit", "Retire", "Fine as it is", "Skip", "Merge"
NOT_ALIKE, UNDO = "Not a duplicate", "Undo"


class TestList:
    async def test_a_server_that_did_nothing_yet_has_no_finding_but_what_is_truly_overdue(self, world):
        found = await world.lantern.upkeep.findings(guild_of(world), today())
        entries = world.lantern.library.pack_entries.values()
        late = {one.id for one in entries if one.reviewed_on + timedelta(days=one.review_after_days) < today()}

        assert late == {each.entry_id for each in found}
        assert {FindingKind.OVERDUE} >= {each.kind for each in found}

    async def test_nothing_to_do_is_said_in_one_sentence(self, small_world):
        for entry_id in list(await entries_of(small_world)):
            await plant(small_world, entry_id, reviewed_on=today())

        card = await open_upkeep(small_world)

        assert card.ephemeral
        assert small_world.says("up.none") == texts_in(card)

    async def test_everything_planted_is_listed_one_a_page_and_can_be_filtered(self, small_world):
        await plant_twin(small_world)
        await plant_overdue(small_world, VISAS)
        await plant_links(small_world, LinkState.GONE)
        for user in range(6):
            await small_world.lantern.activity.vote(
                guild_of(small_world), EntryId("grades"), UserId(user), helped=False
            )
        card = await open_upkeep(small_world)
        values = [option["value"] for option in selects_in(card)[0]["options"]]

        seen = {}
        for kind in values[1:]:
            await only(card, kind, small_world.mika)
            seen[kind] = texts_in(card)

        assert ["all", "dead_link", "overdue", "duplicate", "low_rated"] == values
        for kind, said in seen.items():
            assert small_world.says(NAMES[FindingKind(kind)]) in said
        assert "https://example.org/letters" in seen["dead_link"]
        assert question_of("visas") in seen["overdue"].replace("\\", "")
        assert question_of("letters") in seen["duplicate"].replace("\\", "")
        assert "What about letters should one know?" in seen["duplicate"].replace("\\", "")
        assert small_world.says("up.why_low_rated", helped=0, votes=6) in seen["low_rated"]

    async def test_skip_goes_round(self, small_world):
        for entry_id, days in ((LETTERS, 900), (VISAS, 800), (EntryId("grades"), 700)):
            await plant_overdue(small_world, entry_id, days)
        card = await open_upkeep(small_world, FindingKind.OVERDUE)

        seen = []
        for _ in range(4):
            seen.append(texts_in(card).replace("\\", "").split("**")[1])
            await small_world.mika.click(card, label=SKIP)

        assert [*map(question_of, ("letters", "visas", "grades", "letters"))] == seen

    async def test_entries_that_ask_the_same_but_answer_otherwise_may_contradict_each_other(self, small_world):
        await plant_twin(small_world, answer="Never write down anything whatever the professors promise you today.")
        card = await open_upkeep(small_world, FindingKind.CONTRADICTION)

        assert [LETTERS] == await left(small_world, FindingKind.CONTRADICTION)
        assert small_world.says("up.why_contradiction") in texts_in(card)
        assert "Never write down anything" in texts_in(card)

    async def test_a_moved_link_shows_where_it_is_now(self, small_world):
        await plant_links(small_world, LinkState.MOVED)
        card = await open_upkeep(small_world, FindingKind.MOVED_LINK)

        assert "https://new.example.org/" in texts_in(card)

    async def test_what_nobody_was_shown_for_half_a_year_is_listed(self, small_world):
        days, guild = small_world.lantern.days, guild_of(small_world)
        await days.count(guild, today() - timedelta(days=UNUSED_DAYS + 1), "answer", LETTERS)
        await small_world.ask(ANSWERED)
        for entry_id in list(await entries_of(small_world)):
            if entry_id not in {LETTERS, VISAS}:
                await days.count(guild, today(), "answer", entry_id)

        assert [VISAS] == await left(small_world, FindingKind.UNUSED)
        assert small_world.says("up.why_never_used") in texts_in(await open_upkeep(small_world, FindingKind.UNUSED))

    async def test_those_who_may_not_edit_learn_why_not(self, small_world):
        denied = (await small_world.noor.slash(small_world.channel, "faq upkeep")).response

        assert small_world.says("error.not_allowed") == texts_in(denied)


class TestVerify:
    async def test_the_review_clock_starts_anew_and_members_are_no_longer_told_to_check(self, small_world):
        await plant_overdue(small_world)
        due = small_world.says("answer.review_due", date=today() - timedelta(days=400))
        before = texts_in(await small_world.ask(ANSWERED))
        card = await open_upkeep(small_world, FindingKind.OVERDUE)

        await small_world.mika.click(card, label=VERIFY)

        assert due in before
        assert small_world.says("answer.reviewed", date=today()) in texts_in(await small_world.ask(ANSWERED))
        assert small_world.says("up.verified", question="\0").split("\0")[0] in texts_in(card)
        assert [] == await left(small_world, FindingKind.OVERDUE)
        assert ChangeKind.VERIFIED == (await kinds_of_change(small_world, LETTERS))[-1]

    async def test_it_can_be_undone_from_the_card(self, small_world):
        await plant_overdue(small_world)
        card = await open_upkeep(small_world, FindingKind.OVERDUE)
        await small_world.mika.click(card, label=VERIFY)

        await small_world.mika.click(card, label=UNDO)

        assert [LETTERS] == await left(small_world, FindingKind.OVERDUE)

    async def test_of_two_moderators_the_second_learns_that_it_is_done(self, small_world):
        await plant_overdue(small_world)
        ada = second_moderator(small_world)
        cards = [await open_upkeep(small_world, FindingKind.OVERDUE, who) for who in (small_world.mika, ada)]

        await small_world.mika.click(cards[0], label=VERIFY)
        late = await ada.click(cards[1], label=VERIFY)

        assert small_world.says("error.version_gone") == texts_in(late.followups[0])
        assert 1 == (await kinds_of_change(small_world, LETTERS)).count(ChangeKind.VERIFIED)


class TestEdit:
    async def test_the_editor_opens_with_the_entry_and_its_save_ends_the_finding(self, small_world):
        await plant_overdue(small_world)
        card = await open_upkeep(small_world, FindingKind.OVERDUE)

        shown = await small_world.mika.click(card, label=EDIT)
        preview = card_of(await submit(small_world.mika, shown, answer="Checked anew, and better.")) or card
        await press(small_world.mika, preview, "Publish")

        assert question_of("letters") == fields_in(shown)["question"]["value"]
        assert "Checked anew, and better." == (await entries_of(small_world))[LETTERS].answer
        assert [] == await left(small_world, FindingKind.OVERDUE)

    async def test_either_entry_of_a_pair_can_be_edited(self, small_world):
        await plant_twin(small_world)
        card = await open_upkeep(small_world, FindingKind.DUPLICATE)

        for label, question in (
            ("Edit the first", question_of("letters")),
            ("Edit the second", "What about letters should one know?"),
        ):
            shown = await small_world.mika.click(card, label=label)
            assert question == fields_in(shown)["question"]["value"]

    async def test_an_edit_meanwhile_makes_the_buttons_of_an_old_card_harmless(self, small_world):
        await plant_twin(small_world)
        card = await open_upkeep(small_world, FindingKind.DUPLICATE)
        await plant(small_world, LETTERS, answer="Written anew meanwhile.")

        result = await small_world.mika.click(card, label=MERGE)

        assert small_world.says("error.version_gone") == texts_in(result.followups[0])
        assert TWIN in await entries_of(small_world)


class TestRetire:
    async def test_it_is_asked_once_more_and_can_be_undone(self, small_world):
        await plant_overdue(small_world)
        before = await entries_of(small_world)
        card = await open_upkeep(small_world, FindingKind.OVERDUE)

        await small_world.mika.click(card, label=RETIRE)
        asked, during = texts_in(card), await entries_of(small_world)
        await small_world.mika.click(card, label=RETIRE)

        assert small_world.says("up.retire_sure") in asked
        assert before == during
        assert LETTERS not in await entries_of(small_world)
        assert ChangeKind.REMOVED == (await kinds_of_change(small_world, LETTERS))[-1]

        await small_world.mika.click(card, label=UNDO)

        assert before == await entries_of(small_world)

    async def test_what_another_one_retired_meanwhile_is_gone_from_the_card(self, small_world):
        await plant_overdue(small_world)
        ada = second_moderator(small_world)
        cards = [await open_upkeep(small_world, FindingKind.OVERDUE, who) for who in (small_world.mika, ada)]
        for card, who in zip(cards, (small_world.mika, ada), strict=True):
            await who.click(card, label=RETIRE)

        await small_world.mika.click(cards[0], label=RETIRE)
        late = await ada.click(cards[1], label=RETIRE)

        assert small_world.says("error.version_gone") == texts_in(late.followups[0])
        assert 1 == (await kinds_of_change(small_world, LETTERS)).count(ChangeKind.REMOVED)


class TestFine:
    async def test_a_pair_does_not_come_again_for_anybody_until_one_changes(self, small_world):
        await plant_twin(small_world)
        card = await open_upkeep(small_world, FindingKind.DUPLICATE)

        await small_world.mika.click(card, label=NOT_ALIKE)

        assert small_world.says("up.is_fine") in texts_in(card)
        assert [] == await left(small_world, FindingKind.DUPLICATE)

        await plant(small_world, TWIN, setbacks=("It took three years.",))

        assert [LETTERS] == await left(small_world, FindingKind.DUPLICATE)

    @pytest.mark.parametrize("label", [NOT_ALIKE, MERGE])
    async def test_of_two_moderators_the_second_learns_that_it_is_decided_and_can_go_on(self, small_world, label):
        await plant_twin(small_world)
        await plant_overdue(small_world, VISAS)
        ada = second_moderator(small_world)
        cards = [await open_upkeep(small_world, FindingKind.DUPLICATE, who) for who in (small_world.mika, ada)]

        await small_world.mika.click(cards[0], label=NOT_ALIKE)
        late = await ada.click(cards[1], label=label)
        await ada.select(cards[1], ["all"], custom_id=selects_in(cards[1])[0]["custom_id"])

        assert small_world.says("error.version_gone") == texts_in(late.followups[0])
        assert small_world.says("up.why_duplicate") not in texts_in(cards[1])
        assert VERIFY in buttons_in(cards[1])

    @pytest.mark.parametrize("state", [LinkState.GONE, LinkState.MOVED])
    async def test_a_link_is_fine_for_this_entry_only(self, small_world, state):
        link = (Source("A page", "https://example.org/letters", "it was read"),)
        await plant(small_world, VISAS, sources=link)
        await plant_links(small_world, state)
        kind = FindingKind.DEAD_LINK if state is LinkState.GONE else FindingKind.MOVED_LINK
        card = await open_upkeep(small_world, kind)

        await small_world.mika.click(card, label=FINE)

        assert 1 == len(await left(small_world, kind))

    async def test_who_edits_but_does_not_publish_may_say_so_and_nothing_more(self, small_world):
        helpers = small_world.guild.create_role("Helpers")
        helper = small_world.guild.add_member(small_world.env.create_user("hana"), roles=[helpers])
        await set_up(small_world, roles={Capability.EDIT: frozenset({helpers.id})})
        await plant_twin(small_world)
        await plant_overdue(small_world, VISAS)
        card = await open_upkeep(small_world, FindingKind.OVERDUE, helper)

        refused = [await helper.click(card, label=label) for label in (VERIFY, RETIRE)]
        await only(card, FindingKind.DUPLICATE, helper)
        await helper.click(card, label=NOT_ALIKE)

        assert [small_world.says("error.not_allowed")] * 2 == [texts_in(each.followups[0]) for each in refused]
        assert [VISAS] == await left(small_world, FindingKind.OVERDUE)
        assert [] == await left(small_world, FindingKind.DUPLICATE)
