"""What a whole dataset becomes."""


def test_firms_become_establishments_with_dense_keys(folder, establishments):
    dataset = folder.read()
    table = establishments(dataset)
    assert dataset.years == (2020,)
    assert dataset.firms == 3
    assert table["firm_key"].tolist() == [0, 1, 2]
    assert table["region_id"].tolist() == ["A", "B", "C"]
    assert table["industry"].tolist() == ["C36", "C36", "C37"]
    assert table["employment"].isna().tolist() == [False, False, True]


def test_rows_read_are_rows_used_and_rows_rejected(folder, rows_of):
    folder.put(
        "firms.csv",
        """
        firm_id,industry,longitude,latitude,employment,year
        f1,C36,0.5,0.5,10,2020
        f2,C36,,,20,2020
        """,
    )
    assert rows_of(folder.read(), "firms") == {
        "rows_read": 2, "rows_used": 1, "rows_rejected": 1, "faults": 0, "gaps": 1, "repaired": 0,
    }  # fmt: skip
