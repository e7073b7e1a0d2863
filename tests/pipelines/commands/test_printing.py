"""Lines for a terminal, whose Chinese characters are two columns wide."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from pipelines.commands.printing import wrapped

TEXTS = st.text(alphabet="企業有關聯，。（）95 %ab c→·", max_size=80)


@given(TEXTS, st.integers(10, 60))
def test_no_line_is_wider_than_asked_and_nothing_is_lost(text, width):
    # A single piece can be wider than the line: here of at most 80 letters without a space.
    lines = wrapped(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert cell_len(line) <= width or " " not in line.strip()


def test_chinese_breaks_between_characters_and_fills_the_line():
    lines = wrapped("企業" * 30, 40)
    assert [cell_len(line) for line in lines] == [40, 40, 40]


def test_no_line_begins_with_a_closing_mark():
    lines = wrapped("企業有關聯，" * 10, 11)
    assert not [line for line in lines if line.startswith(("，", "。", "）"))]


def test_a_number_stays_with_its_sign_of_percent():
    assert wrapped("企業中有 95 % 的", 11) == ["企業中有", "95 % 的"]
