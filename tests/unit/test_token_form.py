"""What people paste in a token's place is told apart from one, without asking Discord."""

from __future__ import annotations

import base64
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.doctor.token import fault_of

PART = st.text(string.ascii_letters + string.digits + "_-", min_size=6, max_size=40)


def token_of(bot: int, *rest: str) -> str:
    """Return a token as Discord makes it: the bot's id in base64 first, without what would fill it up."""
    return ".".join([base64.urlsafe_b64encode(str(bot).encode()).decode().rstrip("="), *rest])


GOOD = token_of(198622483471925248, "Cl2FMQ", "x" * 27)
MISTAKES = {
    f'"{GOOD}"': "quotes",
    f"'{GOOD}": "quotes",
    f"Bot {GOOD}": "in front",
    f"bearer {GOOD}": "in front",
    GOOD.replace(".", ". ", 1): "spaces",
    f"{GOOD[:20]}\n{GOOD[20:]}": "line breaks",
    "198622483471925248": "Application ID",
    "0123456789abcdef" * 4: "Public Key",
    "mfa." + "x" * 84: "a person's account",
    "https://discord.com/oauth2/authorize?client_id=1": "an address",
    "aB3_" * 8: "Client Secret",
    "the-token": "placeholder",
    "<your token>": "placeholder",
    f"{GOOD[:10]}...": "placeholder",
    GOOD.rpartition(".")[0]: "three parts",
    GOOD.partition(".")[2]: "three parts",
    f"{GOOD}.more": "three parts",
    f"AAAA{GOOD}": "not the id of a bot",
    GOOD[1:]: "not the id of a bot",
    "x": "three parts",
}


@pytest.mark.parametrize(("pasted", "told"), MISTAKES.items(), ids=list(MISTAKES.values()))
def test_each_mistake_is_named_and_nothing_of_it_is_repeated(pasted, told):
    fault = fault_of(pasted)

    assert fault is not None
    assert told in fault.text
    assert fault.mend
    assert not any(pasted[start : start + 12] in fault.text + fault.mend for start in range(max(1, len(pasted) - 11)))


@given(bot=st.integers(10**16, 2**63 - 1), made=PART, signature=PART)
def test_a_token_of_any_bot_has_no_fault(bot, made, signature):
    assert fault_of(token_of(bot, made, signature)) is None


@given(st.text(max_size=80).filter(lambda text: text.count(".") != 2))
def test_what_has_not_three_parts_is_no_token(text):
    assert fault_of(text) is not None
