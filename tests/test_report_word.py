"""``report.docx``: what the page says, as a document that an office can edit; it survives the way to PDF."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from docx import Document
from docx.oxml.ns import qn
from programs import needs
from test_report_page import report_of
from test_reports_made_up import EVIL, MARKUP, made_up_run

from reports.report import Report, write_document
from reports.report.blocks import Cell, Head, Section, Table

SOFFICE = shutil.which("soffice")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return report_of(made_up_run(tmp_path_factory.mktemp("word") / "run", 100, second=True))


@pytest.fixture(scope="module")
def path(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("word") / "report.docx"
    write_document(report, made)
    return made


def parts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()
                if name.endswith((".xml", ".rels"))}  # fmt: skip


def test_headings_are_headings_and_the_answer_is_the_title(report: Report, path: Path) -> None:
    document = Document(str(path))
    by_style: dict[str, list[str]] = {}
    for paragraph in document.paragraphs:
        by_style.setdefault(paragraph.style.name, []).append(paragraph.text)
    assert by_style["Title"] == [report.head.first]
    assert by_style["Subtitle"] == list(report.head.sentences[1:])
    assert by_style["Heading 1"] == [section.title for section in report.sections]
    titles = [chart.title for chart in report.charts]
    titles += [block.title for section in report.sections for block in section.blocks if isinstance(block, Table)]
    shown = {*by_style["Heading 2"], *by_style["Heading 1"]}
    assert set(titles) <= shown


def test_tables_hold_the_content_and_their_heads_repeat(report: Report, path: Path) -> None:
    document = Document(str(path))
    expected = [block for section in report.sections for block in section.blocks if isinstance(block, Table)]
    assert len(document.tables) == len(expected) >= 9
    for made, table in zip(document.tables, expected, strict=True):
        rows = [[cell.text for cell in row.cells] for row in made.rows]
        assert rows[0] == list(table.heads)
        for row, cells in zip(rows[1:], table.rows, strict=True):
            for text, cell in zip(row, cells, strict=True):
                lines = text.split("\n")
                assert lines[0] == cell.text
                assert not cell.beneath or lines[-1] == cell.beneath
                assert cell.tenths is None or lines[1].count("■") == cell.tenths
        first = made.rows[0]._tr.trPr
        assert first.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in made.rows)
        assert made._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == table.title
        widths = [int(column.get(qn("w:w"))) for column in made._tbl.tblGrid.findall(qn("w:gridCol"))]
        assert 9_500 < sum(widths) <= 9_880  # twentieths of a point: all of the width between the margins, no more


def test_every_picture_is_described(report: Report, path: Path) -> None:
    pictures = list(Document(str(path)).element.iter(qn("wp:docPr")))
    assert [picture.get("name") for picture in pictures] == [chart.name for chart in report.charts]
    assert [picture.get("descr") for picture in pictures] == [chart.description for chart in report.charts]


@pytest.mark.parametrize("lang", ["id", "en"])
def test_paper_language_and_names(lang: str, tmp_path: Path) -> None:
    table = Table("T", ("a", "b"), ((Cell("x"), Cell("1")),), frozenset({1}))
    report = Report(lang, "Kab. <A> & B", "S", "m", Head("f", "", ""), (), (Section("k", "S", "N", "F", (table,)),))
    write_document(report, tmp_path / "r.docx")
    document = Document(str(tmp_path / "r.docx"))
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert document.core_properties.title == "Kab. <A> & B · S"
    assert document.core_properties.comments == ""
    words = {"id": "id-ID", "en": "en-GB"}[lang]
    assert {entry.get(qn("w:val")) for entry in document.styles.element.iter(qn("w:lang"))} == {words}
    assert "Kab. <A> & B" in section.header.paragraphs[0].text
    fields = [entry.text.strip() for entry in section.footer._element.iter(qn("w:instrText"))]
    assert fields == ["PAGE", "NUMPAGES"]


def test_names_are_text_and_nothing_points_outside(path: Path) -> None:
    files = parts(path)
    text = "".join(ElementTree.fromstring(files["word/document.xml"]).itertext())
    assert EVIL in text
    assert MARKUP in text
    assert "Kabupaten <Contoh> & Co" in text
    assert not [name for name in files if "vba" in name.lower() or "embeddings" in name]
    for name, content in files.items():
        ElementTree.fromstring(content)
        if name.endswith(".rels"):
            assert 'TargetMode="External"' not in content


def test_control_characters_are_left_out(tmp_path: Path) -> None:
    report = Report("id", "A\x00B\x0b", "S", "m", Head("f\x1f", "", ""), (), ())
    write_document(report, tmp_path / "r.docx")
    assert Document(str(tmp_path / "r.docx")).core_properties.title == "AB · S"


@needs("soffice", "pdftotext")
def test_it_converts_to_pdf_without_loss(report: Report, path: Path, tmp_path: Path) -> None:
    """All headings, sentences and every cell of every table are in the PDF, on A4."""
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [str(SOFFICE), profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    made = tmp_path / "report.pdf"
    found = subprocess.run(["pdftotext", "-layout", str(made), "-"], capture_output=True, check=True, text=True).stdout
    flat = re.sub(r"\s+", "", found)

    def told(text: str) -> str:
        return re.sub(r"\s+", "", text)

    for sentence in (*report.head.sentences, *(section.title for section in report.sections)):
        assert told(sentence) in flat
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                for row in block.rows:
                    for at, cell in enumerate(row):
                        if at in block.numbers:
                            assert told(cell.text) in flat, (block.title, cell.text)
    pages = subprocess.run(["pdfinfo", str(made)], capture_output=True, check=True, text=True).stdout
    assert "A4" in pages
    assert 8 <= int(re.search(r"Pages:\s+(\d+)", pages)[1]) <= 22  # type: ignore[index]
