"""Which files of a folder are tables, its settings, and the fingerprints of what was read.

How each format is read belongs to `geo.dataset.formats`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from geo.errors import DatasetError
from geo.schema import RAW_TABLES
from geo.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["SETTINGS_FILE", "TableFile", "fingerprints", "read_settings", "table_files"]

SETTINGS_FILE = "dataset.yaml"

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
            beside = (self.path.with_suffix(s) for s in _SHAPEFILE_PARTS)
            return (self.path, *(p for p in beside if p.exists()))
        return (self.path,)


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
    for path in sorted(folder.iterdir()):
        table, _, extension = path.name.lower().partition(".")
        if table not in RAW_TABLES:
            continue
        kind = _format_of(path, f".{extension}" if extension else "")
        if kind is None:
            strange += [path.name] if f".{extension}" not in _BESIDE else []
        elif table in found:
            raise DatasetError(
                f"{folder}: {found[table].name} and {path.name} both hold the table {table}; "
                "keep one of them."
            )
        else:
            found[table] = TableFile(table, path, kind)
    _assert_needed(folder, found, strange)
    if (folder / "dataset.yml").exists():
        strange.append("dataset.yml")
    return found, [name for name in strange if name.lower().partition(".")[0] not in found]


def _assert_folder(folder: Path) -> None:
    if not folder.exists():
        raise DatasetError(f"{folder}: there is no such folder; give the folder of a dataset.")
    if not folder.is_dir():
        raise DatasetError(f"{folder} is a file; give the folder that the dataset is in.")


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
    if "firms" not in found and "cells" not in found:
        wanted.append("firms")
    if not wanted:
        return
    need = {"regions": "no table regions", "firms": "neither a table firms nor a table cells"}
    lacks = " and ".join(need[table] for table in wanted)
    stems = (*wanted, "cells")
    hint = next((name for name in strange if name.lower().partition(".")[0] in stems), None)
    advice = (
        f"{hint} is in no format that can be read"
        if hint
        else f"put {wanted[0]}.parquet, {wanted[0]}.csv or the like there"
    )
    raise DatasetError(
        f"{folder}: there is {lacks}; {advice}"
        f"{' (Parquet, CSV, GeoPackage, GeoJSON, Shapefile, Excel can)' if hint else ''}."
    )


def read_settings(folder: Path) -> Settings:
    """Settings of `dataset.yaml`, or the defaults where there is none.

    Raises
    ------
    DatasetError
        If it is not YAML, or a setting is unknown or not allowed.
    """
    path = folder / SETTINGS_FILE
    if not path.exists():
        return Settings()
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise DatasetError(
            f"{SETTINGS_FILE} cannot be read as YAML in UTF-8{where}; correct it, "
            "or take it out to use the defaults."
        ) from error
    if values is None:
        return Settings()
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise DatasetError(
            f"{SETTINGS_FILE} must hold settings such as `years: 2019-2023`, one a line; "
            "correct it, or take it out to use the defaults."
        )
    settings = Settings.from_mapping(values, file=SETTINGS_FILE)
    _assert_known_columns(settings)
    return settings


def _assert_known_columns(settings: Settings) -> None:
    for table, renames in settings.columns.items():
        if table not in RAW_TABLES:
            raise DatasetError(
                f"{SETTINGS_FILE}: `columns` names the table {table!r}; "
                f"the tables are {', '.join(RAW_TABLES)}."
            )
        for ours in renames:
            if ours not in RAW_TABLES[table].names:
                raise DatasetError(
                    f"{SETTINGS_FILE}: `columns.{table}` names the column {ours!r}; "
                    f"the columns are {', '.join(RAW_TABLES[table].names)}."
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
