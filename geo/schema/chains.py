"""Results by region and value chain: the columns of the table of verdicts that apply to chains."""

from __future__ import annotations

from geo.schema.cells import CELL_TABLES
from geo.schema.column import REGION, YEAR, Column, Table, count, text
from geo.vocabulary import Text

__all__ = ["CHAIN_TABLES"]

_CELLS = CELL_TABLES[0]


def _same(*names: str) -> tuple[Column, ...]:
    return tuple(_CELLS.column(name) for name in names)


CHAIN_TABLES = (
    Table(
        name="region_chain_classification",
        meaning=Text(
            "the verdict with the value chain as the unit, one row per region, chain and year; "
            "empty where the dataset has neither chains nor an input-output table",
            "以產業鏈為單位的判定，每區域、產業鏈、年份一行；既無產業鏈亦無投入產出表時為空",
            "以产业链为单位的判定，每区域、产业链、年份一行；既无产业链亦无投入产出表时为空",
        ),
        key=("region_id", "chain", "year"),
        columns=(
            *REGION,
            text("chain", "value chain", "產業鏈", "产业链", nullable=False),
            text(
                "chain_source",
                "the chain is as the dataset says, or a community of who buys from whom",
                "產業鏈取自資料集，或由投入產出關係劃分",
                "产业链取自数据集，或由投入产出关系划分",
                allowed=("industries", "input_output"),
                nullable=False,
            ),
            text("members", "its industries", "所含行業", "所含行业", nullable=False),
            YEAR,
            *_same(
                "establishments",
                "employment",
                "location_quotient",
                "location_quotient_low",
                "location_quotient_high",
                "location_quotient_employment",
                "concentration_p",
                "concentration_q",
                "effective_establishments",
                "is_concentrated",
                "supply_ties",
                "local_supply_ties",
            ),
            count(
                "local_ties_within",
                "local supply ties with both ends in the chain",
                "兩端同屬該產業鏈的本地供應關聯數",
                "两端同属该产业链的本地供应关联数",
            ),
            *_same(
                "expected_local_supply_ties",
                "matching_ratio",
                "usual_local_supply_ties",
                "excess_local_share",
                "reach_p",
                "reach_q",
                "locally_linked_share",
                "tie_persistence",
                "tie_persistence_low",
                "collaboration_by",
                "is_collaborating",
                "tied_institutions",
                "institution_kinds",
                "institution_tied_share",
                "has_ecosystem",
                "class",
                "basis",
                "stage",
                "reason_en",
                "reason_zh_hant",
                "reason_zh_hans",
            ),
        ),
    ),
)
