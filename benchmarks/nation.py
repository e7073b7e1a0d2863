"""An invented country of the size of a nation: its firms, its ties, and where they sit.

    python -m benchmarks.nation OUT [--firms 3e5] [--ties 3e6] [--regions 3142] [--industries 305]

Writes firms.parquet, links.parquet and concentrated.parquet to the folder OUT. Sizes of regions
follow Zipf's law, every industry crowds in some of them and buys from fifteen others; a seventh of
ties stay in the region, a third go to regions about it, the rest goes anywhere.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

FIRMS, TIES, REGIONS, INDUSTRIES, YEARS = 300_000, 3_000_000, 3_142, 305, 3
FIRST_YEAR = 2019
WEST, EAST, SOUTH, NORTH = -124.0, -68.0, 27.0, 49.0
SUPPLIERS = 15  # industries that an industry buys from
AT_HOME, ABOUT = 0.14, 0.35  # of ties, in the region and in those about it
NEIGHBOURS, DECAY_KM = 80, 90.0


def nation(firms=FIRMS, ties=TIES, regions=REGIONS, industries=INDUSTRIES, *, land=1.0, seed=0):
    """The country's tables.

    Parameters
    ----------
    firms, regions, industries : int
        How many there are.
    ties : int
        Pairs of firms and year.
    land : float, default 1
        Share of the nation's area that the country has.

    Returns
    -------
    firms : polars.DataFrame
        firm_key, year, region_key, industry_key, longitude, latitude, group_key.
    ties : polars.DataFrame
        source_key, target_key, year, kind.
    concentrated : pandas.DataFrame
        year, region_key, industry_key.
    adjoining : pandas.DataFrame
        focal, neighbor.
    """
    rng = np.random.default_rng(seed)
    centres, wide = _centres(rng, regions, land)
    region, industry = _cells_of_firms(rng, firms, regions, industries)
    near = _nearest(centres)
    supplier, customer = _ties(rng, region, industry, near, ties // YEARS, industries)
    spread = rng.uniform(-0.5, 0.5, (firms, 2)) * wide
    place = centres[region] + spread
    years = pl.DataFrame({"year": np.arange(FIRST_YEAR, FIRST_YEAR + YEARS)})
    living = pl.DataFrame(
        {
            "firm_key": np.arange(firms),
            "region_key": region,
            "industry_key": industry,
            "longitude": place[:, 0],
            "latitude": place[:, 1],
            "group_key": pl.Series([None] * firms, dtype=pl.Float64),
        }
    ).join(years, how="cross")
    trades = []
    for year in years["year"]:
        if year > FIRST_YEAR:
            fresh = np.flatnonzero(rng.random(len(customer)) < 0.25)
            supplier[fresh], customer[fresh] = _ties(
                rng, region, industry, near, len(fresh), industries
            )
        pairs = pl.DataFrame({"source_key": supplier, "target_key": customer}).unique(
            maintain_order=True
        )
        pairs = pairs.filter(pl.col("source_key") != pl.col("target_key"))
        trades.append(pairs.with_columns(year=pl.lit(year, pl.Int64), kind=pl.lit("supply")))
    crowded = _crowded(region, industry, regions, industries)
    concentrated = crowded.merge(years.to_pandas(), how="cross")
    adjoining = pd.DataFrame(
        {"focal": np.repeat(np.arange(regions), 5), "neighbor": near[:, 1:6].ravel()}
    )
    return living, pl.concat(trades), concentrated, adjoining


def study_of_nation(living, trades, adjoining, firms):
    """The tables as a study."""
    import narwhals as nw

    from geo.study import Study

    return Study(
        establishments=nw.from_native(living.lazy()),
        ties=nw.from_native(trades.lazy()),
        firms=firms,
        adjoining=adjoining,
    )


def _centres(rng, regions, land):
    """Middles of regions on a shaken grid, and how wide one is, in degrees."""
    high, across = (NORTH - SOUTH) * np.sqrt(land), (EAST - WEST) * np.sqrt(land)
    rows = int(np.ceil(np.sqrt(regions * high / across)))
    columns = int(np.ceil(regions / rows))
    at = np.arange(regions)
    wide = np.array([across / columns, high / rows])
    grid = np.column_stack([WEST + (at % columns) * wide[0], SOUTH + (at // columns) * wide[1]])
    return grid + wide / 2 + rng.uniform(-0.15, 0.15, (regions, 2)) * wide, wide * 0.8


def _cells_of_firms(rng, firms, regions, industries):
    """Region and industry of every firm."""
    size = 1 / (rng.permutation(regions) + 3.0) ** 0.8
    weight = size[:, None] * rng.gamma(0.4, 1, (regions, industries)) * rng.gamma(1, 1, industries)
    cell = rng.choice(weight.size, firms, p=(weight / weight.sum()).ravel())
    return cell // industries, cell % industries


def _nearest(centres):
    """The nearest regions of every region, itself first."""
    from scipy.spatial import cKDTree

    flat = centres * [np.cos(np.radians((SOUTH + NORTH) / 2)), 1.0]
    count = min(NEIGHBOURS, len(centres))
    return cKDTree(flat).query(flat, count)[1]


def _ties(rng, region, industry, near, ties, industries):
    """Suppliers and customers of so many ties."""
    regions = len(near)
    suppliers = np.random.default_rng(1).integers(0, industries, (industries, SUPPLIERS))
    code = industry * regions + region
    order = np.argsort(code, kind="stable")
    starts = np.searchsorted(code[order], np.arange(industries * regions + 1))
    of_industry = np.searchsorted(code[order], np.arange(industries + 1) * regions)
    customer = rng.integers(0, len(region), ties)
    # The first of the industries that one buys from get the most.
    which = np.minimum(rng.geometric(0.2, ties) - 1, SUPPLIERS - 1)
    made = suppliers[industry[customer], which]
    draw = rng.random(ties)
    km = rng.exponential(DECAY_KM, ties)
    about = np.minimum((km / DECAY_KM * near.shape[1] / 4).astype(int) + 1, near.shape[1] - 1)
    about[draw < AT_HOME] = 0
    there = near[region[customer], about]
    low, high = starts[made * regions + there], starts[made * regions + there + 1]
    # Where nobody makes it there, and for what comes from afar, anybody who does.
    anywhere = (draw > AT_HOME + ABOUT) | (high == low)
    low = np.where(anywhere, of_industry[made], low)
    high = np.where(anywhere, of_industry[made + 1], high)
    supplier = order[
        np.minimum(low + (rng.random(ties) * (high - low)).astype(int), len(order) - 1)
    ]
    return supplier, customer


def _crowded(region, industry, regions, industries):
    """Cells with at least five firms, and one and a half times as many as the usual."""
    plants = np.bincount(region * industries + industry, minlength=regions * industries)
    plants = plants.reshape(regions, industries)
    usual = plants.sum(1, keepdims=True) * plants.sum(0) / len(region)
    found = np.argwhere((plants > 1.5 * usual) & (plants >= 5))
    return pd.DataFrame(found, columns=["region_key", "industry_key"])


def sized(parser):
    """Arguments for the size of the country."""
    parser.add_argument("--firms", type=float, default=FIRMS)
    parser.add_argument("--ties", type=float, default=TIES)
    parser.add_argument("--regions", type=float, default=REGIONS)
    parser.add_argument("--industries", type=float, default=INDUSTRIES)
    parser.add_argument("--scale", type=float, default=1.0, help="of firms, ties and regions")
    return parser


def sizes_of(options):
    """Firms, ties, regions and industries as asked for."""
    scale = options.scale
    return (
        int(options.firms * scale),
        int(options.ties * scale),
        max(int(options.regions * scale), 1),
        int(options.industries),
    )


def main():
    """Write the country."""
    parser = sized(argparse.ArgumentParser(description=__doc__.splitlines()[0]))
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    living, trades, concentrated, _ = nation(*sizes_of(options))
    options.out.mkdir(parents=True, exist_ok=True)
    living.write_parquet(options.out / "firms.parquet")
    trades.write_parquet(options.out / "links.parquet")
    concentrated.to_parquet(options.out / "concentrated.parquet")
    print(f"{living['firm_key'].n_unique():,} firms, {len(trades):,} ties in {options.out}")


if __name__ == "__main__":
    main()
