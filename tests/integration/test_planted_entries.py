"""Entries that ask the same, in the shipped pack and planted in it, with the real model."""

from __future__ import annotations

import pytest

from bot.core.models import GuildId
from support.edits import edit
from support.parts import make_entry

HERE = GuildId(1)
TOLD_ANEW = {
    "statement-of-purpose": (
        "What should go into my statement of purpose?",
        ["tips for writing an SoP", "how to structure a personal statement for grad school"],
        "Say which problems you want to work on, what you did that shows you can, why this department, and what you want to gain. One or two pages. Start with research, not your childhood; explain each project: what was unknown, what you did, what came out. Name two or three professors. Let somebody from the field and somebody outside it read it.",
    ),
    "national-labs": (
        "How can I get hired by a government research lab?",
        ["working at a national laboratory"],
        "You need a contact and the portal. Find the group, e-mail its leader and then apply to the advert with its number. Internships and postdoc programmes are good ways in. In the US see the Department of Energy labs, USAJOBS and ORISE; in Europe Helmholtz, Max Planck, CNRS and CERN. Some posts need citizenship or clearance.",
    ),
    "how-to-follow-up-without-pushing": (
        "How do I politely ask about the status of my application?",
        [],
        "One short reminder after the promised date is fine. Reply in the old thread, say who you are, ask whether there is a new date for the decision, thank them. Write to the coordinator first. Without a date wait two weeks after an interview or four to six after the deadline.",
    ),
    "job-talk-and-academic-interview": (
        "How should I prepare for a faculty interview with a job talk?",
        ["job talk advice", "campus visit preparation"],
        "Prepare one talk a person from another field can follow: a question, why it matters, two results, what comes next. Practise it and end on time. Ask for the schedule beforehand. In the US expect one or two days with a chalk talk and dinner; in the UK a panel. Be ready for: five-year plan, funding, teaching.",
    ),
    "letter-at-short-notice": (
        "Can I still ask for a recommendation letter a few days before the deadline?",
        [],
        "Ask today, say openly that it is late, and make it easy to say no. Ask people who have already written for you, or who know you best. Send link, CV and statement. Ask the programme whether letters can come later. Hand in your own part on time.",
    ),
    "stuck-for-months": (
        "I make no progress in my research for months, what can I do?",
        ["stuck in my project"],
        "Show somebody the problem this week. Write one page about what you want, what you tried and what happened. Reproduce something that is known to work, make the problem smaller, ask outside, or work on another part for a month. Set a date to stop with your supervisor.",
    ),
    "cold-emailing-researchers": (
        "How do I email a scientist I do not know?",
        ["writing cold emails to professors about research work"],
        "Keep it short: five to eight sentences and one question. Clear subject, who you are, what of their work you read, one thing you can show, one request. Also write to PhD students and postdocs. Send one reminder after ten days. Many are never answered.",
    ),
    "someone-published-it-first": (
        "I got scooped, is my thesis over?",
        ["another group published my result"],
        "Rarely. Read their paper calmly; data or method nearly always differ. Cite them, post your preprint now, shift the weight to what they did not do. Many journals protect recently scooped papers. For a doctorate it matters less than it feels. Talk to your supervisor.",
    ),
    "prepare-the-defence": (
        "How do I get ready for my PhD viva?",
        ["thesis defence preparation"],
        "Reread the thesis, practise the talk twice, and prepare answers to ten likely questions: what is new, weakest point, why this method. Find out the form: public or closed, how long. Do a mock viva. Online: test the link and have a second device. Failure is rare, corrections are usual.",
    ),
    "never-good-enough-for-supervisor": (
        "My advisor criticises everything I do. What can I do?",
        [],
        "Criticism alone does not mean bad work. Sort comments into wrong, unclear and taste. Ask how far it is from submission, which parts should stay, and for an example they like. Hand in rough versions early. If remarks are about you as a person, that is not feedback: get help at the university.",
    ),
}
"""Entries of the pack as somebody else would write them: question, other wordings, answer."""
CONTRADICTED = {
    "statement-of-purpose": (
        "How do I write a statement of purpose?",
        [],
        "Begin with your childhood and what first made you love science. Committees want a person. Five pages is fine, and do not name professors: it looks like flattery.",
    ),
    "letter-at-short-notice": (
        "Is it too late to ask for a letter three days before the deadline?",
        [],
        "Yes. Never ask at such short notice: it is rude. Leave the round and apply next year.",
    ),
    "how-to-follow-up-without-pushing": (
        "Should I send a reminder about my application?",
        [],
        "No. Never. Selection committees throw out whoever asks. Wait in silence, and telephone nobody.",
    ),
    "cold-emailing-researchers": (
        "Should I write cold e-mails to researchers?",
        [],
        "It is a waste of time; use the official portal only.",
    ),
    "prepare-the-defence": (
        "How do I prepare for my thesis defence?",
        [],
        "Do not read the thesis again. Sleep, bring cake for the committee, and improvise the talk.",
    ),
    "others-refused-many-times": (
        "Has anybody been rejected many times and still made it?",
        [],
        "Not really; after five rejections one should choose another career.",
    ),
    "stuck-for-months": (
        "What do I do when my research is stuck for months?",
        [],
        "Work longer hours and tell nobody until you have a result.",
    ),
}
"""The same questions with answers that say something else."""


@pytest.fixture
async def planted(lantern):
    """A server that added all of them; returns its pairs with an entry that was planted, by id."""
    for name, group in (("anew", TOLD_ANEW), ("against", CONTRADICTED)):
        for entry_id, (question, phrasings, answer) in group.items():
            mine = make_entry(f"{name}-{entry_id}", question, *phrasings, answer=answer)
            await edit(lantern.library, HERE, mine.id, mine)
    return {(pair.first, pair.second): pair for pair in await lantern.search.alike(HERE)}


async def test_the_shipped_pack_raises_no_false_alarm(lantern):
    assert [] == await lantern.search.alike(HERE)


async def test_entries_that_repeat_one_of_the_pack_are_found_with_it(planted):
    """All but one: what it is to be scooped was put in words of its own. Nothing else is named."""
    repeated = {*TOLD_ANEW, *CONTRADICTED}
    missed = {
        entry_id
        for name, group in (("anew", TOLD_ANEW), ("against", CONTRADICTED))
        for entry_id in group
        if (entry_id, f"{name}-{entry_id}") not in planted
    }

    assert {"someone-published-it-first"} >= missed
    for first, second in planted:
        assert {each.removeprefix("anew-").removeprefix("against-") for each in (first, second)} <= repeated


async def test_an_answer_told_anew_is_a_duplicate_and_one_that_says_something_else_is_not(planted):
    """One of the seven speaks of all the same things as the answer it contradicts."""

    def verdicts(name, group):
        pairs = [planted.get((entry_id, f"{name}-{entry_id}")) for entry_id in group]
        return [pair.is_duplicate for pair in pairs if pair]

    assert {True} == set(verdicts("anew", TOLD_ANEW))
    assert sum(verdicts("against", CONTRADICTED)) <= 1
