"""Regions that code industries to different depths, so that their codes cannot be compared.

Where one office writes 28 for what another writes 2811 and 2823, each of these codes is missing in
half of the regions, and looks concentrated in the others. Concentration is then asked of the codes
that all offices could have written: of 28.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["at_common_level", "coding_depths", "notices_of_coding", "with_common_key"]

_MOSTLY = 0.9  # of a region's plants, at one depth
_FEWEST = 5  # regions of a depth
_MIXED = 0.05  # of all plants, under codes that hold others


def coding_depths(
    cells: pd.DataFrame, codes: Sequence[str], coarser: Mapping[str, Sequence[str]]
) -> pd.Series[int] | None:
    """Depth to which every region codes, where regions differ in that.

    Parameters
    ----------
    cells : DataFrame
        region_key, industry_key, establishments.
    codes : sequence of str
        Code of every industry_key.
    coarser : mapping of str to sequence of str
        Codes that hold others, and those.

    Returns
    -------
    Series of int or None
        Number of digits or letters by region_key; None where all regions code alike, or no such
        depth can be told: where codes hold no others, a region mixes depths, or hardly any region
        codes to one.

    Examples
    --------
    >>> cells = pd.DataFrame({"region_key": range(10), "industry_key": [0] * 5 + [1] * 5,
    ...                       "establishments": 3.0})
    >>> coding_depths(cells, ["28", "2811"], {"28": ["2811"]}).tolist()
    [2, 2, 2, 2, 2, 4, 4, 4, 4, 4]
    """
    if not coarser:
        return None
    depth = np.array([sum(c.isalnum() for c in code) for code in codes])
    plants = cells["establishments"].fillna(0.0)
    holds_others = np.isin(np.asarray(codes, dtype=object), list(coarser))
    keys = cells["industry_key"].to_numpy(np.int64)
    if plants[holds_others[keys]].sum() < _MIXED * plants.sum():
        return None
    sums = plants.groupby([cells["region_key"], depth[keys]]).sum()
    whole = sums.groupby(level=0).sum()
    share = sums / whole.reindex(sums.index.get_level_values(0)).to_numpy()
    most = share[share >= _MOSTLY].reset_index(level=1)
    found = most[most.columns[0]]
    if not whole[whole > 0].index.isin(found.index).all():
        return None
    counts = found.value_counts()
    if len(counts) < 2 or (counts < _FEWEST).any():
        return None
    depths: pd.Series[int] = found.astype("int64")
    return depths


def with_common_key(
    cells: pd.DataFrame, codes: Sequence[str], coarser: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """Cells with common_key, that of the code cut to the depth that all regions have.

    Parameters
    ----------
    cells, codes, coarser
        As for `coding_depths`, and year.

    Returns
    -------
    DataFrame
        Without the column where in some year all regions code alike.
    """
    depths = [coding_depths(rows, codes, coarser) for _, rows in cells.groupby("year")]
    if not depths or any(found is None for found in depths):
        return cells
    common = min(int(found.min()) for found in depths if found is not None)
    cut = pd.Series(["".join(c for c in code if c.isalnum())[:common] for code in codes])
    keys = pd.Series(pd.factorize(cut)[0])
    return cells.assign(common_key=cells["industry_key"].map(keys).astype("int64"))


def at_common_level(cells: pd.DataFrame, *, measures: Sequence[str]) -> pd.DataFrame:
    """Cells added up by common_key, under the name of industry_key.

    Parameters
    ----------
    cells : DataFrame
        year, region_key, common_key and `measures` (NaN = not known, which adds nothing).
    measures : sequence of str
        Columns to add up.
    """
    keyed = cells.drop(columns="industry_key").rename(columns={"common_key": "industry_key"})
    by = keyed.groupby(["year", "region_key", "industry_key"], as_index=False)
    return by[list(measures)].sum(min_count=1)


def notices_of_coding(cells: pd.DataFrame) -> list[Text]:
    """What to tell where concentration is asked of coarser codes than those of the cells."""
    if "common_key" not in cells:
        return []
    return [
        Text(
            "Regions code industries to different depths, so their codes cannot be compared: "
            "concentration is asked of the coarser codes that all of them could have written; "
            "`level` in dataset.yaml cuts all codes to one depth.",
            "各區域的行業代碼層級不一，無從比較：集聚按各區域共有的較粗代碼判斷；"
            "可在 dataset.yaml 以 `level` 將代碼截至同一層級。",
            "各区域的行业代码层级不一，无从比较：集聚按各区域共有的较粗代码判断；"
            "可在 dataset.yaml 以 `level` 将代码截至同一层级。",
        )
    ]
