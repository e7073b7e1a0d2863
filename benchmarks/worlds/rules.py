"""Three rules in common use, which look at less than the program does."""

import numpy as np

SIGNIFICANT = 0.05
FLOOR = 1.25


def by_quotient(table):
    """A cluster is where the location quotient is above 1.25."""
    return np.where(table["location_quotient"] > FLOOR, "cluster", "dispersed")


def by_quotient_and_local_share(table):
    """The same, if local ties are a larger share of its ties than its region is of all plants."""
    plants = table.groupby(["year", "region_id"])["establishments"].transform("sum")
    share = plants / table.groupby("year")["establishments"].transform("sum")
    local = table["local_supply_ties"].astype(float) / table["supply_ties"].astype(float)
    is_linked = (local > share).to_numpy(dtype=bool, na_value=False)
    concentrated = (table["location_quotient"] > FLOOR).to_numpy(dtype=bool, na_value=False)
    return np.where(concentrated, np.where(is_linked, "cluster", "agglomeration"), "dispersed")


def by_moran(table):
    """A cluster is where a high quotient has a significant local Moran's I, tests uncorrected."""
    is_high = table["local_moran_quadrant"].isin(["high-high", "high-low"])
    return np.where(is_high & (table["local_moran_p"] <= SIGNIFICANT), "cluster", "dispersed")


RULES = {
    "quotient": by_quotient,
    "quotient_and_local_share": by_quotient_and_local_share,
    "moran": by_moran,
}
