"""Draw map.svg again from the results of `make run`: python docs/images/draw_map.py."""

from pathlib import Path

import geopandas as gpd

from geo.maps.figures import map_svg
from geo.vocabulary import Language

HERE = Path(__file__).parent

results = gpd.read_parquet(HERE.parents[1] / "data/processed/region_classification.parquet")
latest = results[results["year"] == results["year"].max()]
(HERE / "map.svg").write_text(map_svg(latest, language=Language.EN) + "\n", encoding="utf-8")
