from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from geo.maps.chapters import chapters
from geo.maps.plain_sections import _RESULTS
from geo.maps.report import report_html
from geo.maps.wording import CLASS_MEANINGS, QUESTIONS, THRESHOLDS, WORDS
from geo.vocabulary import Class, Language, Text

RECONCILIATION = pd.DataFrame(
    {
        "table": ["regions", "firms"],
        "file": ["regions.parquet", "firms.csv"],
        "rows_read": [12, 1000],
        "rows_used": [12, 990],
        "rows_rejected": [0, 10],
    }
)


@pytest.fixture(scope="module")
def given(classification, region_classification, industry_concentration, regions, industries):
    return {
        "classification": classification,
        "region_classification": region_classification,
        "industry_concentration": industry_concentration,
        "reconciliation": RECONCILIATION,
        "regions": regions,
        "industries": industries,
        "language": Language.EN,
        "name": "A & B",
    }


@pytest.fixture(scope="module")
def page(given):
    return report_html(
        **given,
        rejected=pd.DataFrame({"table": ["firms"], "reason": ["outside_regions"], "rows": [10]}),
        repairs=pd.DataFrame({"table": ["firms"], "code": ["white_space"], "rows": [3]}),
        notices=[Text("Heed this", "注意", "注意这个")],
        about={"jiqun": "0.1.0"},
    )


class _Checker(HTMLParser):
    """Collects tags and fails where they do not nest."""

    VOID = frozenset({"meta", "input", "br"})

    def __init__(self):
        super().__init__()
        self.stack, self.tags, self.languages = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag


@pytest.fixture(scope="module")
def parsed(page):
    checker = _Checker()
    checker.feed(page)
    return checker


def test_page_is_well_formed(parsed):
    assert parsed.stack == []


def test_page_asks_the_network_for_nothing(page, parsed):
    assert not [t for t, a in parsed.tags if "src" in a or t in {"link", "iframe", "img"}]
    assert set(re.findall(r"https?://[^\"' ]+", page)) <= {"http://www.w3.org/2000/svg"}
    assert "@import" not in page
    assert "url(" not in page


def test_names_are_escaped(page):
    assert "<title>Clusters and agglomerations, 2021–2023 · A &amp; B</title>" in page
    assert "&lt;North&gt;" in page
    assert "<North>" not in page


def test_ids_are_unique_and_labels_point_at_them(parsed):
    ids = [a["id"] for _, a in parsed.tags if "id" in a]
    assert len(ids) == len(set(ids))
    pointed = [a[k] for _, a in parsed.tags for k in ("for", "aria-labelledby") if k in a]
    assert set(pointed) <= set(ids)


def test_every_table_head_has_a_scope(parsed):
    assert all("scope" in a for t, a in parsed.tags if t == "th")


def test_every_text_stands_in_three_languages(page):
    for language in ("en", "zh-Hant", "zh-Hans"):
        assert page.count(f'<span lang="{language}">') > 50
    assert page.count('<span lang="zh-Hant">') == page.count('<span lang="zh-Hans">')


def test_page_opens_in_the_language_of_the_run(given):
    page = report_html(**{**given, "language": Language.ZH_HANS})
    assert '<html lang="zh-Hans" data-lang="zh-Hans">' in page
    assert 'value="zh-Hans" checked' in page


def test_verdicts_come_with_their_reasons_in_three_languages(page):
    assert "LQ &lt; 6 &amp; more" in page
    assert "區位商 6" in page
    assert "区位商 6" in page


def test_rows_read_and_rejected_are_told(page):
    for words in ("firms.csv", ">1,000<", ">990<", "the point lies in no region", "Heed this"):
        assert words in page


def test_same_tables_give_the_same_page_whatever_their_order(given):
    shuffled = {**given, "classification": given["classification"].sample(frac=1, random_state=2)}
    assert report_html(**shuffled) == report_html(**given)


