"""Local and global spatial autocorrelation: seconds per industry, ours beside esda and pygeoda.

    python benchmarks/local_moran.py [--regions FILE] [--industries 500] [--rounds 3]

All figures of one run come from one process on one machine: the rounds go through the programs in
turn, and the median of the rounds is printed, with the ratio to ours. The map is a file of polygons
(by default the counties of `../shared/data/us-2016`, without Alaska and Hawaii, where they are
there) or else a lattice of 56 by 56 squares; the industries are invented, half of their cells
empty. `pygeoda` is measured where it is installed (the extra `benchmarks`), with two threads;
everything else has one.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).resolve().parents[1]
COUNTIES = ROOT / "../shared/data/us-2016/regions.parquet"
PERMUTATIONS = 999


def read_map(path):
    import geopandas as gpd
    from shapely import box

    if not path.exists():
        squares = [
            box(x / 9, y / 9, x / 9 + 1 / 9, y / 9 + 1 / 9) for y in range(56) for x in range(56)
        ]
        return gpd.GeoDataFrame(geometry=squares, crs=4326)
    regions = gpd.read_parquet(path).to_crs(4326).sort_values("region_id")
    if path == COUNTIES:
        regions = regions[~regions.region_id.str[:2].isin(["02", "15"])]
    return regions.reset_index(drop=True)


def invented(regions, industries):
    import numpy as np

    rng = np.random.default_rng(1)
    there = rng.random((regions, industries)) < 0.5
    return np.where(there, rng.gamma(1, size=(regions, industries)), 0.0)


def uneven(graph):
    import numpy as np
    from libpysal.graph import Graph

    links = graph.adjacency.reset_index()
    weights = np.random.default_rng(2).random(len(links)) + 0.1
    return Graph.from_arrays(links.focal.to_numpy(), links.neighbor.to_numpy(), weights)


def contenders(regions, industries):
    """Programs by question: name, variables per round, function of these variables."""
    import esda
    import numpy as np

    from geo.concentration.map.autocorrelation import local_moran, moran_i
    from geo.concentration.map.geary import local_geary
    from geo.concentration.map.getis_ord import local_g
    from geo.concentration.map.neighbours import contiguity_graph

    graph = contiguity_graph(regions)
    standardised = graph.transform("r")
    own = uneven(graph)
    one_by_one = {"permutations": PERMUTATIONS, "n_jobs": 1}

    def each(function):
        return lambda x: [function(np.ascontiguousarray(column)) for column in x.T]

    def esda_local(weights):
        return each(lambda x: esda.Moran_Local(x, weights, seed=1, **one_by_one))

    many, some, few = industries, max(industries // 10, 1), 5
    questions = {
        "local Moran, contiguity": [
            ("jiqun", many, lambda x: local_moran(x, graph)),
            ("esda, one by one", few, esda_local(standardised)),
        ],
        "local Moran, general weights": [
            ("jiqun", some, lambda x: local_moran(x, own)),
            ("esda, one by one", few, esda_local(own.transform("r"))),
        ],
        "local G*, contiguity": [
            ("jiqun", many, lambda x: local_g(x, graph, star=True)),
            (
                "esda, one by one",
                few,
                each(lambda x: esda.G_Local(x, graph, star=True, seed=1, **one_by_one)),
            ),
        ],
        "local Geary, contiguity": [
            ("jiqun", some, lambda x: local_geary(x, graph)),
            (
                "esda, one by one",
                few,
                each(lambda x: esda.Geary_Local(standardised, seed=1, **one_by_one).fit(x)),
            ),
        ],
        "global Moran, contiguity": [
            ("jiqun", some, lambda x: moran_i(x, graph)),
            (
                "esda, one by one",
                few,
                each(lambda x: esda.Moran(x, standardised, permutations=PERMUTATIONS)),
            ),
        ],
    }
    questions["local Moran, contiguity"] += pygeoda_contenders(regions, few)
    return questions


def pygeoda_contenders(regions, few):
    try:
        import pygeoda
    except ImportError:
        return []
    with tempfile.TemporaryDirectory() as folder:
        shapes = Path(folder) / "map.shp"
        regions[["geometry"]].to_file(shapes)
        opened = pygeoda.open(str(shapes))
        weights = pygeoda.queen_weights(opened)

    def run(method):
        return lambda x: [
            pygeoda.local_moran(
                weights,
                column.tolist(),
                permutations=PERMUTATIONS,
                permutation_method=method,
                cpu_threads=2,
                seed=1,
            )
            for column in x.T
        ]

    return [(f"pygeoda, {m}, 2 threads", few, run(m)) for m in ("complete", "lookup")]


def compare(regions, industries, rounds):
    x = invented(len(regions), industries)
    for question, programs in contenders(regions, industries).items():
        seconds = {name: [] for name, _, _ in programs}
        for turn in range(rounds + 1):
            for name, variables, run in programs:
                start = time.perf_counter()
                run(x[:, :variables])
                if turn:  # the first only warms up: compilers, caches
                    seconds[name].append((time.perf_counter() - start) / variables)
        ours = statistics.median(seconds["jiqun"])
        print(f"\n{question}: {len(regions):,} regions, {PERMUTATIONS} permutations")
        for name, variables, _ in programs:
            median = statistics.median(seconds[name])
            spread = f"{min(seconds[name]) * 1e3:.2f} to {max(seconds[name]) * 1e3:.2f}"
            print(
                f"  {name:<28}{median * 1e3:>10.2f} ms an industry ({spread}; of {variables}), "
                f"{median / ours:>7.1f} times ours"
            )


def large():
    """In a process of its own, so that the peak of memory is that of the question."""
    code = (
        "import resource, time, numpy as np\n"
        "from scipy.spatial import cKDTree\n"
        "from libpysal.graph import Graph\n"
        "from geo.concentration.map.autocorrelation import local_moran, moran_i\n"
        "rng = np.random.default_rng(1)\n"
        "centres = rng.random((50_000, 2))\n"
        "near = cKDTree(centres).query(centres, k=7)[1][:, 1:]\n"
        "focal = np.repeat(np.arange(50_000), 6)\n"
        "graph = Graph.from_arrays(focal, near.ravel(), np.ones(300_000))\n"
        "x = np.where(rng.random((50_000, 20)) < .5, rng.gamma(1, size=(50_000, 20)), 0.)\n"
        "start = time.perf_counter()\n"
        "local_moran(x, graph)\n"
        "middle = time.perf_counter()\n"
        "moran_i(x, graph)\n"
        "end = time.perf_counter()\n"
        "peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024\n"
        'seconds = f"local {middle - start:.1f} s, global {end - middle:.1f} s"\n'
        'print(f"  {seconds}, peak {peak:,.0f} MB")\n'
    )
    print("\n50,000 regions with 6 neighbours, 20 industries, 999 permutations")
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def first_call():
    """What the first call costs with an empty cache of compiled kernels, and with a filled one."""
    code = (
        "import time, numpy as np\n"
        "start = time.perf_counter()\n"
        "import geo.concentration.map.autocorrelation as a\n"
        "imported = time.perf_counter()\n"
        "from libpysal.graph import Graph\n"
        "graph = Graph.from_arrays([0, 0, 1, 1, 2, 2], [1, 2, 0, 2, 0, 1], [1., 2, 3, 1, 2, 1])\n"
        "ready = time.perf_counter()\n"
        "a.local_moran([1., 2, 4], graph, permutations=9)\n"
        "a.moran_i([1., 2, 4], graph, permutations=9)\n"
        "called = time.perf_counter()\n"
        "print(f'import {imported - start:.2f} s, first calls {called - ready:.2f} s')\n"
    )
    print("\nFirst use of the compiled kernels (general weights and global replicates)")
    with tempfile.TemporaryDirectory() as cache:
        for state in ("cache empty", "cache filled"):
            print(f"  {state}: ", end="", flush=True)
            environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
            subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--regions", type=Path, default=COUNTIES)
    parser.add_argument("--industries", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    first_call()
    large()
    compare(read_map(arguments.regions), arguments.industries, arguments.rounds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nPeak memory of the comparison: {peak:,.0f} MB")


if __name__ == "__main__":
    main()
