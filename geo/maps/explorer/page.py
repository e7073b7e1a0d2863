"""The explorer: one page of all cells that opens from a memory stick and asks the network nothing.

The page is a program (built from `web/`, shipped in `built/`), its style, and the data of a run.
A strict content security policy admits the two by their hashes and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from dataclasses import dataclass, field, fields
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.chinese.mainland import simplified_name
from geo.maps.explorer import industry_cards as of_industries
from geo.maps.explorer.codecs import Packed, as_text, as_words, encoded
from geo.maps.explorer.packed_cells import ordered_cells, packed_cells, read_columns
from geo.maps.explorer.parties_and_ties import FAMILIES, packed_firms, packed_tiers, packed_ties
from geo.maps.explorer.reasons import packed_reasons
from geo.maps.explorer.topology import topology
from geo.maps.layers.region_layers import named_parents
from geo.maps.measures import MANY, QUESTIONS, columns_shown
from geo.maps.notes import CLASS_MEANINGS, VALUES, run_notes
from geo.maps.palette import (
    AROUND,
    QUIET,
    RISING,
    UNKNOWN,
    WORD_COLOURS,
    breaks_of,
    floor_of,
)
from geo.maps.paper import laid_out
from geo.maps.simplified import simplified
from geo.vocabulary import CLASSES, NO_VERDICT, Class, Language, Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from geo.maps.explorer.packed_cells import Cells
    from geo.maps.measures import Measure
    from geo.settings import Settings

__all__ = ["Run", "explorer_html"]

_LANGUAGES = ((Language.EN, "English"), (Language.ZH_HANT, "繁體"), (Language.ZH_HANS, "简体"))
_WIDTH = 1000
_GRID = 0.1
_MOST_VERTICES = 60_000
_TITLE = Text("Clusters and agglomerations", "產業集群與產業集聚")
_NO_SCRIPT = Text(
    "This page needs JavaScript; the same results stand in the tables beside it.",
    "本頁需啟用 JavaScript；相同結果見同目錄各表。",
)


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a run hands to the page beside its main results."""

    name: str
    """Name of the dataset."""
    settings: Settings
    regions: gpd.GeoDataFrame
    """The whole map, indexed by region_key: region_id, name, parent_id, polygons in WGS 84."""
    industries: pd.DataFrame
    """Indexed by industry_key: industry, name, name_zh."""
    reconciliation: pd.DataFrame
    rejected: pd.DataFrame | None = None
    repairs: pd.DataFrame | None = None
    notices: Sequence[Text] = ()
    firms: pd.DataFrame | None = None
    """As `parties.firms_of_year` returns them."""
    ties: pd.DataFrame | None = None
    """As `parties_and_ties.ties_by_cell` returns them."""
    io_table: pd.DataFrame | None = None
    results: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """Further results by name."""
    about: Mapping[str, str] = field(default_factory=dict)
    """Facts for the last line, such as the version and the seed."""


def explorer_html(classification: pd.DataFrame, *, run: Run) -> str:
    """The page of a run.

    Parameters
    ----------
    classification : DataFrame
        Result `region_industry_classification` of all years.
    run : Run
        Everything else.

    Returns
    -------
    str
        HTML, in which all three languages can be chosen.
    """
    codes = run.industries["industry"]
    cells = ordered_cells(classification, regions=run.regions["region_id"], industries=codes)
    blobs: dict[str, Packed] = {}
    columns = packed_cells(cells, thresholds=run.settings.thresholds)
    columns |= _rules(run.results, cells)
    for name, packed in columns.items():
        blobs[f"cell {name}"] = packed
    facts = _facts(run, cells, columns)
    facts |= _reasons(run, cells, columns, blobs)
    for group, packed_group in _beside(run, cells).items():
        for name, packed in packed_group.items():
            blobs[f"{group} {name}"] = packed
    facts["columns"] = {name: packed.spec for name, packed in blobs.items()}
    data = {
        "facts": json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode(),
        "map": json.dumps(_map(run.regions), separators=(",", ":")).encode(),
        **{name: packed.data for name, packed in blobs.items()},
    }
    return _document(run, {name: encoded(part) for name, part in data.items()})


