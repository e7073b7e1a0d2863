"""What flows and counts between cells do to the verdict, its basis and its confidence."""

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest

from geo.classification.families import SUPPLY
from geo.classification.questions import is_broad
from geo.classification.resampling.resampled_counts import same_by_counts
from geo.classification.sensitivity.aggregation import regrouped_cell_links
from geo.classification.truth_table import judgements
from geo.settings import Thresholds

FLOORS = Thresholds()
NOBODY = {
    "year": 2020, "region_key": 0, "industry_key": 0, "establishments": np.nan,
    "employment": np.nan, "location_quotient": np.nan, "location_quotient_asked": np.nan,
    "location_quotient_asked_low": np.nan, "concentration_q": np.nan,
    "effective_establishments": np.nan, "link_coverage": np.nan, "locally_linked_share": np.nan,
    "institution_tied_share": np.nan, "institution_tied_share_high": np.nan,
    "institution_q": np.nan, "innovation_kind_reach": np.nan, "service_kind_reach": np.nan,
    "tie_coverage": np.nan, "persistence_base_rate": np.nan, "living_firms": np.nan,
}  # fmt: skip


def by_flows(quotient, partners, **more):
    """Class and basis of a cell of which flows and output are all that is known."""
    names = [
        *(f"{SUPPLY.excess}{end}" for end in ("", "_low", "_high")),
        *(SUPPLY.p, SUPPLY.q, SUPPLY.ties, SUPPLY.usual),
    ]
    unknown = {f"{name}{suffix}": np.nan for name in names for suffix in ("", "_without_hub")}
    unknown |= {
        f"{name}{end}": np.nan
        for name in (SUPPLY.linked, SUPPLY.persistence)
        for end in ("", "_low", "_high")
    }
    row = NOBODY | unknown | {SUPPLY.usual_linked: np.nan, "size_quotient": quotient} | more
    cells = pd.DataFrame([row]).assign(
        flow_partners_here=pd.array([partners], dtype="boolean"),
        chain_partners_here=pd.array([more.get("chain_partners_here")], dtype="boolean"),
    )
    given = judgements(cells, FLOORS)
    return str(given["class"].iloc[0]), given["basis"].iloc[0]


@pytest.mark.parametrize(
    ("quotient", "partners", "said"),
    [
        (2.0, True, ("potential_cluster", "flows")),
        (2.0, False, ("agglomeration", "flows")),
        (2.0, None, ("undetermined", "none")),
        (0.8, True, ("dispersed", "none")),
        (np.nan, True, ("undetermined", "none")),
    ],
)
def test_flows_make_a_potential_at_best(quotient, partners, said):
    assert by_flows(quotient, partners) == said


def test_flows_are_heard_before_the_input_output_table_and_it_where_they_are_silent():
    assert by_flows(2.0, partners=False, chain_partners_here=True) == ("agglomeration", "flows")
    assert by_flows(2.0, partners=None, chain_partners_here=True) == (
        "potential_cluster",
        "input_output",
    )


def test_a_local_industry_is_no_potential_whatever_flows():
    said = by_flows(2.0, partners=True, is_local_market=True, chain_partners_here=False)
    assert said == ("agglomeration", "none")


def counted(**more):
    row = {
        SUPPLY.linked: 0.5, f"{SUPPLY.linked}_low": 0.5, f"{SUPPLY.linked}_high": 0.9,
        SUPPLY.usual_linked: 0.4, SUPPLY.coverage: 1.0, "living_firms": 20.0,
        "ties_are_counted": True,
    } | more  # fmt: skip
    return pd.DataFrame([row])


@pytest.mark.parametrize(
    ("more", "answer"),
    [
        ({}, True),
        # What is usual is known as the most it can be: below it nothing is shown.
        ({SUPPLY.usual_linked: 0.6}, pd.NA),
        ({SUPPLY.linked: 0.2}, pd.NA),
        ({SUPPLY.linked: 0.1, f"{SUPPLY.linked}_high": 0.25}, False),
    ],
)
def test_breadth_of_counts_is_told_by_their_bounds(more, answer):
    found = is_broad(SUPPLY, counted(**more), FLOORS).iloc[0]
    assert found is answer if answer is pd.NA else found == answer


def test_the_nearer_the_floors_the_less_sure_are_counts():
    cells = pd.DataFrame(
        {
            "excess_local_share": 0.4, "excess_local_share_high": 0.5,
            "excess_local_share_without_hub": [0.3, 0.1],
            "excess_local_share_low_without_hub": [0.25, 0.05],
            "locally_linked_share": 0.8, "usual_linked_share": 0.2, "living_firms": 40.0,
            "tie_persistence": 0.8, "tie_persistence_low": 0.75, "tie_persistence_high": 0.85,
            "persistence_base_rate": 0.7, "ties_are_counted": True,
        }
    )  # fmt: skip
    given = pd.DataFrame(
        {
            "collaborates_by_supply": True, "is_collaborating_across": False,
            "is_collaborating": True,
        },
        index=cells.index,
    )  # fmt: skip
    sure, unsure = same_by_counts(cells, given, FLOORS)
    assert sure > 0.95
    assert 0.5 < unsure < 0.95
    no_counts = same_by_counts(cells.drop(columns="ties_are_counted"), given, FLOORS)
    assert no_counts.tolist() == [1.0, 1.0]


def test_flows_of_larger_cells_add_up_and_firms_are_not_known_where_rows_meet():
    ends = ["source_region_key", "source_industry_key", "target_region_key", "target_industry_key"]
    rows = pl.DataFrame(
        [[0, 0, 0, 2, 2020, "supply", 4.0, 2.0, 3.0, None, 10.0],
         [0, 1, 0, 2, 2020, "supply", 5.0, 3.0, 3.0, None, 20.0],
         [1, 1, 0, 2, 2020, "supply", 6.0, 3.0, 4.0, None, None]],
        schema=[*ends, "year", "kind", "ties", "suppliers", "customers", "ties_seen_again",
                "value"], orient="row",
    ).with_columns(pl.col("ties_seen_again").cast(pl.Float64))  # fmt: skip
    merged = regrouped_cell_links(nw.from_native(rows.lazy()), industries=np.array([0, 0, 1]))
    table = merged.collect().to_pandas()
    assert table[[*ends, "ties"]].to_numpy().tolist() == [[0, 0, 0, 1, 9], [1, 0, 0, 1, 6]]
    assert table["value"].iloc[0] == 30
    assert np.isnan(table["value"].iloc[1])
    assert np.isnan(table["suppliers"].iloc[0])
    assert table["suppliers"].iloc[1] == 3
