"""What the Dagster UI shows of a table: meaning of its columns, a preview, a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dagster as dg

from geo.schema import RESULT_TABLES
from geo.vocabulary import Class

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

__all__ = ["column_schema", "most_advanced", "preview", "with_columns"]

_PREVIEW_ROWS = 10


def column_schema(name: str) -> dg.TableSchema:
    """Columns of the result `name` with their meaning."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=str(column.type),
                description=f"{column.meaning.en} · {column.meaning.zh_hant}",
                constraints=dg.TableColumnConstraints(nullable=column.nullable),
            )
            for column in RESULT_TABLES[name].columns
        ]
    )


def with_columns(assets: Iterable[dg.AssetsDefinition]) -> Iterator[dg.AssetsDefinition]:
    """Assets that say what columns they will have before anything has run."""

    def described(spec: dg.AssetSpec) -> dg.AssetSpec:
        name = spec.key.to_user_string()
        if name not in RESULT_TABLES:
            return spec
        return spec.merge_attributes(metadata={"dagster/column_schema": column_schema(name)})

    return (asset.map_asset_specs(described) for asset in assets)


def preview(table: pd.DataFrame) -> dict[str, Any]:
    """First rows of `table` as Markdown, without geometry."""
    plain = table.drop(columns="geometry", errors="ignore").head(_PREVIEW_ROWS)
    head = " | ".join(map(str, plain.columns))
    rule = " | ".join("---" for _ in plain.columns)
    rows = [" | ".join(_short(value) for value in row) for row in plain.itertuples(index=False)]
    return {"preview": dg.MetadataValue.md("\n".join([head, rule, *rows]))}


def most_advanced(cells: pd.DataFrame) -> pd.DataFrame:
    """What a reader asks of cells first: where and what, the class and why, clusters first."""
    rank = {str(name): place for place, name in enumerate(reversed(Class))}
    order = cells["class"].astype("str").map(rank).sort_values(kind="stable").index
    return cells.loc[order, ["region_name", "industry_name", "class", "confidence", "reason"]]


def _short(value: object) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text.replace("|", "/")[:80]
