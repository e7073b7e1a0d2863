"""What is wrong with a call or the disk is said in the language of the dataset."""

import errno

import click
import pytest

from geo.vocabulary import Language
from pipelines.commands.call_errors import language_of_call, text_of_call, text_of_disk


@pytest.fixture
def raw(tmp_path):
    def of(language):
        (tmp_path / "dataset.yaml").write_text(f"language: {language}\n")
        return tmp_path

    return of


@pytest.mark.parametrize(
    ("words", "hant"),
    [
        (("check", "{raw}", "--nope"), "沒有選項 '--nope'"),
        (("check", "{raw}", "more"), "多餘的引數 more"),
        (("run", "{raw}", "--years", "20x"), "--years：年份應寫成 2021 或 2019-2023，而非 '20x'"),
        (("run", "{raw}", "--seed", "-1"), "不在範圍"),
        (("run", "{raw}", "--seed", "x"), "'x' 不是數字"),
        (("run", "{raw}", "--years"), "選項 '--years' 需要一個值"),
        (("explain", "--lang", "zh-Hant"), "缺少引數 'REGION'"),
        (("explain", "a", "b", "--lang", "zh-Hant", "--year", "x"), "'x' 不是數字"),
        (("check", "{raw}", "--html", "{raw}"), "是資料夾"),
    ],
)
def test_a_wrong_call_is_told_in_the_language_of_the_dataset(jiqun, raw, words, hant):
    folder = raw("zh-Hant")
    code, _, err = jiqun(*(word.format(raw=folder) for word in words))
    assert code == 2
    assert err.startswith("錯誤：")
    assert hant in err


def test_a_wrong_call_in_english_is_as_click_says_it(jiqun, raw):
    _, _, err = jiqun("check", raw("en"), "--nope")
    assert "Error: No such option '--nope'" in err


def test_the_language_is_that_of_the_option_before_that_of_the_dataset(raw):
    folder = str(raw("zh-Hans"))
    assert language_of_call(["check", folder]) is Language.ZH_HANS
    assert language_of_call(["explain", folder, "--lang", "zh-Hant"]) is Language.ZH_HANT
    assert language_of_call(["check", "\0", "x" * 5000]) is Language.EN


@pytest.mark.parametrize(
    ("code", "hans"),
    [(errno.ENOENT, "没有这个文件或文件夹"), (errno.EACCES, "没有读写权限"),
     (errno.ENOSPC, "磁盘已满"), (errno.EDOM, "无法读写")],
)  # fmt: skip
def test_what_the_disk_does_not_do_is_told(code, hans):
    text = text_of_disk(OSError(code, "x", "a.csv"))
    assert text.zh_hans.startswith(f"a.csv：{hans}")
    assert "Errno" not in text.en


def test_a_file_that_cannot_be_written_is_told_in_the_language_of_the_dataset(
    jiqun, small_world, tmp_path
):
    target = tmp_path / "nowhere" / "check.html"
    code, _, err = jiqun("check", small_world, "--html", target)
    assert code == 2
    assert "there is no such file or folder" in err


def test_a_sentence_of_click_that_is_not_known_stays_as_it_is():
    assert text_of_call(click.UsageError("Quite new.")).zh_hant == "Quite new。"
