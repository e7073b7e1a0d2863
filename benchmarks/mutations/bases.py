"""Small datasets in every format, from which mutated ones are made."""

import gzip
import io

import geopandas as gpd
import numpy as np
import pandas as pd
import polars as pl
import shapely

N_FIRMS = 60
INDUSTRIES = ("C10", "C11", "C26", "G45", "62.01")
_SIDE = 4


def tables():
    """Tables of one small country as frames of pandas, by name."""
    rng = np.random.default_rng(11)
    boxes = [shapely.box(x, y, x + 1, y + 1) for y in range(_SIDE) for x in range(_SIDE)]
    ids = [f"{k + 1:04d}" for k in range(len(boxes))]
    regions = gpd.GeoDataFrame(
        {"region_id": ids, "name": [f"Name {i}" for i in ids], "population": range(len(ids))},
        geometry=boxes, crs=4326,
    )  # fmt: skip
    n = N_FIRMS
    firms = pd.DataFrame({
        "firm_id": [f"F{k:04d}" for k in range(n)],
        "industry": rng.choice(INDUSTRIES, n),
        "longitude": rng.uniform(0.1, _SIDE - 0.1, n).round(5),
        "latitude": rng.uniform(0.1, _SIDE - 0.1, n).round(5),
        "employment": rng.integers(1, 900, n),
        "opened": rng.integers(1990, 2018, n),
        "name": [f"公司{k}" for k in range(n)],
    })  # fmt: skip
    ends = rng.integers(0, n, (200, 2))
    ends = ends[ends[:, 0] != ends[:, 1]]
    links = pd.DataFrame({
        "source_id": firms["firm_id"].to_numpy()[ends[:, 0]],
        "target_id": firms["firm_id"].to_numpy()[ends[:, 1]],
        "year": rng.choice([2019, 2020, 2021], len(ends)),
        "kind": "supply",
        "value": rng.uniform(1, 5000, len(ends)).round(2),
    })  # fmt: skip
    pairs = [(r, i, y) for r in ids for i in INDUSTRIES for y in (2019, 2020)]
    cells = pd.DataFrame(pairs, columns=["region_id", "industry", "year"])
    cells["establishments"] = rng.integers(0, 40, len(cells))
    cells["employment"] = cells["establishments"] * rng.integers(1, 60, len(cells))
    io_table = pd.DataFrame(
        [(a, b, round(float(rng.uniform(0, 0.2)), 4)) for a in INDUSTRIES for b in INDUSTRIES],
        columns=["supplying_industry", "using_industry", "coefficient"],
    )
    ways = [(a, b, float(rng.integers(5, 200))) for a in ids for b in ids if a != b]
    return {
        "regions": regions,
        "firms": firms,
        "links": links,
        "cells": cells,
        "margins": cells.groupby(["industry", "year"], as_index=False)[
            ["establishments", "employment"]
        ].sum(),
        "io_table": io_table,
        "institutions": pd.DataFrame({
            "institution_id": [f"U{k}" for k in range(8)],
            "kind": ["university", "finance"] * 4,
            "longitude": rng.uniform(0.1, 3.9, 8).round(4),
            "latitude": rng.uniform(0.1, 3.9, 8).round(4),
        }),
        "travel_times": pd.DataFrame(ways, columns=["from_region", "to_region", "minutes"]),
        "industries": pd.DataFrame({
            "industry": INDUSTRIES, "name": [f"I {i}" for i in INDUSTRIES],
        }),
        "wide": _wide(io_table),
        "cell_links": _between_cells(ids, rng),
        "matrix": _matrix(ids, rng),
        "places": pd.DataFrame({
            "place": firms["firm_id"].str.replace("F", "P"), "longitude": firms["longitude"],
            "latitude": firms["latitude"],
        }),
    }  # fmt: skip


