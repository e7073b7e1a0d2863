"""Words are told once: 簡體 is made from 繁體, and what is not ours stays as it is."""

import ast
from pathlib import Path

import pandas as pd
import pytest
from opencc import OpenCC

from geo.chinese.mainland import simplified
from geo.maps.explorer.page import _names
from geo.vocabulary import Language, Text, shown_name

ROOT = Path(__file__).resolve().parents[3]
MAKERS = {"text", "share", "amount", "count", "number", "year", "geometry", "answer"}


def constant(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def told():
    """Where it stands, 繁體 and own 简体 (or None) of every text written out in the code."""
    for file in sorted(p for top in ("geo", "pipelines") for p in (ROOT / top).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            is_column = node.func.id in MAKERS and "schema" in file.parts
            at = 1 if node.func.id == "Text" else 2 if is_column else None
            words = node.args[at:] if at else []
            if node.func.id == "geometry":
                words = node.args[1:]
            if words and all(map(constant, words)):
                yield (
                    f"{file.name}:{node.lineno}",
                    *[w.value for w in words],
                    *[None] * (2 - len(words)),
                )


TOLD = list(told())


@pytest.mark.parametrize(
    ("hant", "hans"),
    [
        ("資料集不存在", "数据集不存在"),
        ("請檢查資料夾", "请检查文件夹"),
        ("檔案無法讀取", "文件无法读取"),
        ("該程式的設定", "该程序的设置"),
        ("請補上該欄，或刪去這些行", "请补上该列，或删去这些行"),
        ("該區域沒有資料列", "该区域没有数据行"),
        ("請改正座標", "请改正坐标"),
        ("核心企業「甲」", "核心企业“甲”"),
        ("與本地機構建立關聯", "与本地机构建立关联"),
        ("區域間行程時間", "区域间行程时间"),
        ("存放工作檔的磁碟已滿", "存放工作文件的磁盘已满"),
        ("各欄位的含義", "各字段的含义"),
    ],
)
def test_sentences_take_the_terms_of_the_mainland(hant, hans):
    assert simplified(hant) == hans


def test_what_is_in_braces_or_code_and_latin_text_stay():
    assert (
        simplified("{資料|檔案} firms.csv `資料.csv` 資料")
        == "{資料|檔案} firms.csv `資料.csv` 数据"
    )


def test_values_filled_into_a_template_stay():
    text = Text("cannot read {file}", "無法讀取檔案 {file}")
    assert text.zh_hans.format(file="資料.csv") == "无法读取文件 資料.csv"


def test_every_text_gives_simplified_characters_alone():
    only = OpenCC("t2s")
    made = [(where, simplified(hant) if own is None else own) for where, hant, own in TOLD]
    assert len(made) > 1000
    assert [(where, text) for where, text in made if only.convert(text) != text] == []


def test_few_texts_have_simplified_words_of_their_own_and_these_differ():
    own = [(where, hant, hans) for where, hant, hans in TOLD if hans is not None]
    assert len(own) <= 5
    assert [where for where, hant, hans in own if simplified(hant) == hans] == []


def test_names_of_users_are_simplified_where_they_are_shown():
    industries = pd.DataFrame({"industry": ["C36"], "name": ["cars"], "name_zh": ["汽車整車"]})
    assert list(_names(industries)[0]) == ["cars", "汽車整車", "汽车整车"]
    assert shown_name("臺北市", Language.ZH_HANS) == "台北市"
    assert shown_name("臺北市", Language.ZH_HANT) == "臺北市"


def test_a_text_is_three_languages_in_order():
    text = Text("file", "檔案")
    assert list(text) == ["file", "檔案", "文件"]
    assert text == Text(*text)
    assert hash(text) == hash(Text(*text))