def _facts(run: Run, cells: Cells, columns: Mapping[str, Packed]) -> dict[str, Any]:
    thresholds = run.settings.thresholds
    codes = run.industries["industry"].tolist()
    last = cells.years[-1]
    results = {"region_industry_classification": cells.table, **run.results}
    return {
        "name": run.name,
        "language": str(run.settings.language),
        "years": cells.years,
        "industries": [
            [code, *name] for code, name in zip(codes, _names(run.industries), strict=True)
        ],
        "interest": [codes.index(c) for c in run.settings.industries_of_interest if c in codes],
        "starts": cells.starts.tolist(),
        "classes": [
            {
                "key": str(c),
                "label": list(CLASSES[c].label),
                "colour": CLASSES[c].colour,
                "meaning": list(CLASS_MEANINGS[c]),
            }
            for c in Class
        ],
        "noVerdict": list(NO_VERDICT),
        "values": {k: {w: list(t) for w, t in words.items()} for k, words in VALUES.items()},
        "measures": [
            _told(m) | {"floor": floor_of(m, thresholds), "breaks": breaks_of(m, thresholds)}
            for m in columns_shown(columns)
        ],
        "palette": {
            "rising": RISING,
            "around": AROUND,
            "unknown": UNKNOWN,
            "quiet": QUIET,
            "words": WORD_COLOURS,
        },
        "questions": {
            letter: {"answer": answer, "title": list(title), "meaning": list(meaning)}
            for letter, (answer, title, meaning) in QUESTIONS.items()
        },
        "significance": thresholds.significance,
        "testedFrom": thresholds.establishments,
        "isWhole": len(cells.table) <= MANY,
        "families": list(FAMILIES),
        "rules": _rule_names(run.results),
        "results": of_industries.facts(results),
        "curves": of_industries.curves(run.results.get("distance_curves"), codes),
        "survival": of_industries.survival(run.results.get("tie_survival"), codes),
        "pairs": of_industries.pairs(run.results.get("industry_pairs"), codes),
        "footprints": of_industries.footprints(
            run.results.get("footprints"), codes, regions=run.regions
        ),
        "inputs": []
        if run.io_table is None
        else of_industries.main_inputs(run.io_table, year=last, industries=len(codes)),
        "changes": of_industries.changes(
            run.results.get("transitions"), regions=run.regions["region_id"], codes=codes
        ),
        "chains": of_industries.chains(
            run.results.get("region_chain_classification"),
            regions=run.regions["region_id"],
            year=last,
        ),
        "functional": _functional(run.results.get("functional_clusters"), run.regions),
        "firms": 0 if run.firms is None else len(run.firms),
        "notes": run_notes(
            reconciliation=run.reconciliation,
            rejected=run.rejected,
            repairs=run.repairs,
            notices=run.notices,
            classification=cells.table[cells.table["year"] == last],
        ),
        "about": dict(run.about),
    }


def _told(measure: Measure) -> dict[str, Any]:
    """Fields of a measure, each text as a list by language."""
    values = {f.name: getattr(measure, f.name) for f in fields(measure)}
    return {k: list(v) if isinstance(v, Text) else v for k, v in values.items()}


def _names(industries: pd.DataFrame) -> list[Text]:
    """Names of industries, in the language that has one."""
    names = []
    for row in industries.to_dict("records"):
        given = [row.get("name"), row.get("name_zh")]
        english, chinese = (v if isinstance(v, str) and v else None for v in given)
        plain = english or chinese or str(row["industry"])
        shown = chinese or plain
        names.append(Text(english or plain, shown, simplified_name(shown)))
    return names


def _reasons(
    run: Run, cells: Cells, columns: Mapping[str, Packed], blobs: dict[str, Packed]
) -> dict[str, Any]:
    spoken = _spoken(cells)
    reasons = packed_reasons(
        cells.table,
        read_columns(cells, columns, thresholds=run.settings.thresholds),
        told=spoken | (len(spoken) <= MANY),
    )
    blobs["reason template"], blobs["reason written"] = reasons.template, reasons.written
    return {"templates": reasons.templates}


def _spoken(cells: Cells) -> npt.NDArray[np.bool_]:
    return (cells.table["class"].astype(str) != str(Class.DISPERSED)).to_numpy()


