import pandas as pd
import pytest

from geo.maps.industry_sections import interest_section, pairs_section, survival_section
from geo.vocabulary import Text

NAMES = {
    "C36": Text("cars", "汽車", "汽车"),
    "C37": Text("parts", "零件", "零件"),
    "C18": Text("garments", "服裝", "服装"),
}


def survival(industry, *, local, elsewhere, watched=100):
    rows = [
        {
            "industry": industry,
            "is_local": is_local,
            "age": age,
            "at_risk": watched,
            "survival": share,
            "survival_low": share - 0.1,
            "survival_high": share + 0.1,
            "difference_p": 0.004,
        }
        for is_local, shares in ((True, local), (False, elsewhere))
        for age, share in enumerate(shares)
    ]
    return pd.DataFrame(rows)


TIES = pd.concat(
    [
        survival("all", local=[1, 0.9], elsewhere=[1, 0.1], watched=999),
        survival("C36", local=[1, 0.8, 0.7], elsewhere=[1, 0.6, 0.3], watched=50),
        survival("C18", local=[1, 0.5, 0.2], elsewhere=[1, 0.6, 0.4], watched=90),
    ]
)
PAIRS = pd.DataFrame(
    {
        "industry": ["C18", "C36", "C18"],
        "other_industry": ["C36", "C37", "C37"],
        "year": 2020,
        "coagglomeration": [0.05, 0.02, -0.01],
        "coagglomeration_heap_p": [0.01, 0.2, 0.9],
        "proximity": [0.5, 0.25, 0.1],
        "neighbour_ratio_20km": [2.0, 1.5, None],
        "input_output": [0.0, 0.4, 0.1],
    }
)


def test_industries_are_shown_each_by_itself_and_never_pooled():
    shown = survival_section(TIES, industries=NAMES)
    assert [row[0].en for row in shown.rows] == ["garments", "cars"]
    assert [value.en for value in shown.rows[1][1:]] == [
        "50",
        "80 %",
        "60 %",
        "70 %",
        "30 %",
        "0.004",
    ]
    assert shown.columns[-2].en == "elsewhere, 2 y"


def test_industry_of_interest_comes_first_though_another_has_more_ties():
    shown = survival_section(TIES, industries=NAMES, interest=["C36"])
    assert [row[0].en for row in shown.rows] == ["cars", "garments"]
    assert "汽车" in shown.figures[0]


def test_what_was_not_seen_to_begin_is_told_in_every_language():
    caption = survival_section(TIES, industries=NAMES).caption
    assert "no known age and are left out" in caption.en
    assert "年齡未知，故不計入" in caption.zh_hant
    assert "年龄未知，故不计入" in caption.zh_hans


def test_ties_of_all_industries_together_or_local_ones_alone_make_no_section():
    assert survival_section(TIES[TIES["industry"] == "all"], industries=NAMES) is None
    assert survival_section(TIES[TIES["is_local"]], industries=NAMES) is None


def test_pairs_that_trade_most_come_first_with_a_figure():
    shown = pairs_section(PAIRS, year=2020, industries=NAMES)
    assert [row[1].en for row in shown.rows] == ["parts", "parts", "cars"]
    assert shown.rows[0][0].zh_hant == "汽車"
    assert len(shown.figures) == 1


def test_without_trade_the_pairs_most_together_come_first_and_there_is_no_figure():
    shown = pairs_section(PAIRS.assign(input_output=None), year=2020, industries=NAMES)
    assert [row[1].en for row in shown.rows] == ["cars", "parts", "parts"]
    assert not shown.figures
    assert "no input-output strength is known" in shown.caption.en


def test_a_year_without_pairs_makes_no_section():
    assert pairs_section(PAIRS, year=2021, industries=NAMES) is None


@pytest.fixture
def concentration():
    row = {"industry_name": None, "year": 2020, "moran_i": None, "measured_by": "employment"}
    return pd.DataFrame(
        [{**row, "industry": "C36", "gini": 0.625}, {**row, "industry": "C18", "gini": 0.25}]
    )


def test_measures_of_interest_stand_in_rows_with_an_industry_a_column(concentration):
    tables = {"industry_concentration": concentration}
    shown = interest_section(tables, year=2020, industries=NAMES, interest=["C18", "C36"])
    assert [head.en for head in shown.columns] == ["measure", "garments", "cars"]
    values = [[value.zh_hans for value in row[1:]] for row in shown.rows]
    assert values == [["0.25", "0.62"], ["就业", "就业"]]  # 0.625 to even; Moran's I is not known


def test_no_industry_of_interest_makes_no_section(concentration):
    tables = {"industry_concentration": concentration}
    assert interest_section(tables, year=2020, industries=NAMES, interest=[]) is None
    assert interest_section(tables, year=2021, industries=NAMES, interest=["C36"]) is None
