"""What verdicts are worth: right or wrong against the truth, counted."""

import pandas as pd

from benchmarks.worlds.rules import RULES
from geo.linkage.tails import wilson_interval

JUDGES = ("jiqun", *RULES)
FOUND = ("cluster", "emerging_cluster")
COUNTED = ["world", "seed", "judge", "planted", "truth", "verdict", "is_right", "is_false_cluster"]


def outcomes(judged, *, world, seed):
    """Cells of one world counted by what was planted, what is true and what was said.

    A verdict is right where the truth accepts it. A false cluster is a cell called cluster or
    emerging cluster where the truth accepts neither.
    """
    accepted = [set(text.split("|")) for text in judged["acceptable"]]
    parts = []
    for judge in JUDGES:
        said = judged[judge].fillna("missing")
        parts.append(
            pd.DataFrame(
                {
                    "judge": judge,
                    "planted": judged["planted"],
                    "truth": judged["class"],
                    "verdict": said,
                    "is_right": [s in a for s, a in zip(said, accepted, strict=True)],
                    "is_false_cluster": [
                        s in FOUND and not a & set(FOUND)
                        for s, a in zip(said, accepted, strict=True)
                    ],
                }
            )
        )
    whole = pd.concat(parts).assign(world=world, seed=seed)
    return whole.groupby(COUNTED, as_index=False).size().rename(columns={"size": "cells"})


def share_right(counted, by):
    """Cells, share right and its Wilson interval, for every group of `by`.

    The years of one planted cell are told apart by little, so the interval takes each world as
    one drawing of as many cells as it has in a year: an honest one, not a narrow one.
    """
    right = counted["cells"].where(counted["is_right"], 0)
    return _shares(counted.assign(hits=right), by)


def share_of_false_clusters(counted, by):
    """Cells where no cluster is, the share called one, and its Wilson interval."""
    hits = counted["cells"].where(counted["is_false_cluster"], 0)
    return _shares(counted.assign(hits=hits), by)


def _shares(counted, by):
    sums = counted.groupby(by, as_index=False)[["cells", "hits", "years_cells"]].sum()
    share = sums["hits"] / sums["cells"]
    bounds = wilson_interval(share * sums["years_cells"], sums["years_cells"])
    return sums.assign(share=share, low=bounds.low, high=bounds.high)


def with_yearly_cells(counted, years):
    """Counts with the cells of a mean year beside those of all years."""
    return counted.assign(years_cells=counted["cells"] / counted["world"].map(years))
