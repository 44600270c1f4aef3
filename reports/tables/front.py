"""The cover: the answer, its figures, what the workbook holds, and how to read it."""

from __future__ import annotations

from districts.text import month_name, translator
from reports import palette
from reports.answer import Answer, certainty_words
from reports.book import Book, Cell, Sheet, label, total
from reports.run import Run
from reports.wording import ranged, scenario_title


def cover_sheet(book: Book, run: Run, answer: Answer, lang: str = "id") -> Sheet:
    """The first sheet; :func:`contents` completes it when all others are there."""
    _ = translator(lang)
    sheet = book.sheet(_("Cover"), [30, 24, 54], upright=True)
    sheet.title(str(run.manifest["district"]["title"]))
    first, last = (month_name(run.months[at], lang) for at in (0, -1))
    sheet.note(_("JKN forecast, {first} to {last}; membership data of {stock}; {replicates} replicates.").format(
        first=first, last=last, stock=month_name(run.manifest["stock"], lang), replicates=run.manifest["replicates"]),
        "lead")  # fmt: skip
    sheet.next += 1
    sheet.note(answer.first, "answer")
    for sentence in answer.sentences[1:]:
        sheet.note(sentence, "lead")
    if answer.need is not None:
        _figures(sheet, run, answer, lang)
    return sheet


def _figures(sheet: Sheet, run: Run, answer: Answer, lang: str) -> None:
    """The figures of the three sentences, to the rupiah; the gap to the district's own line is a formula."""
    _ = translator(lang)
    need = answer.need
    assert need is not None
    sheet.heading(_("The figures, {year}").format(year=run.period(lang)))
    scenario = scenario_title(run.manifest, need.scenario, lang)
    rows: list[tuple[str, float, str]] = []
    if need.amount is not None:
        told = _("enough in {certainty} cases").format(certainty=certainty_words(run.certainty, lang))
        rows.append((_("proposal"), need.amount, told))
    rows.append((_("central estimate of the need"), need.median, _("scenario: {name}").format(name=scenario)))
    if ranged(need.replicates):
        words = run.range_words(need.scenario, lang)
        rows += [(_("need, lower"), need.interval_low, words), (_("need, upper"), need.interval_high, words)]
    line = run.own_line
    first = sheet.next
    if line is not None:
        rows.append((_("line filled in"), line, _("as the district gave it")))
    for name, value, note in rows:
        sheet.row([label(name), Cell(float(value), "amount"), label(note, "aside")])
    if line is not None:
        asked = need.median if need.amount is None else need.amount
        sheet.row([label(_("line less proposal") if need.amount is not None else _("line less middle of the need")),
                   total(f"=B{sheet.next}-B{first + 1}", line - asked, "amount"),
                   label(_("below zero: money is missing"), "aside")])  # fmt: skip


def contents(sheet: Sheet, lang: str = "id") -> None:
    """Which sheets there are, each with a link, and how to read them."""
    _ = translator(lang)
    sheet.heading(_("What is in this workbook"))
    link = sheet.book.style("text", font_color=palette.ACCENT, underline=1)
    first = sheet.next  # the summary, whose title is the district's name
    for other in sheet.book.sheets[1:]:
        row = sheet.row([None, None, None])
        sheet.sheet.write_url(row, 0, f"internal:'{other.name}'!A1", link, string=other.name)
        told = other.told if row > first else _("The answer, head counts and scenarios side by side")
        sheet.sheet.merge_range(row, 1, row, 2, told, sheet.book.style("aside", text_wrap=False))
    sheet.heading(_("How to read it"))
    fill = sheet.book.style("text", bg_color=palette.INPUT, border=1, border_color=palette.ACCENT)
    row = sheet.row([None, None, None])
    sheet.sheet.write_string(row, 0, _("yellow cell"), fill)
    sheet.sheet.merge_range(row, 1, row, 2, _("may be changed, on the sheet “{sheet}”").format(sheet=_("Work it out")),
                            sheet.book.style("aside"))  # fmt: skip
    for step, text in ((100, _("full")), (95, _("cut by 5%")), (90, _("cut by 10%")), (85, _("cut by 15%"))):
        sheet.row([label(_("KBK, share of capitation paid")), Cell(float(step), "kbk"), label(text, "aside")])
    for text in (
        _("Sums are formulas: select a cell to see what it adds up. A sum of middles differs a little from the middle "
          "of the sums; lines “by replicate” are the figures that the report quotes."),
        _("For a meeting print this sheet and {sheets}; the others are for looking things up.").format(
            sheets=", ".join((_("Summary"), _("KBK map"), _("KBK plan"), "APBD"))),
        _("The charts are Excel's own and can be copied into slides and documents. Number cells have the separators of "
          "the spreadsheet program's language; words have those of this workbook."),
    ):  # fmt: skip
        sheet.note(text)
