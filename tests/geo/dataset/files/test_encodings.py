"""Text in each encoding is read, and text in none of them is refused."""

import pytest

from geo.errors import DatasetError

INDUSTRIES = "industry,name\nC36,汽车制造业𠮷㐂镕\nC37,铁路、船舶业\n"
TRADITIONAL = "industry,name\nC36,臺灣汽車製造業國際\nC37,鐵路、船舶業\n"


def named(folder):
    return folder.read().industries.set_index("industry")["name"]


@pytest.mark.parametrize("text", [INDUSTRIES, TRADITIONAL], ids=["simplified", "traditional"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"]
)
def test_chinese_names_survive_every_encoding(folder, encoding, text):
    folder.put("industries.csv", text.encode(encoding))
    expected = text.splitlines()[1].split(",")[1]
    assert named(folder)["C36"] == expected


def test_one_rare_character_is_enough_for_gb18030(folder):
    folder.put("industries.csv", "industry,name\nC36,朱镕基\nC37,Cars\n".encode("gb18030"))
    assert named(folder)["C36"] == "朱镕基"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("industry,name\nC36,Montréal\nC37,São Tomé\n", "latin-1"),
        ("industry,name\nC36,Fabrication de véhicules à Sète\nC37,Ébénisterie\n", "cp1252"),
        ("industry,name\nC36,Łódź i okolice, Kraków\nC37,Gdańsk\n".replace(", ", " "), "cp1250"),
        ("industry,name\nC36,Автомобили и прицепы\nC37,Суда\n", "koi8-r"),
        ("industry,name\nC36,臺灣汽車製造業國際股份有限公司\nC37,鐵路與船舶製造業\n", "big5"),
        ("industry,name\nC36,自動車をつくるところ\nC37,ふね\n", "shift-jis"),
    ],
)
def test_other_encodings_are_refused_not_misread(folder, text, encoding):
    folder.put("industries.csv", text.encode(encoding))
    with pytest.raises(DatasetError, match=r"industries\.csv is not text in UTF-8, UTF-16 or GB"):
        folder.read()


def test_the_line_that_is_not_utf8_is_named(folder):
    folder.put("industries.csv", "industry,name\nC36,Cars\nC37,Montréal\n".encode("latin-1"))
    with pytest.raises(DatasetError, match="first seen in line 3"):
        folder.read()


def test_header_only_is_no_rows_and_told(folder):
    folder.put("industries.csv", "industry,name\n")
    assert any("industries.csv holds no rows" in n.en for n in folder.read().notices)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"   "])
def test_empty_file_is_told(folder, content):
    folder.put("industries.csv", content)
    with pytest.raises(DatasetError, match=r"industries\.csv is empty"):
        folder.read()


def test_compressed_text_in_another_encoding_is_read(folder):
    import gzip

    folder.put("industries.csv.gz", gzip.compress(INDUSTRIES.encode("gb18030")))
    assert named(folder)["C37"] == "铁路、船舶业"


def test_windows_line_ends_and_byte_order_mark_do_not_matter(folder):
    folder.put("industries.csv", INDUSTRIES.replace("\n", "\r\n").encode("utf-8-sig"))
    assert named(folder)["C37"] == "铁路、船舶业"
