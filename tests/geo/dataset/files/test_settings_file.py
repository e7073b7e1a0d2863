"""dataset.yaml is text, within bounds."""

import os

import pytest

from geo.dataset.files.settings_file import language_of, read_settings
from geo.errors import DatasetError
from geo.vocabulary import Calendar, Language


def settings(folder, text):
    return read_settings(folder.put("dataset.yaml", text).raw)


def test_codes_and_marks_are_read_as_they_are_written(folder):
    read = settings(folder, "industries_of_interest: [0111, NO, 1e5]\nmissing_values: [NO, -9, 00]")
    assert read.industries_of_interest == ("0111", "NO", "1e5")
    assert read.missing_values == ("NO", "-9", "00")


def test_numbers_and_nothing_are_still_read(folder):
    read = settings(
        folder,
        "years: 2019\nlink_coverage: 0.6\nlevel: 4\ncrs: null\ncalendar: republic\n"
        "local: {radius_km: 40}\nthresholds: {establishments: 3}\n",
    )
    assert (read.years, read.link_coverage, read.level) == ((2019, 2019), 0.6, 4)
    assert (read.crs, read.calendar, read.local.km) == (None, Calendar.REPUBLIC, 40)
    assert read.thresholds.establishments == 3


BOMB = 'a: &a ["lol","lol"]\n' + "".join(
    f"{b}: &{b} [*{a},*{a},*{a}]\n" for a, b in zip("abcdefg", "bcdefgh", strict=True)
)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (BOMB, "line 2 repeats a part by an alias"),
        ("years: " + "[" * 5000, "nested too deeply"),
        ("years: " + "5" * 5000, "the value '555.*' in line 1 is too long"),
        ("language: en\nlanguage: en", "the setting 'language' stands there twice"),
        ("x: y\n" * 300_000, "it is larger than 1 MB"),
        ("language: !!python/name:os.system x", "cannot be read as YAML"),
        ("decimal: '!'", "`decimal` is '!'"),
        ("datum: {firms: GCJ02}", "`datum.firms` is 'GCJ02'"),
        ("sum_repeated: firms", "`sum_repeated.0` is 'firms'"),
    ],
)
def test_what_cannot_be_a_setting_is_told(folder, text, why):
    with pytest.raises(DatasetError, match=why):
        settings(folder, text)


@pytest.mark.parametrize("name", ["dataset.yaml", "links.csv", "firms.parquet"])
def test_pipes_are_refused_at_once(folder, name):
    if name.startswith("firms"):
        folder.drop("firms.csv")
    os.mkfifo(folder.raw / name)
    with pytest.raises(DatasetError, match=f"{name} is no file"):
        folder.read()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("language: zh-Hant", Language.ZH_HANT),
        ("years: [\nlanguage: 'zh-Hans'", Language.ZH_HANS),
        ("language: Klingon", Language.EN),
        ("# language: zh-Hans", Language.EN),
    ],
)
def test_the_language_is_known_also_where_the_rest_cannot_be_read(folder, text, language):
    assert language_of(folder.put("dataset.yaml", text).raw) is language
