"""Asset checks: facts about the verdicts that must hold whatever the data are."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import dagster as dg
import numpy as np
import pandas as pd

from geo.classification.tables.class_transitions import falls_at_risk
from geo.classification.truth_table import verdicts
from geo.schema import RESULT_TABLES
from geo.vocabulary import Language
from pipelines.metadata import preview

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = [
    "classification_checks",
    "fell_at_risk",
    "fell_at_risk_spec",
    "moran_as_esda",
    "moran_check_spec",
]

_NAMED = 50  # cells that a warning names


class _Check(NamedTuple):
    name: str
    description: str
    broken: Callable[[pd.DataFrame], int]


class _Checks(NamedTuple):
    """Checks of one asset: what to declare, and what to report of a table."""

    asset: str
    checks: Sequence[_Check]

    @property
    def specs(self) -> list[dg.AssetCheckSpec]:
        """Declarations for the asset's decorator."""
        return [
            dg.AssetCheckSpec(
                check.name, asset=self.asset, blocking=True, description=check.description
            )
            for check in self.checks
        ]

    def results(self, table: pd.DataFrame) -> Iterator[dg.AssetCheckResult]:
        """Outcome of every check on `table`."""
        for check in self.checks:
            broken = check.broken(table)
            yield dg.AssetCheckResult(
                check_name=check.name,
                passed=broken == 0,
                metadata={"rows_broken": broken, "rows": len(table)},
            )


_SCHEMA = RESULT_TABLES["region_industry_classification"]


def _duplicate_cells(table: pd.DataFrame) -> int:
    return int(table.duplicated(list(_SCHEMA.key)).sum())


def _outside_range(table: pd.DataFrame) -> int:
    broken = 0
    for column in _SCHEMA.columns:
        values = table[column.name]
        if column.minimum is not None:
            broken += int((values < column.minimum).sum())
        if column.maximum is not None:
            broken += int((values > column.maximum).sum())
        if column.allowed is not None:
            broken += int((values.notna() & ~values.isin(column.allowed)).sum())
        if not column.nullable:
            broken += int(values.isna().sum())
    return broken


def _against_truth_table(table: pd.DataFrame) -> int:
    """Rows whose class could not follow from their answers, whatever the potential says."""
    possible = [
        verdicts(
            table["is_concentrated"],
            table["is_collaborating"],
            table["has_ecosystem"],
            pd.Series(partners, index=table.index, dtype="boolean"),
        )["class"]
        for partners in (True, False, pd.NA)
    ]
    fits = pd.concat([classes == table["class"] for classes in possible], axis=1).any(axis=1)
    return int((~fits).sum())


classification_checks = _Checks(
    "region_industry_classification",
    (
        _Check(
            "one_row_per_cell",
            "Every region, industry and year has one row at most.",
            _duplicate_cells,
        ),
        _Check(
            "values_in_range",
            "Shares and chances lie between 0 and 1, classes and grades are known words.",
            _outside_range,
        ),
        _Check(
            "classes_follow_the_truth_table",
            "Every class is what the three answers give.",
            _against_truth_table,
        ),
    ),
)


fell_at_risk_spec = dg.AssetCheckSpec(
    "no_cell_fell_at_risk",
    asset="transitions",
    description="No industry of a region fell at risk in the latest year.",
)
"""A warning: it stops nothing."""


def fell_at_risk(changes: pd.DataFrame, *, year: int) -> dg.AssetCheckResult:
    """Whether cells fell at risk in `year`, and which, in three languages."""
    fallen = falls_at_risk(changes, year=year)
    named = fallen.head(_NAMED)
    texts = {
        f"what happened ({language})": dg.MetadataValue.md(
            "\n".join(f"- {text}" for text in named[f"sentence_{language.column_suffix}"])
        )
        for language in Language
    }
    names = [f"{r} {i}" for r, i in zip(named["region_id"], named["industry"], strict=True)]
    return dg.AssetCheckResult(
        check_name=fell_at_risk_spec.name,
        passed=fallen.empty,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"year": year, "cells_fallen": len(fallen), "cells": names, **texts},
    )


moran_check_spec = dg.AssetCheckSpec(
    "moran_as_esda",
    asset="global_moran",
    description="Moran's I of one industry a year is that of esda on the same weights.",
)


def moran_as_esda(both: pd.DataFrame, industries: pd.DataFrame) -> dg.AssetCheckResult:
    """Whether Moran's I is that of `esda`, with both; `both` as `moran_by_esda` returns it."""
    ours, theirs = (both[c].astype("float64") for c in ("moran_i", "moran_i_esda"))
    differ = ~np.isclose(ours, theirs, rtol=1e-9, atol=1e-12)
    shown = both.assign(industry=industries["industry"].to_numpy()[both["industry_key"]])
    return dg.AssetCheckResult(
        check_name=moran_check_spec.name,
        passed=not differ.any(),
        metadata={"years": len(both)}
        | preview(shown[["year", "industry", "moran_i", "moran_i_esda"]]),
    )
