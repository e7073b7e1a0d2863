"""Draw map.png again from the results of `make run`: python docs/images/draw_map.py."""

from pathlib import Path

import geopandas as gpd

from geo.figures import class_map, new_axes

HERE = Path(__file__).parent

results = gpd.read_parquet(HERE.parents[1] / "data/processed/region_classification.parquet")
latest = results[results["year"] == results["year"].max()]
ax = class_map(latest, ax=new_axes(size=(8, 5.4)))
ax.figure.savefig(HERE / "map.png", dpi=110, metadata={"Software": None})
