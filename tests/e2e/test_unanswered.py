"""The honest no: queued without its asker, told only to those who wish it, with the nearest topics."""

from __future__ import annotations

from bot.core.models import EntryId, GuildId, TopicId
from support.edits import edit
from support.parts import make_entry
from support.small import SUBJECTS, UNKNOWN, question_of
from support.worlds import buttons_in, open_world, selects_in, texts_in

NOTIFY = "Tell me when this is answered"


def everything_in(path):
    """Return all bytes of a database and its log."""
    return b"".join(each.read_bytes() for each in path.parent.glob(path.name + "*"))


async def test_an_unknown_question_gets_an_honest_no_with_the_nearest_topics(small_world):
    message = await small_world.ask(UNKNOWN)

    said = texts_in(message)
    assert small_world.says("unknown.text") in said
    assert small_world.says("unknown.topics") in said
    assert "Basics" in buttons_in(message)
    assert NOTIFY in buttons_in(message)


async def test_it_is_queued_once_however_often_it_is_asked_and_each_person_counts_once(small_world):
    for asker in (small_world.noor, small_world.sam, small_world.ines):
        await small_world.ask(UNKNOWN, who=asker)
    await small_world.ask("The  MOON landing!")

    (queued,) = await small_world.queue()
    assert (queued.question, queued.times, queued.askers) == (UNKNOWN, 4, 3)


async def test_the_notes_hold_no_asker_until_they_press_the_button(start_small, tmp_path):
    notes = tmp_path / "notes.db"
    async with start_small(notes) as lantern, open_world(lantern) as world:
        noor, sam = world.noor.id, world.sam.id
        message = await world.ask(UNKNOWN, who=world.noor)
        await world.ask(UNKNOWN, who=world.sam)
        rows = await waiters(lantern)
        await world.noor.click(message, label=NOTIFY)

        assert rows == []
        assert await waiters(lantern) == [noor]
    kept = everything_in(notes)
    assert str(sam).encode() not in kept
    assert sam.to_bytes(8, "big") not in kept
    assert noor.to_bytes(8, "big") in kept


async def waiters(lantern):
    """Return who waits for an answer, read from the table itself."""
    rows = await lantern.activity._database.run(lambda db: db.execute("SELECT user FROM waiters").fetchall())
    return [user for (user,) in rows]


async def test_tell_me_is_a_switch_and_says_which_way_it_stands(small_world):
    message = await small_world.ask(UNKNOWN)

    said = [texts_in((await small_world.noor.click(message, label=NOTIFY)).followups[0]) for _ in range(3)]

    on, off = small_world.says("unknown.notified"), small_world.says("unknown.stopped")
    assert said == [on, off, on]
    assert await waiters(small_world.lantern) == [small_world.noor.id]


async def test_everybody_can_wait_for_a_question_asked_in_public(small_world):
    message = await small_world.ask(UNKNOWN, visibility="public")

    click = await small_world.ines.click(message, label=NOTIFY)

    assert click.followups[0].ephemeral
    assert await waiters(small_world.lantern) == [small_world.ines.id]


async def test_a_topic_lists_all_its_questions_and_each_gets_its_answer(small_world):
    message = await small_world.ask(UNKNOWN)

    listed = (await small_world.noor.click(message, label="Basics")).followups[0]

    (select,) = selects_in(listed)
    assert listed.ephemeral
    assert select["placeholder"] == small_world.says("unknown.entry_placeholder", topic="Basics")
    assert [option["label"] for option in select["options"]] == [question_of(name) for name in SUBJECTS["basics"]]
    await small_world.noor.select(listed, ["posters"], custom_id=select["custom_id"])
    assert f"## {question_of('posters')}" in texts_in(listed)
    assert "Share here" in buttons_in(listed)
    assert small_world.says("unknown.text") in texts_in(message)


async def test_a_topic_of_more_than_25_questions_has_several_lists_and_leaves_none_out(small_world):
    names = [*SUBJECTS["basics"], *(f"added-{number:02}" for number in range(50))]
    for name in names[6:]:
        added = make_entry(name, question_of(name), topic=TopicId("basics"))
        await edit(small_world.lantern.library, GuildId(small_world.guild.id), EntryId(name), added)
    message = await small_world.ask(UNKNOWN)

    listed = (await small_world.noor.click(message, label="Basics")).followups[0]

    options = [select["options"] for select in selects_in(listed)]
    assert [option["value"] for each in options for option in each] == names
    assert [len(each) for each in options] == [25, 25, 6]
    last = selects_in(listed)[-1]["custom_id"]
    await small_world.noor.select(listed, ["added-49"], custom_id=last)
    assert f"## {question_of('added-49')}" in texts_in(listed)


async def test_a_topic_that_was_emptied_meanwhile_says_so(small_world):
    message = await small_world.ask(UNKNOWN)
    for name in SUBJECTS["basics"]:
        await edit(small_world.lantern.library, GuildId(small_world.guild.id), EntryId(name), None)

    click = await small_world.noor.click(message, label="Basics")

    assert texts_in(click.followups[0]) == small_world.says("error.entry_gone")
