"""The report as a Word document that an office can edit: real headings, tables whose heads repeat, pictures with words.

The file holds no macro and points to nothing outside itself. Names are put in as text, so that no mark-up can come of
them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from districts.text import translator
from reports import palette
from reports.canvas import Chart
from reports.report.blocks import Block, Cell, Facts, Figure, Note, Report, Table, Text

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph

_FONT = "Arial"
_WIDTH = 17.4  # centimetres between the margins of A4
_PICTURE = 16.4  # centimetres
_MARGIN = (210 - 10 * _WIDTH) / 20  # centimetres
_LANGUAGE = {"id": "id-ID", "en": "en-GB"}
#: Points of the styles, and what colours them: (name, points, bold, colour).
_STYLES = (
    ("Title", 25, True, palette.INK), ("Heading 1", 15, True, palette.INK), ("Heading 2", 12, True, palette.INK),
    ("Heading 3", 10, True, palette.INK), ("Subtitle", 13.5, False, palette.INK), ("Normal", 10, False, palette.INK),
)  # fmt: skip
_CELL, _SMALL, _NOTE = 8.5, 7.5, 8.5  # points
_MANY = 9  # tables with more columns are set in small type
#: Widths over heights of Arial's letters: narrow ones, wide ones, capitals, and all others.
_LETTERS = (("fijlrtI .,:;!()[]'-/", 0.29), ("mwMW%‰—…", 0.89), ("ABCDEFGHJKLNOPQRSTUVXYZ+=×→", 0.69))
_LETTER = 0.556
_SIDES, _BIT = 7.0, 2.0  # points free at a cell's side; what a column grows by, points
_BOLD = 1.08  # how much wider bold letters are
_TOGETHER, _RANGE = 12, 22  # letters of a text, and of a number with its range, that stay on one line
_FULL, _EMPTY = "■", "□"
#: What follows the borders among the properties of a table or cell.
_AFTER_BORDERS = ("w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook", "w:tblCaption")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write_document(report: Report, path: Path) -> None:
    """Writes ``report.docx`` to ``path``. Raises ``OSError`` where that cannot be written."""
    from docx.shared import Pt

    _ = translator(report.lang)
    document = _empty(report)
    _line(document, f"{report.title} · {report.subject}", colour=palette.SOFT)
    _stressed(document.add_paragraph(style="Title"), report.head.first, report.head.stressed, palette.ACCENT)
    if report.head.second:
        _stressed(document.add_paragraph(style="Subtitle"), report.head.second, report.head.stressed, palette.INK)
    if report.head.tenths is not None:
        _line(document, f"{_squares(report.head.tenths)}  {report.head.tenths_told}", colour=palette.SOFT)
    if report.head.third:
        third = document.add_paragraph(_clean(report.head.third), style="Subtitle")
        if report.head.harm:
            _bar(third)
    for facts in report.facts:
        _facts(document, facts, "Heading 3")
    _line(document, report.made, colour=palette.SOFT)
    _contents(document, report, _("Contents"))
    for number, section in enumerate(report.sections, 1):
        eyebrow = _line(document, f"{number} · {section.name.upper()}", bold=True, colour=palette.ACCENT)
        eyebrow.paragraph_format.page_break_before = number == 1
        eyebrow.paragraph_format.space_before = Pt(18)
        eyebrow.paragraph_format.keep_with_next = True
        document.add_paragraph(_clean(section.title), style="Heading 1")
        for block in section.blocks:
            _block(document, block, section.title)
    for text in report.end:
        _line(document, text, _NOTE, colour=palette.SOFT)
    document.save(str(path))


def _empty(report: Report) -> Document:
    """An A4 document with the look, the language, the title, the header and the numbered footer."""
    from docx import Document as new
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    _ = translator(report.lang)
    document = new()
    properties = document.core_properties
    properties.title = _clean(f"{report.title} · {report.subject}")
    properties.author, properties.comments, properties.language = "Prakira", "", _LANGUAGE[report.lang]
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(_MARGIN)
    section.top_margin = section.bottom_margin = Cm(2.0)
    for language in document.styles.element.iter(qn("w:lang")):
        for part in ("w:val", "w:eastAsia"):
            language.set(qn(part), _LANGUAGE[report.lang])
    for name, points, bold, colour in _STYLES:
        style: Any = document.styles[name]
        style.font.name, style.font.size, style.font.bold, style.font.italic = _FONT, Pt(points), bold, False
        style.font.color.rgb = RGBColor.from_string(colour[1:])
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for part in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{part}"), None)
        for extra in [*style.element.iter(qn("w:pBdr")), *style.element.get_or_add_rPr().iter(qn("w:spacing"))]:
            extra.getparent().remove(extra)
        style.paragraph_format.space_after = Pt(4)
        style.paragraph_format.space_before = Pt(12 if name == "Heading 2" else 0)
        style.paragraph_format.keep_with_next = name.startswith("Heading")
    head = section.header.paragraphs[0]
    _run(head, f"Prakira · {_('JKN forecast report')} · {report.title}", 8, colour=palette.SOFT)
    foot = section.footer.paragraphs[0]
    _run(foot, f"{report.subject}\t\t{_('Page')} ", 8, colour=palette.SOFT)
    _field(foot, "PAGE", points=8)
    _run(foot, f" {_('of')} ", 8, colour=palette.SOFT)
    _field(foot, "NUMPAGES", points=8)
    for stop, place in zip(document.styles["Footer"].paragraph_format.tab_stops, (_WIDTH / 2, _WIDTH), strict=False):
        stop.position = Cm(place)
    return document


def _block(document: Document, block: Block, title: str) -> None:
    """One block; a chart whose title is the section's says it once."""
    if isinstance(block, Text):
        document.add_paragraph(_clean(block.text))
    elif isinstance(block, Note):
        _line(document, block.text, _NOTE, colour=palette.SOFT)
    elif isinstance(block, Facts):
        _facts(document, block, "Heading 2")
    elif isinstance(block, Figure):
        if block.chart.title != title:
            document.add_paragraph(_clean(block.chart.title), style="Heading 2")
        _line(document, block.chart.lead, _NOTE, colour=palette.SOFT).paragraph_format.keep_with_next = True
        _picture(document, block.chart)
    else:
        _table(document, block)


