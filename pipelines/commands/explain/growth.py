"""How a cell has grown, and what of it is the country's, its industry's, and its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo.concentration.growth.shift_share_analysis import growth_of_cells
from geo.vocabulary import Language, Text
from pipelines.commands.numbers import as_count, is_known
from pipelines.commands.printing import say

if TYPE_CHECKING:
    from rich.console import Console

    from pipelines.cells import Cell

__all__ = ["print_growth", "signed"]

_SIZES = {
    "establishments": Text("establishments", "企業", "企业"),
    "employment": Text("jobs", "就業", "就业"),
}
_GROWTH = Text(
    "Growth {first}–{last}: {size} from {before} to {after}; {country} with the country, "
    "{industry} with its industry, {place} by the place itself (shift-share).",
    "{first}–{last} 年增長：{size}由 {before} 到 {after}；隨全國 {country}，隨本行業 {industry}，"
    "本地自身 {place}（偏離份額法）。",
    "{first}–{last} 年增长：{size}由 {before} 到 {after}；随全国 {country}，随本行业 {industry}，"
    "本地自身 {place}（偏离份额法）。",
)


def print_growth(console: Console, cell: Cell, language: Language) -> None:
    """Print the growth of a cell from the first to the last year of the results, where known."""
    file = cell.out / "region_industry_classification.parquet"
    columns = ["year", "region_id", "industry", *_SIZES]
    every = pd.read_parquet(file, columns=columns)
    years = (int(every["year"].min()), int(every["year"].max()))
    if years[0] == years[1]:
        return
    ends = every[every["year"].isin(years)]
    for size, name in _SIZES.items():
        growth = growth_of_cells(ends, size)
        mine = (growth["region_id"] == str(cell.row["region_id"])) & (
            growth["industry"] == str(cell.row["industry"])
        )
        if not mine.any() or not is_known(growth.loc[mine, "from_place"].iloc[0]):
            continue
        row = growth[mine].iloc[0]
        parts = {p: signed(row[f"from_{p}"]) for p in ("country", "industry", "place")}
        text = _GROWTH.in_language(language).format(
            first=years[0],
            last=years[1],
            size=name.in_language(language),
            before=as_count(row["before"]),
            after=as_count(row["after"]),
            **parts,
        )
        say(console, text)


def signed(change: float) -> str:
    """A change with its sign, a decimal where it is not whole."""
    sign = "−" if change < 0 else "+"
    return sign + as_count(abs(round(change, 1)))
