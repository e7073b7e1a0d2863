"""Claimed against observed shares, by bins of what is claimed."""

import numpy as np
import pandas as pd

EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
RESAMPLES = 1000


def reliability(cells, *, by=()):
    """Claimed and observed shares by bin of confidence, with their 95 % intervals.

    `cells` has confidence, kept (of so many draws), draws and country. Cells of one country are
    alike, so that the intervals are those of a bootstrap over countries.
    """
    known = cells[cells["confidence"].notna()]
    known = known.assign(
        bin=np.digitize(known["confidence"], EDGES[1:-1]),
        claimed=known["confidence"] * known["draws"],
        cells=1,
    )
    keys = [*by, "bin"]
    sums = known.groupby([*keys, "country"])[["claimed", "kept", "draws", "cells"]].sum()
    rows = []
    for names, group in sums.groupby(keys):
        low, high = _interval(group)
        whole = group.sum()
        rows.append(
            dict(zip(keys, names, strict=True))
            | {
                "cells": int(whole["cells"]),
                "claimed": whole["claimed"] / whole["draws"],
                "observed": whole["kept"] / whole["draws"],
                "low": low,
                "high": high,
            }
        )
    return pd.DataFrame(rows)


def _interval(group):
    rng = np.random.default_rng(0)
    picks = rng.integers(0, len(group), (RESAMPLES, len(group)))
    kept, draws = (group[c].to_numpy()[picks].sum(axis=1) for c in ("kept", "draws"))
    return np.quantile(kept / draws, [0.025, 0.975])