def _facts(document: Document, facts: Facts, style: str) -> None:
    document.add_paragraph(_clean(facts.name), style=style)
    for line in facts.lines:
        _line(document, line).paragraph_format.space_after = None


def _picture(document: Document, chart: Chart) -> None:
    """The chart as a picture, described for those who cannot see it."""
    from docx.shared import Cm

    shape = document.add_picture(BytesIO(chart.png(titled=False)), width=Cm(_PICTURE))
    about = shape._inline.docPr
    about.set("descr", _clean(chart.description))
    about.set("name", chart.name)


def _table(document: Document, table: Table) -> None:
    """The table under its title; its head repeats on every page, no row is split, and it says what it is."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, Twips

    document.add_paragraph(_clean(table.title), style="Heading 2")
    made = document.add_table(rows=1 + len(table.rows), cols=len(table.heads))
    made.autofit = False
    properties = made._tbl.tblPr
    sides = _element("w:tblCellMar")
    for side, free in (("left", "0"), ("right", "120")):
        sides.append(_element(f"w:{side}", {"w:w": free, "w:type": "dxa"}))
    properties.insert_element_before(sides, "w:tblLook", "w:tblCaption")
    _borders(properties, {"top": None, "bottom": palette.INK, "insideH": palette.HAIRLINE})
    properties.append(_element("w:tblCaption", {"w:val": _clean(table.title)}))
    points = _SMALL if len(table.heads) > _MANY else _CELL
    rows = list(made.rows)
    for row in rows:
        row._tr.get_or_add_trPr().append(_element("w:cantSplit"))
    rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader"))
    for at, (cell, head) in enumerate(zip(rows[0].cells, table.heads, strict=True)):
        _fill(cell, Cell(head, mark="bold"), at in table.numbers, points, palette.SOFT)
        cell.paragraphs[0].paragraph_format.keep_with_next = True
        _borders(cell._tc.get_or_add_tcPr(), {"bottom": palette.INK}, "w:tcBorders")
    for place, (row, cells) in enumerate(zip(rows[1:], table.rows, strict=True)):
        strong = table.total and place == len(table.rows) - 1
        for at, (cell, content) in enumerate(zip(row.cells, cells, strict=True)):
            shown = Cell(content.text, content.beneath, "bold", content.tenths) if strong else content
            _fill(cell, shown, at in table.numbers, points)
            cell.paragraphs[0].paragraph_format.keep_with_next = _with_next(table, place)
            if place == table.own:
                shade = {"w:val": "clear", "w:color": "auto", "w:fill": palette.ACCENT_GROUND[1:]}
                cell._tc.get_or_add_tcPr().append(_element("w:shd", shade))
    widths = _widths(table, points)
    for width, column in zip(widths, made._tbl.tblGrid.findall(qn("w:gridCol")), strict=True):
        column.set(qn("w:w"), str(width))
    for row in rows:
        for width, cell in zip(widths, row.cells, strict=True):
            cell.width = Twips(width)
    note = _line(document, table.note, _NOTE, colour=palette.SOFT)
    note.paragraph_format.space_before = Pt(4)


def _with_next(table: Table, place: int) -> bool:
    """Whether a row stays with the next on one page: all of a short table; of a longer one two at each end, so that
    none is left alone."""
    after = len(table.rows) - 1 - place
    return after > 0 and (table.short or place < 2 or after < 2)


def _widths(table: Table, points: float) -> list[int]:
    """Widths of the columns in twentieths of a point: each has room for its longest word (its longest number), and
    what is left goes, bit by bit, to the column that has the most lines in a row."""
    total = _WIDTH / 2.54 * 72
    widths, columns = [], []
    for at, head in enumerate(table.heads):
        cells = [[(head, points * _BOLD)]]
        cells += [[(row[at].text, points * (_BOLD if row[at].mark else 1)), (row[at].beneath, points - 1)]
                  for row in table.rows]  # fmt: skip
        words = [(word, size) for text, size in cells[0] for word in text.split(" ")]
        words += [
            (word, size) for cell in cells[1:] for text, size in cell for word in _whole(text, at in table.numbers)
        ]
        widths.append(max(_wide(word, size) for word, size in words) + _SIDES)
        columns.append(cells)
    if sum(widths) > total:
        return [round(20 * total * width / sum(widths)) for width in widths]
    while sum(widths) + _BIT <= total:
        lines = [_lines(cells, width - _SIDES) for cells, width in zip(columns, widths, strict=True)]
        widths[lines.index(max(lines))] += _BIT
    return [round(20 * width) for width in widths]


def _wide(text: str, points: float) -> float:
    """How wide a text is about, points."""
    return points * sum(next((wide for letters, wide in _LETTERS if one in letters), _LETTER) for one in text)


def _lines(cells: list[list[tuple[str, float]]], width: float) -> tuple[int, float]:
    """Of a column's cells, each texts with their points, the most lines that one takes at a width in points, and how
    far its longest text fills them."""
    texts = [[(text, _wide(text, size)) for text, size in cell if text] for cell in cells]
    broken = [[len(wrap(text, max(1, int(width * len(text) / wide)))) for text, wide in cell] for cell in texts]
    return max(map(sum, broken)), max(sum(wide for _text, wide in cell) for cell in texts) / width


def _whole(text: str, number: bool) -> list[str]:
    """The parts of a cell's text between which a line may end: a short text, and a number with its range, is one."""
    return [text] if len(text) <= (_RANGE if number else _TOGETHER) else text.split(" ")


