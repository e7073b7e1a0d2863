import pandas as pd
import pytest

from geo.maps.cell_sections import cell_sections

NAMES: dict = {}


@pytest.fixture
def cells():
    """A large agglomeration, a small cluster, and a dispersed cell with institutions too."""
    return pd.DataFrame(
        {
            "region_id": ["A", "B", "C"],
            "region_name": None,
            "industry": "C36",
            "year": 2020,
            "class": ["agglomeration", "cluster", "dispersed"],
            "establishments": [90, 10, 200],
            "employment": 100.0,
            "tied_institutions": [0, 3, 2],
            "institution_kinds": 1,
            "institution_tied_share": 0.5,
            "institution_q": 0.01,
            "institution_brokerage": None,
            "shape": [None, "web", "pyramid"],
            "core_firms": 1,
            "supporting_firms": 2,
            "core_tie_share": 0.5,
            "homogeneity": 0.25,
            "threshold_agreement": [0.9, 1.0, 1.0],
            "rests_on": ["significance,tie_persistence", None, None],
        }
    )


def told(cells):
    return {s.key: s for s in cell_sections(cells, year=2020, industries=NAMES)}


def test_the_most_advanced_class_comes_first_and_dispersed_cells_are_left_out(cells):
    rows = told(cells)["institutions"].rows
    assert [row[0].en for row in rows] == ["B", "A"]


def test_forms_of_networks_are_named_in_every_language(cells):
    (row,) = told(cells)["networks"].rows
    assert tuple(row[3]) == ("web", "網狀", "网状")


def test_verdicts_that_turn_are_listed_with_the_thresholds_in_words(cells):
    section = told(cells)["thresholds"]
    (row,) = section.rows
    assert row[-1].en == "significance, persistence of ties"
    assert row[-1].zh_hans == "显著水平、关联稳定性"
    assert "2 of 3 verdicts stay" in section.caption.en


def test_verdicts_that_all_stand_are_told_without_a_table(cells):
    section = told(cells.assign(rests_on=None))["thresholds"]
    assert "3 of 3 verdicts stay" in section.caption.en
    assert not section.rows


def test_what_is_not_known_makes_no_section(cells):
    nothing = ["tied_institutions", "shape", "threshold_agreement"]
    assert told(cells.assign(**dict.fromkeys(nothing))) == {}