def test_what_is_not_known_is_counted_by_reason(given):
    said = "Concentrated. Collaboration not known: 3 of 10 ties do not decide."
    hant, hans = "集聚。協作未知：10 條中 3 條。", "集聚。协作未知：10 条中 3 条。"
    table = given["classification"].assign(reason_en=said, reason_zh_hant=hant, reason_zh_hans=hans)
    page = report_html(**{**given, "classification": table})
    row = re.search(r"Collaboration not known: … of … ties.*?<td class=\"n\">(\d+)</td>", page)
    assert row is not None
    assert row[1] == "36"
    assert "協作未知：… 條中 … 條。" in page


def test_dataset_without_ties_or_establishments_still_makes_a_page(given):
    table = given["classification"].assign(
        establishments=pd.array([None] * len(given["classification"]), dtype="Int64"),
        locally_linked_share=np.nan,
        matching_ratio=np.nan,
        is_concentrated=pd.array([None] * len(given["classification"]), dtype="boolean"),
        **{"class": "undetermined"},
    )
    page = report_html(**{**given, "classification": table})
    assert "The largest undetermined cells" in page
    assert 'id="scatter"' not in page


def test_every_word_of_the_page_exists_in_three_languages():
    texts = [*WORDS.values(), *CLASS_MEANINGS.values()]
    texts += [text for _, *both in QUESTIONS.values() for text in both]
    assert all(all(words.strip() or words == ", " for words in text) for text in texts)
    assert set(CLASS_MEANINGS) == set(Class)


def _headings(page):
    return re.findall(r'<h[23] id="([^"]+)"', page.split("</nav>")[1])


def test_contents_lead_to_every_heading_in_the_order_of_the_page(page):
    contents = page[page.index('<nav class="contents"') : page.index("</nav>")]
    assert re.findall(r'href="#([^"]+)"', contents) == _headings(page)
    assert len(_headings(page)) > 12


def test_contents_need_no_script(page):
    contents = page[page.index('<nav class="contents"') : page.index("</nav>")]
    assert not re.search(r"<script|onclick|javascript:", contents)


def test_chapters_with_nothing_to_show_say_why_in_every_language(page):
    for words in ("Nothing can be shown of who lives off whom", "無從顯示誰與誰", "无从显示谁与谁"):
        assert words in page


def test_chinese_words_of_the_page_have_chinese_punctuation():
    texts = [*WORDS.values(), *CLASS_MEANINGS.values(), *THRESHOLDS.values()]
    texts += [
        text for chapter in chapters([], year=2020) for text in (chapter.title, chapter.nothing)
    ]
    texts += [text for shown in _RESULTS.values() for text in (shown.title, shown.caption)]
    for text in filter(None, texts):
        for words in (text.zh_hant, text.zh_hans):
            assert not re.search(r"[\u4e00-\u9fff] ?[,;:?!()]", words), words


def test_figures_of_the_industry_of_interest_are_shown_in_full(given):
    page = report_html(**given, interest=["3610"])
    section = page[page.index('<h3 id="industries-of-interest"') :].split("</section>")[0]
    assert "locational Gini" in section
    assert ">0.40<" in section


def test_rules_of_others_go_by_their_names(given):
    said = pd.DataFrame(
        {"year": 2023, "profile": "european_stars", "class": ["cluster"], "cells_met": 1,
         "cells_not_met": 1200, "cells_not_known": 0}
    )  # fmt: skip
    page = report_html(**given, results={"profile_concordance": said})
    for words in ("European cluster stars", "歐洲集群星級", "欧洲集群星级", ">1,200<"):
        assert words in page
    assert "european_stars" not in page


def test_columns_without_anything_known_are_named_in_words_alone(page):
    assert not re.search(r'<p class="note"><span lang="en">Not computed[^<]*[a-z]_[a-z]', page)
    sentence = re.search("所有單元均未計算或未知：[^<]*", page)
    assert sentence is not None
    assert not re.search("[a-z]_[a-z]", sentence[0])
