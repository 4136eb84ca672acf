"""The language of data/crisis.yaml: what each sign stands for, and what is said of a line that cannot be read."""

from __future__ import annotations

import pytest

from bot.safety.patterns import GAP, Line, Lines, PatternError

PARTS = {"want": "want to|wanna", "bad": "{want}"}


def lines(*written, fillers=()):
    """Compile lines whose words stand in texts as they are."""
    return Lines.of(Line.of(words, PARTS, lambda word: None if word in fillers else word) for words in written)


@pytest.mark.parametrize(
    ("line", "found", "silent"),
    [
        ("a (b|c d)", ["a b ", "x a c d y "], ["a d ", "a c ", "b ", "xa b ", "a bx "]),
        ("a [b] c", ["a b c ", "a c "], ["a b ", "a b b c "]),
        ("a [b|c d] e", ["a e ", "a b e ", "a c d e "], ["a c e "]),
        ("i {want} go", ["i want to go ", "i wanna go "], ["i want go "]),
        ("# km", ["17 km "], ["some km "]),
        ("a ... z", ["a z ", f"a {'x ' * GAP}z "], [f"a {'x ' * (GAP + 1)}z "]),
        ("a $", ["a . ", "a . b "], ["a b "]),
        ("$ a", [". a b "], ["b a "]),
        ("a b", ["a . b "], ["a . . b "]),
        ("[a] b", ["b ", "a b "], ["a "]),
        ("(a|[b] c) d", ["a d ", "c d ", "b c d "], ["b d "]),
        ("a|b c", ["a ", "b c "], ["b "]),
    ],
)
def test_what_a_line_says(line, found, silent):
    compiled = lines(line)

    assert [text for text in found if not compiled.stand_in(text)] == []
    assert [text for text in silent if compiled.stand_in(text)] == []


def test_what_lines_stand_for_is_hidden_from_left_to_right():
    hiding = lines("a b", "b c", "d")

    assert hiding.hidden_in("x a b c d d y ") == "x | c | | y "


def test_of_overlapping_lines_that_begin_together_the_first_hides():
    assert lines("a b", "a b c").hidden_in("a b c ") == "| c "


def test_nothing_is_hidden_by_no_lines():
    assert lines().hidden_in("a b ") == "a b "
    assert not lines().stand_in("a b ")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a (b", "( that is not closed"),
        ("a [b)", "[ that is not closed"),
        ("a) b", ") that closes nothing"),
        ("don't", 'holds "\'"'),
        ("a Ä", "holds 'Ä'"),
        ("{wish} a", "names {wish}"),
        ("{bad} a", "names {want}"),
        ("[a] [b]", "may stand for nothing"),
        ("a (b|) $|", "may stand for nothing"),
        ("", "may stand for nothing"),
        ("...", "may stand for nothing"),
        ("a ... b ... c", "more than once"),
        ("a just b", "'just', which is under `fillers`"),
    ],
)
def test_what_cannot_be_read_is_told(line, message):
    with pytest.raises(PatternError) as caught:
        lines(line, fillers={"just"})

    assert message in str(caught.value)


def test_a_line_in_one_piece_does_not_reach_over_a_mark():
    """So an idiom ends with its sentence: "I don't want to wake up. My alarm is set." is not about an alarm."""
    piece, mark = (Lines.of([Line.of(words, {}, str, in_one_piece=True)]) for words in ("a [...] b", "a $ b"))

    assert piece.stand_in("a x b ")
    assert not piece.stand_in("a . b ")
    assert not piece.stand_in("a x . b ")
    assert mark.stand_in("a . b ")
    assert not mark.stand_in("a b ")


def test_a_mark_at_the_end_of_what_is_hidden_stays():
    assert Lines.of([Line.of("a $", {}, str, in_one_piece=True)]).hidden_in("a . b ") == "| . b "
