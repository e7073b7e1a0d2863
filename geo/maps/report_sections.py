"""Which results the report shows below the verdicts, and what it chooses of each.

What belongs here: one function a result, from its table to a section. What does not: how a table
is laid out (`geo.maps.sections`) and how a figure is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.maps.cell_sections import cell_sections
from geo.maps.curves import curve_svg
from geo.maps.industry_sections import interest_section, pairs_section, survival_section
from geo.maps.plain_sections import plain_sections
from geo.maps.sections import Section, as_text, table_section
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

__all__ = ["result_sections"]

_MOST = 15
_MOST_FIGURES = 3


def result_sections(
    results: Mapping[str, pd.DataFrame],
    *,
    year: int,
    industries: Mapping[str, Text],
    interest: Sequence[str] = (),
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
    interest : sequence of str
        Codes of the industries that come first.
    """
    made = [
        make(results[name], year, industries)
        for name, make in _SECTIONS.items()
        if name in results and len(results[name])
    ]
    made.append(interest_section(results, year=year, industries=industries, interest=interest))
    if {"industry_distances", "distance_curves"} <= set(results):
        tables = results["industry_distances"], results["distance_curves"]
        made.append(
            _industry_distances(*tables, year=year, industries=industries, drawn_before=interest)
        )
    if "industry_pairs" in results:
        made.append(pairs_section(results["industry_pairs"], year=year, industries=industries))
    if "tie_survival" in results:
        survival = results["tie_survival"]
        made.append(survival_section(survival, industries=industries, interest=interest))
    told = [section for section in made if section is not None]
    if "region_industry_classification" in results:
        cells = results["region_industry_classification"]
        told += cell_sections(cells, year=year, industries=industries)
    return told + plain_sections(results, year=year, industries=industries)


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


def _industry_distances(
    table: pd.DataFrame,
    curves: pd.DataFrame,
    *,
    year: int,
    industries: Mapping[str, Text],
    drawn_before: Sequence[str] = (),
) -> Section | None:
    """Industries by how far M within 20 km is from 1, and the curves of those M was tested for."""
    of_year = table[(table["year"] == year) & table["is_localised"].notna()]
    if of_year.empty:
        return None
    shown = of_year.assign(tested=of_year["neighbour_ratio_p"].notna()).sort_values(
        ["tested", "neighbour_ratio_20km", "industry"], ascending=[False, False, True]
    )
    drawn = shown["industry"][~shown["industry"].isin(drawn_before)].head(_MOST_FIGURES)
    figures = [
        curve_svg(
            curves[curves["year"] == year],
            code,
            language=None,
            title=industries.get(code, as_text(code)),
        )
        for code in drawn
    ]
    missing = len(table[table["year"] == year]) - len(of_year)
    listed = min(_MOST, len(of_year))
    return table_section(
        "industry_distances",
        shown.head(_MOST),
        [
            "industry",
            "establishments",
            "is_localised",
            "distance_p",
            "localised_to_km",
            "neighbour_ratio_5km",
            "neighbour_ratio_20km",
            "neighbour_ratio_50km",
            "footprints",
        ],
        title=Text("How near, whatever the borders", "不論區界，有多近", "不论区界，有多近"),
        caption=Text(
            "An industry is localised where its firms are nearer each other than firms at the "
            "same number of occupied places would be: its curve of distances (red) leaves the "
            "grey band, p 0.05 for the whole curve. M is its share of the firms within a distance, "
            f"over its share elsewhere. {listed} of {len(of_year):,} industries "
            f"measured, {missing:,} not measured.",
            "若同業企業比隨機占用同樣數目企業所在地時更靠近，即為集聚：距離曲線（紅）越出灰帶"
            "（整條曲線 p 值 0.05）。M 為該距離內的份額與別處份額之比。"
            f"已度量 {len(of_year):,} 個行業，列出 {listed} 個；未度量 {missing:,} 個。",
            "若同业企业比随机占用同样数目企业所在地时更靠近，即为集聚：距离曲线（红）越出灰带"
            "（整条曲线 p 值 0.05）。M 为该距离内的份额与别处份额之比。"
            f"已度量 {len(of_year):,} 个行业，列出 {listed} 个；未度量 {missing:,} 个。",
        ),
        industries=industries,
        figures=[figure for figure in figures if figure],
        headings={
            "is_localised": Text("localised", "集聚", "集聚"),
            "distance_p": Text("p", "p 值", "p 值"),
            "localised_to_km": Text("up to, km", "所及（公里）", "所及（公里）"),
            "neighbour_ratio_5km": Text("M, 5 km", "M（5 公里）", "M（5 公里）"),
            "neighbour_ratio_20km": Text("M, 20 km", "M（20 公里）", "M（20 公里）"),
            "neighbour_ratio_50km": Text("M, 50 km", "M（50 公里）", "M（50 公里）"),
            "footprints": Text("footprints", "足跡", "足迹"),
        },
    )


_SECTIONS = {
    "transitions": _transitions,
    "industry_linkages": _industry_linkages,
}
"""How each result is shown, in the order of the page."""
