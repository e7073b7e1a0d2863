"""Clusters that a border cuts, over many ties: seconds beside those of test B on the map as it is.

    python benchmarks/borders.py [--ties 10e6] [--firms 1e6] [--beside 0.25]

Ties are invented: regions on a grid, a fifth of ties at home, the share `--beside` with a region
next to it, the rest anywhere, so that very many pairs of cells trade over their border beyond
chance.
"""

import argparse
import resource
import time

import numpy as np
import pandas as pd
import polars as pl

WIDE, HIGH, INDUSTRIES, YEARS = 25, 20, 80, 5
REGIONS = WIDE * HIGH
AT_HOME = 0.2


def invent(ties, firms, beside):
    """Firms and ties of every year, cells with more firms than the usual, regions that adjoin."""
    rng = np.random.default_rng(0)
    weight = rng.gamma(1, 1, (REGIONS, 1)) * rng.gamma(0.3, 1, (REGIONS, INDUSTRIES))
    cell = rng.choice(weight.size, firms, p=(weight / weight.sum()).ravel())
    region, industry = cell // INDUSTRIES, cell % INDUSTRIES
    code = industry * REGIONS + region
    order = np.argsort(code, kind="stable")
    ends = np.searchsorted(code[order], np.arange(REGIONS * INDUSTRIES + 1))

    def suppliers(of):
        made = (industry[of] + rng.integers(0, 5, len(of))) % INDUSTRIES
        draw = rng.random(len(of))
        step = np.array([-1, 1, -WIDE, WIDE])[rng.integers(0, 4, len(of))]
        next_to = np.clip(region[of] + step, 0, REGIONS - 1)
        away = np.where(draw < AT_HOME + beside, next_to, rng.integers(0, REGIONS, len(of)))
        at = made * REGIONS + np.where(draw < AT_HOME, region[of], away)
        picked = ends[at] + (rng.random(len(of)) * (ends[at + 1] - ends[at])).astype(int)
        return order[np.minimum(picked, firms - 1)]

    customer = rng.integers(0, firms, int(ties / YEARS))
    supplier = suppliers(customer)
    trades = []
    for year in range(2019, 2019 + YEARS):
        fresh = rng.random(len(customer)) < 0.25 * (year > 2019)
        supplier[fresh] = suppliers(customer[fresh])
        pairs = pl.DataFrame({"source_key": supplier, "target_key": customer})
        pairs = pairs.filter(pl.col("source_key") != pl.col("target_key")).unique()
        trades.append(pairs.with_columns(year=pl.lit(year, pl.Int64), kind=pl.lit("supply")))
    years = pl.LazyFrame({"year": range(2019, 2019 + YEARS)})
    living = pl.LazyFrame(
        {"firm_key": np.arange(firms), "region_key": region, "industry_key": industry,
         "longitude": 100 + region % WIDE / 2, "latitude": 30 + region // WIDE / 2}
    ).with_columns(group_key=pl.lit(None, pl.Float64))  # fmt: skip
    plants = np.bincount(cell, minlength=weight.size).reshape(weight.shape)
    usual = plants.sum(1, keepdims=True) * plants.sum(0) / firms
    found = np.argwhere((plants > 1.25 * usual) & (plants >= 5))
    concentrated = pd.DataFrame(found, columns=["region_key", "industry_key"]).merge(
        years.collect().to_pandas(), how="cross"
    )
    grid = np.arange(REGIONS).reshape(HIGH, WIDE)
    one = np.concatenate([grid[:, :-1].ravel(), grid[:-1].ravel()])
    other = np.concatenate([grid[:, 1:].ravel(), grid[1:].ravel()])
    adjoining = pd.DataFrame({"focal": one, "neighbor": other, "weight": 1.0})
    return living.join(years, how="cross").collect(), pl.concat(trades), concentrated, adjoining


def main():
    """Print seconds, cells and memory."""
    import narwhals as nw
    from geo.linkage.across_borders import linkage_across_borders

    from geo.linkage.collaboration.linkage_table import linkage_by_cell

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ties", type=float, default=10e6)
    parser.add_argument("--firms", type=float, default=1e6)
    parser.add_argument("--beside", type=float, default=0.25)
    options = parser.parse_args()
    firms = int(options.firms)
    living, trades, concentrated, adjoining = invent(options.ties, firms, options.beside)
    tables = [nw.from_native(frame.lazy()) for frame in (living, trades)]
    nobody = pd.DataFrame({"institution_key": [], "kind": [], "region_key": []})
    start = time.perf_counter()
    alone = linkage_by_cell(*tables, nobody, firms=firms)
    between = time.perf_counter()
    across = linkage_across_borders(*tables, nobody, concentrated, adjoining, alone, firms=firms)
    seconds = time.perf_counter() - between
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{len(trades):,} ties, {len(concentrated):,} concentrated cells")
    print(f"  the map as it is       {between - start:6.1f} s")
    print(f"  without its borders    {seconds:6.1f} s  {len(across):,} cells cut by one")
    print(f"  peak memory            {gigabytes:6.2f} GB")


if __name__ == "__main__":
    main()
