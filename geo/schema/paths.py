"""Results that follow cells over the years."""

from __future__ import annotations

from geo.schema.column import Table, count, share, text
from geo.vocabulary import Text

__all__ = ["PATH_TABLES"]

PATH_TABLES = (
    Table(
        name="quadrant_transitions",
        meaning=Text(
            "how cells move between quadrants of the local Moran map from year to year",
            "單元在局部莫蘭象限間的逐年轉移",
            "单元在局部莫兰象限间的逐年转移",
        ),
        key=("before", "after"),
        columns=(
            text("before", "quadrant in a year", "前一年象限", "前一年象限", nullable=False),
            text("after", "quadrant in the next", "後一年象限", "后一年象限", nullable=False),
            count("cells", "cells that moved so", "單元數", "单元数"),
            share(
                "share",
                "share of those in the first quadrant",
                "占前一象限比例",
                "占前一象限比例",
            ),
        ),
    ),
)
