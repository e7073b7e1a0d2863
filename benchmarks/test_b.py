"""Test B over many ties: this library against the same figures in DuckDB's SQL and in pandas.

    python benchmarks/test_b.py --ties 20e6 --firms 2e6 [--duckdb PYTHON] [--engines ours duckdb]

Each engine reads the same Parquet files and works in a process of its own, one after the other,
with two threads. The figures are those of every cell: supply ties, local ones, their mean and
variance under random matching; local ties kept and tried; the base rate; firms with a stable local
partner. They are compared before any time is believed. DuckDB is no dependency of this library:
`--duckdb` names a Python that has it (and pandas).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

YEARS, REGIONS, INDUSTRIES = 5, 500, 80
KEYS = ["year", "region_key", "industry_key"]
FIGURES = {
    "supply_ties",
    "local",
    "mean",
    "variance",
    "persistence_trials",
    "persistence_kept",
    "persistence_base_rate",
    "stably_linked_firms",
}


def invent(folder, ties, firms):
    """Firms that buy from five industries, a fifth at home; a quarter of ties is new every year."""
    import numpy as np
    import polars as pl

    rng = np.random.default_rng(0)
    weight = rng.gamma(1, 1, REGIONS)
    region = rng.choice(REGIONS, firms, p=weight / weight.sum())
    industry = rng.integers(0, INDUSTRIES, firms)
    cell = industry * REGIONS + region
    order = np.argsort(cell, kind="stable")
    ends = np.searchsorted(cell[order], np.arange(INDUSTRIES * REGIONS + 1))
    alive = rng.random((firms, YEARS)) < 0.95
    customer = rng.integers(0, firms, int(ties / YEARS * 1.11))

    def suppliers(of):
        made = (industry[of] + rng.integers(0, 5, len(of))) % INDUSTRIES
        home = rng.random(len(of)) < 0.2
        at = made * REGIONS + np.where(home, region[of], rng.integers(0, REGIONS, len(of)))
        picked = ends[at] + (rng.random(len(of)) * (ends[at + 1] - ends[at])).astype(int)
        return order[np.minimum(picked, firms - 1)]

    supplier = suppliers(customer)
    lives, trades = [], []
    for year in range(YEARS):
        here = np.flatnonzero(alive[:, year])
        lives.append(
            pl.DataFrame(
                {
                    "firm_key": here,
                    "year": np.full(len(here), 2019 + year),
                    "region_key": region[here],
                    "industry_key": industry[here],
                    "group_key": pl.Series([None] * len(here), dtype=pl.Float64),
                }
            )
        )
        fresh = rng.random(len(customer)) < 0.25 * (year > 0)
        supplier[fresh] = suppliers(customer[fresh])
        both = alive[supplier, year] & alive[customer, year] & (supplier != customer)
        pairs = pl.DataFrame({"source_key": supplier[both], "target_key": customer[both]}).unique()
        trades.append(pairs.with_columns(year=pl.lit(2019 + year), kind=pl.lit("supply")))
    pl.concat(lives).write_parquet(folder / "establishments.parquet")
    pl.concat(trades).cast({"year": pl.Int64}).write_parquet(folder / "ties.parquet")


def by_ours(folder, firms):
    import narwhals as nw
    import polars as pl

    from geo.linkage.collaboration.breadth import stably_linked_firms
    from geo.linkage.collaboration.persistence import base_rates, persistence_by_cell
    from geo.linkage.matching import cell_sums, stratum_counts
    from geo.study.keys import grouped, held, sizes_of
    from geo.study.located import located_ties, supply_pairs, supply_years

    establishments, ties = (
        nw.from_native(pl.scan_parquet(folder / f"{name}.parquet"))
        for name in ("establishments", "ties")
    )
    sizes = sizes_of(establishments, firms=firms)
    pairs = supply_pairs(ties, firms=firms)
    years = supply_years(pairs)
    supply = held(located_ties(establishments, pairs, years, sizes=sizes))
    stable = supply.filter(nw.col("is_stable"))
    ends = [
        stable.select(
            "year", firm_key=key, region_key=f"{end}_region", industry_key=f"{end}_industry"
        )
        for end, key in (("supplier", "source_key"), ("customer", "target_key"))
    ]
    place = nw.col("region_key", "industry_key").max()
    own = grouped(nw.concat(ends), ["firm_key", "year"], sizes, place, nw.len().alias("stable"))
    return (
        cell_sums(stratum_counts(supply, sizes=sizes), sizes=sizes).collect().to_pandas(),
        persistence_by_cell(supply, sizes=sizes),
        base_rates(supply, sizes=sizes),
        stably_linked_firms(own, sizes=sizes).collect().to_pandas(),
    )


LOCATED_SQL = """
create temp table located as
with pairs as (
  select source_key s, target_key t, year from ties
  where kind = 'supply' and source_key < {firms} and target_key < {firms})
