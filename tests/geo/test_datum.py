"""Coordinates to WGS84."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.datum import bd09_from_gcj02, gcj02_from_wgs84, to_wgs84
from geo.errors import GeoError

IN_CHINA = st.tuples(st.floats(73, 135), st.floats(18, 54))


@given(IN_CHINA)
def test_gcj02_is_undone_to_a_tenth_of_a_millimetre(point):
    x, y = to_wgs84(*gcj02_from_wgs84([point[0]], [point[1]]), system="GCJ-02")
    assert [x[0], y[0]] == pytest.approx(point, abs=1e-9)


@given(IN_CHINA)
def test_bd09_is_undone_to_a_tenth_of_a_millimetre(point):
    shifted = bd09_from_gcj02(*gcj02_from_wgs84([point[0]], [point[1]]))
    x, y = to_wgs84(*shifted, system="BD-09")
    assert [x[0], y[0]] == pytest.approx(point, abs=1e-9)


@given(IN_CHINA)
def test_shift_of_gcj02_is_tens_to_hundreds_of_metres(point):
    x, y = gcj02_from_wgs84([point[0]], [point[1]])
    metres = np.hypot((x[0] - point[0]) * np.cos(np.radians(point[1])), y[0] - point[1]) * 111_320
    assert 15 < metres < 900


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
    ids=["Shanghai", "Shenzhen", "Beijing"],
)
def test_shift_agrees_with_that_of_another_implementation(wgs84, gcj02):
    # The test values of the eviltransform project, which agrees to a centimetre.
    x, y = gcj02_from_wgs84([wgs84[0]], [wgs84[1]])
    assert [x[0], y[0]] == pytest.approx(gcj02, abs=1e-7)


def test_baidu_agrees_with_the_published_example():
    # coordtransform's README: GCJ-02 (116.404, 39.915) is BD-09 (116.41036949, 39.92133699).
    x, y = bd09_from_gcj02([116.404], [39.915])
    assert [x[0], y[0]] == pytest.approx([116.41036949371029, 39.92133699351021], abs=1e-10)


def test_missing_stays_missing():
    x, y = to_wgs84([np.nan, 120.0], [30.0, np.nan], system="GCJ-02")
    assert np.isnan(x[0])
    assert np.isnan(y[1])


def test_projected_coordinates_take_x_first_whatever_their_definition():
    # EPSG:4547 is defined with northing first: on its central meridian, x is 500 km.
    x, y = to_wgs84([500_000.0], [3_320_113.4], system="EPSG:4547")
    assert [x[0], y[0]] == pytest.approx([114.0, 30.0], abs=1e-5)


def test_what_a_system_does_not_reach_is_missing():
    x, _ = to_wgs84([1e30], [1e30], system="EPSG:4547")
    assert np.isnan(x[0])


@pytest.mark.parametrize("system", ["EPSG:0", "Mars", "GCJ02"])
def test_unknown_system_is_told(system):
    with pytest.raises(GeoError, match="there is no coordinate system"):
        to_wgs84([0.0], [0.0], system=system)


def test_arguments_stay_as_they_are():
    x = np.array([120.0])
    to_wgs84(x, np.array([30.0]), system="BD-09")
    assert x.tolist() == [120.0]
