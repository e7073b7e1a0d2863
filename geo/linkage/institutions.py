"""Test C: whether service and innovation institutions stand with the firms or merely near.

Here belong the ties between firms and institutions: how many of a cell's firms have one with an
institution of their own region, of which kinds, and whether that is more than chance would give.
Presence without a tie counts for nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from geo.concentration.false_discovery import q_values
from geo.linkage.dense import held, sizes_of
from geo.linkage.located import located_institution_ties
from geo.linkage.matching import CELL
from geo.linkage.near_institutions import (
    chances_by_activity,
    chances_by_degrees,
    near_institution_test,
)
from geo.linkage.tails import wilson_interval
from geo.vocabulary import INNOVATION_KINDS, INSTITUTION_KINDS, SERVICE_KINDS

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.linkage.locality import Locality

    Lazy = nw.LazyFrame[Any]
    Floats = npt.NDArray[np.float64]

__all__ = ["ecosystem_by_cell", "institution_test", "known_families"]

_FAMILIES = {"innovation": INNOVATION_KINDS, "service": SERVICE_KINDS}
_REACH = 0.1  # of a cell's firms, for a kind to be counted
_POWER = 0.05  # a null that cannot give a smaller p, whatever is seen, does not speak


def known_families(institutions: pd.DataFrame) -> dict[str, bool]:
    """Whether any institution of a family is anywhere in the data.

    Where none is, its absence beside a cell says nothing.

    Parameters
    ----------
    institutions : DataFrame
        Column kind.

    Returns
    -------
    dict
        By family, innovation and service.
    """
    return {
        family: bool(institutions["kind"].isin(list(kinds)).any())
        for family, kinds in _FAMILIES.items()
    }


def ecosystem_by_cell(
    establishments: Lazy,
    ties: Lazy,
    institutions: pd.DataFrame,
    living: pd.DataFrame,
    *,
    firms: int,
    locality: Locality | None = None,
) -> pd.DataFrame:
    """Ties of every cell's firms with institutions, and their test.

    Parameters
    ----------
    establishments, ties : LazyFrame
        As for `located.located_institution_ties`.
    institutions : DataFrame
        Columns institution_key, kind, region_key.
    living : DataFrame
        One row per cell: the columns of `CELL`, living_firms and tie_ends.
    firms : int
        Number of firms; keys from there on are institutions.
    locality : Locality, optional
        Which places are near each other, where local is not the region; an institution 'of the
        region' is then one near the firm.

    Returns
    -------
    DataFrame
        One row per row of `living`, in its order, with the columns of `CELL` and

        - tied_institutions: institutions of the region that a firm of the cell is tied to
        - institution_kinds: kinds among them that reach at least a tenth of the cell's firms
        - institution_tied_share, institution_tied_share_low, institution_tied_share_high: share
          of the cell's firms tied to an institution of the region, with its 95 % Wilson interval
        - innovation_reach, service_reach: the same, of innovation and of service institutions
        - innovation_kind_reach, service_kind_reach: the same, of the one kind of each family that
          reaches most
        - institution_ties, local_institution_ties: ties of the cell's firms with institutions,
          and with those of the region
        - expected_local_institution_ties, institution_p, institution_q, institution_null: as
          `institution_test` says; q over the year's cells (Benjamini-Hochberg)
        - innovation_known, service_known: whether such an institution is anywhere in the data

        All are NaN in a year without any tie with an institution; the reaches of a family of
        which no institution is in the data are NaN in every year.
    """
    located = held(
        located_institution_ties(establishments, ties, institutions, firms=firms, locality=locality)
    )
    table = living.reset_index(drop=True)
    counted: list[str] = []
    for counts in _counts(located):
        counted += [c for c in counts.columns if c not in table.columns]
        table = table.merge(counts, how="left", validate="many_to_one")
    is_seen = table["all_institution_ties"] > 0
    table[counted] = table[counted].astype("float64").fillna(0.0).where(is_seen)

    size = table["living_firms"].to_numpy(dtype=np.float64)
    bounds = wilson_interval(table["tied_firms"].to_numpy(), size)
    known = known_families(institutions)
    reached = table[list(INSTITUTION_KINDS)].div(size, axis=0)
    families = {
        name: values if known[family] else np.full(len(table), np.nan)
        for family, kinds in _FAMILIES.items()
        for name, values in (
            (f"{family}_reach", table[family] / size),
            (f"{family}_kind_reach", reached[list(kinds)].max(axis=1)),
        )
    }
    result = table[CELL].assign(
        tied_institutions=table["tied_institutions"],
        institution_kinds=(reached >= _REACH).sum(axis=1).astype("float64").where(is_seen),
        institution_tied_share=table["tied_firms"] / size,
        institution_tied_share_low=bounds.low,
        institution_tied_share_high=bounds.high,
        **families,
        institution_ties=table["institution_ties"],
        local_institution_ties=table["local_institution_ties"],
        **{f"{family}_known": is_known for family, is_known in known.items()},
    )
    if locality is None:
        return pd.concat([result, institution_test(table)], axis=1)
    sizes = sizes_of(establishments, firms=firms)
    near = table[[*CELL, "local_institution_ties"]]
    for chances in (
        chances_by_degrees(located, locality.related),
        chances_by_activity(establishments, ties, located, locality, sizes=sizes),
    ):
        near = near.merge(chances, on=CELL, how="left", validate="one_to_one")
    test = near_institution_test(near)
    q = q_values(test["institution_p"].to_numpy(), groups=near["year"].to_numpy())
    return pd.concat([result, test.assign(institution_q=q)], axis=1)


def _counts(located: Lazy) -> list[pd.DataFrame]:
    """What is counted of located institution ties: per cell, per region of institutions, per year.

    Columns that count firms bear the name of the kind or the family whose institutions they count.
    """
    of_cell = located.group_by(CELL).agg(
        institution_ties=nw.len(), local_institution_ties=nw.col("is_local").cast(nw.Int64).sum()
    )
    of_region = located.group_by("year", "institution_region").agg(region_institution_ties=nw.len())
    local = located.filter(nw.col("is_local"))
    tied = local.group_by(CELL).agg(
        tied_firms=nw.col("firm_key").n_unique(),
        tied_institutions=nw.col("institution_key").n_unique(),
    )
    is_of = [
        nw.col("institution_kind").is_in(list(kinds)).cast(nw.Int64).max().alias(name)
        for name, kinds in _FAMILIES.items()
    ] + [
        (nw.col("institution_kind") == kind).cast(nw.Int64).max().alias(kind)
        for kind in INSTITUTION_KINDS
    ]
    reached = (
        local.group_by(*CELL, "firm_key")
        .agg(*is_of)
        .group_by(CELL)
        .agg(nw.col(*_FAMILIES, *INSTITUTION_KINDS).sum())
    )
    whole = located.group_by("year").agg(all_institution_ties=nw.len())
    return [
        frame.collect().to_pandas()
        for frame in (
            of_cell,
            of_region.rename({"institution_region": "region_key"}),
            tied,
            reached,
            whole,
        )
    ]


def institution_test(table: pd.DataFrame) -> pd.DataFrame:
    r"""Whether a cell's firms have more ties with institutions of their region than by chance.

    The first null, *degrees*, keeps the number of institution ties of every firm and institution:
    with a ties of the cell's firms, b ties of the region's institutions and n in the year,

    .. math:: X \sim \text{Hypergeometric}(n, a, b)

    Where it could not give a p-value of 0.05 whatever was seen, as in a country whose institution
    ties are all of one cell, the second null speaks, *activity*. It keeps the number of ties of
    the institutions, and draws their partners among all firms by their number of ties of every
    kind, of which the cell's firms have the share w:

    .. math:: X \sim \text{Binomial}(b, w)

    Parameters
    ----------
    table : DataFrame
        Columns year, institution_ties (a), region_institution_ties (b), all_institution_ties (n),
        local_institution_ties (the count tested), tie_ends (ties of every kind of the cell's
        firms); NaN = not known. One row for every cell of a year.

    Returns
    -------
    DataFrame
        On the index of `table`: expected_local_institution_ties, institution_p, institution_q
        (Benjamini-Hochberg over the year's cells) and institution_null, the null that spoke. NaN
        where the region's institutions have no ties: nothing could be local.

    Examples
    --------
    Ten of 100 ties are of the cell's firms, ten of the region's institutions, and all ten meet:

    >>> table = institution_test(pd.DataFrame({
    ...     "year": [2020], "institution_ties": 10.0, "region_institution_ties": 10.0,
    ...     "all_institution_ties": 100.0, "local_institution_ties": 10.0, "tie_ends": 50.0}))
    >>> table[["expected_local_institution_ties", "institution_null"]].values.tolist()
    [[1.0, 'degrees']]
    """
    from scipy.stats import binom, hypergeom

    a, b, n, local = (
        table[f"{c}institution_ties"].to_numpy(dtype=np.float64)
        for c in ("", "region_", "all_", "local_")
    )
    ends = table["tie_ends"].astype("float64").fillna(0.0)
    all_ends = ends.groupby(table["year"]).transform("sum")
    can_speak = b > 0
    a, b, n, local = (np.where(can_speak, x, 0.0) for x in (a, b, n, local))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(can_speak, (ends / all_ends).to_numpy(), 0.0)
        by_degrees = hypergeom.sf(np.minimum(a, b) - 1, n, a, b) <= _POWER
        p = np.where(by_degrees, hypergeom.sf(local - 1, n, a, b), binom.sf(local - 1, b, share))
        expected = np.where(by_degrees, a * b / n, b * share)
    p = np.where(can_speak, np.clip(p, 0.0, 1.0), np.nan)
    null = pd.Series(np.where(by_degrees, "degrees", "activity"), index=table.index)
    return pd.DataFrame(
        {
            "expected_local_institution_ties": np.where(can_speak, expected, np.nan),
            "institution_p": p,
            "institution_q": q_values(p, groups=table["year"].to_numpy()),
            "institution_null": null.where(can_speak),
        },
        index=table.index,
    )