select p.*, a.region_key sr, a.industry_key si, b.region_key cr, b.industry_key ci,
  a.region_key = b.region_key is_local,
  an.firm_key is not null and bn.firm_key is not null lives_on,
  n.s is not null lasts,
  a.region_key = b.region_key and (n.s is not null or o.s is not null) is_stable
from pairs p
join establishments a on a.firm_key = p.s and a.year = p.year
join establishments b on b.firm_key = p.t and b.year = p.year
left join establishments an on an.firm_key = p.s and an.year = p.year + 1
left join establishments bn on bn.firm_key = p.t and bn.year = p.year + 1
left join pairs n on n.s = p.s and n.t = p.t and n.year = p.year + 1
left join pairs o on o.s = p.s and o.t = p.t and o.year = p.year - 1
where a.group_key is distinct from b.group_key or a.group_key is null
"""
SUMS_SQL = """
with a as (select year, si, ci, sr r, count(*)::double a, sum(is_local::int)::double o
           from located group by all),
b as (select year, si, ci, cr r, count(*)::double b from located group by all),
n as (select year, si, ci, sum(a) n from a group by all),
c as (select year, si, ci, r, coalesce(a, 0) a, coalesce(b, 0) b, coalesce(o, 0) o, n
      from a full join b using (year, si, ci, r) join n using (year, si, ci)),
m as (select *, a * b / n mean,
        a * b * (n - a) * (n - b) / (n * n * greatest(n - 1, 1)) variance from c)
select year, r region_key, i industry_key, sum(ties) supply_ties, sum(o) "local",
  sum(mean) mean, sum(variance) variance
from (select year, r, si i, a + case when si = ci then b - o else 0 end ties, o, mean, variance
      from m
      union all
      select year, r, ci, b, o, mean, variance from m where si <> ci)
group by all
"""
KEPT_SQL = """
with k as (select sr r, si, ci, count(*) trials, sum(lasts::int) kept from located
           where is_local and lives_on group by all)
select r region_key, i industry_key, sum(trials)::double persistence_trials,
  sum(kept)::double persistence_kept
from (select r, si i, trials, kept from k
      union all select r, ci, trials, kept from k where si <> ci)
group by all
"""
BASE_SQL = """
with k as (select si, ci, count(*) trials, sum(lasts::int) kept from located where lives_on
           group by all)
select i industry_key, sum(kept) / sum(trials) persistence_base_rate
from (select si i, trials, kept from k union all select ci, trials, kept from k where si <> ci)
group by all
"""
STABLE_SQL = """
select year, r region_key, i industry_key, count(distinct f) stably_linked_firms
from (select year, sr r, si i, s f from located where is_stable
      union all select year, cr, ci, t from located where is_stable)
