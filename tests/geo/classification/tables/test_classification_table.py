import numpy as np
import pandas as pd
import pytest

from geo.classification.tables.classification_table import (
    as_schema,
    classification_table,
    evidence,
    industry_names,
)
from geo.schema import RESULT_TABLES
from geo.settings import Settings
from tests.geo.classification.evidence_by_hand import CLUSTER, EXCHANGE, SUPPLY_NOT_KNOWN

NAMES = RESULT_TABLES["region_industry_classification"].names

WRITTEN = {
    "region_id", "region_name", "industry", "industry_name", "year", "establishments",
    "employment", "is_concentrated", "concentrated_by", "is_collaborating", "collaboration_by",
    "has_ecosystem", "class", "basis", "region_across", "reason", "reason_en", "reason_zh_hant",
    "reason_zh_hans", "threshold_agreement", "rests_on",
}  # fmt: skip
"""Columns that the table itself writes, or that come with the cells; all others are measures."""
PARTS = ("jobs_quotient_asked_low", "jobs_q")
"""Measures that answers need and no reader sees."""
MEASURES = {
    **dict.fromkeys([*(c for c in NAMES if c not in WRITTEN), *PARTS, *EXCHANGE], np.nan),
    **{c: value for c, value in CLUSTER.items() if c not in {"year", "establishments"}},
    "location_quotient_high": 4.2,
    "location_quotient_employment": 2.5,
    "tied_institutions": 3.0,
    "institution_kinds": 2.0,
    "chain_completeness": 0.6,
    "chain_completeness_value": 0.6,
    "local_input_coverage": 0.5,
    "local_output_coverage": 0.4,
    "chain_partners_here": None,
}
REGIONS = pd.DataFrame({"region_id": ["A", "B"], "name": ["Alpha", "Beta"]})
INDUSTRIES = pd.DataFrame(
    {"industry": ["C1", "C2"], "name": ["Cars", None], "name_zh": ["汽車", "電池"]}
)


def classified(settings=None, *, has_ties=True, has_institutions=True, **changes):
    key = {"year": 2020, "region_key": 0, "industry_key": 0}
    cells = pd.DataFrame([key | {"establishments": 30.0, "employment": 900.0}])
    measures = pd.DataFrame([key | MEASURES | changes])
    return classification_table(
        evidence(cells, [measures]),
        REGIONS,
        INDUSTRIES,
        settings or Settings(),
        has_ties=has_ties,
        has_institutions=has_institutions,
    )


def test_columns_are_those_of_the_schema_in_their_order():
    assert tuple(classified().columns) == NAMES


def test_measures_that_are_not_computed_are_null_and_never_faked():
    assert classified()[["core_firms", "homogeneity", "confidence", "stage"]].isna().all(axis=None)


def test_the_reason_names_the_numbers_that_decided():
    reason = classified()["reason"].iloc[0]
    for part in (
        "Cluster.",
        "30 establishments",
        "3.00 times",
        "120 of 200 supply ties are local; such trade at such distances gives 40",
        "an excess of 40 %",
        "70 % of firms have a lasting local partner (30 % would by usual trade)",
        "85 % of local ties last",
        "40 % of firms are tied to 3 local institutions of 2 kinds",
    ):
        assert part in reason


def test_the_reason_is_in_the_language_of_the_settings_and_the_others_stand_beside_it():
    row = classified(Settings(language="zh-Hant")).iloc[0]
    assert row["reason"] == row["reason_zh_hant"]
    assert row["reason_zh_hant"].startswith("集群。")
    assert row["reason_zh_hans"] != row["reason_zh_hant"]
    assert row["industry_name"] == "汽車"


def test_without_ties_the_reason_says_that_none_are_given():
    row = classified(has_ties=False, **SUPPLY_NOT_KNOWN).iloc[0]
    assert row["class"] == "undetermined"
    assert "no ties between firms are given" in row["reason"]


def test_a_cell_that_a_table_of_measures_lacks_is_not_known_there():
    key = {"year": [2020, 2020], "region_key": [0, 1], "industry_key": [0, 0]}
    cells = pd.DataFrame(key | {"establishments": [3.0, 4.0], "employment": [1.0, 2.0]})
    measures = pd.DataFrame({"year": [2020], "region_key": [1], "industry_key": [0], "x": [7.0]})
    joined = evidence(cells, [measures])
    assert joined["x"].isna().tolist() == [True, False]


