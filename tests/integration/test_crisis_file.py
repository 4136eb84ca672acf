"""Faults in data/crisis.yaml are told all at once, each with its line, its key and what to do."""

from __future__ import annotations

import pytest

from bot.content.crisis import load_crisis
from bot.core.errors import ContentError
from bot.safety.crisis import Tier

SOUND = """\
fillers: [really]
keywords: [alive]
parts:
  want: (want to|wanna)
explicit:
  - words: i {want} die
    because: a wish
    trap: the die is cast
softened:
  - words: i wanted to die
    because: of shame
    trap: they wanted the idea to die
oblique:
  - words: not (be|stay) alive
    because: a wish
    trap: my cells stay alive
idioms:
  - words: die laughing
    because: of joy
    trap: I want to die laughing
heavy: [I am done.]
light: [I am tired.]
"""


def load(folder, text):
    (folder / "crisis.yaml").write_text(text, encoding="utf-8")
    return load_crisis(folder)


def faults(folder, text):
    """Return line, key and message of each fault."""
    with pytest.raises(ContentError) as caught:
        load(folder, text)
    return [(problem.line, problem.key, problem.message) for problem in caught.value.problems]


def test_everything_in_the_file_takes_part(tmp_path):
    phrases = load(tmp_path, SOUND)

    assert phrases.tier_of("I really wanna die") is Tier.EXPLICIT
    assert phrases.tier_of("I wanted to die") is Tier.OBLIQUE
    assert phrases.tier_of("would rather not stay alvie") is Tier.OBLIQUE
    assert phrases.tier_of("I want to die laughing") is None
    assert (phrases.prototypes.heavy, phrases.prototypes.light) == (("I am done.",), ("I am tired.",))


def test_plain_words_suffice(tmp_path):
    assert load(tmp_path, "explicit: [{words: want to die, because: a wish, trap: a die}]").found_in("I want to die")


def test_faults_of_shape_name_line_and_key(tmp_path):
    text = SOUND.replace("    because: a wish\n", "", 1).replace("idioms:", "idiom:").replace("[I am done.]", "[7]")

    told = {key: line for line, key, _ in faults(tmp_path, text)}

    assert {"explicit.0.because": 6, "heavy.0": 20, "idiom": 16} == told


def test_every_line_that_cannot_be_read_is_told_at_once(tmp_path):
    text = (
        SOUND.replace("i {want} die", "i {wish} die").replace("(be|stay)", "(be|stay").replace("(want to|", "(really|")
    )

    assert [(line, key, message.split(";")[0]) for line, key, message in faults(tmp_path, text)] == [
        (4, "parts.want", "holds 'really', which is under `fillers` and never seen"),
        (6, "explicit.0.words", "names {wish}, which is not under `parts`"),
        (14, "oblique.0.words", "holds a ( that is not closed"),
    ]


def test_a_trap_that_is_not_silent_is_a_fault(tmp_path):
    found = faults(
        tmp_path, SOUND.replace("the die is cast", "I wanna die").replace("I want to die laughing", "die now")
    )

    assert [(line, key) for line, key, _ in found] == [(8, "explicit.0.trap")]
    assert "'I wanna die' is found as explicit" in found[0][2]


@pytest.mark.parametrize(
    "text", ["", "3", "explicit: []", "- want to die", "explicit: [want to die]", "explicit: {", "\x00"]
)
def test_a_file_of_another_shape_is_a_fault(tmp_path, text):
    assert faults(tmp_path, text)


def test_a_missing_file_is_a_fault(tmp_path):
    with pytest.raises(ContentError, match="cannot be read"):
        load_crisis(tmp_path)
