"""Confidence against countries drawn again: of cells that claim nine in ten, do nine in ten stay?

    python -m benchmarks.calibration --countries 14 --draws 3 --page docs/confidence.md

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

import pandas as pd

from benchmarks.calibration_page import CURVE, page

KEY = ["region_id", "industry"]
RECIPES = ("borderline", "random", "ordinary")


def recipe(kind, seed):
    from geo.worlds import borderline_recipe, ordinary_recipe, random_recipe

    if kind == "borderline":
        return borderline_recipe(seed)
    if kind == "ordinary":
        return ordinary_recipe()
    return random_recipe(seed, regions=40, firms=4_000, plantings=12)


def last_year(table, columns):
    last = table[table["year"] == table["year"].max()]
    return last.set_index(KEY)[columns].astype({"class": "str"})


def claimed(kind, seed):
    """Class and confidence of every cell of the last year of a country, by the whole program."""
    from geo.dataset import read_dataset
    from pipelines.commands.verdicts import verdicts_of

    with written(kind, seed, 0) as (raw, out):
        into = out / ".jiqun" / "ingested"
        into.mkdir(parents=True)
        return last_year(verdicts_of(read_dataset(raw, into=into), out), ["class", "confidence"])


def drawn_again(kind, seed, draw):
    """Class of every cell of the last year of another draw of the country."""
    from benchmarks.worlds.verdicts import evidence

    with written(kind, seed, draw) as (raw, out):
        return last_year(evidence(raw, out), ["class"])["class"]


@contextlib.contextmanager
def written(kind, seed, draw):
    """Folders of a country's raw tables and of what is made of them."""
    from geo.worlds import world, write_world

    with tempfile.TemporaryDirectory() as folder:
        raw, out = Path(folder, "raw"), Path(folder, "out")
        write_world(world(recipe(kind, seed), seed=seed, draw=draw), raw)
        yield raw, out


def outcomes(task):
    """Cells of the first draw with how many other draws gave them the same class."""
    kind, seed, draws = task
    warnings.simplefilter("ignore")
    first = claimed(kind, seed)
    kept = sum(
        # Where another draw has no firms at all, nothing is concentrated and nobody trades.
        drawn_again(kind, seed, draw)
        .reindex(first.index, fill_value="dispersed")
        .eq(first["class"])
        .astype(int)
        for draw in range(1, draws + 1)
    )
    return first.assign(kept=kept, draws=draws, kind=kind, country=seed).reset_index()


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
    parser.add_argument("--page", type=Path, help="where to write the page; the curve beside it")
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
    text, drawing = page(cells)
    if wanted.page:
        (wanted.page.parent / CURVE).write_text(drawing, encoding="utf-8")
        wanted.page.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
