"""A second opinion on Moran's I: the same where ours is right, another where it is not."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from geo.concentration.map.map_table import map_autocorrelation, moran_by_esda
from geo.concentration.map.neighbours import contiguity_graph


@pytest.fixture(scope="module")
def country():
    """Twenty-five squares, two of them empty, three industries, one quotient not known."""
    regions = gpd.GeoDataFrame(
        geometry=[box(x, y, x + 1, y + 1) for x in range(5) for y in range(5)], crs=4326
    )
    rng = np.random.default_rng(1)
    cells = pd.DataFrame(
        [
            (year, region, industry, rng.gamma(1))
            for year in (2020, 2021)
            for region in range(23)
            for industry in range(3)
            if rng.random() < 0.8
        ],
        columns=["year", "region_key", "industry_key", "location_quotient"],
    )
    cells.loc[3, "location_quotient"] = np.nan
    _, overall = map_autocorrelation(cells, regions, permutations=9)
    return cells, overall, contiguity_graph(regions)


def test_moran_of_one_industry_a_year_is_that_of_esda(country):
    both = moran_by_esda(*country)
    assert both["year"].tolist() == [2020, 2021]
    np.testing.assert_allclose(both["moran_i"], both["moran_i_esda"], rtol=1e-12)


def test_it_looks_at_the_industry_with_most_cells(country):
    cells, overall, graph = country
    both = moran_by_esda(cells, overall, graph)
    size = cells.groupby(["year", "industry_key"]).size()
    for row in both.itertuples():
        assert size[row.year, row.industry_key] == size[row.year].max()


def test_a_wrong_figure_stands_beside_the_right_one(country):
    cells, overall, graph = country
    wrong = moran_by_esda(cells, overall.assign(moran_i=overall["moran_i"] + 0.01), graph)
    np.testing.assert_allclose(wrong["moran_i"] - wrong["moran_i_esda"], 0.01, rtol=1e-9)


def test_a_year_without_an_answer_has_no_row(country):
    cells, overall, graph = country
    none = overall.assign(moran_i=overall["moran_i"].where(overall["year"] == 2021))
    assert moran_by_esda(cells, none, graph)["year"].tolist() == [2021]
