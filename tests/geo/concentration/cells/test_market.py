"""Local industries follow people; traded ones can be anywhere."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.concentration.cells.market import is_local_industry, markets

US = Path(__file__).resolve().parents[4] / "../shared/data/us-2016"


@pytest.fixture(scope="module")
def plants():
    """200 regions of 1,000 plants: shops as there are plants, mills in four regions."""
    rng = np.random.default_rng(1)
    size = 100 * (1 - rng.random(200)) ** (-1 / 1.1)
    table = np.zeros((200, 3))
    table[:, 0] = rng.poisson(size * 0.1)
    table[:, 1] = rng.poisson(size)
    table[:4, 2] = 500
    return table


def test_shops_are_local_and_mills_are_not(plants):
    assert is_local_industry(plants).tolist() == [True, True, False]


def test_in_few_regions_no_industry_is_called_local(plants):
    assert not is_local_industry(plants[:99]).any()


def test_a_few_plants_do_not_tell(plants):
    few = plants.copy()
    few[:, 0] = np.random.default_rng(2).poisson(few[:, 0] * 900 / few[:, 0].sum())
    assert not is_local_industry(few)[0]


def test_an_industry_that_is_everywhere_and_has_a_centre_is_traded(plants):
    hotels = plants.copy()
    hotels[10, 0] += 40 * hotels[10, 0] + 0.04 * hotels[:, 0].sum()
    assert not is_local_industry(hotels)[0]


def test_jobs_apart_make_an_industry_traded_where_it_is_not_everywhere(plants):
    thin = plants.copy()
    thin[-20:, 0] = 0
    jobs = thin * 10
    assert is_local_industry(thin, jobs)[0]
    jobs[:10, 0] *= 50
    assert not is_local_industry(thin, jobs)[0]


def test_what_the_dataset_says_goes_before_the_rule(plants):
    region, industry = np.nonzero(plants)
    cells = pd.DataFrame(
        {
            "year": 2020,
            "region_key": region,
            "industry_key": industry,
            "establishments": plants[region, industry],
            "employment": np.nan,
        }
    )
    told = pd.DataFrame({"market": ["traded", None, "local"]})
    assert markets(cells, told)["market"].tolist() == ["traded", "local", "local"]


def test_in_the_united_states_services_are_local_and_what_travels_is_traded():
    if not US.exists():
        pytest.skip("needs the county statistics of 2016")
    cells = pd.read_parquet(US / "cells.parquet").astype({"industry": "str", "region_id": "str"})
    region, industry = (pd.factorize(cells[k], sort=True) for k in ("region_id", "industry"))
    cells = cells.assign(region_key=region[0], industry_key=industry[0])
    told = pd.DataFrame({"market": [None] * len(industry[1])})
    market = markets(cells.astype({"employment": "float64"}), told)["market"]
    market.index = industry[1]
    # Dentists, petrol stations, drugstores, dry cleaners, repair, insurance agents, restaurants.
    local = ["6212", "4471", "4461", "8123", "8111", "5242", "7225"]
    # Cars, chips, software, films, hotels, casinos, oil, carpets, aircraft, stockbrokers.
    traded = ["3361", "3344", "5112", "5121", "7211", "7132", "2111", "3141", "3364", "5231"]
    assert (market[local] == "local").all(), market[local]
    assert (market[traded] == "traded").all(), market[traded]
