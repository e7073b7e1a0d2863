"""Which files of a folder are tables, and the fingerprints of what was read.

How each format is read belongs to `geo.dataset.files.formats`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.dataset.files.settings_file import SETTINGS_FILE
from geo.errors import DatasetError
from geo.schema import RAW_TABLES
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["TableFile", "fingerprints", "table_files"]

_FORMATS = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".geoparquet": "parquet",
    ".csv": "csv",
    ".csv.gz": "csv",
    ".gpkg": "vector",
    ".geojson": "vector",
    ".json": "vector",
    ".shp": "vector",
    ".dbf": "vector",
    ".xlsx": "excel",
}
_SHAPEFILE_PARTS = (".shx", ".dbf", ".prj", ".cpg", ".qix", ".sbn", ".sbx")

# What stands beside tables without being one.
_BESIDE = (*_SHAPEFILE_PARTS, ".md", ".yaml", ".yml", ".qml", ".qmd", ".sld", ".shp.xml", "")


@dataclass(frozen=True)
class TableFile:
    """The file or folder that a table stands in."""

    table: str
    path: Path
    format: str

    @property
    def name(self) -> str:
        """How messages call it."""
        return self.path.name

    @property
    def parts(self) -> tuple[Path, ...]:
        """Every file that belongs to it, in order."""
        if self.path.is_dir():
            return tuple(p for p in sorted(self.path.rglob("*")) if _is_part(p, self.path))
        if self.path.suffix.lower() == ".shp":
            return (self.path, *(p for s in _SHAPEFILE_PARTS if (p := self.beside(s))))
        return (self.path,)

    def beside(self, suffix: str) -> Path | None:
        """File of the same stem that ends in `suffix`, whatever its letter case."""
        wanted = f"{self.path.stem}{suffix}".casefold()
        same = (p for p in sorted(self.path.parent.iterdir()) if p.name.casefold() == wanted)
        return next((p for p in same if p.is_file()), None)


def table_files(folder: Path) -> tuple[dict[str, TableFile], list[str]]:
    """Files of the tables in `folder`, by table, and files that have a table's name in vain.

    Raises
    ------
    DatasetError
        If `folder` is no folder, two files have the stem of one table, or neither firms nor cells,
        or no regions, are there.
    """
    _assert_folder(folder)
    found: dict[str, TableFile] = {}
    strange: list[str] = []
    paths = sorted(folder.iterdir())
    shapes = {path.stem.casefold() for path in paths if path.suffix.lower() == ".shp"}
    for path in paths:
        table, _, extension = path.name.lower().partition(".")
        # The table of a Shapefile is a part of it; alone it is a table.
        if table not in RAW_TABLES or (extension == "dbf" and path.stem.casefold() in shapes):
            continue
        kind = _format_of(path, f".{extension}" if extension else "")
        if kind is not None:
            _assert_file(path)
        if kind is None:
            strange += [path.name] if f".{extension}" not in _BESIDE else []
        elif table in found:
            raise DatasetError(
                Text(
                    f"{folder}: {found[table].name} and {path.name} both hold the table {table}; "
                    "keep one of them.",
                    f"{folder}：{found[table].name} 與 {path.name} 都是表 {table}；請只留一個。",
                    f"{folder}：{found[table].name} 与 {path.name} 都是表 {table}；请只留一个。",
                )
            )
        else:
            found[table] = TableFile(table, path, kind)
    _assert_needed(folder, found, strange)
    if "links" in found and "cell_links" in found:
        raise DatasetError(_links_twice(folder, found["links"].name, found["cell_links"].name))
    if (folder / "dataset.yml").exists():
        strange.append("dataset.yml")
    return found, [name for name in strange if name.lower().partition(".")[0] not in found]


def _links_twice(folder: Path, links: str, cell_links: str) -> Text:
    return Text(
        f"{folder}: {links} and {cell_links} both hold ties, of firms and of cells; keep one of "
        "them.",
        f"{folder}：{links} 與 {cell_links} 都是關聯（企業的與單元的）；請只留一個。",
        f"{folder}：{links} 与 {cell_links} 都是关联（企业的与单元的）；请只留一个。",
    )


def _assert_folder(folder: Path) -> None:
    if not folder.exists():
        raise DatasetError(
            Text(
                f"{folder}: there is no such folder; give the folder of a dataset.",
                f"{folder}：沒有這個資料夾；請指定資料集所在的資料夾。",
                f"{folder}：没有这个文件夹；请指定数据集所在的文件夹。",
            )
        )
    if not folder.is_dir():
        raise DatasetError(
            Text(
                f"{folder} is a file; give the folder that the dataset is in.",
                f"{folder} 是檔案；請指定資料集所在的資料夾。",
                f"{folder} 是文件；请指定数据集所在的文件夹。",
            )
        )


def _assert_file(path: Path) -> None:
    """Refuse pipes and devices, which would keep a reader waiting for ever."""
    if not (path.is_file() or path.is_dir()):
        raise DatasetError(
            Text(
                f"{path.name} is no file (a pipe, a device or a broken link); put a file there.",
                f"{path.name} 不是檔案（而是管道、裝置或失效的連結）；請放入檔案。",
                f"{path.name} 不是文件（而是管道、设备或失效的链接）；请放入文件。",
            )
        )


def _format_of(path: Path, extension: str) -> str | None:
    if path.is_dir():
        is_named_so = _FORMATS.get(extension) == "parquet"
        holds_parts = not extension and any(_is_part(p, path) for p in path.rglob("*"))
        return "parquet" if is_named_so or holds_parts else None
    return _FORMATS.get(extension)


def _is_part(path: Path, root: Path) -> bool:
    """Whether `path` is a data file of the Parquet folder `root`, not a mark such as _SUCCESS."""
    hidden = any(part.startswith(("_", ".")) for part in path.relative_to(root).parts)
    return path.is_file() and not hidden and path.suffix.lower() in (".parquet", ".pq")


def _assert_needed(folder: Path, found: dict[str, TableFile], strange: list[str]) -> None:
    wanted = [] if "regions" in found else ["regions"]
    # An inter-regional table of flows has cells of its own.
    if not {"firms", "cells", "cell_links"} & set(found):
        wanted.append("firms")
    if not wanted:
        return
    need = {
        "regions": Text("no table regions", "沒有表 regions", "没有表 regions"),
        "firms": Text(
            "neither a table firms nor a table cells",
            "沒有表 firms 或 cells",
            "没有表 firms 或 cells",
        ),
    }
    lacks = need[wanted[0]]
    for table in wanted[1:]:
        also = need[table]
        lacks = Text(
            f"{lacks.en} and {also.en}",
            f"{lacks.zh_hant}，且{also.zh_hant}",
            f"{lacks.zh_hans}，且{also.zh_hans}",
        )
    stems = (*wanted, "cells")
    hint = next((name for name in strange if name.lower().partition(".")[0] in stems), None)
    formats = "Parquet, CSV, GeoPackage, GeoJSON, Shapefile, Excel"
    first = wanted[0]
    advice = (
        Text(
            f"{hint} is in no format that can be read ({formats} can)",
            f"{hint} 的格式無法讀取（可讀 {formats}）",
            f"{hint} 的格式无法读取（可读 {formats}）",
        )
        if hint
        else Text(
            f"put {first}.parquet, {first}.csv or the like there",
            f"請放入 {first}.parquet、{first}.csv 等",
            f"请放入 {first}.parquet、{first}.csv 等",
        )
    )
    raise DatasetError(
        Text(
            f"{folder}: there is {lacks.en}; {advice.en}.",
            f"{folder}：{lacks.zh_hant}；{advice.zh_hant}。",
            f"{folder}：{lacks.zh_hans}；{advice.zh_hans}。",
        )
    )


def fingerprints(folder: Path, files: Iterable[TableFile]) -> dict[str, str]:
    """SHA-256 of every file that was read, by its path inside `folder`."""
    paths = [path for file in files for path in file.parts]
    if (folder / SETTINGS_FILE).exists():
        paths.append(folder / SETTINGS_FILE)
    hashes = {}
    for path in sorted(paths):
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256")
        hashes[path.relative_to(folder).as_posix()] = digest.hexdigest()
    return hashes
