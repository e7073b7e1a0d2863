"""The null of embeddedness where 'local' is a relation between places and not one region.

A firm's tie with an institution is local where the place of the institution is related to the
firm's (`locality`). Here belongs what chance would give of such ties by the two nulls of
`institutions.institution_test`, which keep their meaning: only which pairs of ends would be local
is another matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from geo.linkage.breadth import tie_ends_by_firm
from geo.linkage.dense import Sizes, lazy_like
from geo.linkage.matching import CELL
from geo.linkage.nearness import related_moments
from geo.linkage.tails import Moments, upper_tail

if TYPE_CHECKING:
    from geo.linkage.locality import Locality

    Lazy = nw.LazyFrame[Any]

__all__ = ["chances_by_activity", "chances_by_degrees", "near_institution_test"]

_POWER = 0.05  # a null that cannot give a smaller p, whatever is seen, does not speak
_ENDS = ["firm_place", "institution_place"]


def chances_by_degrees(located: Lazy, related: pd.DataFrame) -> pd.DataFrame:
    """Moments of a cell's local institution ties where all keep their number of ties.

    Parameters
    ----------
    located : LazyFrame
        As `located.located_institution_ties` returns it for a locality.
    related : DataFrame
        place_key, other_place, as in `locality.Locality`.

    Returns
    -------
    DataFrame
        One row per cell whose institution ties could be local: the columns of `CELL` and those of
        `tails.Moments`; sorted.
    """
    of_firms, of_institutions = (
        located.group_by(by).agg(nw.len().cast(nw.Float64).alias(name)).collect().to_pandas()
        for by, name in (([*CELL, _ENDS[0]], "u"), (["year", _ENDS[1]], "v"))
    )
    whole = of_institutions.groupby("year")["v"].sum()
    named = related.set_axis(_ENDS, axis=1)
    pairs = of_firms.merge(named, on=_ENDS[0]).merge(of_institutions, on=["year", _ENDS[1]])
    # Sums of floating-point numbers depend on their order.
    pairs = pairs.sort_values([*CELL, *_ENDS], ignore_index=True)
    pairs["group"] = pairs.groupby(CELL).ngroup()
    cells = pairs.drop_duplicates("group")[CELL].reset_index(drop=True)
    blocks = pairs.rename(columns=dict(zip(_ENDS, ("one", "other"), strict=True)))
    blocks = blocks.assign(is_own_one=True, is_own_other=False)
    moments = related_moments(blocks, cells["year"].map(whole).to_numpy(dtype=np.float64))
    return cells.assign(**moments._asdict())


def chances_by_activity(
    establishments: Lazy, ties: Lazy, located: Lazy, locality: Locality, *, sizes: Sizes
) -> pd.DataFrame:
    r"""Expected local institution ties where institutions draw firms by their number of ties.

    Each of the ties of an institution goes to a firm of the cell that it is near to with the share
    :math:`w_l` that these have of all ends of ties, so that :math:`\mu = \sum_l w_l`.

    Parameters
    ----------
    establishments, ties : LazyFrame
        As for `collaboration.linkage_by_cell`.
    located : LazyFrame
        As `located.located_institution_ties` returns it for the locality.
    locality : Locality
        Which places are near each other.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    DataFrame
        One row per cell with a firm near an institution that has ties: the columns of `CELL`,
        near_institution_ties (ties of such institutions) and expected_by_activity.
    """
    by_firm = tie_ends_by_firm(ties, sizes=sizes).with_columns(
        nw.col("firm_key", "year").cast(nw.Int64)
    )
    of_firm = ["firm_key", "year"]
    places = locality.places.with_columns(nw.col(*of_firm, "place_key").cast(nw.Int64))
    cells = establishments.select(*(nw.col(c).cast(nw.Int64) for c in ("firm_key", *CELL)))
    ends = by_firm.join(cells, on=of_firm).join(places, on=of_firm)
    by_place = ends.group_by(*CELL, "place_key").agg(nw.col("tie_ends").sum())
    whole = ends.group_by("year").agg(nw.col("tie_ends").sum()).collect().to_pandas()
    of_institutions = (
        located.group_by("year", _ENDS[1]).agg(trials=nw.len()).collect().to_pandas()
    ).astype("int64")
    near = locality.related[locality.related["other_place"].isin(of_institutions[_ENDS[1]])]
    keys = lazy_like(ends, {c: near[c].tolist() for c in ("place_key", "other_place")})
    drawn = by_place.join(
        keys.with_columns(nw.col("place_key", "other_place").cast(nw.Int64)), on="place_key"
    )
    weights = drawn.group_by(*CELL, "other_place").agg(nw.col("tie_ends").sum())
    table = weights.collect().to_pandas().rename(columns={"other_place": _ENDS[1]})
    table = table.merge(of_institutions, on=["year", _ENDS[1]]).sort_values([*CELL, _ENDS[1]])
    share = table["tie_ends"] / table["year"].map(whole.set_index("year")["tie_ends"])
    named = table.assign(
        near_institution_ties=table["trials"].astype("float64"),
        expected_by_activity=share * table["trials"],
    )
    sums = named.groupby(CELL)[["near_institution_ties", "expected_by_activity"]].sum()
    return sums.reset_index()


def near_institution_test(table: pd.DataFrame) -> pd.DataFrame:
    """Whether a cell's firms have more ties with institutions near them than by chance.

    The first null speaks where it could give a p-value of 0.05, else the second one, as in
    `institutions.institution_test`. The second takes the shares of near institutions for equal,
    which makes its tail too large rather than too small (Hoeffding 1956).

    Parameters
    ----------
    table : DataFrame
        Columns local_institution_ties, and those of `chances_by_degrees` and `chances_by_activity`;
        NaN = not known.

    Returns
    -------
    DataFrame
        On the index of `table`: expected_local_institution_ties, institution_p and
        institution_null. NaN where no institution near the cell's firms has ties.

    Examples
    --------
    Two of the cell's three ties would be local by chance; all are, which is still no surprise:

    >>> table = near_institution_test(pd.DataFrame({
    ...     "local_institution_ties": [3.0], "mean": 2.0, "variance": 0.5, "third": 0.0,
    ...     "least": 0.0, "most": 3.0, "near_institution_ties": 6.0, "expected_by_activity": 1.5}))
    >>> table["institution_null"].tolist()
    ['activity']
    """
    from scipy.stats import binom

    moments = Moments(*(table[c].to_numpy(dtype=np.float64) for c in Moments._fields))
    local, trials, mean = (
        table[c].to_numpy(dtype=np.float64)
        for c in ("local_institution_ties", "near_institution_ties", "expected_by_activity")
    )
    can_speak = trials > 0
    by_degrees = can_speak & (upper_tail(moments.most, moments) <= _POWER)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(can_speak, mean / trials, 0.0)
    by_activity = binom.sf(local - 1, np.where(can_speak, trials, 0.0), share)
    p = np.where(by_degrees, upper_tail(local, moments), by_activity)
    null = pd.Series(np.where(by_degrees, "degrees", "activity"), index=table.index)
    return pd.DataFrame(
        {
            "expected_local_institution_ties": np.where(
                can_speak, np.where(by_degrees, moments.mean, mean), np.nan
            ),
            "institution_p": np.where(can_speak, np.clip(p, 0.0, 1.0), np.nan),
            "institution_null": null.where(can_speak),
        },
        index=table.index,
    )
