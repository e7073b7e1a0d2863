"""Layers of regions: the regions, the industries in each, and what drew firms from outside.

What belongs here: which rows these layers show, and where in its region a cell is drawn. What
does not: firms, institutions and ties (`geo.maps.firm_layers`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.maps.layer import CLASS_LABEL, CLASSIFICATION, RANK, Layer, class_labels, joined, positions
from geo.maps.simplified import MAX_VERTICES, simplified
from geo.schema import RAW_TABLES, RESULT_TABLES, Column, Type
from geo.vocabulary import Class, Language, Text

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["cells_layer", "drivers_layer", "regions_layer"]

MAX_CELLS = 100_000
_METRES_PER_DEGREE = 111_320.0

_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))


def regions_layer(
    region_classification: gpd.GeoDataFrame,
    *,
    regions: gpd.GeoDataFrame,
    language: Language,
    year: int,
    max_vertices: int = MAX_VERTICES,
) -> Layer:
    """Polygons of the regions with their class.

    Every region is drawn: one without establishments in that year has no class. Where there are
    more than `max_vertices` vertices the borders are simplified together, so that neighbours
    still touch.
    """
    table = RESULT_TABLES["region_classification"]
    names = [n for n in table.names if n not in {"geometry", "class"}]
    of_year = pd.DataFrame(region_classification.drop(columns="geometry"))
    of_year = of_year[of_year["year"] == year].set_index("region_id")
    rows = of_year.reindex(regions["region_id"]).reset_index()
    rows["region_name"] = rows["region_name"].fillna(
        pd.Series(regions["name"].to_numpy(), rows.index)
    )
    rows["year"] = year
    rows["class_label"] = class_labels(rows["class"], language)
    polygons, tolerance = simplified(regions.geometry.to_numpy(), max_vertices=max_vertices)
    frame = gpd.GeoDataFrame(
        rows[["region_id", "region_name", "class", "class_label", *names[2:]]],
        geometry=polygons,
        crs="EPSG:4326",
    )
    described = [
        Text(f"Regions by class, {year}.", f"{year} 年各區域的類型。", f"{year} 年各区域的类型。")
    ]
    if tolerance:
        described.append(
            Text(
                f"Borders are simplified for display (about {tolerance:.2g} degrees).",
                f"邊界已為顯示而簡化（約 {tolerance:.2g} 度）。",
                f"边界已为显示而简化（约 {tolerance:.2g} 度）。",
            )
        )
    return Layer(
        name="regions",
        title=Text("Regions by class", "區域（按類型）", "区域（按类型）"),
        description=joined(described),
        frame=frame,
        columns=(
            table.column("region_id"),
            table.column("region_name"),
            table.column("class"),
            CLASS_LABEL,
            *(table.column(n) for n in names[2:]),
        ),
        geometry_type="MultiPolygon",
    )


def cells_layer(
    classification: pd.DataFrame,
    *,
    regions: gpd.GeoDataFrame,
    language: Language,
    year: int,
    max_cells: int = MAX_CELLS,
) -> Layer:
    r"""One point per region and industry, laid out inside the region so that none hides another.

    The points of a region lie on a sunflower spiral about the centre of its largest inscribed
    circle: the k-th of n at radius :math:`R\sqrt{(k + 1/2)/n}` and angle k times the golden
    angle, the most advanced and then the largest cells innermost. The place inside the region
    has no other meaning. Beyond `max_cells` cells the dispersed ones are left out.
    """
    table = RESULT_TABLES["region_industry_classification"]
    rows = classification[classification["year"] == year]
    described = [
        Text(
            f"Industries of each region, {year}: one point per region and industry. Where in the "
            "region a point lies means nothing; the most advanced classes lie innermost.",
            f"{year} 年各區域的行業：每區域、行業一點。點在區域內的位置沒有意義，"
            "類型最高者在最內側。",
            f"{year} 年各区域的行业：每区域、行业一点。点在区域内的位置没有意义，"
            "类型最高者在最内侧。",
        )
    ]
    if len(rows) > max_cells:
        dispersed = rows["class"] == str(Class.DISPERSED)
        described.append(
            Text(
                f"{int(dispersed.sum()):,} dispersed cells are left out.",
                f"略去 {int(dispersed.sum()):,} 個分散單元。",
                f"略去 {int(dispersed.sum()):,} 个分散单元。",
            )
        )
        rows = rows[~dispersed]
    rows = rows.assign(
        class_label=class_labels(rows["class"], language),
        rank=rows["class"].map(RANK),
        region_key=positions(rows["region_id"], regions["region_id"]),
    )
    rows = rows[rows["region_key"] >= 0].sort_values(
        ["region_key", "rank", "establishments", "industry"],
        ascending=[True, False, False, True],
        kind="stable",
    )
    points, sizes = _sunflowers(rows["region_key"].to_numpy(), regions.geometry.to_numpy())
    rows = rows.assign(symbol_size=sizes)
    frame = gpd.GeoDataFrame(
        rows[[c.name for c in _CELL_COLUMNS]].reset_index(drop=True),
        geometry=points,
        crs="EPSG:4326",
    )
    return Layer(
        name="cells",
        title=Text(
            "Industries of each region by class", "各區域的行業（按類型）", "各区域的行业（按类型）"
        ),
        description=joined([*described, table.meaning]),
        frame=frame,
        columns=_CELL_COLUMNS,
        geometry_type="Point",
    )


def drivers_layer(drivers: gpd.GeoDataFrame) -> Layer:
    """What could have drawn firms from outside, as it was given."""
    table = RAW_TABLES["drivers"]
    columns = tuple(c for c in table.columns if c.name in drivers.columns and c.name != "geometry")
    shapes = drivers.to_crs("EPSG:4326") if drivers.crs is not None else drivers
    frame = gpd.GeoDataFrame(
        pd.DataFrame({c.name: drivers[c.name].to_numpy() for c in columns}),
        geometry=shapes.geometry.to_numpy(),
        crs="EPSG:4326",
    )
    return Layer(
        name="drivers",
        title=Text("Outside drivers", "外部因素", "外部因素"),
        description=joined([table.meaning]),
        frame=frame,
        columns=columns,
        geometry_type="Unknown",
    )


def _sunflowers(
    region_keys: npt.NDArray[np.int64], polygons: npt.NDArray[np.object_]
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.float64]]:
    """Places of the rows, which are sorted by region, and the room (metres) that each has.

    Longitudes are shrunk by the cosine of the latitude while circles are drawn, so that a
    spiral is round on the ground.
    """
    present, index, counts = np.unique(region_keys, return_inverse=True, return_counts=True)
    shapes = simplified(polygons, max_vertices=MAX_VERTICES).shapes[present]
    bounds = shapely.bounds(shapes)
    shrink = np.cos(np.radians((bounds[:, 1] + bounds[:, 3]) / 2)).clip(0.05)
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    points[:, 0] *= shrink[owner]
    round_shapes = shapely.set_coordinates(shapes.copy(), points)
    tolerance = np.sqrt(shapely.area(round_shapes)) / 50
    spokes = shapely.maximum_inscribed_circle(round_shapes, tolerance=tolerance.clip(1e-9))
    centres = shapely.get_coordinates(shapely.get_point(spokes, 0)).reshape(-1, 2)
    radii = 0.9 * shapely.length(spokes)
    first = np.cumsum(counts) - counts
    k = np.arange(len(region_keys)) - first[index]
    # A lone point sits in the middle.
    radius = radii[index] * np.sqrt(np.where(counts[index] == 1, 0, (k + 0.5) / counts[index]))
    angle = k * _GOLDEN_ANGLE
    x = (centres[index, 0] + radius * np.cos(angle)) / shrink[index]
    y = centres[index, 1] + radius * np.sin(angle)
    # Points 0 and 3 are the closest neighbours on this spiral: 1.546 R / sqrt(n) apart.
    room = np.minimum(1.5 / np.sqrt(counts), 0.5) * radii * _METRES_PER_DEGREE
    return shapely.points(x, y), room[index]


_CELL_COLUMNS = (
    *(
        CLASSIFICATION.column(n)
        for n in ("region_id", "region_name", "industry", "industry_name", "class")
    ),
    CLASS_LABEL,
    *(
        CLASSIFICATION.column(n)
        for n in (
            "establishments",
            "employment",
            "location_quotient",
            "location_quotient_low",
            "location_quotient_employment",
            "concentration_q",
            "is_concentrated",
            "supply_ties",
            "local_supply_ties",
            "matching_ratio",
            "locally_linked_share",
            "tie_persistence",
            "is_collaborating",
            "tied_institutions",
            "institution_tied_share",
            "has_ecosystem",
            "chain_completeness",
            "basis",
            "confidence",
            "stage",
            "reason",
            "year",
        )
    ),
    Column(
        name="symbol_size",
        type=Type.NUMBER,
        meaning=Text(
            "room for the symbol, in metres", "符號可用的直徑（公尺）", "符号可用的直径（米）"
        ),
    ),
)
