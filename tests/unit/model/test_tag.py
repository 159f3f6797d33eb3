"""The check symbol catches what hands and scanners get wrong."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.errors import Exit, Fault
from agent.model.tag import ALPHABET, LETTERS, Tag, make_tag, normalise

tags = st.builds(
    lambda a, b, n: make_tag(a + b, n), st.sampled_from(LETTERS), st.sampled_from(LETTERS), st.integers(0, 99999)
)


def accepted(text: str) -> bool:
    try:
        normalise(text)
    except Fault as fault:
        assert fault.error_id == "tag-bad"
        assert fault.exit_code is Exit.USAGE
        return False
    return True


def test_the_alphabet_is_the_one_of_the_design() -> None:
    assert len(ALPHABET) == len(set(ALPHABET)) == 29
    assert not set("AIMOQWZ") & set(ALPHABET)


def test_the_example_of_the_design() -> None:
    assert make_tag("RC", 2041).text == "RC02041U"
    assert normalise(" rc 02041 u\n").printed == "RC 02041 U"
    assert (normalise("RC02041U").workshop, normalise("RC02041U").number) == ("RC", 2041)
    assert normalise("RC-02041-U") == Tag("RC02041U")


def test_a_us_scanner_on_a_french_console_is_understood() -> None:
    assert normalise("RCàéà'&U") == Tag("RC02041U")
    assert normalise("rcÀÉÀ'&u") == Tag("RC02041U")


@given(tags)
def test_every_single_error_is_caught(tag: Tag) -> None:
    for place, symbol in itertools.product(range(8), ALPHABET):
        if symbol != tag.text[place]:
            assert not accepted(tag.text[:place] + symbol + tag.text[place + 1 :])


@given(tags)
def test_every_swap_of_two_symbols_is_caught(tag: Tag) -> None:
    for i, j in itertools.combinations(range(8), 2):
        symbols = list(tag.text)
        symbols[i], symbols[j] = symbols[j], symbols[i]
        swapped = "".join(symbols)
        assert swapped == tag.text or not accepted(swapped)


@given(tags)
def test_both_keyboards_read_the_same_tag(tag: Tag) -> None:
    azerty = dict(zip("1234567890", "&é\"'(-è_çà", strict=True))
    typed = "".join(azerty.get(c, c) for c in tag.text)
    assert normalise(typed) == normalise(tag.text.lower()) == normalise(tag.printed) == tag


@pytest.mark.parametrize(
    "text", ["", "RC02041", "RC02041UU", "AQ02041U", "1C02041U", "RC0204BU", "https://exemple.fr/V/RC02041U"]
)
def test_anything_else_is_a_foreign_tag(text: str) -> None:
    with pytest.raises(Fault) as caught:
        normalise(text)
    assert caught.value.params["part"] == "form"


@given(st.text(max_size=30))
def test_no_text_raises_anything_but_the_fault(text: str) -> None:
    accepted(text)


def test_a_number_outside_the_roll_is_refused() -> None:
    for workshop, number in (("RC", 100000), ("RC", -1), ("AO", 1), ("R", 1)):
        with pytest.raises(ValueError):
            make_tag(workshop, number)
