"""What holds for any mixture of faults, and in any order of rows."""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from geo.dataset import all_cells, read_dataset
from geo.vocabulary import REJECTIONS

REGIONS = 'region_id,geometry\nA,"POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))"\n'
FIRM_ROWS = st.tuples(
    st.sampled_from(["a", "b", "c", " c", ""]),
    st.sampled_from(["C1", "C2", ""]),
    st.sampled_from(["0.5", "0.25", "", "x", "7", "inf"]),
    st.sampled_from(["0.5", "1", "95", "nan"]),
    st.sampled_from(["1", "2.5", "", "-1", "ten"]),
    st.sampled_from(["2019", "2020", "2020-05-05", "", "soon"]),
    st.sampled_from(["", "2018", "2020", "x"]),
    st.sampled_from(["", "2017", "2020", "2021"]),
)
LINK_ROWS = st.tuples(
    st.sampled_from(["a", "b", "c", "u", "nobody", ""]),
    st.sampled_from(["a", "b", "u", "w", "nobody"]),
    st.sampled_from(["2019", "2020", "", "2031", "?"]),
    st.sampled_from(["", "supply", "Talent", "love"]),
    st.sampled_from(["", "1", "0.1", "-3", "x"]),
)
INSTITUTION_ROWS = st.tuples(
    st.sampled_from(["u", "w", "a", ""]),
    st.sampled_from(["finance", "University", "pub", ""]),
    st.sampled_from(["0.5", "", "9"]),
    st.sampled_from(["0.5", "y"]),
)
# Rows that can be used, so that no table is without.
FIRMS = [
    ("a", "C1", "0.5", "0.5", "1", "2019", "", ""),
    ("b", "C1", "0.5", "0.5", "", "2020", "", ""),
]
HEADERS = {
    "firms": "firm_id,industry,longitude,latitude,employment,year,opened,closed",
    "links": "source_id,target_id,year,kind,value",
    "institutions": "institution_id,kind,longitude,latitude",
}


def read(tables):
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw"
        raw.mkdir()
        (raw / "regions.csv").write_text(REGIONS, encoding="utf-8")
        (raw / "dataset.yaml").write_text("max_rejected_share: 1", encoding="utf-8")
        for name, rows in tables.items():
            lines = [HEADERS[name], *(",".join(row) for row in rows)]
            (raw / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        dataset = read_dataset(raw, into=Path(folder) / "work")
        typed = {n: t.collect().to_pandas() for n, t in collected(dataset).items()}
        return dataset, typed, dataset.rejected.collect().to_pandas(), all_cells(dataset)


def collected(dataset):
    tables = {"establishments": dataset.establishments, "parties": dataset.parties}
    return tables | ({} if dataset.ties is None else {"ties": dataset.ties})


@given(st.lists(FIRM_ROWS, max_size=12), st.lists(LINK_ROWS, max_size=12),
       st.lists(INSTITUTION_ROWS, max_size=6))  # fmt: skip
@settings(max_examples=12, phases=[Phase.explicit, Phase.generate])
def test_every_row_is_used_or_rejected_once_with_a_known_reason(firms, links, institutions):
    tables = {
        "firms": [*FIRMS, *firms],
        "links": [("a", "u", "2019", "", ""), *links],
        "institutions": [("u", "finance", "0.5", "0.5"), *institutions],
    }
    dataset, typed, rejected, _ = read(tables)
    counts = dataset.reconciliation.set_index("table")
    for name, rows in tables.items():
        assert counts.loc[name, "rows_read"] == len(rows)
        assert counts.loc[name, "rows_used"] + (rejected["table"] == name).sum() == len(rows)
    assert (counts["faults"] + counts["gaps"] == counts["rows_rejected"]).all()
    assert not rejected.duplicated(["table", "row"]).any()
    assert set(rejected["reason"]) <= set(REJECTIONS)
    assert (
        typed["establishments"].notna()[["region_key", "industry_key", "firm_key"]].all(axis=None)
    )
    assert set(typed["establishments"]["firm_key"]) == set(range(dataset.firms))
    ties = typed.get("ties", pd.DataFrame({"source_key": [], "target_key": []}))
    known = set(typed["parties"]["party_key"])
    assert known == set(range(len(known)))
    assert set(ties["source_key"]) | set(ties["target_key"]) <= known
    repeated = ties.duplicated(["source_key", "target_key", "year", "kind"]) if len(ties) else []
    assert not np.any(repeated)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=5, phases=[Phase.explicit, Phase.generate])
def test_order_of_rows_changes_nothing(seed):
    rng = np.random.default_rng(7)
    firms = [
        (f"f{i}", f"C{rng.integers(4)}", f"{rng.random():.3f}", f"{rng.random():.3f}",
         f"{rng.random() * 100:.3f}", "2020", "", "")
        for i in range(40)
    ]  # fmt: skip
    links = [
        (f"f{rng.integers(40)}", f"f{rng.integers(40)}", "2020", "", f"{rng.random():.6f}")
        for _ in range(200)
    ]
    expected = read({"firms": firms, "links": links * 2})
    shuffled = np.random.default_rng(seed)
    found = read({"firms": list(shuffled.permutation(firms)),
                  "links": list(shuffled.permutation(links * 2))})  # fmt: skip
    for name, table in expected[1].items():
        pd.testing.assert_frame_equal(found[1][name], table, check_exact=True)
    pd.testing.assert_frame_equal(found[3], expected[3], check_exact=True)
