import re

import pandas as pd

from geo.maps.pairs import pairs_svg

PAIRS = pd.DataFrame(
    {
        "industry": ["A", "B", "C"],
        "other_industry": ["X", "X", "X"],
        "coagglomeration": [0.1, 0.0, -0.1],
        "coagglomeration_heap_p": [0.01, 0.5, 0.9],
        "input_output": [0.5, 0.25, 0.0],
    }
)


def points(svg):
    paths = re.findall(r'<path d="([^"]*)" stroke="(#\w+)"', svg)
    return {
        colour: [tuple(map(float, p)) for p in re.findall(r"M([\d.]+) ([\d.]+)h0", path)]
        for path, colour in paths
    }


def test_trade_grows_to_the_right_and_togetherness_upwards():
    others, (together,) = points(pairs_svg(PAIRS, language=None)).values()
    assert together[0] > others[0][0] > others[1][0]
    assert together[1] < others[0][1] < others[1][1]  # pixels count downwards


def test_pairs_beyond_chance_have_their_own_colour():
    drawn = points(pairs_svg(PAIRS.assign(coagglomeration_heap_p=0.9), language=None))
    assert [len(places) for places in drawn.values()] == [3]


def test_beyond_the_limit_the_pairs_that_trade_most_are_drawn():
    drawn = points(pairs_svg(PAIRS, language=None, max_points=2))
    assert sum(map(len, drawn.values())) == 2


def test_fewer_than_three_pairs_with_both_measures_make_no_figure():
    assert pairs_svg(PAIRS.assign(input_output=[0.1, None, 0.2]), language=None) == ""


def test_the_same_pairs_in_another_order_make_the_same_figure():
    assert pairs_svg(PAIRS[::-1], language=None) == pairs_svg(PAIRS, language=None)
