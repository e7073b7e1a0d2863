"""`jiqun sensitivity`: the verdicts asked again as others would have chosen."""

from __future__ import annotations

import os
import tempfile
import warnings
from functools import partial
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from geo.vocabulary import CLASSES, Class, Language, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from geo.classification.sensitivity.dataset_variants import Variant
    from geo.dataset import Dataset

__all__ = ["print_sensitivity", "sensitivity_of"]

_KEY = ["region_id", "industry", "year"]
_CLASS = Text("class", "類型", "类型")
_CELLS = Text("cells", "單元", "单元")
_THRESHOLDS = Text("thresholds", "門檻", "门槛")
_ON_ONE = Text("rest on one threshold", "僅繫於一門檻", "仅系于一门槛")
_NAMES = {
    "coarser industries": Text("coarser industries", "行業歸大類", "行业归大类"),
    "larger regions": Text("larger regions", "區域歸上級", "区域归上级"),
    "region": Text("local = region", "本地=區域", "本地=区域"),
    "20 km": Text("local = 20 km", "本地=20 公里", "本地=20 公里"),
    "40 km": Text("local = 40 km", "本地=40 公里", "本地=40 公里"),
    "60 minutes": Text("local = 60 minutes", "本地=60 分鐘", "本地=60 分钟"),
}
_RADII_KM = (20, 40)  # half an hour's and an hour's drive
_TITLE = Text(
    "share of verdicts of {year} that stand under other choices",
    "{year} 年判定在其他劃分下成立的比例",
    "{year} 年判定在其他划分下成立的比例",
)


def sensitivity_of(
    raw: Path, out: Path, *, years: tuple[int, int] | None
) -> tuple[pd.DataFrame, dict[str, pd.Series[bool]], Language]:
    """Write `sensitivity.parquet` into `out`: how verdicts of the latest year stand.

    Returns
    -------
    DataFrame
        What was written.
    dict of str to Series of bool
        By variant: whether each verdict stands, missing where the variant did not judge the cell.
    Language
        Language of the dataset.

    Raises
    ------
    geo.errors.GeoError
        If the dataset cannot be used, or has one cut only and so nothing to vary.
    """
    from geo.classification.sensitivity.threshold_changes import standing
    from geo.classification.tables.classification_table import typed_as
    from geo.dataset import read_dataset
    from geo.schema.run_tables import SENSITIVITY
    from pipelines.commands.verdicts import verdicts_of

    warnings.filterwarnings("ignore", module="dagster")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "ingested").mkdir()
        dataset = read_dataset(raw, into=work / "ingested", years=years)
        click.echo("as it is", err=True)
        base = verdicts_of(dataset, work / "base")
        latest = base[base["year"] == base["year"].max()].set_index(_KEY)
        classes = {}
        for name, variant in _variants(dataset):
            click.echo(name, err=True)
            table = verdicts_of(variant.dataset, work / name.replace(" ", "-"))
            classes[name] = _seen_from(latest, table, variant)
    judged = latest.join(standing(latest["class"], classes)).reset_index()
    result = typed_as(judged, SENSITIVITY)
    _written(result, out / "sensitivity.parquet")
    stands = {name: said.eq(latest["class"]).where(said.notna()) for name, said in classes.items()}
    return result, stands, dataset.settings.language


def _variants(dataset: Dataset) -> Iterator[tuple[str, Variant]]:
    """What others could have chosen, by name."""
    from geo.classification.sensitivity.dataset_variants import (
        coarser_industries,
        larger_regions,
        local_as,
    )
    from geo.settings import Nearby

    cuts = {"coarser industries": coarser_industries, "larger regions": larger_regions}
    cuts["region"] = partial(local_as, local="region")
    cuts |= {f"{km} km": partial(local_as, local=Nearby(radius_km=km)) for km in _RADII_KM}
    cuts["60 minutes"] = partial(local_as, local=Nearby(minutes=60))  # by the table, if given
    for name, cut in cuts.items():
        variant = cut(dataset)
        if variant is not None:
            yield name, variant


def _seen_from(latest: pd.DataFrame, table: pd.DataFrame, variant: Variant) -> pd.Series[str]:
    """Class that a variant gives the unit that each cell is in."""
    given = table.set_index(_KEY)["class"]
    units = latest.reset_index()[_KEY]
    for column in ("region_id", "industry"):
        units[column] = units[column].map(lambda name: variant.units.get(name, name))
    found: pd.Series[str] = given.reindex(units.set_index(_KEY).index).set_axis(latest.index)
    return found


def _written(table: pd.DataFrame, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    table.to_parquet(temporary, compression="zstd", index=False)
    temporary.replace(path)


def print_sensitivity(
    result: pd.DataFrame, stands: dict[str, pd.Series[bool]], language: Language, out: Path
) -> None:
    """Print, by class, how many verdicts stand under each other choice."""
    console = Console()
    title = _TITLE.in_language(language).format(year=result["year"].max())
    table = Table(title=title)
    table.add_column(_CLASS.in_language(language))
    heads = [_CELLS.in_language(language), _THRESHOLDS.in_language(language)]
    others = (_NAMES[name].in_language(language) for name in stands)
    for head in (*heads, _ON_ONE.in_language(language), *others):
        table.add_column(head, justify="right")
    for name in reversed(Class):
        mine = (result["class"] == str(name)).to_numpy()
        if not mine.any():
            continue
        shares = [said[mine].dropna().astype(float).mean() for said in stands.values()]
        rests = result.loc[mine, "rests_on"]
        table.add_row(
            CLASSES[name].label.in_language(language),
            f"{int(mine.sum()):,}",
            f"{result.loc[mine, 'threshold_agreement'].mean():.0%}",
            f"{int((rests.notna() & ~rests.fillna('').str.contains(',')).sum()):,}",
            *("–" if isnan(share) else f"{share:.0%}" for share in shares),
        )
    console.print(table)
    console.print(f"{out / 'sensitivity.parquet'}", highlight=False, soft_wrap=True)
