"""Classes of size as offices write them."""

import pytest

from geo.dataset.values.numerals import middle_of


@pytest.mark.parametrize(
    ("text", "middle"),
    [
        ("1 à 2 salariés", 1.5),
        ("10 bis 49", 29.5),
        ("１０～１９人", 14.5),
        ("50–99", 74.5),
        ("between 5 and 9", 7),
        ("1,000-1,499 employees", 1249.5),
        ("300人以上", 300),
        ("5000 ou plus", 5000),
        ("more than 250", 251),
        ("up to 10", 5),
        ("moins de 10", 4.5),
        ("9人以下", 4.5),
    ],
)
def test_a_range_has_its_middle_or_its_least(text, middle):
    assert middle_of(text) == middle


@pytest.mark.parametrize(
    "text", ["", "12", "1.5", "-9", "+7", "20-10", "n.k.", "C10-C12", "2020-05-01"]
)
def test_what_is_no_range_has_none(text):
    assert middle_of(text) is None
