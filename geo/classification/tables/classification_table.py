"""The classification table: the evidence of every cell joined, answered, judged and worded.

What belongs here: joining the tables of the tests and putting the result into the columns of the
schema. What does not: any measure, any threshold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.chinese.mainland import simplified_name
from geo.classification.counterfactuals.flips_of_cells import flips
from geo.classification.resampling.resampled_plants import TOTALS
from geo.classification.sensitivity.threshold_changes import threshold_sensitivity
from geo.classification.text.flip_wording import flip_sentences, with_flips
from geo.classification.text.reason_texts import reasons
from geo.classification.truth_table import judgements
from geo.errors import DatasetError
from geo.schema import RESULT_TABLES, Table, Type
from geo.vocabulary import Language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.concentration.distance.distance_table import DistanceTables
    from geo.settings import Settings

__all__ = [
    "CELL_KEY",
    "as_schema",
    "classification_table",
    "evidence",
    "industry_names",
    "industry_table",
    "keys_of_interest",
    "named_distances",
    "other_region",
    "pair_table",
    "region_pair_table",
    "region_table",
    "typed_as",
]

CELL_KEY = ["year", "region_key", "industry_key"]
"""What tells one cell from another."""


def evidence(cells: pd.DataFrame, measures: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Cells with every table of measures joined to them, one row per cell, sorted by key.

    Parameters
    ----------
    cells : DataFrame
        Columns of `CELL_KEY`, establishments, employment; those known to have no establishment
        are left out.
    measures : sequence of DataFrame
        Each with the columns of `CELL_KEY`; cells that a table does not hold get NaN.
    """
    table = cells.loc[cells["establishments"] != 0, [*CELL_KEY, "establishments", "employment"]]
    for measure in measures:
        known = [c for c in measure.columns if c not in table.columns or c in CELL_KEY]
        table = table.merge(measure[known], on=CELL_KEY, how="left", validate="one_to_one")
    return table.sort_values(CELL_KEY, ignore_index=True)


def classification_table(
    cells: pd.DataFrame,
    regions: pd.DataFrame,
    industries: pd.DataFrame,
    settings: Settings,
    *,
    has_ties: bool,
    has_institutions: bool,
) -> pd.DataFrame:
    """One row per region, industry and year: the evidence and the verdict.

    Parameters
    ----------
    cells : DataFrame
        As `evidence` returns it, with the columns of the three tests and of the potential.
    regions : DataFrame
        Indexed by region_key, with region_id and name.
    industries : DataFrame
        Indexed by industry_key, with industry, name and name_zh.
    settings : Settings
        Thresholds and the language of `reason` and `industry_name`.
    has_ties, has_institutions : bool
        Whether the dataset gives any supply ties of firms, any institutions.

    Returns
    -------
    DataFrame
        The columns of `region_industry_classification` in their order; a column whose measure
        is not computed is null.
    """
    answered = ("chain_partners_here", "flow_partners_here", "ties_are_counted")
    cells = cells.astype({name: "boolean" for name in answered if name in cells})
    is_counted = "ties_are_counted" in cells and bool(cells["ties_are_counted"].any())
    # What is counted between regions knows no other place.
    local = "region" if is_counted else settings.local
    given = judgements(cells, settings.thresholds)
    # Copies put columns that came from many tables side by side in memory.
    judged = cells.drop(columns="chain_partners_here").join(given).copy()
    names = regions["name"].fillna(regions["region_id"]).astype("object")
    judged = judged.assign(
        region_across=other_region(judged, regions["region_id"].astype("object")),
        other_region=other_region(judged, names),
    )
    said = reasons(
        judged,
        settings.thresholds,
        has_ties=has_ties or is_counted,
        has_institutions=has_institutions,
        local=local,
    )
    if set(TOTALS) <= set(judged.columns):
        turning = flips(judged, settings.thresholds)
        judged = judged.join(turning)
        said = with_flips(said, flip_sentences(turning, local=local))
    judged = judged.join(said)
    judged = judged.join(threshold_sensitivity(cells, settings.thresholds))
    language = settings.language.column_suffix
    # As above.
    named = judged.copy().assign(
        region_id=judged["region_key"].map(regions["region_id"]),
        region_name=judged["region_key"].map(regions["name"]),
        industry=judged["industry_key"].map(industries["industry"]),
        industry_name=judged["industry_key"].map(industry_names(industries, language)),
        reason=judged[f"reason_{language}"],
    )
    return as_schema(named, "region_industry_classification").sort_values(
        ["year", "region_id", "industry"], ignore_index=True
    )


