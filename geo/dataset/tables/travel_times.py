"""The table of travel times: its rows, and what its reader should know of it.

What belongs here: which rows can be used, and whether the table is there where a setting needs it.
What does not: which regions are near each other by it (`geo.study.locality`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import narwhals as nw
import polars as pl

from geo.dataset.judging.checks import Check, required_checks, value_checks
from geo.dataset.judging.judged_tables import judged
from geo.dataset.judging.typed_values import shown, typed
from geo.dataset.values.ids import with_known_ids
from geo.errors import DatasetError
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from geo.dataset.files.formats import Source
    from geo.dataset.judging.ledger import Ledger
    from geo.settings import Nearby, Settings

__all__ = ["assert_time_is_known", "notices_of_travel_times", "read_travel_times"]

_ENDS = ["from_region", "to_region"]
_SHOWN = 5


def read_travel_times(
    source: Source, regions: gpd.GeoDataFrame, *, settings: Settings, ledger: Ledger, into: Path
) -> pd.DataFrame:
    """Travel times as listed: from_region_key, to_region_key, minutes (NaN: out of reach).

    Raises
    ------
    DatasetError
        If too many rows are faulty, or none is left.
    """
    del settings
    frame = typed(source)
    for end in _ENDS:
        found = with_known_ids(frame, end, regions["region_id"].to_list())
        ledger.found_ids(source, end, found)
        frame = found.frame
        keys = pl.LazyFrame(
            {end: regions["region_id"].to_list(), f"{end}_key": range(len(regions))},
            schema={end: pl.String, f"{end}_key": pl.Int64},
        )
        frame = frame.join(nw.from_native(keys), on=end, how="left")
    names = [f"{end}_key" for end in _ENDS]
    rows = judged(
        source,
        frame,
        [
            *required_checks(source),
            *value_checks(source),
            *(Check("region_unknown", end, nw.col(f"{end}_key").is_null()) for end in _ENDS),
        ],
        keep=[*_ENDS, *names, "minutes"],
        key=[shown(end) for end in _ENDS],
        unique=_ENDS,
        ledger=ledger,
        into=into,
    )
    table: pd.DataFrame = rows.select(*names, "minutes").sort(*names).collect().to_pandas()
    return table.astype(dict.fromkeys(names, "int64") | {"minutes": "float64"})


def assert_time_is_known(
    local: Literal["region"] | Nearby, folder: Path, tables: Collection[str]
) -> None:
    """Stop where local is a travel time, and neither a speed nor a table tells how long ways take.

    Parameters
    ----------
    local : 'region' or Nearby
        The setting `local`.
    folder : Path
        The dataset, for the message.
    tables : collection of str
        Names of the tables that hold rows.

    Raises
    ------
    DatasetError
        Where that is so.
    """
    if not isinstance(local, str) and local.km is None and "travel_times" not in tables:
        raise DatasetError(
            Text(
                f"{folder}: the setting `local` is {local.minutes:g} minutes without a speed, and "
                "there is no table travel_times with rows; put travel_times.csv (from_region, "
                "to_region, minutes) there, or add `speed_kmh` to `local`.",
                f"{folder}：設定 `local` 為 {local.minutes:g} 分鐘而無速度，又沒有含資料的表 "
                "travel_times；請放入 travel_times.csv（from_region、to_region、minutes），"
                "或在 `local` 中加上 `speed_kmh`。",
                f"{folder}：设置 `local` 为 {local.minutes:g} 分钟而无速度，又没有含数据的表 "
                "travel_times；请放入 travel_times.csv（from_region、to_region、minutes），"
                "或在 `local` 中加上 `speed_kmh`。",
            )
        )


def notices_of_travel_times(
    travel_times: pd.DataFrame, regions: gpd.GeoDataFrame, with_firms: Sequence[int]
) -> list[Text]:
    """What goes by the table, and regions with firms that no row of it speaks of.

    Parameters
    ----------
    travel_times : DataFrame
        As `read_travel_times` returns it.
    regions : GeoDataFrame
        Index region_key: region_id.
    with_firms : sequence of int
        Keys of the regions in which there is a firm.
    """
    told = [
        Text(
            "within_hour_share goes by the table travel_times: a pair of regions that it does not "
            "list is out of reach, and a region within reach of itself unless a row says how long "
            "ways within it take.",
            "within_hour_share 按行程時間表計：未列出的區域對視為不可達；"
            "區域內部視為可達，除非表中另有其內部時間。",
            "within_hour_share 按行程时间表计：未列出的区域对视为不可达；"
            "区域内部视为可达，除非表中另有其内部时间。",
        )
    ]
    listed = set(travel_times["from_region_key"]) | set(travel_times["to_region_key"])
    left = sorted(set(with_firms) - listed)
    if not left:
        return told
    named = ", ".join([*regions["region_id"].iloc[left[:_SHOWN]], *["..."][: len(left) - _SHOWN]])
    number, every = f"{len(left):,}", f"{len(set(with_firms)):,}"
    return [
        *told,
        Text(
            f"travel_times has no row for {number} of {every} regions with firms ({named}): they "
            "are taken as out of reach of every other region.",
            f"{every} 個有企業的區域中，行程時間表未列出 {number} 個（{named}）："
            "視為與其他區域互不可達。",
            f"{every} 个有企业的区域中，行程时间表未列出 {number} 个（{named}）："
            "视为与其他区域互不可达。",
        ),
    ]
