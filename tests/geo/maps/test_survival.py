import re

import pandas as pd

from geo.maps.survival import survival_svg
from geo.vocabulary import Language

CURVES = pd.DataFrame(
    {
        "industry": "C36",
        "is_local": [True, True, True, False, False],
        "age": [0, 1, 2, 0, 1],
        "survival": [1.0, 0.5, 0.0, 1.0, 0.75],
        "survival_low": [None, 0.4, None, None, 0.7],
        "survival_high": [None, 0.6, None, None, 0.8],
    }
)


def test_curves_start_at_all_ties_and_fall_to_what_is_left():
    local, elsewhere = re.findall(r'<path d="M([^"]*)"', survival_svg(CURVES, "C36", language=None))
    # From 40 (all) down to 250 (none), one year every 282 pixels from 58.
    assert local == "58.0 40.0L340.0 145.0L622.0 250.0"
    assert elsewhere == "58.0 40.0L340.0 92.5"


def test_interval_is_drawn_only_where_it_is_known():
    drawn = survival_svg(CURVES, "C36", language=Language.EN)
    assert len(re.findall(r'<line x1="([\d.]+)" y1="[\d.]+" x2="\1"', drawn)) == 2


def test_one_curve_alone_or_no_year_after_the_first_makes_no_figure():
    assert survival_svg(CURVES[CURVES["is_local"]], "C36", language=None) == ""
    assert survival_svg(CURVES[CURVES["age"] == 0], "C36", language=None) == ""
    assert survival_svg(CURVES, "C99", language=None) == ""