def _fill(cell: _Cell, content: Cell, right: bool, points: float, colour: str = palette.INK) -> None:
    """Puts the content into a cell: its text, of a chance its squares, and what stands beneath."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(1)
    paragraph.paragraph_format.space_before = Pt(1)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    shade = palette.WARNING if content.mark == "warn" else colour
    _run(paragraph, content.text, points, bold=content.mark != "", colour=shade)
    if content.tenths is not None:
        _run(paragraph, f"\n{_squares(content.tenths)}", points - 1, colour=palette.ACCENT)
    if content.beneath:
        _run(paragraph, f"\n{content.beneath}", points - 1, colour=palette.SOFT)


def _contents(document: Document, report: Report, title: str) -> None:
    """The list of sections, a field that Word can renew with page numbers."""
    _line(document, title, bold=True)
    lines = [f"{number} {section.short}" for number, section in enumerate(report.sections, 1)]
    paragraph = document.add_paragraph()
    _field(paragraph, r'TOC \o "1-1" \h', "\n".join(lines))


def _stressed(paragraph: Paragraph, text: str, words: Sequence[str], colour: str) -> None:
    """``text`` with ``words`` in bold and ``colour``."""
    from docx.shared import RGBColor

    pattern = "|".join(re.escape(word) for word in words)
    for part in re.split(f"({pattern})", text) if words else [text]:
        run = paragraph.add_run(_clean(part))
        if part in words:
            run.bold = True
            run.font.color.rgb = RGBColor.from_string(colour[1:])


def _line(
    document: Document, text: str, points: float | None = None, bold: bool = False, colour: str = palette.INK
) -> Paragraph:
    """A paragraph of one look."""
    paragraph = document.add_paragraph()
    _run(paragraph, text, points, bold, colour)
    return paragraph


def _run(
    paragraph: Paragraph, text: str, points: float | None = None, bold: bool = False, colour: str = palette.INK
) -> None:
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(_clean(text))
    run.bold = bold or None
    run.font.color.rgb = RGBColor.from_string(colour[1:])
    if points is not None:
        run.font.size = Pt(points)


def _field(paragraph: Paragraph, code: str, shown: str = "1", points: float | None = None) -> None:
    """A field that the program that shows the document fills in; ``shown`` until it does."""
    from docx.shared import Pt

    for kind in ("begin", "code", "separate", "shown", "end"):
        run = paragraph.add_run(shown if kind == "shown" else "")
        run.font.size = None if points is None else Pt(points)
        if kind == "code":
            instruction = _element("w:instrText", {"xml:space": "preserve"})
            instruction.text = f" {code} "
            run._r.append(instruction)
        elif kind != "shown":
            run._r.append(_element("w:fldChar", {"w:fldCharType": kind}))


def _bar(paragraph: Paragraph) -> None:
    """A rule in the warning colour at the left of a paragraph."""
    edge = {"w:val": "single", "w:sz": "24", "w:space": "10", "w:color": palette.WARNING[1:]}
    borders = _element("w:pBdr")
    borders.append(_element("w:left", edge))
    paragraph._p.get_or_add_pPr().append(borders)


def _borders(properties: Any, edges: dict[str, str | None], name: str = "w:tblBorders") -> None:
    """Rules of a table or cell; None for an edge without one."""
    borders = _element(name)
    for edge, colour in edges.items():
        kind = {"w:val": "nil"} if colour is None else {"w:val": "single", "w:sz": "6", "w:color": colour[1:]}
        borders.append(_element(f"w:{edge}", kind))
    properties.insert_element_before(borders, *_AFTER_BORDERS)


def _element(name: str, attributes: dict[str, str] | None = None) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(name)
    for key, value in (attributes or {}).items():
        element.set(qn(key), value)
    return element


def _squares(filled: int) -> str:
    return _FULL * filled + _EMPTY * (10 - filled)


def _clean(text: str) -> str:
    """``text`` without the control characters that no document may hold."""
    return _ILLEGAL.sub("", text)
