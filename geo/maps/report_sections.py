"""Which results the report shows below the verdicts, and what it chooses of each.

What belongs here: one function a result, from its table to a section. What does not: how a table
is laid out (`geo.maps.sections`) and how a figure is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.maps.sections import Section, table_section
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

__all__ = ["result_sections"]

_MOST = 15


def result_sections(
    results: Mapping[str, pd.DataFrame], *, year: int, industries: Mapping[str, Text]
) -> list[Section]:
    """Sections of all results that have something to show for a year.

    Parameters
    ----------
    results : mapping of str to DataFrame
        Result tables by name.
    year : int
        Year that the page speaks of.
    industries : mapping of str to Text
        Name of every industry by its code.
    """
    made = (
        make(results[name], year, industries)
        for name, make in _SECTIONS.items()
        if name in results and len(results[name])
    )
    return [section for section in made if section is not None]


def _transitions(table: pd.DataFrame, year: int, industries: Mapping[str, Text]) -> Section | None:
    of_year = table[table["year"] == year]
    if of_year.empty:
        return None
    falls = of_year["stage_to"].isin(["at_risk", "declining"])
    shown = of_year.assign(first=~falls).sort_values(["first", "region_id", "industry"]).head(_MOST)
    return table_section(
        "transitions",
        shown,
        ["region_id", "industry", "from", "to", "stage_to", "sentence"],
        title=Text("What changed", "有何變化", "有何变化"),
        caption=Text(
            f"Cells whose class or stage is another than in their year before {year}; those at "
            f"risk or in decline first. {len(shown)} of {len(of_year):,}.",
            f"類型或階段與 {year} 年之前不同的單元，有風險或衰退者在前。"
            f"共 {len(of_year):,} 個，列出 {len(shown)} 個。",
            f"类型或阶段与 {year} 年之前不同的单元，有风险或衰退者在前。"
            f"共 {len(of_year):,} 个，列出 {len(shown)} 个。",
        ),
        industries=industries,
        headings={"sentence": Text("what changed", "變化說明", "变化说明")},
    )


def _industry_linkages(
    table: pd.DataFrame, year: int, industries: Mapping[str, Text]
) -> Section | None:
    of_year = table[(table["year"] == year) & table["output_multiplier"].notna()]
    if of_year.empty:
        return None
    shown = of_year.sort_values(["backward_linkage", "industry"], ascending=[False, True])
    return table_section(
        "industry_linkages",
        shown.head(_MOST),
        ["industry", "output_multiplier", "backward_linkage", "forward_linkage"],
        title=Text("Who pulls and who pushes", "誰拉動、誰推動", "谁拉动、谁推动"),
        caption=Text(
            "From the input-output table: a linkage above 1 is stronger than the mean industry's.",
            "據投入產出表：關聯係數大於 1 者強於平均。",
            "据投入产出表：关联系数大于 1 者强于平均。",
        ),
        industries=industries,
        headings={
            "output_multiplier": Text("output multiplier", "產出乘數", "产出乘数"),
            "backward_linkage": Text("backward linkage", "後向關聯", "后向关联"),
            "forward_linkage": Text("forward linkage", "前向關聯", "前向关联"),
        },
    )


_SECTIONS = {
    "transitions": _transitions,
    "industry_linkages": _industry_linkages,
}
"""How each result is shown, in the order of the page."""
