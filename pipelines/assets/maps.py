"""Maps: the GeoPackage, the report, and the publishing of all results together."""

import json
import shutil
from importlib.metadata import version
from typing import Any

import dagster as dg
import geopandas as gpd
import narwhals as nw
import pandas as pd

from geo.schema import RESULT_TABLES, Table, Type
from pipelines.cells import ANSWERED_FROM
from pipelines.resources import Options, Places
from pipelines.results import keep_tables, published
from pipelines.run_record import run_record

_NOT_FURTHER = ("region_industry_classification", "rejected")
_FURTHER = [name for name in RESULT_TABLES if name not in _NOT_FURTHER]


def _kind_of(table: Table) -> dg.AssetIn:
    has_geometry = any(column.type is Type.GEOMETRY for column in table.columns)
    frame = gpd.GeoDataFrame if has_geometry else pd.DataFrame
    return dg.AssetIn(dagster_type=frame)


def _with_ordered_classes(table: pd.DataFrame) -> pd.DataFrame:
    """Table whose classes know their order, so that readers sort and colour by it."""
    from geo.figures import class_categories

    return table.astype({"class": class_categories()}) if "class" in table else table


@dg.asset(group_name="maps", kinds={"geopackage"})
def geopackage(
    places: dg.ResourceParam[Places],
    facts: dict[str, Any],
    regions: gpd.GeoDataFrame,
    industries: pd.DataFrame,
    establishments: nw.LazyFrame,  # type: ignore[type-arg]
    parties: nw.LazyFrame,  # type: ignore[type-arg]
    institutions: pd.DataFrame,
    ties: nw.LazyFrame,  # type: ignore[type-arg]
    drivers: gpd.GeoDataFrame,
    region_industry_classification: pd.DataFrame,
    region_classification: gpd.GeoDataFrame,
    party_tiers: pd.DataFrame,
    functional_clusters: gpd.GeoDataFrame,
    footprints: gpd.GeoDataFrame,
) -> dg.MaterializeResult[None]:
    """Map of all cells and years with styles, themes and a slide to print, as QGIS opens it."""
    from geo.maps.geopackage.geopackage import write_geopackage
    from geo.maps.layers.all_layers import map_layers
    from geo.settings import Settings
    from geo.vocabulary import Language, Text

    language = Language(facts["language"])
    layers = map_layers(
        region_industry_classification,
        region_classification,
        regions=regions,
        industries=industries,
        language=language,
        settings=Settings.model_validate(facts["settings"]),
        establishments=establishments,
        parties=parties,
        institutions=institutions,
        ties=ties,
        drivers=drivers,
        tiers=party_tiers,
        functional_clusters=functional_clusters,
        footprints=footprints,
    )
    first, last = min(facts["years"]), max(facts["years"])
    about = {
        word.in_language(language): told
        for word, told in (
            (Text("dataset", "資料集", "数据集"), facts["name"]),
            (Text("years", "年份", "年份"), str(last) if first == last else f"{first}–{last}"),
            (Text("version", "版本", "版本"), version("jiqun")),
        )
    }
    places.map_file.parent.mkdir(parents=True, exist_ok=True)
    write_geopackage(places.map_file, layers, language=language, about=about)
    return dg.MaterializeResult(
        metadata={layer.name: len(layer.frame) for layer in layers}
        | {"path": dg.MetadataValue.path(places.map_file), "bytes": places.map_file.stat().st_size}
    )


@dg.asset(
    group_name="maps",
    kinds={"html"},
    ins={name: _kind_of(RESULT_TABLES[name]) for name in _FURTHER},
)
def report(
    context: dg.AssetExecutionContext,
    places: dg.ResourceParam[Places],
    options: Options,
    facts: dict[str, Any],
    regions: gpd.GeoDataFrame,
    industries: pd.DataFrame,
    io_table: pd.DataFrame,
    establishments: nw.LazyFrame,  # type: ignore[type-arg]
    parties: nw.LazyFrame,  # type: ignore[type-arg]
    institutions: pd.DataFrame,
    ties: nw.LazyFrame,  # type: ignore[type-arg]
    reconciliation: pd.DataFrame,
    rejected_reasons: pd.DataFrame,
    repairs: pd.DataFrame,
    region_industry_classification: pd.DataFrame,
    **further: pd.DataFrame,
) -> dg.MaterializeResult[None]:
    """One offline page in three languages in which every cell can be looked up."""
    from geo.maps.explorer.page import Run, explorer_html
    from geo.maps.explorer.parties_and_ties import firms_of_year, ties_by_cell
    from geo.settings import Settings
    from geo.vocabulary import Text
    from pipelines.run_record import notices_of_assets

    last = int(region_industry_classification["year"].max())
    run = Run(
        name=facts["name"],
        settings=Settings.model_validate(facts["settings"]),
        regions=regions,
        industries=industries,
        reconciliation=reconciliation,
        rejected=rejected_reasons,
        repairs=repairs,
        notices=[Text(*told) for told in facts["notices"] + notices_of_assets(context)],
        firms=firms_of_year(establishments, parties, year=last),
        ties=ties_by_cell(ties, establishments, institutions),
        io_table=io_table,
        results=further,
        about={"jiqun": version("jiqun"), "seed": str(options.seed)},
    )
    page = explorer_html(region_industry_classification, run=run)
    places.report_file.parent.mkdir(parents=True, exist_ok=True)
    places.report_file.write_text(page, encoding="utf-8")
    return dg.MaterializeResult(
        metadata={"path": dg.MetadataValue.path(places.report_file), "bytes": len(page.encode())}
    )


@dg.asset(
    group_name="maps",
    kinds={"parquet"},
    deps=[geopackage, report],
    ins={name: _kind_of(table) for name, table in RESULT_TABLES.items()},
)
def results(
    context: dg.AssetExecutionContext,
    places: dg.ResourceParam[Places],
    options: Options,
    facts: dict[str, Any],
    reconciliation: pd.DataFrame,
    **tables: pd.DataFrame,
) -> dg.MaterializeResult[None]:
    """All results, put into the results folder together: tables, map, report, run record."""
    with published(places.out_folder) as folder:
        for name, table in tables.items():
            ordered = _with_ordered_classes(table)
            ordered.to_parquet(folder / f"{name}.parquet", compression="zstd", index=False)
        for file in (places.map_file, places.report_file):
            (folder / file.parent.name).mkdir()
            shutil.copyfile(file, folder / file.parent.name / file.name)
        keep_tables(places.tables, ANSWERED_FROM, folder)
        record = run_record(context, facts, reconciliation, options)
        text = json.dumps(record, indent=2, ensure_ascii=False)
        (folder / "run.json").write_text(text, encoding="utf-8")
    links = {
        name: dg.MetadataValue.url((places.out_folder / part).resolve().as_uri())
        for name, part in (("map", "maps/jiqun.gpkg"), ("report", "report/index.html"))
    }
    return dg.MaterializeResult(metadata=links | {"path": dg.MetadataValue.path(places.out_folder)})
