"""Ways to damage bytes, as transfers, editors, spreadsheets and people do."""

import gzip
import io
import re
import zipfile

# What stands in cells of files that were sent in: numbers and dates of all kinds, marks, errors.
VALUES = (
    "", " ", "NA", "N/A", "null", "-", "..", "…", "(D)", ": c", "*", "-9", "-1", "0", "1e400",
    "1e17", "nan", "inf", "-inf", "1,500", "1.500", "1.234,5", "1 500", "１５００", "٣٤", "12o",
    "<5", "5-9", "1e3", "0x1F", "2023-13-45", "08/10/2012", "民國112年", "98", "42064", "9999",
    "#REF!", "11-Nov", "TRUE", "001", "0001.0", "x" * 5000, "\x00", "\ufeff", "\u202e", "é", "公司",
    '"', "'", '""', "a,b", "a;b", "\n", "\r", "\t", "POLYGON EMPTY", "POINT (0 0)",
    "POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))", "GEOMETRYCOLLECTION EMPTY", "0.5", "C10", "F0001",
    "supply", "love", "0001", "=1+1", "1;2", "99999999999999999999", "-0.0", ".5", "5.", "+7",
)  # fmt: skip
_SEPARATORS = re.compile(rb"[,;\t|]")


def flipped(data, rng):
    """Some bytes are others."""
    damaged = bytearray(data)
    for _ in range(int(rng.integers(1, 12))):
        if damaged:
            damaged[rng.integers(len(damaged))] = rng.integers(256)
    return bytes(damaged)


def cut(data, rng):
    """The end is missing."""
    return data[: rng.integers(len(data) + 1)]


def holed(data, rng):
    """A part in the middle is missing."""
    first, length = rng.integers(len(data) + 1), rng.integers(1, 200)
    return data[:first] + data[first + length :]


def doubled(data, rng):
    """A part stands there twice."""
    first, length = rng.integers(len(data) + 1), rng.integers(1, 400)
    return data[: first + length] + data[first:]


def zeroed(data, rng):
    """A part is zeros, as after a crash."""
    first, length = rng.integers(len(data) + 1), int(rng.integers(1, 300))
    return data[:first] + b"\0" * length + data[first + length :]


def _encoding(data):
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def with_value(data, rng):
    """A value of a text is another, or several are."""
    encoding = _encoding(data)
    lines = data.decode(encoding, errors="replace").split("\n")
    separator = max(",;\t", key=lines[0].count)
    value = VALUES[rng.integers(len(VALUES))]
    share = rng.choice([0.0, 0.05, 0.6])
    column = rng.integers(max(lines[0].count(separator) + 1, 1))
    single = rng.integers(len(lines))
    for number, line in enumerate(lines):
        if number == single or (number and rng.random() < share):
            cells = line.split(separator)
            if column < len(cells):
                cells[column] = value
                lines[number] = separator.join(cells)
    return "\n".join(lines).encode(encoding, errors="replace")


def with_lines_moved(data, rng):
    """A line is gone, there twice, blank, or elsewhere."""
    encoding = _encoding(data)
    lines = data.decode(encoding, errors="replace").split("\n")
    place, other = rng.integers(len(lines), size=2)
    way = rng.integers(4)
    if way == 0:
        del lines[place]
    elif way == 1:
        lines.insert(other, lines[place])
    elif way == 2:
        lines.insert(place, "")
    else:
        lines[place], lines[other] = lines[other], lines[place]
    return "\n".join(lines).encode(encoding, errors="replace")


def in_a_member(data, rng):
    """A part inside a ZIP archive is damaged, and the archive is whole."""
    source = zipfile.ZipFile(io.BytesIO(data))
    names = source.namelist()
    name = names[rng.integers(len(names))]
    way = (flipped, cut, holed, doubled, _with_cell)[rng.integers(5)]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in names:
            content = source.read(part)
            archive.writestr(part, way(content, rng) if part == name else content)
    return target.getvalue()


def _with_cell(data, rng):
    """The text of a cell of a sheet is another."""
    cells = list(re.finditer(rb"<(v|t)>[^<]*</\1>", data))
    if not cells:
        return flipped(data, rng)
    cell = cells[rng.integers(len(cells))]
    value = VALUES[rng.integers(len(VALUES))].replace("\x00", "").replace("<", "&lt;")
    tag = cell[1].decode()
    return data[: cell.start()] + f"<{tag}>{value}</{tag}>".encode() + data[cell.end() :]


BYTES = (flipped, cut, holed, doubled, zeroed)
TEXTS = (with_value, with_value, with_value, with_lines_moved, flipped, cut, holed, doubled)


def mutated(name, data, rng):
    """A damaged copy of a file, and the name of the way."""
    if name.endswith(".csv.gz") and rng.random() < 0.7:
        way = TEXTS[rng.integers(len(TEXTS))]
        return gzip.compress(way(gzip.decompress(data), rng)), way.__name__
    if name.endswith(".xlsx"):
        ways = (in_a_member, in_a_member, in_a_member, flipped, cut)
    elif name.endswith((".csv", ".geojson", ".yaml", ".prj", ".cpg")):
        ways = TEXTS
    else:
        ways = BYTES
    way = ways[rng.integers(len(ways))]
    return way(data, rng), way.__name__
