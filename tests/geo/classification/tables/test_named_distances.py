"""Tables of distances under the names of industries."""

import pandas as pd
import pytest

from geo.classification.tables.classification_table import keys_of_interest, named_distances
from geo.concentration.distance.distance_table import distance_tables
from geo.errors import DatasetError
from geo.schema import RESULT_TABLES

INDUSTRIES = pd.DataFrame(
    {"industry": ["C13", "C38"], "name": ["Food", "Machines"], "name_zh": [None, "機械"]}
)


def test_tables_without_firms_have_the_columns_of_the_schema():
    none = pd.DataFrame(
        columns=["firm_key", "industry_key", "longitude", "latitude", "employment"], dtype=float
    )
    named = named_distances(
        distance_tables(none, [], year=2023, seed=1), INDUSTRIES, language="zh_hant"
    )
    for table, name in zip(
        named, ["industry_distances", "distance_curves", "footprints"], strict=True
    ):
        assert tuple(table.columns) == RESULT_TABLES[name].names
        assert len(table) == 0


def test_an_industry_of_interest_that_is_not_there_is_a_fault_of_the_dataset():
    with pytest.raises(DatasetError, match=r"'C99'.*C13, C38"):
        keys_of_interest(INDUSTRIES, ["C38", "C99"])
