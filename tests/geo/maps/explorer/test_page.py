import base64
import hashlib
import html
import json
import re
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.maps.explorer.page import Run, explorer_html
from geo.settings import Settings
from geo.vocabulary import Text

ROOT = Path(__file__).resolve().parents[4]
RECONCILIATION = pd.DataFrame(
    {
        "table": ["regions"],
        "file": ["regions.geojson"],
        "rows_read": [12],
        "rows_used": [12],
        "rows_rejected": [0],
    }
)


@pytest.fixture(scope="module")
def run(regions, industries, industry_concentration):
    return Run(
        name="A & </script>",
        settings=Settings(),
        regions=regions,
        industries=industries,
        reconciliation=RECONCILIATION,
        notices=[Text("Heed </script> this", "注意", "注意这个")],
        results={"industry_concentration": industry_concentration},
    )


@pytest.fixture(scope="module")
def page(classification, run):
    return explorer_html(classification, run=run)


def blob(page, name):
    element = f'<script type="text/plain" id="data-{name.replace(" ", "-")}">'
    found = re.search(f"{element}([^<]*)<", page)
    return zlib.decompress(base64.b64decode(found[1]), wbits=-15)


@pytest.fixture(scope="module")
def facts(page):
    return json.loads(blob(page, "facts"))


def test_the_policy_admits_the_program_and_the_style_by_their_hashes(page):
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1])
    for name, text in (
        ("script-src", re.search(r"<script>(.*?)</script>", page, re.DOTALL)[1]),
        ("style-src", re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]),
    ):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_nothing_is_asked_of_the_network(page):
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!data:)""", page.split("<script>")[0])
    assert not re.search(r"\bfetch\(|XMLHttpRequest|WebSocket", page)


def test_a_name_cannot_end_a_script(page):
    assert "A &amp; &lt;/script&gt;" in page
    assert page.count("<script>") == 1


def test_every_column_that_is_told_of_is_in_the_page(page, facts):
    ids = {name: f'id="data-{name.replace(" ", "-")}"' for name in facts["columns"]}
    assert {name for name, element in ids.items() if element not in page} == set()


def test_floors_are_those_of_the_run(classification, run):
    set_higher = run.settings.model_copy(
        update={"thresholds": run.settings.thresholds.model_copy(update={"location_quotient": 2})}
    )
    changed = Run(**{**vars(run), "settings": set_higher})
    facts = json.loads(blob(explorer_html(classification, run=changed), "facts"))
    floors = {m["column"]: m["floor"] for m in facts["measures"]}
    assert floors["location_quotient"] == 2


def test_measures_are_named_in_all_languages(facts):
    labels = {m["column"]: m["label"] for m in facts["measures"]}
    assert labels["class"] == ["class", "類型", "类型"]
    assert all(len(told) == 3 and all(told) for told in labels.values())


def test_reasons_are_told_in_all_languages(facts):
    assert ["LQ < {0} & more", "區位商 {0}", "区位商 {0}"] in [
        t["text"] for t in facts["templates"]
    ]


def test_chinese_names_serve_where_there_is_no_english_one(classification, run, industries):
    renamed = industries.assign(name=[np.nan, "Cars", np.nan], name_zh=["服装", None, None])
    changed = Run(**{**vars(run), "industries": renamed})
    facts = json.loads(blob(explorer_html(classification, run=changed), "facts"))
    assert [i[1:3] for i in facts["industries"]] == [
        ["服装", "服装"],
        ["Cars", "Cars"],
        ["3841", "3841"],
    ]


def test_the_parent_of_a_region_has_its_name_where_it_is_on_the_map(classification, run, regions):
    parents = regions.assign(parent_id=["R01", "23", *[None] * 10])
    page = explorer_html(classification, run=Run(**{**vars(run), "regions": parents}))
    assert blob(page, "region parent").decode().split("\n")[:3] == ["深圳", "#23", ""]


def test_the_same_run_gives_the_same_page(classification, run, page):
    assert explorer_html(classification.sample(frac=1, random_state=1), run=run) == page


def test_the_program_was_built_from_the_sources_beside_it():
    # The same bytes in the same order as web/build.mjs seals.
    web = ROOT / "web"
    sources = [p.relative_to(web).as_posix() for p in (web / "src").rglob("*") if p.is_file()]
    digest = hashlib.sha256()
    for name in sorted([*sources, "package-lock.json"]):
        digest.update(name.encode() + b"\0" + (web / name).read_bytes() + b"\0")
    program = ROOT / "geo" / "maps" / "explorer" / "built" / "explorer.js"
    assert f"sources {digest.hexdigest()} " in program.read_text("utf-8")[:200]