def other_region(judged: pd.DataFrame, names: pd.Series[str]) -> pd.Series[str]:
    """Id or name of the region that a cell is one cluster with; None of other cells.

    Parameters
    ----------
    judged : DataFrame
        is_collaborating_across and, where any cell goes on across a border, other_region_key.
    names : Series
        By region_key.
    """
    if "other_region_key" not in judged:
        return pd.Series(None, index=judged.index, dtype="object")
    others = judged["other_region_key"].where(judged["is_collaborating_across"])
    return others.map(names).astype("object")


def industry_names(industries: pd.DataFrame, language: str) -> pd.Series[str]:
    """Names of the industries in `language`, falling back to the other name, then the code.

    `language` is a language or how names of its columns end. Names given in 繁體 are in 简体
    where that is asked.
    """
    first, second = ("name", "name_zh") if language == "en" else ("name_zh", "name")
    names = industries[first].fillna(industries[second]).fillna(industries["industry"])
    is_hans = language.replace("_", "-").lower() == Language.ZH_HANS.lower()
    return names.map(simplified_name) if is_hans else names


_DTYPES = {
    Type.TEXT: "str",
    Type.INTEGER: "Int64",
    Type.NUMBER: "float64",
    Type.YES_NO: "boolean",
}


def as_schema(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """`table` with exactly the columns and types that the schema gives the result `name`.

    Geometry is passed through. A table without any column stays empty.

    Raises
    ------
    KeyError
        If `table` lacks a column of the schema: nothing computed it.
    """
    return typed_as(table, RESULT_TABLES[name])


def typed_as(table: pd.DataFrame, schema: Table) -> pd.DataFrame:
    """`table` with exactly the columns and types of `schema`, as in `as_schema`."""
    columns = schema.columns
    lacking = [c.name for c in columns if c.name not in table.columns]
    if lacking and len(table.columns):
        message = f"nothing computed {', '.join(lacking)} of {schema.name}"
        raise KeyError(message)
    chosen = table.reindex(columns=[c.name for c in columns])
    # Official counts may be averages over a year; a count is shown to the whole number.
    counts = [c.name for c in columns if c.type is Type.INTEGER]
    chosen = chosen.assign(**{name: chosen[name].round() for name in counts})
    return chosen.astype({c.name: _DTYPES[c.type] for c in columns if c.type in _DTYPES})


def industry_table(
    measures: pd.DataFrame,
    industries: pd.DataFrame,
    *,
    language: str,
    name: str = "industry_concentration",
) -> pd.DataFrame:
    """One row per industry and year, in the columns of the result `name`.

    Parameters
    ----------
    measures : DataFrame
        Columns year, industry_key and the measures.
    industries : DataFrame
        Indexed by industry_key, with industry, name and name_zh.
    language : str
        Language of `industry_name`: en, zh_hant or zh_hans.
    name : str, default "industry_concentration"
        Result of the schema.
    """
    named = measures.assign(
        industry=measures["industry_key"].map(industries["industry"]),
        industry_name=measures["industry_key"].map(industry_names(industries, language)),
    )
    return as_schema(named, name).sort_values(["year", "industry"], ignore_index=True)


def region_table(measures: pd.DataFrame, regions: pd.DataFrame, name: str) -> pd.DataFrame:
    """One row per region and year, in the columns of the result `name`.

    Parameters
    ----------
    measures : DataFrame
        Columns year, region_key and the measures.
    regions : DataFrame
        Indexed by region_key, with region_id and name.
    name : str
        Result of the schema.
    """
    named = measures.assign(
        region_id=measures["region_key"].map(regions["region_id"]),
        region_name=measures["region_key"].map(regions["name"]),
    )
    return as_schema(named, name).sort_values(["year", "region_id"], ignore_index=True)


def pair_table(
    pairs: pd.DataFrame, strength: pd.DataFrame | None, industries: pd.DataFrame
) -> pd.DataFrame:
    """One row per pair of industries and year, in the columns of `industry_pairs`.

    Parameters
    ----------
    pairs : DataFrame
        Columns year, industry_key, other_industry_key and measures of co-location.
    strength : DataFrame or None
        Columns year, industry_key, other_industry_key, input_output; None without a table.
    industries : DataFrame
        Indexed by industry_key, with industry.
    """
    keys = ["year", "industry_key", "other_industry_key"]
    if strength is None:
        pairs = pairs.assign(input_output=np.nan)
    else:
        pairs = pairs.merge(strength, on=keys, how="left", validate="one_to_one")
    named = pairs.assign(
        industry=pairs["industry_key"].map(industries["industry"]),
        other_industry=pairs["other_industry_key"].map(industries["industry"]),
    )
    return as_schema(named, "industry_pairs").sort_values(
        ["year", "industry", "other_industry"], ignore_index=True
    )


def region_pair_table(
    measures: pd.DataFrame, regions: pd.DataFrame, industries: pd.DataFrame, name: str
) -> pd.DataFrame:
    """One row per region, pair of industries and year, in the columns of the result `name`.

    Parameters
    ----------
    measures : DataFrame
        Columns year, region_key, industry_key, other_industry_key and the measures.
    regions : DataFrame
        Indexed by region_key, with region_id and name.
    industries : DataFrame
        Indexed by industry_key, with industry.
    name : str
        Name of the result.
    """
    named = measures.assign(
        region_id=measures["region_key"].map(regions["region_id"]),
        region_name=measures["region_key"].map(regions["name"]),
        industry=measures["industry_key"].map(industries["industry"]),
        other_industry=measures["other_industry_key"].map(industries["industry"]),
    )
    return as_schema(named, name).sort_values(
        ["region_id", "industry", "other_industry", "year"], ignore_index=True
    )


def keys_of_interest(industries: pd.DataFrame, codes: Sequence[str]) -> list[int]:
    """Keys of the industries that a dataset names as of interest, in its order.

    Parameters
    ----------
    industries : DataFrame
        Indexed by industry_key, with industry.
    codes : sequence of str
        Codes, as set in `dataset.yaml`.

    Returns
    -------
    list of int
        As many as codes.

    Raises
    ------
    DatasetError
        If no industry has one of the codes.

    Examples
    --------
    >>> keys_of_interest(pd.DataFrame({"industry": ["C13", "C38"]}), ["C38"])
    [1]
    """
    keys = {str(code): int(key) for key, code in industries["industry"].items()}  # type: ignore[call-overload]
    unknown = [code for code in codes if code not in keys]
    if unknown:
        message = (
            f"dataset.yaml: `industries_of_interest` names {unknown[0]!r}, which no industry of "
            f"the dataset is called; there are {', '.join(sorted(keys)[:5])}, ...; correct the "
            "code or take it out."
        )
        raise DatasetError(message)
    return [keys[code] for code in codes]


def named_distances(
    measured: DistanceTables, industries: pd.DataFrame, *, language: str
) -> DistanceTables:
    """Measures of distance in the columns of their results.

    Parameters
    ----------
    measured : DistanceTables
        Keyed by year and industry_key.
    industries : DataFrame
        Indexed by industry_key, with industry, name and name_zh.
    language : str
        Language of `industry_name`: en, zh_hant or zh_hans.

    Returns
    -------
    DistanceTables
        Tables `industry_distances`, `distance_curves` and `footprints`.
    """
    import geopandas as gpd

    rows, curves, places = (
        industry_table(table, industries, language=language, name=name)
        for table, name in zip(
            measured, ("industry_distances", "distance_curves", "footprints"), strict=True
        )
    )
    return measured._replace(
        industries=rows,
        curves=curves.sort_values(["industry", "measure", "distance_km"], ignore_index=True),
        footprints=gpd.GeoDataFrame(places, geometry="geometry", crs=4326).sort_values(
            ["industry", "footprint"], ignore_index=True
        ),
    )
