"""Changes of class and stage, told cell by cell."""

import numpy as np
import pandas as pd
import pytest

from geo.classification.tables.class_transitions import falls_at_risk, transitions
from geo.classification.tables.classification_table import as_schema
from geo.schema import RESULT_TABLES

NAMES = RESULT_TABLES["region_industry_classification"].names
INDUSTRIES = pd.DataFrame({"industry": ["C36"], "name": ["Cars"], "name_zh": ["汽車整車"]})


def classification(**columns: list[object]) -> pd.DataFrame:
    years = len(next(iter(columns.values())))
    table = pd.DataFrame({"year": range(2020, 2020 + years), "region_id": "R1", "industry": "C36"})
    table = table.assign(region_name="嘉汀", industry_name="Cars", establishments=20)
    table["class"], table["stage"] = "agglomeration", "steady"
    for name, values in columns.items():
        table[{"verdict": "class"}.get(name, name)] = values
    lacking = [c for c in NAMES if c not in table]
    measures = pd.DataFrame(np.nan, index=table.index, columns=lacking)
    return as_schema(table.join(measures), "region_industry_classification")


def test_cell_that_stays_as_it_is_has_no_transition() -> None:
    assert transitions(classification(establishments=[20, 30]), INDUSTRIES).empty


def test_verdict_that_changed_names_the_answer_and_its_numbers() -> None:
    table = classification(
        verdict=["agglomeration", "emerging_cluster"],
        is_collaborating=[False, True],
        locally_linked_share=[0.1, 0.456],
        local_supply_ties=[3, 50],
    )
    change = transitions(table, INDUSTRIES).iloc[0]
    assert (change["from"], change["to"]) == ("agglomeration", "emerging_cluster")
    assert change["changed"] == "is_collaborating"
    assert change["locally_linked_share_before"] == 0.1
    assert change["local_supply_ties_after"] == 50
    assert change["sentence_en"] == (
        "嘉汀 Cars, 2021: agglomeration became emerging cluster. Collaborating: no → yes "
        "(firms with a lasting local partner 10 % → 46 %, local supply ties 3 → 50)."
    )
    assert change["sentence_zh_hans"].startswith("嘉汀 汽车整车，2021 年：由集聚变为成长型集群。")


def test_answer_that_became_not_known_is_told_so() -> None:
    table = classification(verdict=["cluster", "undetermined"], is_concentrated=[True, None])
    change = transitions(table, INDUSTRIES).iloc[0]
    assert "Concentrated: yes → not known" in change["sentence_en"]


def test_stage_that_becomes_known_is_no_change() -> None:
    table = classification(stage=["not_known", "not_known", "steady"])
    assert transitions(table, INDUSTRIES).empty


def test_fall_at_risk_tells_the_plants_and_their_peak() -> None:
    table = classification(
        stage=["steady", "steady", "steady", "at_risk"], establishments=[50, 48, 41, 39]
    )
    changes = transitions(table, INDUSTRIES)
    assert changes["sentence_en"].item() == (
        "嘉汀 Cars, 2023: The stage went from steady to at risk. Establishments 41 → 39 "
        "(at the peak 48)."
    )
    assert len(falls_at_risk(changes, year=2023)) == 1
    assert falls_at_risk(changes, year=2022).empty


def test_missing_year_is_bridged_and_named() -> None:
    table = classification(verdict=["dispersed", "agglomeration"])
    table["year"] = [2019, 2022]
    assert transitions(table, INDUSTRIES)["year_before"].tolist() == [2019]


def test_cells_are_not_compared_with_each_other() -> None:
    one = classification(verdict=["cluster", "cluster"])
    other = classification(verdict=["dispersed", "dispersed"]).assign(region_id="R2")
    assert transitions(pd.concat([one, other]), INDUSTRIES).empty


@pytest.mark.parametrize("seed", [1, 2])
def test_order_of_rows_changes_nothing(seed: int) -> None:
    table = classification(verdict=["dispersed", "agglomeration", "cluster", "agglomeration"])
    expected = transitions(table, INDUSTRIES)
    shuffled = transitions(table.sample(frac=1, random_state=seed), INDUSTRIES)
    pd.testing.assert_frame_equal(shuffled, expected)
