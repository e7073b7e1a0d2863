"""K_d, M and m: seconds and memory as firms grow, and M beside the textbook's distances.

    python benchmarks/distances.py [--rounds 3] [--threads 2] [--draws 1000] [--part all]

The country is invented: 60 towns of lognormal width in a square of 1,000 km, and two firms in five
scattered over it; one firm in four belongs to the industry. All programs run in one process; where
two are compared, the rounds go through them in turn, and medians and their ratio are printed. K_d
and M take `--threads`; NumPy multiplies on as many as the machine has.

The textbook M holds all distances from the members of a draw in one matrix and counts them, radius
by radius. It takes up to hours for 1,000 draws, so that one draw a round is timed and scaled up;
both must give the same figures first. On a busy machine read the seconds of the processor: divided
by the threads, they are what an idle one takes.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time

import narwhals as nw
import numpy as np
import polars as pl

from geo.concentration.distance.duranton_overman import distance_density, distance_density_test
from geo.concentration.distance.marcon_puech import neighbour_ratio, neighbour_ratio_test
from geo.concentration.distance.relative_density import (
    neighbour_density_ratio,
    neighbour_density_ratio_test,
)
from geo.concentration.pairs.pair_distances import neighbour_ratios_by_pair

SIDE = 1000.0
KD = np.linspace(0, 300, 61)
RADII = np.array([1, 2, 5, 10, 15, 20, 30, 40, 50, 60, 80, 100.0])


def country(firms, seed=0):
    rng = np.random.default_rng(seed)
    towns, width = rng.random((60, 2)) * SIDE, rng.lognormal(2.0, 0.8, 60)
    town = rng.choice(60, firms, p=rng.dirichlet(np.ones(60)))
    points = towns[town] + rng.normal(size=(firms, 2)) * width[town][:, None]
    anywhere = rng.random(firms) < 0.4
    points[anywhere] = rng.random((anywhere.sum(), 2)) * SIDE
    return np.clip(points, 0, SIDE)


def members_of(firms, members, seed=1):
    chosen = np.random.default_rng(seed).choice(firms, members, replace=False)
    return np.isin(np.arange(firms), chosen)


def textbook(points, member, weights):
    """M as its formula reads."""
    own = points[member]
    apart = np.sqrt(((own[:, None, :] - points[None, :, :]) ** 2).sum(axis=2))
    apart[np.arange(len(own)), np.flatnonzero(member)] = np.inf
    elsewhere = (weights[member].sum() - weights[member]) / (weights.sum() - weights[member])
    ratios = []
    for radius in RADII:
        within = (apart <= radius).astype(float)
        around, same = within @ weights, within @ (weights * member)
        some = around > 0
        ratios.append((same[some] / around[some]).sum() / elsewhere[some].sum())
    return np.array(ratios)


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def first_calls():
    few = country(200)
    member = members_of(200, 50)
    kd = seconds(lambda: distance_density_test(few, member, KD, seed=1, draws=19, method="raster"))
    pairs = seconds(lambda: distance_density_test(few, member, KD, seed=1, draws=19))
    ratio = seconds(lambda: neighbour_ratio_test(few, member, RADII, seed=1, draws=19))
    print(f"first calls (compiled, or read from disk): K_d {kd + pairs:.1f} s, M {ratio:.1f} s")


def kd_by_size(draws, threads):
    print(f"\nK_d, {draws} draws from four times the firms, {threads} threads")
    print("    firms  method       h km   seconds  of processor  GB so far")
    for firms in (1000, 3000, 10_000, 30_000, 100_000):
        points, member = country(4 * firms), members_of(4 * firms, firms)
        start, processor = time.perf_counter(), time.process_time()
        result = distance_density_test(points, member, KD, seed=1, draws=draws, threads=threads)
        took, worked = time.perf_counter() - start, time.process_time() - processor
        line = (
            f"{firms:>9,}  {result.method:<8} {result.bandwidth:>8.2f} {took:>9.1f} {worked:>13.1f}"
        )
        print(f"{line} {memory():>10.2f}", flush=True)


def kd_error():
    print("\nK_d of a raster beside all pairs, largest difference over the largest density")
    for firms in (2000, 5000, 20_000):
        points, member = country(4 * firms), members_of(4 * firms, firms)
        exact = distance_density(points[member], KD)
        for method in ("pairs", "raster"):
            options = {"seed": 1, "draws": 1, "level": 0.6, "method": method}
            curve = distance_density_test(points, member, KD, **options).density
            error = np.abs(curve - exact).max() / exact.max()
            print(f"{firms:>9,}  {method:<8} {error:.1e}", flush=True)


def ratio_beside_textbook(draws, threads, rounds):
    firms, members = 20_000, 1000
    points, member = country(firms), members_of(firms, members)
    weights = np.random.default_rng(2).lognormal(2, 1, firms)
    ours = neighbour_ratio(points, member, RADII, weights=weights)
    difference = np.abs(ours / textbook(points, member, weights) - 1).max()
    print(f"\nM, {firms:,} firms, {members:,} of them members, {draws} draws, up to 100 km")
    print(f"largest relative difference from the textbook: {difference:.1e}")
    times = {"ours": [], "textbook": []}
    for round_ in range(rounds):
        times["ours"].append(
            seconds(
                lambda: neighbour_ratio_test(
                    points, member, RADII, seed=1, weights=weights, draws=draws, threads=threads
                )
            )
        )
        come = np.random.default_rng(round_).permutation(firms)
        one = seconds(lambda come=come: textbook(points, member[come], weights[come]))
        times["textbook"].append(one * (draws + 1))
    ours, theirs = (statistics.median(times[name]) for name in ("ours", "textbook"))
    print(f"ours {ours:.1f} s, textbook {theirs:.0f} s (scaled from one draw a round)")
    print(f"ratio {theirs / ours:.0f}; {memory():.2f} GB at most")


def relative_density_by_size(draws, threads):
    print(f"\nm, one firm in 20 a member, {draws} draws, up to 100 km, {threads} threads")
    print("    firms  weights   seconds  of processor  test's error")
    for firms, weighted in ((2000, False), (2000, True), (6000, False), (20_000, False)):
        points, member = country(firms), members_of(firms, firms // 20)
        weights = np.random.default_rng(2).lognormal(2, 1, firms) if weighted else None
        exact = neighbour_density_ratio(points, member, RADII, weights=weights)
        options = {"weights": weights, "draws": draws, "threads": threads}
        start, processor = time.perf_counter(), time.process_time()
        result = neighbour_density_ratio_test(points, member, RADII, seed=1, **options)
        took, worked = time.perf_counter() - start, time.process_time() - processor
        error = np.abs(result.ratio / exact - 1).max()
        name = "jobs" if weighted else "none"
        print(f"{firms:>9,}  {name:<8} {took:>8.1f} {worked:>13.1f} {error:>13.1e}", flush=True)


def pairs_of_industries(firms=2_000_000, industries=500):
    degrees = country(firms) / SIDE * 8
    rows = {"firm_key": np.arange(firms), "year": 2023, "employment": 1.0}
    rows["industry_key"] = np.random.default_rng(3).integers(0, industries, firms)
    table = pl.DataFrame(rows | {"longitude": degrees[:, 0], "latitude": 45 + degrees[:, 1] / 2})
    start = time.process_time()
    found = neighbour_ratios_by_pair(nw.from_native(table.lazy()), [2023], seed=1)
    took = time.process_time() - start
    print(f"\nM of {len(found):,} pairs of industries with their chances, {firms:,} firms")
    print(f"{took:.1f} s of processor", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument(
        "--part", choices=["all", "kd", "error", "ratio", "m", "pairs"], default="all"
    )
    given = parser.parse_args()
    first_calls()
    if given.part in ("all", "kd"):
        kd_by_size(given.draws, given.threads)
    if given.part in ("all", "error"):
        kd_error()
    if given.part in ("all", "ratio"):
        ratio_beside_textbook(given.draws, given.threads, given.rounds)
    if given.part in ("all", "m"):
        relative_density_by_size(given.draws, given.threads)
    if given.part in ("all", "pairs"):
        pairs_of_industries()


if __name__ == "__main__":
    main()
