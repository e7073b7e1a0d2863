"""What 'local' means, against distances on the globe and the words of a setting."""

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest

from geo.errors import DatasetError
from geo.settings import Settings
from geo.study.locality import (
    locality_as_set,
    locality_by_travel,
    locality_within,
    related_places,
)


def test_squares_related_are_about_a_radius_apart():
    rng = np.random.default_rng(0)
    firms = pd.DataFrame(
        {
            "firm_key": range(200),
            "year": 2020,
            "longitude": rng.uniform(110, 112, 200),
            "latitude": rng.uniform(58, 59, 200),
        }
    )
    locality = locality_within(nw.from_native(pl.from_pandas(firms).lazy()), km=40)
    place = locality.places.collect().to_pandas().sort_values("firm_key")["place_key"].to_numpy()
    related = set(locality.related.itertuples(index=False, name=None))
    x, y = (firms[c].to_numpy() for c in ("longitude", "latitude"))
    apart = (
        np.arccos(
            np.clip(
                np.sin(np.radians(y)) * np.sin(np.radians(y[:, None]))
                + np.cos(np.radians(y))
                * np.cos(np.radians(y[:, None]))
                * np.cos(np.radians(x - x[:, None])),
                -1,
                1,
            )
        )
        * 6371
    )
    is_near = np.array([[(a, b) in related for a in place] for b in place])
    assert is_near[apart < 40 * 0.8].all()
    assert not is_near[apart > 40 * 1.2].any()


def test_a_point_is_always_near_itself():
    table = related_places(np.array([0.0, 0.0]), np.array([89.0, -89.0]), km=1e-6)
    assert table.to_numpy().tolist() == [[0, 0], [1, 1]]


def test_an_hour_at_forty_is_forty_kilometres():
    an_hour = Settings.from_mapping({"local": {"minutes": 60, "speed_kmh": 40}}, file="x")
    assert an_hour.local.km == 40.0
    assert Settings.model_validate(an_hour.model_dump(mode="json")) == an_hour


def test_minutes_without_a_speed_ask_for_a_table():
    local = Settings.from_mapping({"local": {"minutes": 60}}, file="x").local
    assert local.km is None
    for table in (None, pd.DataFrame(columns=["from_region_key", "to_region_key", "minutes"])):
        with pytest.raises(DatasetError, match=r"no table\s+travel_times; give the table"):
            locality_as_set(None, None, local, travel_times=table)


def test_a_speed_is_believed_before_a_table():
    local = Settings.from_mapping({"local": {"minutes": 60, "speed_kmh": 40}}, file="x").local
    firms = pl.LazyFrame(
        {"firm_key": [0, 1], "year": 2020, "region_key": [0, 1], "longitude": 0.0, "latitude": 0.0}
    )
    far = pd.DataFrame({"from_region_key": [0], "to_region_key": 1, "minutes": 999.0})
    assert (
        len(locality_as_set(nw.from_native(firms), None, local, travel_times=far).related) == 1
    )  # one square


def test_places_by_travel_are_the_regions():
    firms = pl.LazyFrame({"firm_key": [5, 6], "year": [2020, 2021], "region_key": [2, 0]})
    times = pd.DataFrame({"from_region_key": [2], "to_region_key": 0, "minutes": 60.0})
    near = locality_by_travel(nw.from_native(firms), travel_times=times, minutes=60)
    assert near.places.collect().rows() == [(5, 2020, 2), (6, 2021, 0)]
    pairs = set(near.related.itertuples(index=False, name=None))
    assert pairs == {(0, 0), (1, 1), (2, 2), (0, 2), (2, 0)}


def test_institutions_stand_on_the_same_squares_as_firms():
    firms = pl.LazyFrame(
        {"firm_key": [0, 1], "year": 2020, "longitude": [10.0, 20.0], "latitude": [50.0, 50.0]}
    )
    institutions = pd.DataFrame(
        {
            "institution_key": [2, 3, 4],
            "longitude": [20.0, 10.3, None],
            "latitude": [50.0, 50.0, 50.0],
        }
    )
    # 0.3 degrees at 50 degrees north are 21 km.
    near = locality_within(nw.from_native(firms), institutions, km=30)
    firm = dict(near.places.select("firm_key", "place_key").collect().rows())
    homes = near.institutions.set_index("institution_key")["place_key"].to_dict()
    assert set(homes) == {2, 3}
    assert homes[2] == firm[1]
    pairs = set(near.related.itertuples(index=False, name=None))
    assert {(f, i) for f in firm for i in homes if (firm[f], homes[i]) in pairs} == {(1, 2), (0, 3)}


def test_local_is_the_region_unless_set():
    assert locality_as_set(None, None, Settings().local) is None
    assert Settings.from_mapping({"local": "region"}, file="x") == Settings()


@pytest.mark.parametrize(
    "value",
    [
        "county",
        {"radius_km": 0},
        {"radius_km": "far"},
        {"speed_kmh": 60},
        {"minutes": -1},
        {"minutes": 60, "radius_km": 40},
        {"radius_km": 1, "x": 2},
        4,
    ],
)
def test_a_locality_that_says_nothing_is_refused_by_name(value):
    with pytest.raises(DatasetError, match="`local`"):
        Settings.from_mapping({"local": value}, file="dataset.yaml")
