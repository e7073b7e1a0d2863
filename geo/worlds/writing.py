"""A world on disk, in the shape that `jiqun` reads.

The only code of `geo.worlds` that writes files; making worlds is pure (`geo.worlds.building`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from geo.vocabulary import CLASSES, Class

if TYPE_CHECKING:
    import os

    from geo.worlds.recipes import World

__all__ = ["write_world"]


def write_world(world: World, folder: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Write the tables of `world`, the truth, a README and `dataset.yaml` into `folder`.

    The folder is made where it is missing. Files of the same names are overwritten; nothing else
    is touched.

    Returns
    -------
    tuple of Path
        The files written, in alphabetical order.

    Raises
    ------
    OSError
        If the folder cannot be made or written to.
    """
    home = Path(folder)
    home.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []

    def file(name: str) -> Path:
        written.append(home / name)
        return written[-1]

    for stem in ("regions", "drivers"):
        layer = getattr(world, stem)
        if layer is not None:
            # Millimetres would only be noise, and five digits are what was drawn.
            layer.to_file(file(f"{stem}.geojson"), driver="GeoJSON", COORDINATE_PRECISION=6)
    for stem in ("firms", "links", "cells"):
        table = getattr(world, stem)
        if table is not None:
            table.to_parquet(file(f"{stem}.parquet"), index=False, compression="zstd")
    for stem in ("institutions", "io_table", "industries", "margins", "truth"):
        table = getattr(world, stem)
        if table is not None:
            table.to_csv(file(f"{stem}.csv"), index=False, lineterminator="\n")
    settings = yaml.safe_dump(
        {"language": "en", **world.settings}, allow_unicode=True, sort_keys=True
    )
    file("dataset.yaml").write_text(settings, encoding="utf-8")
    file("README.md").write_text(_readme(world), encoding="utf-8")
    return tuple(sorted(written))


_WARNING = """# INVENTED DATA 虛構數據 虚构数据

**Nothing here is real.** A program (`geo.worlds`, recipe `{name}`, seed {seed}) invented this
country, its places, firms, institutions and trade, to try `jiqun` on a dataset whose truth is
known. Any likeness to a real place or firm is accidental, or a nod to the case that it is modelled
on. Draw no conclusion about the world from it.

**此處一切皆非真實。**國家、地名、企業、機構與交易均由程式虛構
（`geo.worlds`，配方 `{name}`，種子 {seed}），
用以在真相已知的數據上檢驗 `jiqun`。如與真實地方或企業雷同，純屬巧合，或為向所仿案例致意。
請勿據此對現實作任何結論。

**此处一切皆非真实。**国家、地名、企业、机构与交易均由程序虚构
（`geo.worlds`，配方 `{name}`，种子 {seed}），
用以在真相已知的数据上检验 `jiqun`。如与真实地方或企业雷同，纯属巧合，或为向所仿案例致意。
请勿据此对现实作任何结论。
"""

_TRUTH = """
## The truth 真相 真相

`truth.csv` holds, for each region, industry and year, the `class` that the planted mechanism
makes, the mechanism (`planted`; `plain` where nothing was planted), and every verdict that is
right given what the dataset shows (`acceptable`). `jiqun` does not read it.

`truth.csv` 逐區域、行業、年份記載所植機制應得的類型（`class`）、
機制名稱（`planted`，未植者為 `plain`）
及一切可視為正確的判定（`acceptable`）。`jiqun` 不讀取此檔。

`truth.csv` 逐区域、行业、年份记载所植机制应得的类型（`class`）、
机制名称（`planted`，未植者为 `plain`）
及一切可视为正确的判定（`acceptable`）。`jiqun` 不读取此文件。
"""


def _readme(world: World) -> str:
    parts = [_WARNING.format(name=world.name, seed=world.seed), _contents(world), _TRUTH]
    planted = world.truth[world.truth["planted"] != "plain"]
    if len(planted):
        parts.append(_plantings(world))
    return "".join(parts)


def _contents(world: World) -> str:
    stems = ("regions", "firms", "cells", "margins", "links", "institutions", "io_table",
             "industries", "drivers", "truth")  # fmt: skip
    lines = ["", "## Contents 內容 内容", "", "| table | rows |", "|---|---|"]
    for stem in stems:
        table = getattr(world, stem)
        if table is not None:
            lines.append(f"| {stem} | {len(table):,} |")
    years = sorted(world.truth["year"].unique())
    if years:
        lines += ["", f"Years 年份 年份: {years[0]}-{years[-1]}"]
    return "\n".join([*lines, ""])


def _plantings(world: World) -> str:
    """One line per planting and class: where, in what, since when, and why in three languages."""
    names = dict(zip(world.regions["region_id"], world.regions["name"], strict=True))
    planted = world.truth[world.truth["planted"] != "plain"]
    lines = [
        "",
        "## What is planted where 何處植入何物 何处植入何物",
        "",
        "| place | industries | from | class | planted | why | 緣由 | 缘由 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    keys = ["planted", "region_id", "class"]
    rows = planted.groupby(keys, sort=False).agg(
        industries=("industry", lambda v: ", ".join(sorted(set(v)))),
        since=("year", "min"),
        en=("note_en", "first"),
        hant=("note_zh_hant", "first"),
        hans=("note_zh_hans", "first"),
    )
    for row in rows.reset_index().to_dict("records"):
        label, region = CLASSES[Class(row["class"])].label, row["region_id"]
        cells = (
            f"{names[region]} ({region})",
            row["industries"],
            row["since"],
            f"{label.en} {label.zh_hant} {label.zh_hans}",
            *(row[k] for k in ("planted", "en", "hant", "hans")),
        )
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join([*lines, ""])
