"""The lines of a CSV file are accounted for."""

import pytest

from geo.errors import DatasetError

HEADER = "firm_id,name,industry,longitude,latitude,year"


def lines(folder, rows, *, encoding="utf-8", separator=","):
    text = "\n".join([HEADER, *rows]).replace(",", separator) + "\n"
    return folder.put("firms.csv", text.encode(encoding))


def row(i, name="Acme", end=""):
    return f"f{i:02d},{name}{end},C1,0.5,0.5,2020"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("swallowed", [1, 5])
def test_a_quotation_mark_that_swallows_lines_is_told(folder, encoding, separator, swallowed):
    rows = [row(i, "公司") for i in range(20)]
    rows[3] = row(3, '"公司')
    rows[3 + swallowed] = row(3 + swallowed, "公司", '"')
    told = rf"firms.csv: the value of name in row 4 .* swallows {swallowed} more line"
    with pytest.raises(DatasetError, match=told):
        lines(folder, rows, encoding=encoding, separator=separator).read()


def test_a_quotation_mark_in_the_first_column_is_told(folder):
    rows = [row(i) for i in range(20)]
    rows[3], rows[6] = '"' + rows[3], rows[6].replace("f06", 'f06"')
    with pytest.raises(DatasetError, match="the value of firm_id in row 4 opens"):
        lines(folder, rows).read()


def test_addresses_of_several_lines_are_values(folder):
    dataset = lines(folder, [row(i, f'"Acme\nHouse {i}, Door 3"') for i in range(20)]).read()
    assert dataset.firms == 20


@pytest.mark.parametrize("name", ['Pipe 5"', 'Pipe 5" x 3"', '"Acme ""Best"" Ltd"'])
def test_inches_and_doubled_marks_lose_no_line(folder, name):
    assert lines(folder, [row(i, name if i == 4 else "Acme") for i in range(20)]).read().firms == 20


def test_blank_lines_are_no_rows(folder):
    rows = [line for i in range(5) for line in (row(i), "", "   ", ",,,,,")]
    assert lines(folder, rows).read().firms == 5
