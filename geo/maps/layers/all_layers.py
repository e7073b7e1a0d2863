"""Result tables turned into the layers of one map.

What belongs here: which layers a map has, and in which order. What does not: the rows of each
(`region_layers`, `industry_layer`, `firm_layers`, `tie_layers` beside it), how a layer looks
(`geo.maps.geopackage.qml`), how it is stored (`geo.maps.geopackage.geopackage`), and pictures
(`geo.figures`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.maps.layers.firm_layers import firms_layer, institutions_layer
from geo.maps.layers.industry_layer import industries_layer
from geo.maps.layers.layer import Layer
from geo.maps.layers.region_layers import (
    borders_layer,
    drivers_layer,
    footprints_layer,
    functional_clusters_layer,
    regions_layer,
)
from geo.maps.layers.tie_layers import local_ties_layer, region_ties_layer

if TYPE_CHECKING:
    import geopandas as gpd
    import narwhals as nw
    import pandas as pd

    from geo.settings import Settings
    from geo.vocabulary import Language

__all__ = [
    "Layer",
    "borders_layer",
    "drivers_layer",
    "firms_layer",
    "footprints_layer",
    "functional_clusters_layer",
    "industries_layer",
    "institutions_layer",
    "local_ties_layer",
    "map_layers",
    "region_ties_layer",
    "regions_layer",
]


def map_layers(
    classification: pd.DataFrame,
    region_classification: gpd.GeoDataFrame,
    *,
    regions: gpd.GeoDataFrame,
    industries: pd.DataFrame,
    language: Language,
    settings: Settings,
    establishments: nw.LazyFrame[Any] | None = None,
    parties: nw.LazyFrame[Any] | None = None,
    institutions: pd.DataFrame | None = None,
    ties: nw.LazyFrame[Any] | None = None,
    drivers: gpd.GeoDataFrame | None = None,
    tiers: pd.DataFrame | None = None,
    functional_clusters: gpd.GeoDataFrame | None = None,
    footprints: gpd.GeoDataFrame | None = None,
    year: int | None = None,
) -> tuple[Layer, ...]:
    """Layers of the map, those without rows left out.

    Regions and industries are there with all years, everything else with the one shown.

    Parameters
    ----------
    classification, region_classification : DataFrame, GeoDataFrame
        Result tables, of all years.
    regions, industries : GeoDataFrame, DataFrame
        Tables whose row numbers are the keys in `establishments`, `institutions` and `ties`.
    language : Language
        Language of the labels in the rows.
    settings : Settings
        Floors of the verdict, which part the colours, and the industries of interest.
    establishments, parties, ties : LazyFrame, optional
        Firm-sized and tie-sized tables; no layer where not given.
    institutions, drivers, functional_clusters, footprints : DataFrame, GeoDataFrame, optional
        No layer where not given.
    tiers : DataFrame, optional
        Result `party_tiers`; firms have no tier where not given.
    year : int, optional
        Year to show; the last of `classification` where not given.

    Returns
    -------
    tuple of Layer
        In drawing order, the first at the bottom: borders, regions, industries, drivers,
        footprints, functional_clusters, region_ties, local_ties, firms, institutions.
    """
    if year is None:
        year = int(classification["year"].max())
    made = [
        borders_layer(regions),
        regions_layer(region_classification, classification, regions=regions, language=language),
        industries_layer(classification, regions=regions, language=language, settings=settings),
    ]
    if drivers is not None:
        made.append(drivers_layer(drivers))
    if footprints is not None:
        made.append(footprints_layer(footprints, year=year))
    if functional_clusters is not None:
        made.append(functional_clusters_layer(functional_clusters, year=year))
    if ties is not None and establishments is not None:
        made.append(
            region_ties_layer(
                ties,
                establishments,
                institutions=institutions,
                regions=regions,
                language=language,
                year=year,
            )
        )
        made.append(
            local_ties_layer(
                ties,
                establishments,
                parties=parties,
                institutions=institutions,
                region_classification=region_classification,
                regions=regions,
                language=language,
                year=year,
            )
        )
    if establishments is not None:
        made.append(
            firms_layer(
                establishments,
                classification,
                parties=parties,
                tiers=tiers,
                regions=regions,
                industries=industries,
                language=language,
                year=year,
            )
        )
    if institutions is not None:
        made.append(institutions_layer(institutions, regions=regions, language=language, year=year))
    return tuple(layer for layer in made if len(layer.frame))
