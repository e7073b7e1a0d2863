import pandas as pd

from geo.maps.plain_sections import _RESULTS, plain_sections
from geo.schema import RESULT_TABLES
from geo.vocabulary import Text

CARS = {"C36": Text("cars", "汽車", "汽车")}
SHOCKS = pd.DataFrame(
    {
        "region_id": ["A", "B", "C"],
        "region_name": ["Luhe", "Wenyu", None],
        "industry": "C36",
        "year": 2020,
        "shock": ["demand", "demand", "core_firm"],
        "loss": 0.4,
        "loss_rerouted": [0.2, 0.1, 0.1],
        "rerouting_gain": [0.5, 0.75, 0.75],
        "twin_gain": 0.2,
        "against_twin": "more",
    }
)


def test_columns_that_are_shown_are_in_the_schema_and_so_are_those_sorted_by():
    for name, shown in _RESULTS.items():
        columns = set(RESULT_TABLES[name].names)
        for column in (*shown.columns, *shown.where, *shown.known, *shown.largest):
            assert column in columns or f"{column}_en" in columns, (name, column)


def test_the_largest_stand_first_and_other_kinds_of_rows_are_left_out():
    (section,) = plain_sections({"resilience": SHOCKS}, year=2020, industries=CARS)
    assert [row[0].en for row in section.rows] == ["Wenyu", "Luhe"]
    assert section.rows[0][1].zh_hans == "汽车"
    assert section.rows[0][4].en == "75 %"


def test_another_year_or_nothing_known_makes_no_section():
    assert plain_sections({"resilience": SHOCKS}, year=2021, industries=CARS) == []
    unknown = SHOCKS.assign(rerouting_gain=None)
    assert plain_sections({"resilience": unknown}, year=2020, industries=CARS) == []
