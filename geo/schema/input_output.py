"""Results that an input-output table gives of its industries."""

from __future__ import annotations

from geo.schema.column import YEAR, Table, amount, text
from geo.vocabulary import Text

__all__ = ["INPUT_OUTPUT_TABLES"]

INPUT_OUTPUT_TABLES = (
    Table(
        name="industry_linkages",
        meaning=Text(
            "who pulls and who pushes the others, one row per industry of the input-output table",
            "誰拉動、誰推動其他行業，投入產出表每行業一行",
            "谁拉动、谁推动其他行业，投入产出表每行业一行",
        ),
        key=("industry", "year"),
        columns=(
            text("industry", "code of the industry", "行業代碼", "行业代码", nullable=False),
            text("industry_name", "name of the industry", "行業名稱", "行业名称"),
            YEAR,
            amount(
                "output_multiplier",
                "output of all industries per unit of final demand for it",
                "產出乘數",
                "产出乘数",
            ),
            amount(
                "backward_linkage",
                "pull on its suppliers, the mean industry being 1 (Rasmussen)",
                "後向關聯（影響力係數）",
                "后向关联（影响力系数）",
            ),
            amount(
                "backward_spread",
                "how unevenly that pull falls on its suppliers",
                "後向關聯的離散度",
                "后向关联的离散度",
            ),
            amount(
                "forward_linkage",
                "push from all others' demand, the mean industry being 1 (Rasmussen)",
                "前向關聯（感應度係數）",
                "前向关联（感应度系数）",
            ),
            amount(
                "forward_spread",
                "how unevenly that push comes from its customers",
                "前向關聯的離散度",
                "前向关联的离散度",
            ),
            amount(
                "input_multiplier",
                "output of all industries per unit of its primary inputs (Ghosh)",
                "投入乘數（戈什模型）",
                "投入乘数（戈什模型）",
            ),
            amount(
                "forward_linkage_ghosh",
                "push on its customers, the mean industry being 1 (Ghosh)",
                "前向關聯（戈什模型）",
                "前向关联（戈什模型）",
            ),
            text(
                "key_sector",
                "key = pulls and pushes more than the mean industry",
                "關鍵行業：前後向皆高於平均",
                "关键行业：前后向皆高于平均",
                allowed=("key", "backward", "forward", "weak"),
            ),
        ),
    ),
)
