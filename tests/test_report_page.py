"""``report.html``: one file in order, escaped, that says what the content holds; and its sections for another page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from test_reports_made_up import EVIL, MARKUP, made_up_run

from reports.report.blocks import Cell, Head, Report, Section, Table, Text
from reports.report.content import build
from reports.report.html import STYLE, render_page, render_sections, stress
from reports.run import Run
from scenarios.store import RunStore
from sim.rules import load_rules


class Page(HTMLParser):
    """A page as a reader meets it: tags with attributes, headings as (level, text), tables as rows of texts (what
    stands beneath a figure included) by the key of their section, and all its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[tuple[int, str]] = []
        self.tables: dict[str, list[list[list[str]]]] = {}
        self.paragraphs: dict[str, list[str]] = {}
        self.words: list[str] = []
        self.section, self.open = "", ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "section":
            self.section = str(dict(attrs)["id"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append((int(tag[1]), ""))
            self.open = tag
        if tag == "table":
            self.tables.setdefault(self.section, []).append([])
        if tag == "tr":
            self.tables[self.section][-1].append([])
        if tag in ("td", "th"):
            self.tables[self.section][-1][-1].append("")
            self.open = "cell"
        if tag == "p":
            self.paragraphs.setdefault(self.section, []).append("")
            self.open = "p"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "p") or re.fullmatch("h[1-6]", tag):
            self.open = ""

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self.open == "cell":
            row = self.tables[self.section][-1][-1]
            row[-1] = f"{row[-1]} {data.strip()}".strip()
        elif self.open == "p":
            self.paragraphs[self.section][-1] += data
        elif self.open:
            level, text = self.headings[-1]
            self.headings[-1] = (level, text + data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split(" "))


def report_of(folder: Path, lang: str = "id") -> Report:
    return build(Run(RunStore.open(folder), load_rules()), lang)  # charts read the store when they are drawn


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """A run with a certainty in both languages, and one with too few replicates for one."""
    many = made_up_run(tmp_path_factory.mktemp("report") / "many", 100, second=True)
    few = made_up_run(tmp_path_factory.mktemp("report") / "few", 12)
    return {"id": report_of(many, "id"), "en": report_of(many, "en"), "few": report_of(few)}


@pytest.fixture(scope="module")
def pages(reports: dict[str, Report]) -> dict[str, str]:
    return {name: render_page(report) for name, report in reports.items()}


@pytest.mark.parametrize("name", ["id", "en", "few"])
def test_the_page_says_everything_that_the_content_holds(
    reports: dict[str, Report], pages: dict[str, str], name: str
) -> None:
    report, page = reports[name], Page(pages[name])
    assert page.headings[0] == (1, report.head.first)
    assert [text for level, text in page.headings if level == 2] == [section.title for section in report.sections]
    said = page.text
    for sentence in report.head.sentences[1:]:
        assert sentence in re.sub(r"\s+", " ", "".join(page.words)) or sentence in "".join(page.words)
    for section in report.sections:
        tables = [block for block in section.blocks if isinstance(block, Table)]
        shown = page.tables.get(section.key, [])
        assert len(shown) == len(tables)
        for table, rows in zip(tables, shown, strict=True):
            assert rows[0] == list(table.heads)
            for row, cells in zip(rows[1:], table.rows, strict=True):
                assert row == [f"{cell.text} {cell.beneath}".strip() for cell in cells]
            if table.note:
                assert table.note in page.paragraphs[section.key]
        for block in section.blocks:
            if isinstance(block, Text):
                assert block.text in page.paragraphs[section.key]
    for facts in report.facts:
        assert all(line in said for line in facts.lines)


@pytest.mark.parametrize("name", ["id", "en", "few"])
def test_the_page_is_in_order_for_a_reader_who_cannot_see_it(
    reports: dict[str, Report], pages: dict[str, str], name: str
) -> None:
    report, page = reports[name], Page(pages[name])
    assert ("html", {"lang": report.lang}) in page.tags
    levels = [level for level, _text in page.headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))
    links = [str(attributes["href"]) for tag, attributes in page.tags if tag == "a"]
    anchors = {f"#{attributes['id']}" for _tag, attributes in page.tags if "id" in attributes}
    assert links == ["#jawaban", *(f"#{section.key}" for section in report.sections)]
    assert set(links) <= anchors
    for tag, attributes in page.tags:
        if tag == "th":
            assert attributes["scope"] in ("col", "row")
        if tag == "table":
            assert attributes["aria-label"]
    pictures = [attributes for tag, attributes in page.tags if tag == "svg"]
    assert len(pictures) >= len(report.charts) >= 6
    assert all(attributes["role"] == "img" and len(str(attributes["aria-label"])) > 20 for attributes in pictures)


def test_the_page_needs_nothing_else(pages: dict[str, str]) -> None:
    html = pages["id"]
    page = Page(html)
    assert not {tag for tag, _attributes in page.tags} & {"link", "img", "iframe", "object", "embed", "form", "base"}
    assert not [name for _tag, attributes in page.tags for name in attributes if name.startswith("on")]
    assert "@import" not in html
    assert not re.findall(r"url\((?!#)", html)
    namespaces = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert set(re.findall(r"https?://[^\s\"'<>)]*", html)) <= namespaces


def test_names_are_escaped(pages: dict[str, str]) -> None:
    html = pages["id"]
    assert "Kabupaten &lt;Contoh&gt; &amp; Co" in html
    page = Page(html)
    assert "contoh" not in {tag for tag, _attributes in page.tags}
    assert EVIL in page.text
    assert MARKUP in page.text


def test_the_sections_are_a_part_of_another_page(reports: dict[str, Report], pages: dict[str, str]) -> None:
    fragment = render_sections(reports["en"])
    page = Page(fragment)
    assert not {tag for tag, _attributes in page.tags} & {"html", "head", "body", "main"}
    assert min(level for level, _text in page.headings) == 2
    assert fragment.strip() in pages["en"]
    selectors = re.findall(r"(?:^|\})\s*([^{}@]+)\{", STYLE)
    assert len(selectors) > 60
    assert all(part.strip().startswith(".report") for part in selectors)


def test_stressed_words_are_bold_and_escaped() -> None:
    assert stress("Usulkan <Rp1> & lagi", ("<Rp1>",)) == "Usulkan <b>&lt;Rp1&gt;</b> &amp; lagi"
    assert stress("a & b", ()) == "a &amp; b"


def test_a_row_picked_out_and_a_sum_are_marked() -> None:
    cells = (Cell("a"), Cell("1", mark="warn"), Cell("8 dari 10", tenths=8))
    table = Table("T", ("x", "y", "z"), (cells, cells), frozenset({1}), own=0, total=True, note="n")
    report = Report("id", "t", "s", "m", Head("f", "", ""), (), (Section("k", "S", "N", "F", (table,)),))
    html = render_sections(report)
    assert html.count('class="own"') == html.count('class="total"') == 1
    assert html.count('class="n warn"') == 2
    assert html.count('<i class="on"></i>') == 16
    assert html.count("<i></i>") == 4
