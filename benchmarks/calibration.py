"""Confidence against countries drawn again: of cells that claim nine in ten, do nine in ten stay?

    python -m benchmarks.calibration --countries 12 --draws 4 --page docs/confidence.md

A country is drawn once and judged with its confidence; then it is drawn again and again from the
same laws (`geo.worlds.world`, `draw`), and every verdict of the first draw is compared with those.
Outcomes are kept in a file as they come, so that a run that was stopped goes on where it was.
"""

import argparse
import contextlib
import multiprocessing
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

KEY = ["region_id", "industry"]
EDGES = np.array([0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0])
RECIPES = ("borderline", "random")
RESAMPLES = 1000


def recipe(kind, seed):
    from geo.worlds import borderline_recipe, random_recipe

    if kind == "borderline":
        return borderline_recipe(seed)
    return random_recipe(seed, regions=40, firms=4_000, plantings=12)


def judged(kind, seed, draw):
    """Class and confidence of every cell of the last year of a country."""
    from geo.dataset import read_dataset
    from geo.worlds import world, write_world
    from pipelines.verdicts import verdicts_of

    with tempfile.TemporaryDirectory() as folder:
        raw, out = Path(folder, "raw"), Path(folder, "out")
        write_world(world(recipe(kind, seed), seed=seed, draw=draw), raw)
        into = out / ".jiqun" / "ingested"
        into.mkdir(parents=True)
        table = verdicts_of(read_dataset(raw, into=into), out)
    last = table[table["year"] == table["year"].max()]
    return last.set_index(KEY)[["class", "confidence"]].astype({"class": "str"})


def outcomes(task):
    """Cells of the first draw with how many other draws gave them the same class."""
    kind, seed, draws = task
    warnings.simplefilter("ignore")
    first = judged(kind, seed, 0)
    kept = sum(
        # Where another draw has no firms at all, nothing is concentrated and nobody trades.
        judged(kind, seed, draw)["class"]
        .reindex(first.index, fill_value="dispersed")
        .eq(first["class"])
        .astype(int)
        for draw in range(1, draws + 1)
    )
    return first.assign(kept=kept, draws=draws, kind=kind, country=seed).reset_index()


def reliability(cells, *, by=()):
    """Claimed and observed shares by bin of confidence, with a bootstrap over countries."""
    known = cells[cells["confidence"].notna()]
    known = known.assign(bin=np.digitize(known["confidence"], EDGES[1:-1], right=False))
    sums = known.assign(claimed=known["confidence"] * known["draws"]).groupby(
        [*by, "bin", "country"]
    )[["claimed", "kept", "draws"]].sum()
    rows = []
    for names, group in sums.groupby([*by, "bin"]):
        rng = np.random.default_rng(0)
        picks = rng.integers(0, len(group), (RESAMPLES, len(group)))
        kept, draws = (group[c].to_numpy()[picks].sum(axis=1) for c in ("kept", "draws"))
        low, high = np.quantile(kept / draws, [0.025, 0.975])
        whole = group.sum()
        size = known[np.logical_and.reduce([known[n] == v for n, v in zip([*by, "bin"], names)])]
        rows.append(
            dict(zip([*by, "bin"], names, strict=True))
            | {
                "cells": len(size),
                "countries": len(group),
                "claimed": whole["claimed"] / whole["draws"],
                "observed": whole["kept"] / whole["draws"],
                "low": low,
                "high": high,
            }
        )
    return pd.DataFrame(rows)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--countries", type=int, default=12, help="of each kind")
    parser.add_argument("--first", type=int, default=1, help="seed of the first country")
    parser.add_argument("--draws", type=int, default=4, help="of every country, after the first")
    parser.add_argument("--kinds", nargs="+", default=list(RECIPES), choices=RECIPES)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--outcomes", type=Path, default=Path("calibration-outcomes.csv"))
    wanted = parser.parse_args()
    seeds = range(wanted.first, wanted.first + wanted.countries)
    known = set()
    if wanted.outcomes.exists():
        done = pd.read_csv(wanted.outcomes)
        known = set(zip(done["kind"], done["country"], strict=True))
    todo = [(k, s, wanted.draws) for s in seeds for k in wanted.kinds if (k, s) not in known]
    pool = multiprocessing.get_context("spawn").Pool(wanted.jobs, maxtasksperchild=4)
    with contextlib.closing(pool):
        for number, cells in enumerate(pool.imap_unordered(outcomes, todo), start=1):
            cells.to_csv(
                wanted.outcomes, mode="a", header=not wanted.outcomes.exists(), index=False
            )
            print(f"{number}/{len(todo)} {cells.loc[0, 'kind']}", file=sys.stderr)
    cells = pd.read_csv(wanted.outcomes)
    cells = cells[cells["kind"].isin(wanted.kinds) & cells["country"].isin(seeds)]
    print(reliability(cells, by=("kind",)).to_string(index=False))
    print(reliability(cells[cells["class"] != "dispersed"], by=("kind",)).to_string(index=False))
    print(reliability(cells, by=("class",)).to_string(index=False))


if __name__ == "__main__":
    main()
