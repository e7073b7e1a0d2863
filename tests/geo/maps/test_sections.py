import numpy as np
import pandas as pd
import pytest

from geo.classification.sensitivity import threshold_variants
from geo.maps.report_sections import result_sections
from geo.maps.sections import shown_value, table_section
from geo.maps.wording import THRESHOLDS
from geo.schema import RESULT_TABLES
from geo.settings import Thresholds
from geo.vocabulary import Text

CELLS = RESULT_TABLES["region_industry_classification"]
CARS = {"C36": Text("cars", "汽車", "汽车")}


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("establishments", 1234, "1,234"),
        ("locally_linked_share", 0.256, "26 %"),
        ("concentration_q", 0.0004, "< 0.001"),
        ("concentration_q", 0.04, "0.040"),
        ("excess_employment", -12.345, "−12.35"),
        ("class", "emerging_cluster", "emerging cluster"),
        ("is_concentrated", True, "yes"),
        ("year", 2020, "2020"),
        ("location_quotient", np.nan, "–"),
    ],
)
def test_values_are_written_as_their_column_asks(column, value, words):
    assert shown_value(CELLS.column(column), value).en == words


def test_headings_are_the_meanings_of_the_schema_and_names_those_of_the_language():
    row = {"region_id": "R1", "region_name": "Luhe", "industry": "C36", "class": "cluster"}
    section = table_section(
        "region_industry_classification",
        pd.DataFrame([row]),
        ["region_id", "industry", "class"],
        title=Text("t", "t", "t"),
        caption=Text("c", "c", "c"),
        industries=CARS,
    )
    assert section.columns[2] == CELLS.column("class").meaning
    assert [value.zh_hans for value in section.rows[0]] == ["Luhe", "汽车", "集群"]


def test_a_result_without_rows_for_the_year_makes_no_section():
    linkages = pd.DataFrame({"year": [2019], "industry": ["C36"], "output_multiplier": [1.5]})
    assert result_sections({"industry_linkages": linkages}, year=2020, industries=CARS) == []


def test_transitions_that_fall_come_first_with_their_sentences():
    changes = pd.DataFrame(
        {
            "region_id": ["A", "B"],
            "region_name": [None, "Luhe"],
            "industry": "C36",
            "year": 2020,
            "from": ["agglomeration", "cluster"],
            "to": ["cluster", "agglomeration"],
            "stage_to": ["upgrading", "at_risk"],
            "sentence_en": ["up", "down"],
            "sentence_zh_hant": ["升", "降"],
            "sentence_zh_hans": ["升", "降"],
        }
    )
    (section,) = result_sections({"transitions": changes}, year=2020, industries=CARS)
    assert [row[0].en for row in section.rows] == ["Luhe", "A"]
    assert section.rows[0][-1] == Text("down", "降", "降")


def test_lists_of_codes_are_shown_as_names_in_each_language():
    chain = {"region_id": "A", "region_name": None, "members": "C36, C99"}
    section = table_section(
        "region_chain_classification",
        pd.DataFrame([chain]),
        ["region_id", "members"],
        title=Text("t", "t", "t"),
        caption=Text("c", "c", "c"),
        industries=CARS,
    )
    assert section.rows[0][1] == Text("cars, C99", "汽車、C99", "汽车、C99")


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [("gini", 0.625, "0.62"), ("moran_i", -0.0001, "0.000"), ("moran_i", -0.0421, "−0.042")],
)
def test_indices_are_no_percentages_and_small_numbers_keep_three_digits(column, value, words):
    table = RESULT_TABLES["industry_concentration"]
    assert shown_value(table.column(column), value).en == words


def test_every_threshold_that_a_verdict_can_rest_on_has_its_words():
    assert set(THRESHOLDS) == set(threshold_variants(Thresholds()))
