"""Structure of every cell: tiers, levels, core and periphery, pyramid or web, homogeneity.

Here belongs laying these side by side, and cutting the network of a cell out of its region's ties.
The measures themselves are in `tiers`, `trophic`, `core_periphery_fit` and `homogeneity`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

from geo.linkage.collaboration.breadth import living_firms
from geo.linkage.matching import CELL
from geo.linkage.networks.core_periphery_fit import core_periphery
from geo.linkage.networks.homogeneity import homogeneity_by_cell
from geo.linkage.networks.tiers import (
    Tiers,
    compared_years,
    core_thresholds,
    firm_tiers,
    institution_tiers,
    lasting_local_ties,
    local_partners,
    tier_counts,
)
from geo.linkage.networks.trophic import flow_hierarchy, trophic_incoherence, trophic_levels
from geo.study.keys import lazy_like

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from geo.study import Study

    Lazy = nw.LazyFrame[Any]
    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["Structure", "network_form", "structure_by_cell"]

LEAST_PAIRS = 20
"""Pairs of lasting local partners from which a network has a form."""
MOST_NETWORKS = 500
"""Networks of a year whose form is measured, those with the most pairs."""
_MOST = 0.5


class Structure(NamedTuple):
    """Structure of cells, and the parties that make it."""

    cells: pd.DataFrame
    """As `structure_by_cell` says."""
    tiers: Tiers
    """Firms and institutions with a tier."""


def structure_by_cell(study: Study, *, seed: int) -> Structure:
    """Tiers, form and homogeneity of every cell with a living establishment.

    Parameters
    ----------
    study : Study
        The country; local is the region here, whatever its settings say.
    seed : int
        Makes the rewired networks; each cell draws for itself.

    Returns
    -------
    Structure
        `cells` has one row per cell, sorted by year, region_key, industry_key, with

        - core_firms, supporting_firms, supporting_institutions, core_tie_share: as
          `tiers.tier_counts`. 0 without local ties; NaN in a year without any supply tie; of the
          institutions NaN in a year in which no institution is tied to anyone; core_tie_share
          is NaN without local ties
        - trophic_incoherence, flow_hierarchy, core_periphery_fit, core_periphery_p: of the cell's
          network, which is its firms, their lasting local partners and all lasting local ties
          among these. NaN with fewer than `LEAST_PAIRS` pairs with an end in the cell, and beyond
          the `MOST_NETWORKS` largest of a year
        - shape: as `network_form` says; None where the former are NaN
        - the columns of `homogeneity.homogeneity_by_cell`
    """
    here = study.by_region
    sizes, years, supply = here.sizes, here.supply_years, here.supply
    local = lasting_local_ties(supply, years)
    partners = local_partners(local, sizes=sizes)
    thresholds = core_thresholds(partners, sizes=sizes)
    of_firms = firm_tiers(partners, thresholds, sizes=sizes)
    tied = here.institution_ties
    tiers = Tiers(of_firms, institution_tiers(tied, of_firms))
    forms, levels = _forms(local, thresholds, of_firms, seed=seed)
    table = living_firms(here.establishments)[CELL]
    for part in (
        tier_counts(tiers, partners, sizes=sizes),
        forms,
        homogeneity_by_cell(here.establishments, supply, sizes=sizes),
    ):
        table = table.merge(part, on=CELL, how="left", validate="one_to_one")
    seen = tied.select("year").unique().collect()["year"].to_list()
    for column, known in (
        ("core_firms", years),
        ("supporting_firms", years),
        ("supporting_institutions", sorted(set(years) & set(seen))),
    ):
        filled = table[column].astype("float64").fillna(0.0)
        table[column] = filled.where(table["year"].isin(known))
    level = lazy_like(of_firms, levels).with_columns(
        nw.col("year").cast(nw.Int32),
        nw.col("firm_key").cast(of_firms.collect_schema()["firm_key"]),
        nw.col("trophic_level").cast(nw.Float64),
    )
    described = of_firms.join(level, on=["firm_key", "year"], how="left")
    is_lasting = nw.col("year").is_in(compared_years(years))
    tiers = Tiers(described.with_columns(is_lasting=is_lasting), tiers.institutions)
    return Structure(table.sort_values(CELL, ignore_index=True), tiers)


def network_form(
    *, hub_share: float, flow_hierarchy: float, core_firms: int, supporting_firms: int
) -> str:
    """Hub and spoke, web, pyramid, or layered.

    The first of these that holds: in a *hub and spoke* at least half of the ties are one firm's.
    In a *web* firms supply each other in circles: less than half of the ties lie on no cycle of
    supply. Where goods mostly flow one way it is a *pyramid* if it narrows to tops, that is core
    firms, fewer than those that support them; else it is *layered*: sellers and buyers that gather
    around nobody.

    Parameters
    ----------
    hub_share : float
        Largest share of the network's ties that one firm has an end of.
    flow_hierarchy : float
        Share of ties on no cycle, as `trophic.flow_hierarchy` gives it.
    core_firms, supporting_firms : int
        Of the network.

    References
    ----------
    .. [1] Markusen, A. (1996). Sticky places in slippery space. Economic Geography 72(3), 293-313.
    .. [2] Luo, J., Baldwin, C. Y., Whitney, D. E. & Magee, C. L. (2012). The architecture of
       transaction networks. Industrial and Corporate Change 21(6), 1307-1335.

    Examples
    --------
    >>> network_form(hub_share=0.2, flow_hierarchy=0.8, core_firms=2, supporting_firms=30)
    'pyramid'
    >>> network_form(hub_share=0.2, flow_hierarchy=0.8, core_firms=0, supporting_firms=0)
    'layered'
    >>> network_form(hub_share=0.2, flow_hierarchy=0.2, core_firms=2, supporting_firms=30)
    'web'
    >>> network_form(hub_share=0.6, flow_hierarchy=0.2, core_firms=1, supporting_firms=30)
    'hub_and_spoke'
    """
    if hub_share >= _MOST:
        return "hub_and_spoke"
    if flow_hierarchy < _MOST:
        return "web"
    return "pyramid" if 0 < core_firms < supporting_firms else "layered"


_FORM = [
    "trophic_incoherence", "flow_hierarchy", "core_periphery_fit", "core_periphery_p", "shape",
]  # fmt: skip


class _Network(NamedTuple):
    """Network of a cell."""

    cell: tuple[int, int, int]
    ties: Integers
    """Supplier and customer, numbered from 0."""
    tier: Integers
    """Of every firm: 2 core, 1 supporting, 0 neither."""
    keys: Integers
    """Of every firm."""
    is_own: npt.NDArray[np.bool_]
    """Whether a firm is of the cell, not a partner."""


def _forms(
    local: Lazy, thresholds: pd.DataFrame, tiers: Lazy, *, seed: int
) -> tuple[pd.DataFrame, dict[str, list[Any]]]:
    """Form of every network that is large enough to have one, and the levels of its firms."""
    enough = thresholds[thresholds["network_pairs"] >= LEAST_PAIRS]
    largest = enough.sort_values(["network_pairs", *CELL], ascending=[False, True, True, True])
    wanted = largest.groupby("year").head(MOST_NETWORKS).sort_values(CELL)
    rows = []
    keys, years, heights = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0)]
    for network in _networks(local, tiers, wanted):
        levels = trophic_levels(network.ties, firms=len(network.keys))
        rows.append((*network.cell, *_form(network, levels, seed)))
        own = network.is_own
        keys.append(network.keys[own])
        years.append(np.full(int(own.sum()), network.cell[0]))
        heights.append(levels[own])
    table = pd.DataFrame(rows, columns=[*CELL, *_FORM]).astype(dict.fromkeys(CELL, "int64"))
    return table, {
        "firm_key": np.concatenate(keys).tolist(),
        "year": np.concatenate(years).tolist(),
        "trophic_level": np.concatenate(heights).tolist(),
    }


def _form(network: _Network, levels: Floats, seed: int) -> tuple[float, float, float, float, str]:
    hierarchy = flow_hierarchy(network.ties, firms=len(network.keys))
    rng = np.random.default_rng([seed, *network.cell])
    core = core_periphery(network.ties, firms=len(network.keys), rng=rng)
    counts = np.bincount(network.tier, minlength=3)
    form = network_form(
        hub_share=float(np.bincount(network.ties.ravel()).max() / len(network.ties)),
        flow_hierarchy=hierarchy,
        core_firms=int(counts[2]),
        supporting_firms=int(counts[1]),
    )
    return trophic_incoherence(network.ties, levels), hierarchy, core.fit, core.p, form


def _networks(local: Lazy, tiers: Lazy, cells: pd.DataFrame) -> Iterator[_Network]:
    """Network of every cell.

    A year is held at a time, of the regions that have a network large enough.
    """
    columns = ["region_key", "source_key", "target_key", "supplier_industry", "customer_industry"]
    for year in sorted({int(year) for year in cells["year"]}):
        of_year = cells[cells["year"] == year]
        regions = sorted({int(region) for region in of_year["region_key"]})
        rows = local.filter(nw.col("year") == year, nw.col("region_key").is_in(regions))
        ties = rows.select(columns).sort(columns).collect()
        ends = np.column_stack([ties[c].to_numpy() for c in columns]).astype(np.int64)
        firms = tiers.filter(nw.col("year") == year).select("firm_key", "is_core").collect()
        tier_of = pd.Series(firms["is_core"].to_numpy() + 1, index=firms["firm_key"].to_numpy())
        cuts = np.searchsorted(ends[:, 0], regions), np.searchsorted(ends[:, 0], regions, "right")
        for region, first, last in zip(regions, *cuts, strict=True):
            keys, numbers = np.unique(ends[first:last, 1:3], return_inverse=True)
            tier = tier_of.reindex(keys).fillna(0).to_numpy(dtype=np.int64)
            here = of_year.loc[of_year["region_key"] == region, "industry_key"]
            for industry in here:
                touched = (ends[first:last, 3:] == industry).any(axis=1)
                network, members = _around(numbers.reshape(-1, 2), touched)
                is_own = np.zeros(len(keys), dtype=np.bool_)
                is_own[numbers.reshape(-1, 2)[ends[first:last, 3:] == industry]] = True
                cell = year, region, int(industry)
                yield _Network(cell, network, tier[members], keys[members], is_own[members])


def _around(pairs: Integers, touched: npt.NDArray[np.bool_]) -> tuple[Integers, Integers]:
    """Pairs among the firms of the touched pairs, numbered anew, and these firms."""
    members = np.unique(pairs[touched])
    place = np.full(int(pairs.max()) + 1, -1)
    place[members] = np.arange(len(members))
    placed = place[pairs]
    return placed[(placed >= 0).all(axis=1)], members
