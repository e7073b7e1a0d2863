"""K_d, M and m of one industry: what is asked, and how it is written into rows.

Here belong the distances, samples and seeds of each measure; which industries are measured belongs
to `distance_table`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo.concentration.distance.bandwidth import original_bandwidth
from geo.concentration.distance.duranton_overman import distance_density_test
from geo.concentration.distance.marcon_puech import neighbour_ratio, neighbour_ratio_test
from geo.concentration.distance.relative_density import neighbour_density_ratio_test
from geo.errors import GeoError
from geo.vocabulary import Text

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyproj

    from geo.concentration.distance.envelopes import Envelope

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

__all__ = [
    "CURVE",
    "DRAWS",
    "FEWEST_FIRMS",
    "MOST_FIRMS",
    "MOST_SITES_OF_RATIO",
    "SHOWN_RADII",
    "Answers",
    "Sites",
    "density_answers",
    "looked_at",
    "ratio_answers",
    "relative_density_answers",
    "sampled",
    "thinned",
    "why",
]

DRAWS = 199
FEWEST_FIRMS = 10
MOST_FIRMS = 2_000
MOST_SITES_OF_RATIO = 12_000
_MOST_SITES_OF_DENSITY = 6_000
_MOST_FIRMS_OF_DENSITY = 1_000
_RADII = np.array([1, 2, 5, 10, 20, 30, 40, 50.0])
SHOWN_RADII = (5, 20, 50)
_STEPS = 41
CURVE = [
    "industry_key",
    "measure",
    "distance_km",
    "value",
    "low",
    "high",
    "pointwise_low",
    "pointwise_high",
]
_NO_BANDWIDTH = Text(
    "Its firms have no two different distances: nothing tells a bandwidth.",
    "企業間距離沒有差異，無從確定帶寬。",
    "企业间距离没有差异，无从确定带宽。",
)


class Sites(NamedTuple):
    """Places of firms on a plane, and of which industry they are."""

    points: Floats
    industry: npt.NDArray[np.int64]
    crs: pyproj.CRS


class Answers(NamedTuple):
    """What a measure says of an industry."""

    row: dict[str, Any]
    """Columns of its row."""
    curve: list[dict[str, Any]]
    """Rows of its curve; none where nothing was tested."""


def density_answers(
    sites: Sites, members: Flags, distances: Floats, *, key: int, seed: int
) -> Answers:
    """Answers of K_d, and its curve."""
    chosen = members
    positions = np.flatnonzero(members)
    if len(positions) > MOST_FIRMS:
        rng = np.random.default_rng([seed, key, 1])
        chosen = np.zeros(len(members), dtype=np.bool_)
        chosen[rng.choice(positions, MOST_FIRMS, replace=False)] = True
    start = int(np.random.default_rng([seed, key]).integers(2**32))
    try:
        test = distance_density_test(sites.points, chosen, distances, seed=start, draws=DRAWS)
    except GeoError:
        return Answers(why(_NO_BANDWIDTH), [])
    above, below = test.envelope.above, test.envelope.below
    localised = bool((above > 0).any())
    answers = {
        "establishments_used": int(chosen.sum()),
        "is_localised": localised,
        "is_dispersed": not localised and bool((below > 0).any()),
        "distance_p": test.envelope.p,
        "localised_to_km": float(distances[_end_of_rise(above)]) if localised else np.nan,
        "bandwidth_km": test.bandwidth,
    }
    return Answers(answers, _curve("K_d", key, distances, test.density, test.envelope))


def ratio_answers(sites: Sites, key: int, *, seed: int, tested: bool) -> Answers:
    """M within each of the radii shown, and its test where that is asked for."""
    members = sites.industry == key
    if members.sum() < FEWEST_FIRMS:
        return Answers({}, [])
    curve: list[dict[str, Any]] = []
    answers: dict[str, Any] = {}
    ratio = neighbour_ratio(sites.points, members, _RADII)
    if tested and np.isfinite(ratio).any():
        start = int(np.random.default_rng([seed, key, 2]).integers(2**32))
        try:
            test = neighbour_ratio_test(sites.points, members, _RADII, seed=start, draws=DRAWS)
        except GeoError:  # firms so sparse that some draw has no neighbours within any radius
            pass
        else:
            answers["neighbour_ratio_p"] = test.envelope.p
            curve = _curve("M", key, _RADII, ratio, test.envelope)
    within = dict(zip(_RADII, ratio, strict=True))
    answers |= {f"neighbour_ratio_{r}km": within[r] for r in SHOWN_RADII}
    return Answers(answers, curve)


def relative_density_answers(sites: Sites, key: int, *, seed: int) -> Answers:
    """Relative density m at each of the radii, its test and its bandwidth."""
    share = float((sites.industry == key).mean())
    sites = thinned(
        sites, min(_MOST_SITES_OF_DENSITY, int(_MOST_FIRMS_OF_DENSITY / share)), seed=seed
    )
    members = sites.industry == key
    if members.sum() < FEWEST_FIRMS:
        return Answers({}, [])
    start = int(np.random.default_rng([seed, key, 3]).integers(2**32))
    try:
        h = original_bandwidth(sites.points[members], reach=float(_RADII[-1]))
        test = neighbour_density_ratio_test(
            sites.points, members, _RADII, seed=start, draws=DRAWS, bandwidth=h
        )
    except GeoError:  # nothing tells a bandwidth, or a draw has nobody around
        return Answers({}, [])
    answers = {"neighbour_density_p": test.envelope.p, "neighbour_density_bandwidth_km": h}
    return Answers(answers, _curve("m", key, _RADII, test.ratio, test.envelope))


def thinned(sites: Sites, most: int, *, seed: int) -> Sites:
    """An even sample of the sites where there are more than `most`."""
    kept = sampled(len(sites.points), most, seed=seed)
    return sites._replace(points=sites.points[kept], industry=sites.industry[kept])


def sampled(n: int, most: int, *, seed: int) -> npt.NDArray[np.int64]:
    """Positions of an even sample of at most so many of n, ascending."""
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng([seed, most]).choice(n, most, replace=False))


def looked_at(points: Floats, *, seed: int) -> Floats:
    """From 0 to half the median distance of all firms, estimated from 20,000 pairs."""
    i, j = np.random.default_rng([seed, 0]).integers(0, len(points), (2, 20_000))
    median = float(np.median(np.hypot(*(points[i] - points[j]).T)))
    # Where most firms share a place any scale will do.
    return np.linspace(0, max(median / 2, 1.0), _STEPS)


def _end_of_rise(above: Floats) -> int:
    """Last position of the stretch above the envelope that rises farthest."""
    top = int(np.argmax(above))
    inside = np.flatnonzero(above[top:] <= 0)
    return top + int(inside[0]) - 1 if len(inside) else len(above) - 1


def _curve(
    measure: str, key: int, distances: Floats, values: Floats, envelope: Envelope
) -> list[dict[str, Any]]:
    pointwise = envelope.pointwise_low, envelope.pointwise_high
    columns = (distances, values, envelope.low, envelope.high, *pointwise)
    names = CURVE[2:]
    return [
        {"industry_key": key, "measure": measure} | dict(zip(names, map(float, point), strict=True))
        for point in zip(*columns, strict=True)
    ]


def why(text: Text) -> dict[str, Any]:
    """Columns of a reason, in the three languages."""
    return dict(zip(("reason_en", "reason_zh_hant", "reason_zh_hans"), text, strict=True))
