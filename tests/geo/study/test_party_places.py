"""Parties whose place is not known stand at the middle of their region."""

import numpy as np
import pandas as pd
import pytest

from geo.study.party_places import placed, placed_institutions, region_centres
from tests.geo.studies import lazy, study_of

FIRMS = pd.DataFrame(
    {
        "firm_key": range(5),
        "year": 2020,
        "region_key": [0, 0, 0, 1, 2],
        "industry_key": 0,
        "longitude": [10.0, 12.0, np.nan, 20.0, np.nan],
        "latitude": [0.0, 0.0, np.nan, 5.0, np.nan],
    }
)


def test_the_middle_of_a_region_is_the_mean_of_its_firms():
    centres = region_centres(lazy(FIRMS), regions=3)
    assert centres.loc[0].tolist() == pytest.approx([11.0, 0.0])
    assert centres.loc[1].tolist() == pytest.approx([20.0, 5.0])


def test_a_region_without_any_place_is_at_the_mean_of_the_others():
    centres = region_centres(lazy(FIRMS), regions=3)
    # Between 11 and 20 degrees east, 0 and 5 north.
    assert centres.loc[2].tolist() == pytest.approx([15.5, 2.5], abs=0.05)


def test_where_no_place_is_known_all_stand_together():
    nowhere = FIRMS.assign(longitude=np.nan, latitude=np.nan)
    centres = region_centres(lazy(nowhere), regions=3)
    assert centres.to_numpy().tolist() == [[0.0, 0.0]] * 3


def test_firms_with_a_place_keep_it_and_the_others_get_that_of_their_region():
    table = placed(lazy(FIRMS), region_centres(lazy(FIRMS), regions=3)).collect().to_pandas()
    table = table.sort_values("firm_key", ignore_index=True)
    known = FIRMS["longitude"].notna()
    where = ["longitude", "latitude"]
    pd.testing.assert_frame_equal(table.loc[known, where], FIRMS.loc[known, where])
    assert table.loc[2, where].tolist() == pytest.approx([11.0, 0.0])
    assert table["longitude"].notna().all()
    assert set(table.columns) == set(FIRMS.columns)


def test_half_a_place_is_none():
    half = FIRMS.assign(latitude=FIRMS["latitude"].mask(FIRMS["firm_key"] == 0))
    table = placed(lazy(half), region_centres(lazy(half), regions=3)).collect().to_pandas()
    # Firm 1 alone tells where region 0 is.
    assert table.set_index("firm_key").loc[0, "longitude"] == pytest.approx(12.0)


def test_institutions_without_a_place_stand_there_too():
    institutions = pd.DataFrame(
        {"institution_key": [5, 6], "kind": "university", "region_key": [0, 1],
         "longitude": [np.nan, 21.0], "latitude": [np.nan, 5.0]}
    )  # fmt: skip
    centres = region_centres(lazy(FIRMS), regions=3)
    assert placed_institutions(institutions, centres)["longitude"].tolist() == pytest.approx(
        [11.0, 21.0]
    )
    none = institutions.drop(columns=["longitude", "latitude"])
    assert placed_institutions(none, centres)["longitude"].tolist() == pytest.approx([11.0, 20.0])


def test_a_study_places_everybody_once():
    ties = pd.DataFrame({"source_key": [0], "target_key": [3], "year": 2020, "kind": "supply"})
    study = study_of(FIRMS, ties, firms=5)
    assert study.placed_firms.collect().to_pandas()["longitude"].notna().all()
