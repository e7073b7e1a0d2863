"""Numbers in sentences, against Python's own formatting, and the words that go with them."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.classification.text._numerals_in_text import chance, decimals, percent, whole, word


def shown(expression, *values):
    frame = pl.DataFrame({"x": values}, schema={"x": pl.Float64})
    return frame.select(expression).to_series().to_list()


@given(st.integers(0, 10**12))
def test_thousands_are_set_apart_as_python_does(number):
    assert shown(whole("x"), float(number)) == [f"{number:,}"]


@given(st.integers(0, 10**9), st.integers(1, 3))
def test_decimals_are_all_there_as_python_shows_them(units, places):
    value = units / 10**places
    assert shown(decimals("x", places), value) == [f"{value:,.{places}f}"]


def test_what_is_not_known_is_a_question_mark():
    for expression in (whole("x"), decimals("x", 2), percent("x"), chance("x")):
        assert shown(expression, None) == ["?"]


def test_a_number_without_end_is_not_known():
    assert shown(decimals("x", 2), float("inf")) == ["?"]


def test_a_chance_too_small_to_show_is_said_to_be_smaller():
    assert shown(chance("x"), 0.0, 0.0009, 0.001, 0.05) == ["< 0.001", "< 0.001", "0.001", "0.050"]


@pytest.mark.parametrize(
    ("number", "said"), [(0, "kinds"), (1, "kind"), (1.2, "kind"), (2, "kinds")]
)
def test_only_what_is_shown_as_one_is_singular(number, said):
    assert shown(word("x", "kind", "kinds"), number) == [said]
