"""Colours of values: where they part, and whether everybody tells them apart."""

from itertools import pairwise

import pytest

from geo.maps.measures import MEASURES
from geo.maps.palette import (
    AROUND,
    QUIET,
    RISING,
    UNKNOWN,
    WORD_COLOURS,
    breaks_of,
    colours_of,
    decades,
    range_label,
)
from geo.settings import Thresholds
from geo.vocabulary import CLASSES


def measure(column):
    return next(m for m in MEASURES if m.column == column)


@pytest.mark.parametrize("floor", [1.0, 1.25, 2.0])
def test_colours_of_the_quotient_part_at_its_floor(floor):
    assert breaks_of(measure("location_quotient"), Thresholds(location_quotient=floor))[2] == floor


def test_colours_of_a_share_part_at_half_its_floor_and_above_it():
    found = breaks_of(measure("locally_linked_share"), Thresholds(locally_linked_share=0.4))
    # 0.4 + 0.25 * 0.6 and 0.4 + 0.5 * 0.6
    assert found == [0, 0.2, 0.4, 0.55, 0.7]


def test_a_floor_that_the_settings_do_not_have_is_none():
    assert breaks_of(measure("excess_local_share"), object()) == [0.1, 0.25, 0.5, 0.75]


@pytest.mark.parametrize("column", [m.column for m in MEASURES if m.on_map and m.form != "words"])
def test_there_is_a_colour_for_every_step(column):
    breaks = breaks_of(measure(column), Thresholds()) or decades(1e9)
    assert len(colours_of(measure(column), breaks)) == len(breaks) + 1
    assert breaks == sorted(breaks)


def test_steps_are_named_from_below_to_above():
    confidence = measure("confidence")
    edges = [None, 0.5, 0.95, None]
    assert [range_label(a, b, confidence) for a, b in pairwise(edges)] == [
        "< 50 %",
        "50 % – 95 %",
        "≥ 95 %",
    ]


def test_classes_have_the_colours_of_the_vocabulary():
    assert WORD_COLOURS["class"] == {str(c): style.colour for c, style in CLASSES.items()}
    assert not {UNKNOWN, QUIET} & {*RISING, *AROUND}
