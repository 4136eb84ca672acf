"""Words of crisis are found however they are typed, and the idioms of research life stay silent."""

from __future__ import annotations

import pytest

from bot.safety.crisis import Tier

EXPLICIT = [
    "I want to kill myself",
    "I don't want to live any more",
    "I've been cutting myself since the rejection",
    "I'm going to end my life",
    "I can't stop thinking about suicide",
    "i took too many pills last night",
    "I wish I was dead",
    "I'm suicidal and my thesis is due",
    "I am thinking about jumping in front of the train",
    "I have a plan to end it all",
]
MIXED = [
    "this deadline is killing me and I don't want to be here any more",
    "Reviewer 2 murdered us, lol. But honestly I want to die.",
    "publish or perish... I just want to end it all",
    "my paper died, my grant died, and I keep thinking about suicide",
    "kill -9 me, no really: I am going to kill myself",
    "I study suicide prevention and I am suicidal",
    "5 kms to the lab, and every day I want to kms",
    "How do I ask for a letter? I have been cutting myself since the rejection.",
    "is it normal that after the third rejection I wish I was dead",
    "I should cut myself some slack, but I keep cutting myself instead",
    "I don't want to live abroad. I don't want to live at all.",
    "I'm dead 😂 but seriously, everybody would be better off without me",
    "dying to hear back, and if it is a no there is no reason to live",
]
PLAIN = ["I don't want to live", "I'm going to kill myself", "I can't go on living"]
DISGUISES = {
    "curly apostrophe": lambda text: text.replace("'", "\u2019"),
    "opening quote": lambda text: text.replace("'", "\u2018"),
    "letter apostrophe": lambda text: text.replace("'", "\u02bc"),
    "prime": lambda text: text.replace("'", "\u2032"),
    "no apostrophe": lambda text: text.replace("'", ""),
    "zero width space": "\u200b".join,
    "zero width joiner": "\u200d".join,
    "soft hyphen": "\u00ad".join,
    "right to left override": lambda text: f"\u202e{text}\u202c",
    "repeated letters": lambda text: "".join(letter * 3 if letter.isalpha() else letter for letter in text),
    "capitals": str.upper,
    "emoji": lambda text: text.replace(" ", " 😭 ", 1) + "💀",
    "emoji with a variant": lambda text: f"❤️ {text} ☠\ufe0f 👩🏽\u200d🔬",
    "full width": lambda text: text.translate({code: code + 0xFEE0 for code in range(ord("A"), ord("z") + 1)}),
    "Markdown": lambda text: f"**_{text}_** ||...||",
}
SILENT = [
    "I am not skilled enough",
    "a skilled worker visa",
    "should I see a therapist?",
    "the rapist is not a word in therapist",
    "the analysis of my data in Essex",
    "Essex, Sussex or Middlesex?",
    "painkillers help my back",
    "an overkill of baselines",
    "the diet of a PhD student",
    "I ran 5 kms to clear my head",
    "I introduced myself to the group",
    "is there a lecture on suicidology?",
    "the studied dyes and diets",
]


@pytest.mark.parametrize("text", EXPLICIT)
def test_what_is_said_plainly_is_found(content, text):
    """Statement 30: whoever says it plainly, in the first person, is in tier A."""
    assert content.crisis.tier_of(text) is Tier.EXPLICIT


@pytest.mark.parametrize("text", MIXED)
def test_an_idiom_does_not_hide_what_is_meant(content, text):
    """Statement 33: an idiom hides its own words, never a real statement beside it."""
    assert content.crisis.found_in(text)


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES)
@pytest.mark.parametrize("text", PLAIN)
def test_the_same_words_in_any_dress_are_the_same(content, text, disguise):
    """Statement 34: apostrophes, unseen characters, repeated letters, capitals and emoji change nothing."""
    assert content.crisis.tier_of(disguise(text)) is content.crisis.tier_of(text) is Tier.EXPLICIT


@pytest.mark.parametrize("text", SILENT)
def test_words_that_only_look_alike_stay_silent(content, text):
    """Statement 35: a phrase is found as whole words only."""
    assert content.crisis.tier_of(text) is None


@pytest.mark.parametrize("disguise", ["curly apostrophe", "zero width space", "repeated letters", "capitals"])
@pytest.mark.parametrize("text", ["this deadline is killing me", "I don't want to live abroad", "kill me lol"])
def test_an_idiom_in_any_dress_stays_silent(content, text, disguise):
    """Statement 34: the same holds for what must stay silent."""
    assert content.crisis.tier_of(DISGUISES[disguise](text)) is None
