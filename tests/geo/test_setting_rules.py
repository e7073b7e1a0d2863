"""Rules of settings are said in the language of the dataset, not in that of a library."""

import re

import pytest

from geo.errors import DatasetError
from geo.settings import Settings

WRONG = [
    {"max_rejected_share": "x"}, {"max_rejected_share": "2"}, {"datum": "X"},
    {"datum": {"firms": "X"}}, {"datum": {"foo": "WGS84"}}, {"years": "20x"}, {"years": ["1"]},
    {"language": "fr"}, {"columns": "x"}, {"columns": {"firms": "x"}}, {"decimal": ";"},
    {"columns": {"firms": {"a": {"b": "c"}}}}, {"decimal": {"firms": ";"}}, {"calendar": "x"},
    {"level": "-1"}, {"level": "1.5"}, {"sum_repeated": "firms"}, {"weights": "x"},
    {"local": "x"}, {"local": {"radius_km": "-1"}}, {"crs": "x"}, {"profile": "x"},
    {"thresholds": "x"}, {"thresholds": {"establishments": "0.5"}}, {"crs": ["a"]},
    {"thresholds": {"asks_distance": "maybe"}}, {"missing_values": {"a": "b"}},
    {"thresholds": {"significance": "1"}},
]  # fmt: skip


@pytest.mark.parametrize("values", WRONG, ids=str)
def test_no_rule_is_in_the_words_of_a_library(values):
    with pytest.raises(DatasetError) as caught:
        Settings.from_mapping(values, file="dataset.yaml")
    en, hant, hans = caught.value.sentence
    assert "nput should" not in en
    assert "alue error" not in en
    # Of English nothing is left but names, values and codes.
    for chinese in (hant, hans):
        assert not re.search(r"\b(must|should|valid|greater|less|than|number|be)\b", chinese)


def test_a_rule_names_its_bound():
    with pytest.raises(DatasetError, match="`max_rejected_share` is '2': must be 1 or less"):
        Settings.from_mapping({"max_rejected_share": "2"}, file="dataset.yaml")
