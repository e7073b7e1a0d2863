import numpy as np
import pandas as pd

from geo.classification.table import as_schema, classification_table, evidence
from geo.schema import RESULT_TABLES
from geo.settings import Settings

NAMES = RESULT_TABLES["region_industry_classification"].names

MEASURES = {
    "location_quotient": 3.0,
    "location_quotient_low": 2.0,
    "location_quotient_high": 4.2,
    "location_quotient_employment": 2.5,
    "concentration_q": 1e-6,
    "effective_establishments": 12.0,
    "supply_ties": 100.0,
    "local_supply_ties": 45.0,
    "expected_local_supply_ties": 5.0,
    "matching_q": 1e-6,
    "matching_degree": 0.4,
    "matching_degree_high": 0.5,
    "matching_q_without_hub": 1e-6,
    "matching_degree_without_hub": 0.35,
    "matching_degree_high_without_hub": 0.45,
    "locally_linked_share": 0.7,
    "locally_linked_share_high": 0.85,
    "link_coverage": 1.0,
    "tie_persistence": 0.85,
    "tie_persistence_low": 0.75,
    "tie_persistence_high": 0.9,
    "persistence_base_rate": 0.8,
    "institution_tied_share": 0.4,
    "institution_tied_share_high": 0.55,
    "institution_q": 1e-4,
    "tied_institutions": 3.0,
    "institution_kinds": 2.0,
    "innovation_kind_reach": 0.3,
    "service_kind_reach": 0.2,
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
        "45 of 100",
        "70 %",
        "85 %",
        "40 %",
    ):
        assert part in reason


def test_the_reason_is_in_the_language_of_the_settings_and_the_others_stand_beside_it():
    row = classified(Settings(language="zh-Hant")).iloc[0]
    assert row["reason"] == row["reason_zh_hant"]
    assert row["reason_zh_hant"].startswith("集群。")
    assert row["reason_zh_hans"] != row["reason_zh_hant"]
    assert row["industry_name"] == "汽車"


def test_without_ties_the_reason_says_that_none_are_given():
    row = classified(
        has_ties=False,
        **dict.fromkeys(
            [name for name in MEASURES if "ties" in name or "match" in name or "degree" in name],
            np.nan,
        ),
        persistence_base_rate=np.nan,
    ).iloc[0]
    assert row["class"] == "undetermined"
    assert "no ties between firms are given" in row["reason"]


def test_a_cell_that_a_table_of_measures_lacks_is_not_known_there():
    key = {"year": [2020, 2020], "region_key": [0, 1], "industry_key": [0, 0]}
    cells = pd.DataFrame(key | {"establishments": [3.0, 4.0], "employment": [1.0, 2.0]})
    measures = pd.DataFrame({"year": [2020], "region_key": [1], "industry_key": [0], "x": [7.0]})
    joined = evidence(cells, [measures])
    assert joined["x"].isna().tolist() == [True, False]


def test_counts_are_nullable_integers():
    table = as_schema(
        pd.DataFrame({"establishments": [3.0, np.nan]}), "region_industry_classification"
    )
    assert table["establishments"].tolist() == [3, pd.NA]


def test_a_table_that_expects_no_partners_does_not_speak_against_ties_that_show_some():
    # Whether the ties last is open; that they are beyond chance is not.
    row = classified(
        tie_persistence_low=0.3, tie_persistence_high=0.9, chain_partners_here=False
    ).iloc[0]
    assert row["class"] == "undetermined"
    assert "beyond chance" in row["reason"]


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
