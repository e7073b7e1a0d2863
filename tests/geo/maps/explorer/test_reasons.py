import numpy as np
import pandas as pd

from geo.maps.explorer.reasons import packed_reasons

ENGLISH = [
    "Not concentrated: 3 establishments, 0.50 times the share.",
    "Not concentrated: 4 establishments, 1,234.57 times the share.",
    "Cluster. 30 % of firms, 7 of 9 ties.",
    "Cluster. 31 % of firms, 6 of 8 ties.",
]
CHINESE = [
    "未集聚：3 家企業，為總體的 0.50 倍。",
    "未集聚：4 家企業，為總體的 1,234.57 倍。",
    "集群。30 % 的企業，9 條關聯中 7 條。",
    "集群。31 % 的企業，8 條關聯中 6 條。",
]
COLUMNS = {
    "establishments": np.array([3.0, 4.0, 50.0, 60.0]),
    "location_quotient": np.array([0.5, 1234.567, 2.0, 3.0]),
    "share": np.array([np.nan, np.nan, 0.304, 0.305]),
}


def table(english=ENGLISH, chinese=CHINESE):
    return pd.DataFrame(
        {"reason_en": english, "reason_zh_hant": chinese, "reason_zh_hans": chinese}
    )


def told(reasons, columns, row, language):
    """A reason as the page puts it together."""
    which = reasons.template.numbers[row]
    if np.isnan(which):
        return None
    template = reasons.templates[int(which)]
    lines = reasons.written.data.decode().split("\n")
    place = int((reasons.template.numbers[:row] == which).sum())
    text = template["text"][language]
    for k, slot in enumerate(template["slots"]):
        if isinstance(slot, int):
            text = text.replace(f"{{{k}}}", lines[slot].split(" ")[place])
        elif slot is not None:
            text = text.replace(f"{{{k}}}", written(columns[slot[0]][row], slot[1]))
    return text


def written(value, form):
    if form == "%":
        return str(int(np.floor(100 * value + 0.5)))
    scaled = int(np.floor(value * 10 ** int(form) + 0.5))
    whole, rest = divmod(scaled, 10 ** int(form))
    return f"{whole:,}" + (f".{rest:0{form}d}" if form != "0" else "")


def test_every_reason_comes_back_to_the_letter_in_every_language():
    reasons = packed_reasons(table(), COLUMNS, told=[True] * 4)
    for row in range(4):
        assert told(reasons, COLUMNS, row, 0) == ENGLISH[row]
        assert told(reasons, COLUMNS, row, 1) == CHINESE[row]


def test_numbers_that_a_column_writes_are_named_and_not_written():
    reasons = packed_reasons(table(), COLUMNS, told=[True] * 4)
    slots = reasons.templates[0]["slots"]
    assert slots == [["establishments", "0"], ["location_quotient", "2"]]
    assert reasons.written.data.decode().split("\n") == ["7 6", "9 8"]


def test_a_reason_that_needs_written_numbers_is_left_out_unless_it_must_be_told():
    reasons = packed_reasons(table(), COLUMNS, told=[False] * 4)
    assert np.isnan(reasons.template.numbers).tolist() == [False, False, True, True]


def test_a_number_that_the_page_would_round_otherwise_is_written():
    columns = COLUMNS | {"establishments": np.array([3.0, 9.0, 50.0, 60.0])}
    reasons = packed_reasons(table(), columns, told=[True] * 4)
    assert told(reasons, columns, 1, 0) == ENGLISH[1]


def test_a_language_with_a_number_of_its_own_is_left_out_rather_than_wrong():
    chinese = ["未集聚：5 家。", *CHINESE[1:]]
    reasons = packed_reasons(table(chinese=chinese), COLUMNS, told=[True] * 4)
    assert told(reasons, COLUMNS, 0, 0) is None


def test_numbers_that_are_the_same_in_all_cells_stand_in_the_sentence():
    same = ["A 95 % interval."] * 2
    reasons = packed_reasons(table(same, same), {}, told=[False, False])
    assert reasons.templates == [{"text": ["A 95 % interval."] * 3, "slots": [None]}]


def test_a_comma_behind_a_number_is_not_of_it():
    english = ["It gives 31, an excess."] * 2
    reasons = packed_reasons(table(english, ["得 31 條，超出。"] * 2), {}, told=[True, True])
    assert told(reasons, {}, 0, 0) == english[0]
