"""Years whose jobs are all given as 0: a way of saying that nobody counted them.

Here belongs telling such years and taking their jobs for not known. Single zeros stay what they
are: a plant may have no employee but its owner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

__all__ = ["notices_of_jobs", "with_jobs_known", "years_without_jobs"]


def years_without_jobs(table: nw.LazyFrame[Any]) -> list[int]:
    """Years in which `employment` is given, and 0 throughout, ascending.

    Parameters
    ----------
    table : LazyFrame
        Columns year, employment (null = not known).
    """
    most = table.group_by("year").agg(nw.col("employment").max())
    years = most.filter(nw.col("employment") == 0).select("year").collect()["year"]
    return sorted(int(year) for year in years.to_list())


def with_jobs_known(table: pd.DataFrame) -> tuple[pd.DataFrame, list[int]]:
    """The table with jobs not known in the years of `years_without_jobs`, and these years.

    Parameters
    ----------
    table : DataFrame
        Columns year, employment (NaN = not known), among others.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.DataFrame({"year": [2020, 2020, 2021, 2021], "employment": [0.0, 0.0, 0.0, 7.0]})
    >>> known, years = with_jobs_known(cells)
    >>> known["employment"].tolist(), years
    ([nan, nan, 0.0, 7.0], [2020])
    """
    years = years_without_jobs(nw.from_native(table).lazy())
    return table.assign(employment=table["employment"].mask(table["year"].isin(years))), years


def notices_of_jobs(file: str, years: Sequence[int]) -> list[Text]:
    """That the jobs of some years were taken for not known; nothing where there are none."""
    if not years:
        return []
    named = ", ".join(map(str, years))
    return [
        Text(
            f"{file}: employment is 0 in every row of {named}, so it is taken for not known there.",
            f"{file}：{named} 年各行就業人數均為 0，視為未知。",
            f"{file}：{named} 年各行就业人数均为 0，视为未知。",
        )
    ]
