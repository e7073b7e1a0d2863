"""Judge planted worlds and write the page of the proof.

    python -m benchmarks.worlds --seeds 50 --jobs 2 --page docs/worlds.md
    python -m benchmarks.worlds --seeds 1 --worlds chains nothing_planted

Outcomes are kept in a file as they come, so that a run that was stopped goes on where it was.
"""

import argparse
import contextlib
import multiprocessing
import sys
from pathlib import Path

import pandas as pd

from benchmarks.worlds.judging import judged_outcomes


def main():
    from geo.worlds import HARD_WORLDS

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--first-seed", type=int, default=1000)
    parser.add_argument(
        "--worlds", nargs="+", default=sorted(HARD_WORLDS), choices=sorted(HARD_WORLDS)
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--outcomes", type=Path, default=Path("worlds-outcomes.csv"))
    parser.add_argument("--page", type=Path, help="where to write the page; printed otherwise")
    wanted = parser.parse_args()
    seeds = range(wanted.first_seed, wanted.first_seed + wanted.seeds)
    done = pd.read_csv(wanted.outcomes) if wanted.outcomes.exists() else None
    known = set() if done is None else set(zip(done["world"], done["seed"], strict=True))
    todo = [(w, s) for s in seeds for w in wanted.worlds if (w, s) not in known]
    # Fresh processes now and then: readers and engines keep memory.
    pool = multiprocessing.get_context("spawn").Pool(wanted.jobs, maxtasksperchild=20)
    with contextlib.closing(pool):
        for number, counted in enumerate(pool.imap_unordered(judged_outcomes, todo), start=1):
            counted.to_csv(
                wanted.outcomes, mode="a", header=not wanted.outcomes.exists(), index=False
            )
            world, seed = counted.loc[0, ["world", "seed"]]
            print(f"{number}/{len(todo)} {world} {seed}", file=sys.stderr)
    counted = pd.read_csv(wanted.outcomes)
    counted = counted[counted["world"].isin(wanted.worlds) & counted["seed"].isin(seeds)]
    text = written(counted)
    if wanted.page:
        wanted.page.write_text(text, encoding="utf-8")
    else:
        print(text)


def written(counted):
    from benchmarks.worlds.page import page
    from geo.worlds import HARD_WORLDS

    years = counted.groupby("world")["years"].max().to_dict()
    return page(counted, years, {name: world.tries.en for name, world in HARD_WORLDS.items()})


if __name__ == "__main__":
    main()