group by all
"""


def by_duckdb(folder, firms):
    import duckdb

    base = duckdb.connect()
    base.sql("set threads = 2")
    base.sql("set memory_limit = '4GB'")
    base.sql(f"set temp_directory = '{folder}/spill'")
    for name in ("establishments", "ties"):
        base.sql(f"create view {name} as select * from '{folder}/{name}.parquet'")
    base.sql(LOCATED_SQL.format(firms=firms))
    return tuple(base.sql(q).df() for q in (SUMS_SQL, KEPT_SQL, BASE_SQL, STABLE_SQL))


def by_pandas(folder, firms):
    import numpy as np
    import pandas as pd

    lives = pd.read_parquet(folder / "establishments.parquet")
    ties = pd.read_parquet(folder / "ties.parquet")
    is_supply = (ties["kind"] == "supply") & (ties[["source_key", "target_key"]] < firms).all(
        axis=1
    )
    pairs = ties.loc[is_supply, ["source_key", "target_key", "year"]]
    located = pairs
    for end, key in (("supplier", "source_key"), ("customer", "target_key")):
        named = {"firm_key": key} | {
            f"{c}_key": f"{end}_{c}" for c in ("region", "industry", "group")
        }
        located = located.merge(lives.rename(columns=named), on=[key, "year"])
        later = lives[["firm_key", "year"]].set_axis([key, "year"], axis=1)
        later = later.assign(year=later["year"] - 1, **{f"{end}_later": True})
        located = located.merge(later, on=[key, "year"], how="left")
    same = located["supplier_group"] == located["customer_group"]
    located = located[~same]
    for name, step in (("lasts", 1), ("lasted", -1)):
        other = pairs.assign(year=pairs["year"] - step, **{name: True})
        located = located.merge(other, on=["source_key", "target_key", "year"], how="left")
    located["is_local"] = located["supplier_region"] == located["customer_region"]
    located["lives_on"] = located["supplier_later"].notna() & located["customer_later"].notna()
    located["lasts"] = located["lasts"].notna()
    located["is_stable"] = located["is_local"] & (located["lasts"] | located["lasted"].notna())

    stratum = ["year", "supplier_industry", "customer_industry"]
    a = located.groupby([*stratum, "supplier_region"])["is_local"].agg(["size", "sum"])
    b = located.groupby([*stratum, "customer_region"]).size()
    names = [*stratum, "region_key"]
    counts = pd.concat([a.rename_axis(names), b.rename_axis(names)], axis=1).fillna(0.0)
    counts = counts.set_axis(["a", "o", "b"], axis=1).reset_index()
    a, b = counts["a"], counts["b"]
    n = counts.groupby(stratum)["a"].transform("sum")
    counts["mean"] = a * b / n
    counts["variance"] = a * b * (n - a) * (n - b) / (n * n * np.maximum(n - 1, 1))
    alike = counts["supplier_industry"] == counts["customer_industry"]
    seller = counts.assign(
        industry_key=counts["supplier_industry"], supply_ties=a + alike * (b - counts["o"])
    )
    buyer = counts.assign(industry_key=counts["customer_industry"], supply_ties=b)[~alike]
    sums = pd.concat([seller, buyer]).rename(columns={"o": "local"}).groupby(KEYS)
    sums = sums[["supply_ties", "local", "mean", "variance"]].sum().reset_index()

    def both(rows, keys):
        differ = rows["supplier_industry"] != rows["customer_industry"]
        rows = pd.concat(
            [
                rows.assign(industry_key=rows["supplier_industry"]),
                rows[differ].assign(industry_key=rows["customer_industry"][differ]),
            ]
        )
        return rows.groupby(keys)[["size", "sum"]].sum().astype(float)

    lived = located[located["lives_on"]]
    local = lived[lived["is_local"]].rename(columns={"supplier_region": "region_key"})
    kept = local.groupby(["region_key", *stratum[1:]])["lasts"].agg(["size", "sum"]).reset_index()
    kept = both(kept, KEYS[1:]).set_axis(["persistence_trials", "persistence_kept"], axis=1)
    rates = lived.groupby(stratum[1:])["lasts"].agg(["size", "sum"]).reset_index()
    rates = both(rates, "industry_key")
    rates = (rates["sum"] / rates["size"]).rename("persistence_base_rate")
    stable = located[located["is_stable"]]
    firms_of = [
        stable[["year", f"{end}_region", f"{end}_industry", key]].set_axis([*KEYS, "firm"], axis=1)
        for end, key in (("supplier", "source_key"), ("customer", "target_key"))
    ]
    linked = pd.concat(firms_of).drop_duplicates().groupby(KEYS).size()
    return (
        sums,
        kept.reset_index(),
        rates.reset_index(),
        linked.rename("stably_linked_firms").reset_index(),
    )


ENGINES = {"ours": by_ours, "duckdb": by_duckdb, "pandas": by_pandas}


def measured(engine, folder, firms):
    """Run one engine in this process; print seconds, memory and checksums of its figures."""
    import resource

    import numpy as np

    started, cpu = time.perf_counter(), time.process_time()
    tables = ENGINES[engine](folder, firms)
    seconds, busy = time.perf_counter() - started, time.process_time() - cpu
    # Every figure weighed by its place, so that no two swapped rows go unseen.
    sums = {}
    for table in tables:
        ordered = table.sort_values([c for c in KEYS if c in table], ignore_index=True)
        for name in [c for c in ordered.columns if c in FIGURES]:
            # Cells without any are a row for one engine and none for another.
            shown = ordered[name][ordered[name] > 1e-12].to_numpy(float)
            sums[name] = float((shown * (1 + np.arange(len(shown)) % 97)).sum())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(json.dumps({"seconds": seconds, "cpu": busy, "gigabytes": peak, "sums": sums}))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ties", type=float, default=2e6)
    parser.add_argument("--firms", type=float, default=2e5)
    parser.add_argument("--engines", nargs="+", default=["ours", "duckdb", "pandas"])
    parser.add_argument("--duckdb", default=sys.executable, help="a Python that has DuckDB")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help="where the invented tables are kept")
    given = parser.parse_args()
    firms = int(given.firms)
    if given.run:
        measured(given.run, given.folder, firms)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "ties.parquet").exists():
            invent(folder, given.ties, firms)
        results = {}
        for engine in given.engines:
            python = sys.executable if engine == "ours" else given.duckdb
            command = [python, __file__, "--run", engine, "--folder", str(folder)]
            environment = os.environ | {
                "POLARS_MAX_THREADS": "2",
                "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
            }
            out = subprocess.run(
                [*command, "--firms", str(firms)],
                env=environment, capture_output=True, text=True, check=False,
            )  # fmt: skip
            if out.returncode:
                print(f"{engine:8}  failed: {out.stderr.strip().splitlines()[-1:]}")
                continue
            results[engine] = json.loads(out.stdout.splitlines()[-1])
        first = next(iter(results.values()))
        print("engine    seconds   cpu s      GB   times  same figures")
        for engine, r in results.items():
            same = all(abs(r["sums"][c] - v) <= 1e-6 * abs(v) for c, v in first["sums"].items())
            times = r["seconds"] / first["seconds"]
            print(
                f"{engine:8} {r['seconds']:8.1f} {r['cpu']:7.1f} {r['gigabytes']:7.2f}"
                f" {times:7.1f}  {'yes' if same else 'NO'}"
            )


if __name__ == "__main__":
    main()
