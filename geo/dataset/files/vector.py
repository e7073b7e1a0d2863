"""GeoPackage, GeoJSON, Shapefile and DBF to Parquet, by GDAL.

What belongs here: which layer, which encoding, which columns a file has by its own word. What does
not: shapes (`geo.dataset.tables.geometry`).
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import polars as pl

from geo.dataset.files.delimited import ROW, FileFacts
from geo.dataset.files.encodings import guessed_encoding, known_encoding
from geo.errors import DatasetError
from geo.vocabulary import Text

if TYPE_CHECKING:
    from pathlib import Path

    from geo.dataset.files.folder import TableFile

__all__ = ["vector_to_parquet"]

_STARTS = {
    ".gpkg": b"SQLite format 3\0",
    ".geojson": b"{",
    ".json": b"{",
    ".shp": b"\x00\x00\x27\x0a",
}
_SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def vector_to_parquet(file: TableFile, target: Path) -> FileFacts:
    """Write the rows of a layer, numbered from 0, its geometry as WKB; return what else it says.

    The feature id is a column, too, under the name that the file gives it: what QGIS shows.

    Raises
    ------
    DatasetError
        If several layers could be meant, or the encoding of a DBF is not known.
    ValueError
        If it is something else than its name says.
    """
    import pyogrio

    path = _canonical(file, target.parent)
    with path.open("rb") as stream:
        head = stream.read(512).lstrip(b"\xef\xbb\xbf \t\r\n")
    # GDAL would try every format that it knows, whatever the name says.
    if not head.startswith(_STARTS.get(path.suffix.lower(), b"")):
        raise ValueError("its first bytes are those of something else")
    layer, others = _layer(file, path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        meta, table = pyogrio.read_arrow(
            path, layer=layer, encoding=_encoding(path, file), datetime_as_string=True,
            return_fids=True,
        )  # fmt: skip
    frame: pl.DataFrame = pl.DataFrame(pl.from_arrow(table))
    frame = _with_feature_id(frame, meta, path.suffix.lower())
    frame = _with_geometry(frame, meta["geometry_name"] or "wkb_geometry")
    frame.with_row_index(ROW).write_parquet(target, compression="lz4")
    return FileFacts(crs=_known_crs(meta["crs"], file), notices=others)


def _canonical(file: TableFile, into: Path) -> Path:
    """The file; where the parts of a Shapefile differ in letter case, links to them that do not."""
    path = file.path
    if path.suffix.lower() not in (".shp", ".dbf"):
        return path
    parts = {s: found for s in _SHAPEFILE if (found := file.beside(s)) is not None}
    if all(found.name == f"{path.stem}{suffix}" for suffix, found in parts.items()):
        return path
    folder = into / f"{file.table}.shapefile"
    folder.mkdir(exist_ok=True)
    for suffix, found in parts.items():
        link = folder / f"{file.table}{suffix}"
        link.unlink(missing_ok=True)
        link.symlink_to(found.resolve())
    return folder / f"{file.table}{path.suffix.lower()}"


def _layer(file: TableFile, path: Path) -> tuple[str | None, list[Text]]:
    """The layer that is meant, None for the only one; and that others were left alone."""
    import pyogrio

    layers = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    same = [name for name in layers if name.casefold() == file.table]
    if len(layers) <= 1:
        return (same[0] if same else None), []
    others = ", ".join(name for name in layers if name not in same)
    if same:
        return same[0], [
            Text(
                f"{file.name}: the layer {same[0]} is read; {others} beside it is not used.",
                f"{file.name}：讀取圖層 {same[0]}；其餘圖層 {others} 未使用。",
                f"{file.name}：读取图层 {same[0]}；其余图层 {others} 未使用。",
            )
        ]
    raise DatasetError(
        Text(
            f"{file.name} has the layers {others}, and none is called {file.table}; "
            "rename the one that is meant.",
            f"{file.name} 有圖層 {others}，但沒有名為 {file.table} 的；請將所需圖層改為此名。",
            f"{file.name} 有图层 {others}，但没有名为 {file.table} 的；请将所需图层改为此名。",
        )
    )


def _encoding(path: Path, file: TableFile) -> str | None:
    """Encoding of a DBF where GDAL does not know it: a .cpg in words of its own, or none at all."""
    table = path.with_suffix(".dbf")
    if path.suffix.lower() not in (".shp", ".dbf") or not table.exists():
        return None
    content = table.read_bytes()
    text = content[int.from_bytes(content[8:10], "little") :]
    named = path.with_suffix(".cpg")
    encoding = None
    if named.exists():
        said = named.read_bytes()[:60].decode("ascii", errors="replace").strip()
        encoding = known_encoding(said)
        if encoding is None:
            raise _unknown(
                file,
                Text(f"the .cpg says {said!r}", f".cpg 寫的是 {said!r}", f".cpg 写的是 {said!r}"),
            )
    elif len(content) > 29 and content[29]:
        # GDAL knows the code page of the header; programs of today write UTF-8 beside any.
        return "UTF-8" if guessed_encoding(text) == "utf-8-sig" and not text.isascii() else None
    if encoding is None:
        encoding = guessed_encoding(text)
    if encoding is None or not _decodes(text, encoding):
        raise _unknown(
            file,
            Text("it is not UTF-8 or GB18030", "並非 UTF-8 或 GB18030"),
        )
    return {"utf-8-sig": "UTF-8", "utf-8": "UTF-8"}.get(encoding, encoding.upper())


def _decodes(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _unknown(file: TableFile, why: Text) -> DatasetError:
    table = f"{file.path.stem}.dbf"
    return DatasetError(
        Text(
            f"{table}: its encoding is not known ({why.en}); name it in a file "
            f"{file.path.stem}.cpg, such as UTF-8, GBK, Big5 or ISO-8859-1.",
            f"{table}：編碼不明（{why.zh_hant}）；請在 {file.path.stem}.cpg 檔中註明，"
            "如 UTF-8、GBK、Big5 或 ISO-8859-1。",
            f"{table}：编码不明（{why.zh_hans}）；请在 {file.path.stem}.cpg 文件中注明，"
            "如 UTF-8、GBK、Big5 或 ISO-8859-1。",
        )
    )


def _with_feature_id(frame: pl.DataFrame, meta: dict[str, Any], suffix: str) -> pl.DataFrame:
    """The feature id under the name it has in the file; left out where a column has that name."""
    own = meta.get("fid_column") or "OGC_FID"
    if own not in frame.columns:
        return frame
    is_named = own != "OGC_FID"
    name = own if is_named else {".geojson": "id", ".json": "id"}.get(suffix, "fid")
    if any(c.casefold() == name.casefold() for c in frame.columns if c != own):
        return frame.drop(own)
    return frame.rename({own: name})


def _with_geometry(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """The geometry under our name; a table of attributes has none."""
    if name not in frame.columns:
        return frame
    if frame.schema[name].is_extension():
        frame = frame.with_columns(pl.col(name).ext.storage())
    others = [c for c in frame.columns if c.casefold() == "geometry" and c != name]
    return frame.drop(others).rename({name: "geometry"})


def _known_crs(crs: Any, file: TableFile) -> Any:  # noqa: ANN401 - what pyproj reads
    import pyproj

    if crs is None:
        return None
    try:
        return pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.ProjError as error:
        raise DatasetError(
            Text(
                f"{file.name}: its coordinate system cannot be read; write the file (or its .prj) "
                "again.",
                f"{file.name}：無法讀取其座標系統；請重新輸出該檔（或其 .prj）。",
                f"{file.name}：无法读取其坐标系统；请重新输出该文件（或其 .prj）。",
            )
        ) from error
