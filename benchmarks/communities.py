"""Communities of many ties: this library beside networkx, as a ratio, and alone at full size.

    python benchmarks/communities.py [--ties 5e6] [--firms 5e5] [--beside 2e5]

Ties are invented: regions on a line, three in ten ties near, the rest anywhere. Both libraries get
the same ties at the size of `--beside`, where networkx (Louvain; its Leiden needs a backend) can
still be waited for; modularity is computed by networkx for both. Then functional clusters and
communities of firms are timed at `--ties`, from establishments and ties to the result.
"""

import argparse
import resource
import time

import networkx as nx
import numpy as np
import pandas as pd
import polars as pl

REGIONS, INDUSTRIES, YEARS = 400, 60, 2


def invent(ties, firms):
    """Region and industry of every firm, and both ends of ties that are distinct."""
    rng = np.random.default_rng(0)
    region = np.sort(rng.integers(0, REGIONS, firms))
    industry = rng.integers(0, INDUSTRIES, firms)
    source = rng.integers(0, firms, int(ties * 1.02))
    near = rng.random(len(source)) < 0.3
    step = rng.normal(0, firms / REGIONS / 3, len(source)).astype(int)
    anywhere = rng.integers(0, firms, len(source))
    target = np.where(near, np.clip(source + step, 0, firms - 1), anywhere)
    code = np.unique((source * firms + target)[source != target])
    code = rng.permutation(code)[: int(ties)]
    return region, industry, code // firms, code % firms


def beside_networkx(ties):
    """Seconds and modularity of both libraries on the same ties."""
    from geo.linkage.clusters.communities import leiden_communities

    firms = ties // 5
    _, _, source, target = invent(ties, firms)
    leiden_communities([0], [1], parties=2)  # what is loaded once is not timed
    start = time.perf_counter()
    found = leiden_communities(source, target, parties=firms)
    ours = time.perf_counter() - start
    graph = nx.Graph()
    graph.add_nodes_from(range(firms))
    graph.add_edges_from(zip(source.tolist(), target.tolist(), strict=True))
    start = time.perf_counter()
    theirs = nx.community.louvain_communities(graph, seed=0)
    seconds = time.perf_counter() - start
    sets = [set(g) for g in pd.Series(range(firms)).groupby(found).groups.values()]
    print(f"{ties:,} ties of {firms:,} firms")
    for name, took, parts in (("ours", ours, sets), ("networkx", seconds, theirs)):
        q = nx.community.modularity(graph, parts)
        print(f"  {name:9} {took:8.2f} s  modularity {q:.3f}  {took / ours:6.1f} times")


def at_full_size(ties, firms):
    """Seconds and memory of communities of firms and of functional clusters."""
    import narwhals as nw

    from geo.linkage.clusters.communities import leiden_communities
    from geo.linkage.clusters.functional_communities import functional_clusters

    region, industry, source, target = invent(ties, firms)
    start = time.perf_counter()
    found = leiden_communities(source, target, parties=firms)
    print(f"{len(source):,} ties of {firms:,} firms")
    print(f"  communities of firms   {time.perf_counter() - start:6.1f} s  {found.max() + 1:,}")
    key = np.arange(firms)
    years = pl.DataFrame({"year": [2020 + y for y in range(YEARS)]}).lazy()
    living = pl.LazyFrame(
        {
            "firm_key": key,
            "region_key": region,
            "industry_key": industry,
            "longitude": region / 4,
            "latitude": np.zeros(firms),
            "employment": np.ones(firms),
        }
    ).with_columns(group_key=pl.lit(None, dtype=pl.Float64))
    half = len(source) // YEARS  # so that there are as many rows as asked for
    trade = pl.LazyFrame({"source_key": source[:half], "target_key": target[:half]})
    trade = trade.with_columns(kind=pl.lit("supply"))
    row = np.arange(REGIONS)
    near = pd.DataFrame(
        [(i, j) for i in row for j in (i - 1, i, i + 1) if 0 <= j < REGIONS],
        columns=["supplier_region", "customer_region"],
    )
    start = time.perf_counter()
    result = functional_clusters(
        nw.from_native(living.join(years, how="cross").collect().lazy()),
        nw.from_native(trade.join(years, how="cross").collect().lazy()),
        near,
        firms=firms,
    )
    seconds = time.perf_counter() - start
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"  functional clusters    {seconds:6.1f} s  {result.table['cluster'].nunique():,}")
    print(f"  peak memory            {gigabytes:6.2f} GB")


def main():
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ties", type=float, default=5e6)
    parser.add_argument("--firms", type=float, default=5e5)
    parser.add_argument("--beside", type=float, default=2e5)
    options = parser.parse_args()
    beside_networkx(int(options.beside))
    at_full_size(int(options.ties), int(options.firms))


if __name__ == "__main__":
    main()
