import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point, box

from geo.input_output.formation import (
    deviance_shares,
    driver_exposure,
    formation_by_industry,
    partner_exposure,
)


def planted(*, by_drivers, by_partners, regions=200, seed=0):
    rng = np.random.default_rng(seed)
    drivers, partners = rng.normal(size=(regions, 1)), rng.normal(size=(regions, 1))
    totals = rng.integers(200, 400, regions).astype(float)
    mean = totals * np.exp(-3 + by_drivers * drivers[:, 0] + by_partners * partners[:, 0])
    return rng.poisson(mean).astype(float), totals, drivers, partners


def test_what_drivers_made_is_found_to_go_with_drivers():
    shares = deviance_shares(*planted(by_drivers=0.8, by_partners=0.0))
    assert shares["explained_by_drivers"] > 0.8
    assert abs(shares["explained_by_partners"]) < 0.03
    assert shares["drivers_low"] > 0.7


def test_the_two_parts_sum_to_the_whole():
    shares = deviance_shares(*planted(by_drivers=0.4, by_partners=0.6))
    parts = shares["explained_by_drivers"] + shares["explained_by_partners"]
    assert parts == pytest.approx(shares["explained"])
    assert shares["explained_by_partners"] > shares["explained_by_drivers"]


def test_where_nothing_was_planted_the_bounds_reach_down_to_nothing():
    low = [
        deviance_shares(*planted(by_drivers=0, by_partners=0, seed=s))["partners_low"]
        for s in range(10)
    ]
    assert sum(bound > 0.01 for bound in low) <= 1


def test_blocks_that_say_the_same_share_what_they_explain():
    plants, totals, drivers, _ = planted(by_drivers=0.8, by_partners=0)
    shares = deviance_shares(plants, totals, drivers, drivers + 1e-7 * np.arange(200)[:, None])
    assert shares["explained_by_drivers"] == pytest.approx(
        shares["explained_by_partners"], abs=0.02
    )


def test_explained_deviance_is_that_of_statsmodels():
    import statsmodels.api as sm

    plants, totals, drivers, partners = planted(by_drivers=0.3, by_partners=0.3)
    design = sm.add_constant(np.hstack([drivers, partners]))
    fit = sm.GLM(plants, design, family=sm.families.Poisson(), exposure=totals).fit()
    shares = deviance_shares(plants, totals, drivers, partners)
    assert shares["explained"] == pytest.approx(1 - fit.deviance / fit.null_deviance)


def test_a_driver_counts_for_less_the_farther_it_is():
    regions = gpd.GeoDataFrame(geometry=[box(k, 0, k + 1, 1) for k in range(3)], crs="EPSG:4326")
    port = gpd.GeoDataFrame(
        {"kind": ["port"], "value": [np.nan]}, geometry=[Point(0.5, 0.5)], crs="EPSG:4326"
    )
    near, middle, far = np.expm1(driver_exposure(regions, port)[:, 0])
    assert near == pytest.approx(1.0)
    # Half a degree of longitude and one and a half, at 111.2 km a degree.
    assert middle == pytest.approx(np.exp(-0.5 * 111.2 / 25), rel=0.02)
    assert far == pytest.approx(np.exp(-1.5 * 111.2 / 25), rel=0.1)


def test_an_industry_is_no_partner_of_itself():
    plants = np.array([[5.0, 1.0], [1.0, 5.0]])
    inputs = np.array([[0.9, 0.0], [0.0, 0.0]])
    assert (partner_exposure(plants, inputs, inputs.T, industry=0) == 0).all()


NOTHING = pd.DataFrame(
    columns=["supplying_industry_key", "using_industry_key", "coefficient", "flow", "year"]
)


@pytest.mark.parametrize(
    ("plants", "regions", "drivers", "reason"),
    [
        (0.5, 40, True, "few_plants"),
        (np.nan, 40, True, "few_plants"),
        (9.0, 5, True, "few_regions"),
        (9.0, 40, False, "no_drivers"),
        (9.0, 40, True, "no_partners"),
    ],
)
def test_what_cannot_be_said_is_null_with_its_reason(plants, regions, drivers, reason):
    cells = pd.DataFrame(
        {"year": 2020, "region_key": np.arange(regions), "industry_key": 0,
         "establishments": plants, "employment": np.nan}
    )  # fmt: skip
    exposure = np.arange(regions)[:, None] * float(drivers)
    row = formation_by_industry(cells, exposure, NOTHING, industries=1).iloc[0]
    assert row["reason"] == reason
    assert "explained" not in row or np.isnan(row["explained"])
