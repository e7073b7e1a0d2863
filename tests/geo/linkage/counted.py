"""Ties of a country of firms, counted between cells as a statistics office would hand them out."""

import numpy as np
import pandas as pd

_ENDS = ["supplier_region", "supplier_industry", "customer_region", "customer_industry"]
_KEYS = ["source_region_key", "source_industry_key", "target_region_key", "target_industry_key"]


def counts_of(study):
    """Located ties between firms by pair of cells, year and kind, as `located_counts` asks."""
    parts = [
        _counted(study.supply, ["supply"]),
        _counted(study.knowledge, ["research", "standard", "talent"]),
    ]
    table = pd.concat(parts, ignore_index=True).rename(columns=dict(zip(_ENDS, _KEYS, strict=True)))
    # Of the first year nobody knows what was there before.
    again = table["ties_seen_again"].where(table["year"] > table["year"].min())
    return table.assign(ties_seen_again=again, value=np.nan)


def _counted(located, kinds):
    ties = located.collect().to_pandas()
    ties["kind"] = ties["kind_key"].map(dict(enumerate(kinds))).astype("object")
    key = ["kind", "source_key", "target_key"]
    before = ties[["year", *key]].assign(year=ties["year"] + 1, again=1.0)
    ties = ties.merge(before, on=["year", *key], how="left").fillna({"again": 0.0})
    groups = ties.groupby([*_ENDS, "year", "kind"], as_index=False)
    return groups.agg(
        ties=("source_key", "size"),
        suppliers=("source_key", "nunique"),
        customers=("target_key", "nunique"),
        ties_seen_again=("again", "sum"),
    ).astype(dict.fromkeys(["ties", "suppliers", "customers"], "float64"))
