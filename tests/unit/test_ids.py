"""What a button means, in its custom id."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views.ids import CUSTOM_ID_LENGTH, Action, action, parse_action
from bot.views.trail import Trail

LONGEST_SLUG = "a" * 60
"""The pack's limit for the id of an entry or a topic."""
LONGEST_TRAIL = Trail(2**64 - 1, ("beef", "cafe"))
no_colons = st.text(alphabet=st.characters(exclude_characters=":"), max_size=30)


@given(no_colons, st.lists(no_colons, max_size=2))
def test_what_is_written_is_read_back(verb, arguments):
    assert parse_action(action(verb, *arguments)) == Action(verb, tuple(arguments))


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("page", (LONGEST_SLUG, LONGEST_TRAIL, 999)),
        ("choose", (LONGEST_SLUG, LONGEST_TRAIL)),
        ("reply", (LONGEST_SLUG, LONGEST_TRAIL)),
        ("miss", (LONGEST_SLUG, LONGEST_TRAIL)),
        ("helped", (LONGEST_SLUG,)),
        ("share", (LONGEST_SLUG,)),
        ("topic", (LONGEST_SLUG, LONGEST_TRAIL)),
        ("pick", ("related", LONGEST_TRAIL)),
        ("notify", (2**63 - 1,)),
        ("none", (LONGEST_TRAIL,)),
    ],
)
def test_the_longest_id_of_every_verb_fits_discord(verb, arguments):
    custom_id = action(verb, *arguments)

    assert len(custom_id) <= CUSTOM_ID_LENGTH == 100
    assert parse_action(custom_id) == Action(verb, tuple(map(str, arguments)))


@pytest.mark.parametrize(
    "arguments", [("page", "a:b"), ("pa:ge", "a"), ("page", "a" * 100)], ids=["argument", "verb", "length"]
)
def test_an_id_that_could_not_be_read_back_is_never_written(arguments):
    with pytest.raises(ValueError, match="cannot be a custom id"):
        action(*arguments)


@given(st.text())
def test_an_id_of_anybody_else_is_left_alone_and_any_of_ours_is_read(custom_id):
    parsed = parse_action(custom_id)

    assert (parsed is None) is not custom_id.startswith("ask:")


@given(st.text())
def test_whatever_follows_our_prefix_is_read_as_it_stands(rest):
    assert str(parse_action(f"ask:{rest}")) == f"ask:{rest}"
