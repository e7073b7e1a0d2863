"""Offices that code to different depths are compared by the codes that all could have written."""

import numpy as np
import pandas as pd
import pytest

from geo.concentration.cells.cell_table import cell_concentration
from geo.concentration.cells.coding import coding_depths, notices_of_coding, with_common_key

CODES = ["28", "2811", "2823", "29", "2910"]
COARSER = {"28": ["2811", "2823"], "29": ["2910"]}
KEY = {code: key for key, code in enumerate(CODES)}


def country(coarse=range(6), fine=range(6, 12), year=2020):
    """Every region has ten plants of machinery (6 and 4) and ten of cars, coded as it codes."""
    rows = [(r, code, n) for r in coarse for code, n in (("28", 10), ("29", 10))]
    rows += [(r, code, n) for r in fine for code, n in (("2811", 6), ("2823", 4), ("2910", 10))]
    table = pd.DataFrame(rows, columns=["region_key", "code", "establishments"])
    return table.assign(
        year=year,
        industry_key=table["code"].map(KEY),
        establishments=table["establishments"].astype(float),
        employment=np.nan,
        employment_square_sum=np.nan,
    )


def test_regions_are_told_by_the_depth_that_they_code_to():
    depths = coding_depths(country(), CODES, COARSER)
    assert depths.tolist() == [2] * 6 + [4] * 6


@pytest.mark.parametrize(
    "cells",
    [
        country(coarse=[], fine=range(12)),  # all code alike
        country(coarse=range(4), fine=range(4, 12)),  # hardly any region codes to two digits
        pd.concat([country(), country(coarse=range(12), fine=[])]),  # a region that mixes both
    ],
)
def test_where_no_two_depths_can_be_told_nothing_is_added_up(cells):
    assert coding_depths(cells, CODES, COARSER) is None
    assert "common_key" not in with_common_key(cells, CODES, COARSER)
    assert notices_of_coding(with_common_key(cells, CODES, COARSER)) == []


def test_a_country_of_two_depths_is_nowhere_concentrated_where_its_plants_are_not():
    cells = country()
    by_codes = cell_concentration(cells)
    # By the codes as they stand each of them is missing in half of the regions.
    assert by_codes["location_quotient"].to_numpy() == pytest.approx(2)
    by_common = cell_concentration(with_common_key(cells, CODES, COARSER))
    assert by_common["location_quotient"].to_numpy() == pytest.approx(1)
    assert by_common["location_quotient_asked"].to_numpy() == pytest.approx(1)
    assert len(by_common) == len(cells)


def test_a_true_concentration_is_found_whatever_the_depth_of_its_code():
    cells = country()
    more = (cells["region_key"] == 7) & (cells["code"] == "2811")
    cells.loc[more, "establishments"] = 96.0
    found = cell_concentration(with_common_key(cells, CODES, COARSER))
    # A hundred of 210 machine makers in a region of 110 of 330 plants; 110 of 220 elsewhere.
    here = found[more]
    assert here["location_quotient"].item() == pytest.approx(100 / 110 / (210 / 330))
    assert here["location_quotient_asked"].item() == pytest.approx(100 / 110 / (110 / 220))
    assert here["concentration_q"].item() < 0.05


def test_the_user_is_told_in_three_languages():
    (told,) = notices_of_coding(with_common_key(country(), CODES, COARSER))
    assert "code industries to different depths" in told.en
    assert "層級不一" in told.zh_hant
    assert "层级不一" in told.zh_hans
