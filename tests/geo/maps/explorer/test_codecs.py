import base64
import zlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.maps.explorer.codecs import as_digits, as_steps, as_text, as_whole, as_words, encoded


def codes(packed):
    """Whole numbers as the page reads them: planes put together, differences summed."""
    count, width = packed.spec["count"], packed.spec["width"]
    planes = np.frombuffer(packed.data, dtype=np.uint8).reshape(width, count).astype(np.int64)
    found = (planes * 256 ** np.arange(width)[:, None]).sum(axis=0)
    return np.cumsum(found) % 256**width if packed.spec.get("delta") else found


@given(st.lists(st.one_of(st.none(), st.integers(0, 2**31 - 2)), max_size=30), st.booleans())
def test_whole_numbers_come_back_as_they_were(numbers, is_delta):
    found = codes(as_whole(np.array(numbers, dtype=float), is_delta=is_delta))
    assert found.tolist() == [0 if n is None else n + 1 for n in numbers]


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=30))
def test_steps_are_off_by_half_a_step_at_most(numbers):
    packed = as_steps(numbers, step=0.01)
    read = (codes(packed) - 1 + packed.spec["least"]) * 0.01
    assert np.abs(read - numbers).max() <= 0.005 + 1e-9
    assert read.tolist() == packed.numbers.tolist()


@given(st.lists(st.floats(1e-6, 1e9), min_size=1, max_size=30))
def test_three_digits_are_off_by_half_a_hundredth_at_most(numbers):
    assert np.abs(as_digits(numbers).numbers / numbers - 1).max() <= 0.005 + 1e-9


@pytest.mark.parametrize(("number", "shown"), [(9.999, 10.0), (0.0, 0.0), (99950.0, 100000.0)])
def test_three_digits_carry_over(number, shown):
    assert as_digits([number, 1.0]).numbers[0] == pytest.approx(shown)


def test_what_is_not_known_is_nought_in_every_codec():
    for packed in (as_whole([np.nan]), as_steps([np.nan], step=1), as_digits([np.nan])):
        assert codes(packed).tolist() == [0]
        assert np.isnan(packed.numbers).all()


def test_words_that_are_not_in_a_given_list_are_not_known():
    packed = as_words(pd.Series(["core", "other", None]), known=["core"])
    assert codes(packed).tolist() == [1, 0, 0]


def test_a_line_break_in_a_name_starts_no_new_line():
    assert as_text(["one\ntwo", "three"]).data == b"one two\nthree"


def test_no_rows_are_no_bytes():
    assert as_whole([]).data == b""
    assert as_digits([]).spec["count"] == 0


def test_encoded_data_are_raw_deflate():
    assert zlib.decompress(base64.b64decode(encoded(b"x" * 99)), wbits=-15) == b"x" * 99
