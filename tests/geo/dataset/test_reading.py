"""What a whole dataset becomes."""

import pytest


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


LIVES = """
    firm_id,industry,longitude,latitude,opened,closed
    f1,C36,0.5,0.5,1990,
    f2,C36,1.5,0.5,2015,2021
    f3,C36,1.5,0.5,2022,{closed}
    """


def test_a_register_that_knows_its_dead_is_read_from_the_year_before_the_first_died(folder):
    folder.put("firms.csv", LIVES.format(closed=""))
    dataset = folder.read()
    assert dataset.years == (2020, 2021, 2022)
    assert any("2020-2022 is taken" in notice.en for notice in dataset.notices)


def test_a_register_of_survivors_is_read_for_its_latest_year(folder):
    folder.put("firms.csv", LIVES.format(closed="").replace("2021", ""))
    assert folder.read().years == (2022,)


def test_a_register_with_long_memory_is_read_for_its_last_ten_years(folder):
    folder.put("firms.csv", LIVES.format(closed="2023").replace("2015,2021", "1950,1960"))
    assert folder.read().years == tuple(range(2014, 2024))


def test_a_row_that_closes_before_it_opens_does_not_choose_the_years(folder):
    folder.put("dataset.yaml", "max_rejected_share: 0.5")
    folder.put("firms.csv", LIVES.format(closed="2001").replace("2015,2021", "2015,"))
    assert folder.read().years == (2015,)


def test_an_input_output_table_in_other_codes_is_told(folder):
    table = "supplying_industry,using_industry,coefficient\n{0},{0},0.1\nC99,{0},0.1\n"
    folder.put("io_table.csv", table.format("36"))
    told = [n.en for n in folder.read().notices if n.en.startswith("io_table.csv links 0 of")]
    assert len(told) == 1
    folder.put("io_table.csv", table.format("C36") + "C37,C37,0.1\n")
    assert not [n for n in folder.read().notices if "links" in n.en]


@pytest.mark.parametrize(
    ("linked", "years"),
    [((2018, 2020, 2021), (2018, 2019, 2020, 2021)), ((2010, 2015, 2020), (2010, 2015, 2020))],
)
def test_a_lost_year_of_links_is_a_year_but_the_years_between_two_censuses_are_not(
    folder, linked, years
):
    folder.put("firms.csv", LIVES.format(closed="").replace("2021", "").replace("2022", "2000"))
    folder.put("links.csv", "source_id,target_id,year\n" + "".join(f"f1,f3,{y}\n" for y in linked))
    assert folder.read().years == years
