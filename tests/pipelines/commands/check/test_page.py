"""The page of `jiqun check`: what the terminal says, offline, in three languages."""

import re
from html.parser import HTMLParser

import pytest

ROWS = "f,C1,east,0.5,20,2020\nh,C1,0.5,0.5,few,2020\n"


class Cells(HTMLParser):
    """Rows of all tables as lists of texts, and tags with their attributes."""

    def __init__(self):
        super().__init__()
        self.rows, self.tags = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


@pytest.fixture
def page(jiqun, raw, tmp_path):
    def of(**options):
        target = tmp_path / "check.html"
        code, out, err = jiqun("check", raw(**options), "--html", target)
        return code, target.read_text("utf-8"), out + err

    return of


def parsed(html):
    reader = Cells()
    reader.feed(html)
    reader.rows = [[cell.strip() for cell in row] for row in reader.rows]
    return reader


def test_the_page_has_the_rows_of_the_terminal(page):
    code, html, _ = page(rows=ROWS)
    rows = parsed(html).rows
    assert code == 0
    # 20 of 1,000 jobs; what is used all the same has none.
    assert ["1 ✗", "firms", "longitude", "east", "99", "1", "1.0%", "2%"] in rows
    assert ["2 ~", "firms", "employment", "few", "100", "1", "1.0%", ""] in rows
    assert "the value is not a number" in html
    assert "該值不是數字" in html
    assert "该值不是数字" in html


def test_the_page_asks_the_network_for_nothing_and_runs_nothing(page):
    _, html, _ = page(rows=ROWS)
    tags = parsed(html).tags
    assert not {tag for tag, _ in tags} & {"script", "link", "img", "iframe", "object"}
    assert not [a for _, attrs in tags for a in attrs if a in ("src", "href", "style")]
    policy = next(a["content"] for t, a in tags if a.get("http-equiv"))
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_the_policy_allows_the_style_that_is_there(page):
    import base64
    import hashlib

    _, html, _ = page()
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in html


@pytest.mark.parametrize("language", ["en", "zh-Hant", "zh-Hans"])
def test_the_page_opens_in_the_language_of_the_dataset(page, language):
    _, html, _ = page(language=language)
    tags = parsed(html).tags
    assert ("html", {"lang": language}) in tags
    assert [a["id"] for t, a in tags if t == "input" and "checked" in a] == [f"to-{language}"]


def test_every_head_of_a_table_has_its_scope(page):
    _, html, _ = page(rows=ROWS)
    heads = [attrs for tag, attrs in parsed(html).tags if tag == "th"]
    assert heads
    assert all(attrs.get("scope") in ("col", "row") for attrs in heads)


def test_names_and_values_are_text_on_the_page(page):
    _, html, _ = page(rows="f,C1,<script>alert(1)</script>,0.5,1,2020\n")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_dataset_that_stops_has_its_sentence_on_the_page(page):
    code, html, _ = page(rows="f,,0.5,0.5,1,2020\n" * 50)
    assert code == 2
    assert "cannot be used as it is" in html
    assert "50 of 148 rows cannot be used" in html


def test_settings_that_would_read_more_are_on_the_page(page):
    _, html, _ = page(rows="f,C1,0.5,0.5,n.k.,2020\n")
    assert "missing_values: [n.k.]" in html


def test_a_page_takes_the_place_of_a_page_but_of_nothing_else(jiqun, raw, tmp_path):
    folder, target = raw(), tmp_path / "check.html"
    assert jiqun("check", folder, "--html", target)[0] == 0
    assert jiqun("check", folder, "--html", target)[0] == 0
    target.write_text("my own page")
    assert jiqun("check", folder, "--html", target)[0] == 2
    assert target.read_text() == "my own page"


def test_nothing_is_written_unless_asked(jiqun, raw):
    folder = raw(rows=ROWS)
    before = sorted(p.name for p in folder.iterdir())
    jiqun("check", folder)
    assert sorted(p.name for p in folder.iterdir()) == before


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("name", ["ink", "soft", "accent", "bad"])
def test_text_stands_out_from_the_paper(page, name):
    _, html, _ = page()
    colour = re.search(rf"--{name}:(#[0-9a-f]{{6}})", html)[1]
    assert 1.05 / (luminance(colour) + 0.05) >= 4.5