def test_counts_are_nullable_integers():
    columns = dict.fromkeys(NAMES, np.nan) | {"establishments": [3.0, np.nan]}
    table = as_schema(pd.DataFrame(columns), "region_industry_classification")
    assert table["establishments"].tolist() == [3, pd.NA]


def test_a_table_that_expects_no_partners_does_not_speak_against_ties_that_show_some():
    # Whether the ties last is open; that they are beyond the usual reach is not.
    row = classified(
        tie_persistence_low=0.3, tie_persistence_high=0.9, chain_partners_here=False
    ).iloc[0]
    assert row["class"] == "undetermined"
    assert "Local ties are more than such trade usually has" in row["reason"]


def test_a_measure_that_nothing_computed_is_a_fault_and_no_empty_column():
    with pytest.raises(KeyError, match=r"nothing computed .* employment, "):
        as_schema(pd.DataFrame({"establishments": [3.0]}), "region_industry_classification")


def test_cells_without_an_establishment_are_no_rows():
    key = {"year": 2020, "region_key": 0, "industry_key": [0, 1]}
    cells = pd.DataFrame(key | {"establishments": [0.0, 2.0], "employment": [9.0, 9.0]})
    assert evidence(cells, [])["industry_key"].tolist() == [1]


def test_where_jobs_alone_are_withheld_the_reason_does_not_say_that_establishments_are():
    keys = [{"year": 2020, "region_key": k, "industry_key": 0} for k in (0, 1)]
    sizes = {"establishments": 30.0, "employment": 900.0}
    cells = pd.DataFrame([key | sizes for key in keys])
    measures = pd.DataFrame(
        [keys[0] | MEASURES | {"effective_establishments": np.nan}, keys[1] | MEASURES]
    )
    table = classification_table(
        evidence(cells, [measures]),
        REGIONS,
        INDUSTRIES,
        Settings(),
        has_ties=True,
        has_institutions=True,
    )
    first = table.set_index("region_id").loc["A"]
    assert pd.isna(first["is_concentrated"])
    assert "30 establishments" in first["reason_en"]
    assert "one large plant is not ruled out" in first["reason_en"]
    assert "is not given" not in first["reason_en"].split("Collaboration")[0]


def test_a_single_institution_of_a_single_kind_stands_in_the_singular():
    reason = classified(tied_institutions=1.0, institution_kinds=1.0)["reason"].iloc[0]
    assert "tied to 1 local institution of 1 kind." in reason


def test_where_no_kind_reaches_enough_firms_the_reason_says_so_instead_of_counting_zero():
    few = {"institution_kinds": 0.0, "innovation_kind_reach": 0.0, "service_kind_reach": 0.0}
    row = classified(**few, institution_tied_share=0.06).iloc[0]
    assert "no kind of institution reaches a tenth of them" in row["reason_en"]
    assert "沒有一類機構" in row["reason_zh_hant"]
    none = classified(**few, tied_institutions=0.0, institution_tied_share=0.0).iloc[0]
    assert "none of its firms is tied to a local institution" in none["reason_en"]
    assert " 0 " not in none["reason_en"]


def test_a_single_local_tie_and_thousands_read_as_english_does():
    row = classified(local_supply_ties=1.0, supply_ties=12345.0).iloc[0]
    assert "1 of 12,345 supply ties is local" in row["reason_en"]
    assert "12,345 條" in row["reason_zh_hant"]


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["Coal mining", "B", "Steel"]),
        ("zh_hant", ["煤炭開採", "B", "Steel"]),
        ("zh_hans", ["煤炭开采", "B", "Steel"]),
        ("zh-Hans", ["煤炭开采", "B", "Steel"]),
    ],
)
def test_industries_are_named_in_the_language_as_far_as_it_is_given(language, names):
    given = pd.DataFrame(
        {
            "industry": ["A", "B", "C"],
            "name": ["Coal mining", None, "Steel"],
            "name_zh": ["煤炭開採", None, None],
        }
    )
    assert industry_names(given, language).tolist() == names
