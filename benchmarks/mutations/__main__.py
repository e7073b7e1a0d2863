"""Read thousands of damaged datasets; print and keep how each of them ended.

    python -m benchmarks.mutations --files 2000

Every one has to be read, with rows read = rows used + rows rejected in every table and as many
rows in rejected.parquet, or to be refused in one sentence. The counts go to `counts.json` beside
this file; datasets that ended otherwise are kept in a folder, to be looked at.
"""

import argparse
import collections
import json
import shutil
import signal
import tempfile
import time
import traceback
import warnings
from pathlib import Path

import numpy as np

from benchmarks.mutations.bases import files
from benchmarks.mutations.mutators import mutated
from geo.dataset import read_dataset
from geo.errors import GeoError

COUNTS = Path(__file__).with_name("counts.json")
_LONGEST_S = 60


class TooLongError(Exception):
    """A dataset was read for too long."""


def _ring(*_):
    raise TooLongError


def balanced(dataset):
    """Whether every row read is used, or stands among the rejected."""
    rows = dataset.reconciliation
    rejected = dataset.rejected_by_reason().groupby("table")["rows"].sum()
    told = rows.set_index("table")["rows_rejected"]
    return bool(
        (rows["rows_read"] == rows["rows_used"] + rows["rows_rejected"]).all()
        and (told == rejected.reindex(told.index, fill_value=0)).all()
    )


def outcome(folder, into):
    """How the reading of a dataset ends: used, refused, or a fault; and of a fault its words."""
    signal.signal(signal.SIGALRM, _ring)
    signal.alarm(_LONGEST_S)
    try:
        dataset = read_dataset(folder, into=into)
        result = ("used", "") if balanced(dataset) else ("unbalanced", "")
    except (GeoError, OSError) as error:
        result = ("refused", str(error))
    except TooLongError:
        result = ("too long", "")
    except BaseException:  # noqa: BLE001 - whatever it is, it is what is looked for
        result = ("fault", traceback.format_exc())
    finally:
        signal.alarm(0)
    return result


def one_file(plain, forms, rng):
    """A dataset in which one file is damaged: its files, and what was done."""
    content = dict(plain)
    if rng.random() < 0.05:
        name = "dataset.yaml"
    else:
        table = sorted(forms)[rng.integers(len(forms))]
        form = forms[table][rng.integers(len(forms[table]))]
        content.pop(f"{table}.csv", None)
        if table == "cell_links":
            del content["links.csv"]
        if table == "places":
            content["firms.csv"] = _with_places(content["firms.csv"])
        content |= form
        names = [n for n in form if not n.endswith((".sbn", ".qix"))]
        name = names[rng.integers(len(names))]
    content[name], way = mutated(name, content[name], rng)
    return content, name, way


def _with_places(firms):
    """Firms that name a place where they had coordinates."""
    lines = [line.split(",") for line in firms.decode().splitlines()]
    kept = [[*row[:2], row[0].replace("F", "P"), *row[4:]] for row in lines]
    kept[0][2] = "place"
    return "\n".join(map(",".join, kept)).encode() + b"\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir(), "mutations"))
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    ends = collections.Counter()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as working:
        plain, forms = files(Path(working))
        for number in range(given.files):
            rng = np.random.default_rng([given.seed, number])
            content, name, way = one_file(plain, forms, rng)
            raw, into = Path(working, "raw"), Path(working, "into")
            for folder in (raw, into):
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
            for file, data in content.items():
                (raw / file).write_bytes(data)
            end, words = outcome(raw, into)
            ends[Path(name).name.partition(".")[2], way, end] += 1
            if end not in ("used", "refused"):
                kept = given.keep / f"{given.seed}-{number}-{end.replace(' ', '-')}"
                shutil.rmtree(kept, ignore_errors=True)
                shutil.copytree(raw, kept)
                (kept / "what.txt").write_text(f"{name} {way}\n{words}", encoding="utf-8")
                print(number, name, way, end, words.strip().splitlines()[-1:], flush=True)
    _told(ends, given, time.monotonic() - began)


def _told(ends, given, seconds):
    totals = collections.Counter()
    by_format = collections.defaultdict(collections.Counter)
    for (suffix, _, end), count in ends.items():
        totals[end] += count
        by_format[suffix][end] += count
    counts = {
        "files": given.files,
        "seed": given.seed,
        "seconds": round(seconds),
        "ends": dict(sorted(totals.items())),
        "by_format": {k: dict(sorted(v.items())) for k, v in sorted(by_format.items())},
    }
    COUNTS.write_text(json.dumps(counts, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(counts, indent=2))


if __name__ == "__main__":
    main()
