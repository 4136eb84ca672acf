"""Another pair of eyes: handed in, approved or sent back, and the list of drafts."""

from __future__ import annotations

import pytest

from bot.core.models import EntryId
from bot.core.moderation import Capability, DraftState
from support.editor import (
    GOOD,
    add,
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
from support.worlds import buttons_in, texts_in

LETTERS, CATS = EntryId("letters"), EntryId("how-do-i-get-a-cat-through-quarantine")


@pytest.fixture
async def eyes(small_world):
    """A server with a moderators' channel where somebody else must approve; Ada moderates as well."""
    small_world.ada = second_moderator(small_world)
    small_world.desk = small_world.guild.create_text_channel("moderators")
    await set_up(small_world, four_eyes=True, moderators_channel=small_world.desk.id)
    return small_world


@pytest.fixture
async def handed_in(eyes):
    """Mika handed in a new entry; `card`: what the moderators see of it."""
    eyes.said = texts_in(await press(eyes.mika, await add(eyes), "Hand in"))
    eyes.card = eyes.desk.history()[-1]
    return eyes


def told(member) -> str:
    """Return what the bot wrote somebody directly."""
    return "\n".join(map(texts_in, member.user.dm_channel.history()))


async def test_what_is_handed_in_is_not_published_and_the_moderators_see_it(handed_in):
    assert handed_in.says("editor.handed_in") in handed_in.said
    assert GOOD["answer"] in texts_in(handed_in.card)
    assert f"<@{handed_in.mika.id}>" in texts_in(handed_in.card)
    assert CATS not in await entries_of(handed_in)
    assert [] == handed_in.pinged()


async def test_somebody_else_approves_and_the_author_is_told(handed_in):
    await handed_in.ada.click(handed_in.card, label="Approve")

    assert CATS in await entries_of(handed_in)
    assert "approved by" in told(handed_in.mika)
    assert {} == {label: one for label, one in buttons_in(handed_in.desk.history()[0]).items() if label == "Approve"}

    (version,) = await handed_in.lantern.editing.history(guild_of(handed_in), CATS)

    assert (handed_in.ada.id, str(handed_in.mika.id)) == (version.by, version.note)


async def test_nobody_approves_their_own(handed_in):
    result = await handed_in.mika.click(handed_in.card, label="Approve")

    assert handed_in.says("editor.not_your_own") in texts_in(card_of(result))
    assert CATS not in await entries_of(handed_in)


async def test_a_member_approves_nothing(handed_in):
    result = await handed_in.sam.click(handed_in.card, label="Approve")

    assert handed_in.says("error.not_allowed") in texts_in(card_of(result))
    assert CATS not in await entries_of(handed_in)


async def test_approving_twice_publishes_once(handed_in):
    other = second_moderator(handed_in, "grace")
    for click in [handed_in.raw_click(one, handed_in.card, "Approve") for one in (handed_in.ada, other)]:
        handed_in.emit_click(click)
    await handed_in.env.settle()

    assert 1 == len(await handed_in.lantern.editing.history(guild_of(handed_in), CATS))


async def test_what_is_sent_back_is_a_draft_again_with_the_reason(handed_in):
    form = await handed_in.ada.click(handed_in.card, label="Send back")
    await handed_in.ada.submit_modal(form, {"reason": "Which *countries*?"})
    (draft,) = await handed_in.lantern.editing.drafts(guild_of(handed_in))

    assert (DraftState.OPEN, "Which *countries*?") == (draft.state, draft.note)
    assert "countries" in told(handed_in.mika)

    listed = card_of(await handed_in.mika.slash(handed_in.channel, "faq drafts"))

    assert r"Which \*countries\*?" in texts_in(listed)

    reopened = await handed_in.mika.click(listed, label="Reopen my draft")

    assert GOOD["answer"] == prefilled(reopened)["answer"]


async def test_closed_direct_messages_stop_nothing(handed_in):
    handed_in.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    await handed_in.ada.click(handed_in.card, label="Approve")

    assert CATS in await entries_of(handed_in)


async def test_an_old_card_does_not_approve_a_newer_text(handed_in):
    listed = card_of(await handed_in.mika.slash(handed_in.channel, "faq drafts"))
    form = await handed_in.mika.click(listed, label="Reopen my draft")
    again = card_of(await submit(handed_in.mika, form, answer="Something else."))
    await press(handed_in.mika, again, "Hand in")
    result = await handed_in.ada.click(handed_in.card, label="Approve")

    assert handed_in.says("error.version_gone") in texts_in(card_of(result))
    assert CATS not in await entries_of(handed_in)


async def test_a_conflict_is_shown_to_who_approves_and_the_draft_waits(eyes):
    await press(eyes.mika, await edit(eyes, "letters", answer="By Mika."), "Hand in")
    mine = eyes.desk.history()[-1]
    await press(eyes.ada, await edit(eyes, "letters", eyes.ada, answer="By Ada."), "Hand in")
    await eyes.mika.click(eyes.desk.history()[-1], label="Approve")
    result = await eyes.ada.click(mine, label="Approve")

    assert "+By Mika." in texts_in(card_of(result))
    assert {} == buttons_in(card_of(result))
    assert "By Ada." == (await entries_of(eyes))[LETTERS].answer
    assert [DraftState.SUBMITTED] == [one.state for one in await eyes.lantern.editing.drafts(guild_of(eyes))]


async def test_without_a_channel_those_who_may_publish_find_it_in_their_list(small_world):
    ada = second_moderator(small_world)
    await set_up(small_world, four_eyes=True)
    said = texts_in(await press(small_world.mika, await add(small_world), "Hand in"))

    assert small_world.says("editor.handed_in_quietly") in said

    listed = card_of(await ada.slash(small_world.channel, "faq drafts"))
    look = await press(ada, listed, "Look")

    assert GOOD["answer"] in texts_in(look)

    await press(ada, look, "Approve")

    assert CATS in await entries_of(small_world)


async def test_who_may_only_edit_hands_in_and_publishes_nothing(small_world):
    editors = small_world.guild.create_role("Editors")
    grace = small_world.guild.add_member(small_world.env.create_user("grace"), roles=[editors])
    await set_up(
        small_world,
        roles={Capability.EDIT: frozenset({editors.id}), Capability.PUBLISH: frozenset({small_world.mods.id})},
    )
    preview = await add(small_world, grace)

    assert "Publish" not in buttons_in(preview)

    await press(grace, preview, "Hand in")
    result = await grace.slash(small_world.channel, "faq remove", entry="id:letters")

    assert small_world.says("error.not_allowed") in texts_in(card_of(result))
    assert CATS not in await entries_of(small_world)


class TestDrafts:
    async def test_one_sees_ones_own_five_at_a_time_newest_first(self, small_world):
        for number in range(7):
            await add(small_world, question=f"Draft number {number}?", topic="x")
        first = card_of(await small_world.mika.slash(small_world.channel, "faq drafts"))

        assert ["6", "5", "4", "3", "2"] == [
            line[15] for line in texts_in(first).splitlines() if "Draft number" in line
        ]

        second = await press(small_world.mika, first, "Next page")

        assert ["1", "0"] == [line[15] for line in texts_in(second).splitlines() if "Draft number" in line]

    async def test_nobody_sees_what_others_have_not_handed_in(self, small_world):
        ada = second_moderator(small_world)
        await add(small_world, topic="x")
        listed = card_of(await ada.slash(small_world.channel, "faq drafts"))

        assert small_world.says("editor.no_drafts") == texts_in(listed)

    async def test_a_draft_of_long_ago_is_still_offered(self, small_world):
        await add(small_world, topic="x")
        await small_world.lantern.activity._database.run(
            lambda db: db.execute("UPDATE drafts SET at = '2001-01-01T00:00:00+00:00'")
        )
        listed = card_of(await small_world.mika.slash(small_world.channel, "faq drafts"))

        assert "<t:978307200:R>" in texts_in(listed)
        assert "Reopen my draft" in buttons_in(listed)