def _beside(run: Run, cells: Cells) -> dict[str, dict[str, Packed]]:
    """Columns that are not of cells: regions, ties, firms, tiers."""
    keys = pd.MultiIndex.from_arrays(
        [cells.table["year"].to_numpy(dtype=np.int64), cells.region, cells.industry]
    )
    tiers = run.results.get("party_tiers", pd.DataFrame())
    ids = run.regions["region_id"].astype(str).tolist()
    made = {
        "region": {
            "id": as_text(ids),
            "name": as_text(run.regions["name"].fillna(run.regions["region_id"]).tolist()),
        },
        "tier": packed_tiers(tiers, cells),
    }
    parents = named_parents(run.regions)
    if any(parents):
        made["region"]["parent"] = as_text([name or "" for name in parents])
    if run.ties is not None:
        cell_of = pd.Series(np.arange(len(cells.table)), index=keys)
        made["tie"] = packed_ties(run.ties, cell_of, spoken=_spoken(cells))
    if run.firms is not None:
        made["firm"] = packed_firms(run.firms, tiers)
    return made


def _map(regions: gpd.GeoDataFrame) -> dict[str, Any]:
    """The map on a sheet as a topology, with the size of the sheet and its insets."""
    polygons = regions.geometry.to_numpy()
    sheet = laid_out(
        simplified(polygons, max_vertices=_MOST_VERTICES).shapes, width=_WIDTH, margin=4
    )
    made = topology(sheet.shapes, cell=_GRID)
    return {
        **made,
        "width": _WIDTH,
        "height": round(sheet.height, 1),
        "insets": [[round(side, 1) for side in frame] for frame in sheet.insets],
    }


def _rules(results: Mapping[str, pd.DataFrame], cells: Cells) -> dict[str, Packed]:
    """What rules of others say of the cells, one column a rule."""
    table = results.get("profiles")
    if table is None or table.empty:
        return {}
    keys = ["region_id", "industry", "year"]
    spoken = _spoken(cells) | (len(cells.table) <= MANY)
    mine = cells.table.loc[spoken, keys]
    packed = {}
    for profile, rows in table.groupby("profile", sort=True):
        met = mine.merge(rows[[*keys, "met"]], on=keys, how="left")["met"].astype("boolean")
        words = pd.Series(np.where(met.fillna(value=False), "yes", "no"), dtype=object)
        made = as_words(words.where(met.notna().to_numpy(), None), known=["no", "yes"])
        kept = {} if spoken.all() else {"kept": "spoken"}
        packed[f"rule {profile}"] = made._replace(spec={**made.spec, **kept})
    return packed


def _rule_names(results: Mapping[str, pd.DataFrame]) -> dict[str, list[str]]:
    table = results.get("profile_rules")
    if table is None:
        return {}
    suffixes = [language.column_suffix for language in Language]
    return {
        str(row["profile"]): [str(row[f"profile_name_{suffix}"]) for suffix in suffixes]
        for row in table.drop_duplicates("profile").to_dict("records")
    }


def _functional(table: pd.DataFrame | None, regions: gpd.GeoDataFrame) -> list[list[Any]]:
    """Functional clusters: year, positions of their regions, industries, firms."""
    if table is None:
        return []
    place = pd.Series(range(len(regions)), index=regions["region_id"].astype(str))
    told = []
    for row in table.to_dict("records"):
        ids = [part.strip() for part in str(row["region_ids"]).split("|")]
        codes = [part.strip() for part in str(row["industries"]).split("|")]
        places = [int(place[i]) for i in ids if i in place.index]
        firms = row["establishments"]
        told.append([int(row["year"]), places, codes, None if pd.isna(firms) else int(firms)])
    return told


def _document(run: Run, data: Mapping[str, str]) -> str:
    program, style = _built("explorer.js"), _built("explorer.css")
    language = run.settings.language
    policy = (
        f"default-src 'none'; script-src '{_hash(program)}'; style-src '{_hash(style)}'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    title = html.escape(f"{_TITLE.in_language(language)} · {run.name}")
    lines = [
        "<!doctype html>",
        f'<html lang="{language}">',
        '<head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title>",
        f"<style>{style}</style></head>",
        f'<body><div id="app"><h1>{title}</h1></div>',
        *(f'<noscript><p lang="{key}">{words}</p></noscript>'
          for (key, _), words in zip(_LANGUAGES, _NO_SCRIPT, strict=True)),
        *(f'<script type="text/plain" id="{_id(name)}">{part}</script>'
          for name, part in data.items()),
        f"<script>{program}</script>",
        "</body></html>",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _id(name: str) -> str:
    return html.escape(f"data-{name.replace(' ', '-')}")


def _built(name: str) -> str:
    return (resources.files("geo.maps.explorer") / "built" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
