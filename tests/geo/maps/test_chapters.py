import pytest

from geo.maps.chapters import chapters
from geo.maps.plain_sections import _RESULTS
from geo.maps.report_sections import _SECTIONS
from geo.maps.sections import Section
from geo.vocabulary import Text

ORDER = [
    "verdict",
    "concentration",
    "linkage",
    "ecosystem",
    "structure",
    "shocks",
    "origins",
    "input-output",
    "sensitivity",
    "rules",
    "quality",
    "how",
]


def section(key):
    return Section(key=key, title=Text(key, key, key), caption=Text("", "", ""))


def test_chapters_stand_in_the_order_of_the_story_whatever_there_is_to_show():
    assert [c.key for c in chapters([], year=2020)] == ORDER
    assert [c.key for c in chapters([section("formation")], year=2020)] == ORDER


def test_a_chapter_without_sections_says_why_and_one_with_sections_does_not():
    made = {c.key: c for c in chapters([section("formation")], year=2020)}
    assert made["origins"].nothing is None
    assert made["origins"].sections[0].key == "formation"
    for key in set(ORDER) - {"origins", "verdict", "concentration", "quality", "how"}:
        assert all("2020" in words for words in made[key].nothing)


def test_sections_of_a_chapter_do_not_depend_on_the_order_they_come_in():
    two = [section("party-tiers"), section("networks")]
    assert chapters(two, year=2020) == chapters(two[::-1], year=2020)


def test_every_result_that_is_shown_has_a_chapter():
    shown = [section(name.replace("_", "-")) for name in (*_RESULTS, *_SECTIONS)]
    assert sum(len(c.sections) for c in chapters(shown, year=2020)) == len(shown)


def test_a_section_without_a_chapter_is_not_lost_silently():
    with pytest.raises(KeyError, match="unheard-of"):
        chapters([section("unheard-of")], year=2020)
