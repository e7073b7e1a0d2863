"""What `jiqun check` tells a person who mends her data."""

import pytest


def test_every_kind_of_fault_has_its_column_value_row_share_and_advice(jiqun, raw):
    code, out, _ = jiqun("check", raw(rows="f,C1,east,0.5,20,2020\nh,C1,0.5,0.5,few,2020\n"))
    assert code == 0
    lines = [" ".join(line.replace("│", " ").split()) for line in out.splitlines()]
    # 20 of 1,000 jobs; what is used all the same has none.
    assert "1 ✗ firms longitude east 99 1 1.0% 2%" in lines
    assert "2 ~ firms employment few 100 1 1.0%" in lines
    text = " ".join(lines)
    assert "1 the value is not a number. → correct them, or say `missing_values: ['east']`" in text
    assert "2 a value that cannot be read is taken for not known. →" in text


@pytest.mark.parametrize("name", ["[/x]", "[red]", ":smile:", "\x1b[31mx"])
def test_names_of_folders_are_shown_as_they_are(jiqun, raw, name):
    code, out, err = jiqun("check", raw(name))
    assert (code, err) == (0, "")
    assert name.replace("\x1b", "\\x1b") in out


def test_control_sequences_of_names_and_values_do_not_reach_the_terminal(jiqun, raw):
    folder = raw(rows="f,C1,\x1b[31meast,0.5,1,2020\n" * 2, region="\x1b]0;Evil\x07")
    out = "".join(map(str, jiqun("check", folder)))
    assert "\x1b" not in out
    assert "\x07" not in out


@pytest.mark.parametrize(("language", "label"), [("zh-Hant", "錯誤："), ("zh-Hans", "错误：")])
def test_errors_are_printed_in_the_language_of_the_dataset(jiqun, raw, language, label):
    folder = raw(rows="f,,0.5,0.5,1,2020\n" * 50, language=language)
    code, _, err = jiqun("check", folder)
    assert code == 2
    assert err.startswith(f"{label}firms.csv")