def _between_cells(ids, rng):
    ends = rng.integers(0, len(ids) * len(INDUSTRIES), (120, 2))
    ends = np.unique(ends, axis=0)
    ties = rng.integers(1, 50, len(ends))
    return pd.DataFrame({
        "source_region_id": [ids[k // len(INDUSTRIES)] for k in ends[:, 0]],
        "source_industry": [INDUSTRIES[k % len(INDUSTRIES)] for k in ends[:, 0]],
        "target_region_id": [ids[k // len(INDUSTRIES)] for k in ends[:, 1]],
        "target_industry": [INDUSTRIES[k % len(INDUSTRIES)] for k in ends[:, 1]],
        "year": 2020,
        "ties": ties,
        "suppliers": np.minimum(ties, 5),
        "ties_seen_again": ties // 2,
        "value": rng.uniform(1, 1e6, len(ends)).round(1),
    })  # fmt: skip


def _matrix(ids, rng):
    """An inter-regional table as a sheet: two headings each way, final uses, value added."""
    pairs = [(r, i) for r in ids[:6] for i in INDUSTRIES[:3]]
    flows = rng.uniform(0, 900, (len(pairs), len(pairs))).round(1)
    rows = [
        ["2020", "", *(r for r, _ in pairs), "0001"],
        ["", "", *(i for _, i in pairs), "Households"],
        *([*pair, *line, 5.5] for pair, line in zip(pairs, flows.tolist(), strict=True)),
        ["", "Value added", *[100.0] * len(pairs), ""],
    ]
    return pd.DataFrame(rows)


def _wide(io_table):
    wide = io_table.pivot_table(
        index="supplying_industry", columns="using_industry", values="coefficient"
    )
    wide = (wide * 10_000).round(0)
    wide.loc["GO"] = 20_000.0
    return wide.reset_index().rename(columns={"supplying_industry": "Code"})


def csv(table, encoding="utf-8", separator=","):
    """Bytes of a CSV file."""
    frame = table
    if _is_grid(table):
        return frame.to_csv(index=False, header=False, sep=separator).encode(encoding)
    if isinstance(table, gpd.GeoDataFrame):
        frame = pd.DataFrame(table.drop(columns="geometry"))
        frame = frame.assign(geometry=table.geometry.to_wkt())
    return frame.to_csv(index=False, sep=separator).encode(encoding)


def _is_grid(table):
    """Whether a table has its headings among its rows."""
    return table.columns[0] == 0


def parquet(table, folder):
    """Bytes of a Parquet file."""
    path = folder / "base.parquet"
    if isinstance(table, gpd.GeoDataFrame):
        table.to_parquet(path)
    else:
        texts = table.astype(str) if _is_grid(table) else table
        pl.from_pandas(texts.rename(columns=str)).write_parquet(path)
    return path.read_bytes()


def workbook(table, title="Sheet1"):
    """Bytes of a workbook."""
    stream = io.BytesIO()
    table.to_excel(stream, index=False, header=not _is_grid(table), sheet_name=title)
    return stream.getvalue()


def layer(table, folder, suffix):
    """Files of a map layer by the end of their names."""
    frame = table
    if not isinstance(table, gpd.GeoDataFrame):
        places = gpd.points_from_xy(table["longitude"], table["latitude"])
        frame = gpd.GeoDataFrame(
            table.drop(columns=["longitude", "latitude"]), geometry=places, crs=4326
        )
    for old in folder.glob("layer.*"):
        old.unlink()
    options = {"encoding": "UTF-8"} if suffix == ".shp" else {}
    frame.to_file(folder / f"layer{suffix}", **options)
    return {path.name.removeprefix("layer"): path.read_bytes() for path in folder.glob("layer.*")}


SETTINGS = """language: en
years: 2019-2021
missing_values: [-9, secret]
columns:
  firms: {firm_id: firm_id}
thresholds: {location_quotient: 1.25}
local: {radius_km: 40}
decimal: "."
"""


def files(folder):
    """The whole dataset as files, and further forms of each table: name -> bytes.

    Returns
    -------
    tuple of dict
        Files of the dataset as it stands, and by table the other forms that it may come in (each a
        mapping of names to bytes).
    """
    named = tables()
    standing = set(named) - {"wide", "matrix", "cell_links", "places"}
    plain = {f"{name}.csv": csv(t) for name, t in named.items() if name in standing}
    plain["dataset.yaml"] = SETTINGS.encode()
    forms = {}
    for name, table in named.items():
        stem = {"wide": "io_table", "matrix": "cell_links"}.get(name, name)
        listed = [{f"{stem}.csv": csv(table)}, {f"{stem}.csv.gz": gzip.compress(csv(table))}]
        listed += [{f"{stem}.csv": csv(table, e)} for e in ("utf-16", "gb18030", "utf-8-sig")]
        listed.append({f"{stem}.csv": csv(table, separator=";")})
        listed.append({f"{stem}.csv": b"Title\nSource\n" + csv(table)})
        listed.append({f"{stem}.parquet": parquet(table, folder)})
        if name != "regions":
            listed.append({f"{stem}.xlsx": workbook(table)})
        if name in ("regions", "firms", "institutions"):
            for suffix in (".gpkg", ".geojson", ".shp"):
                parts = layer(table, folder, suffix)
                listed.append({f"{stem}{end}": data for end, data in parts.items()})
        forms.setdefault(stem, []).extend(listed)
    return plain, forms
