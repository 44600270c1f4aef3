"""The sheet that a planner edits: coloured cells in, everything else by formula, protected without a password.

Every formula is written beside the value it has for the answer's own inputs (:mod:`reports.tables.own_count`).
"""

from __future__ import annotations

import math

from districts.text import month_name, translator
from reports import palette
from reports.answer import certainty_words, too_few
from reports.book import Book, Sheet, label, money, share
from reports.run import Run
from reports.tables.charts import Drawing, Series, draw
from reports.tables.own_count import (
    HeadsOutcome,
    Inputs,
    NeedOutcome,
    Tables,
    chance_of,
    heads_outcome,
    need_outcome,
    rounded,
    start_inputs,
    tables_of,
)
from reports.tables.own_inputs import START, VALUE, explained_header, inputs_table, line, rupiah_format

_PROTECTED = {"format_columns": True, "format_rows": True, "select_locked_cells": True}


def own_sheets(book: Book, run: Run, lang: str = "id") -> None:
    """The sheet to edit, and beside it the stored figures that it reads."""
    _ = translator(lang)
    sheet = book.sheet(_("Work it out"), [48, 25, 25, 25, 40])
    data = book.sheet(_("Figures for it"), [52, *[14.5] * 12])
    tables, inputs = tables_of(run, lang), start_inputs(run)
    ranges = _data(data, run, tables, lang)
    sheet.title(
        _("Work it out yourself"),
        _("Change the yellow cells; all else follows by formula. At first they hold the values of the answer, which "
          "stand beside them. The sheet is protected, without a password, so that no formula is lost by mistake. It "
          "holds the closed-form parts only: what people and clinics do is not computed anew."),
    )  # fmt: skip
    cells = inputs_table(sheet, run, tables, inputs, ranges, lang)
    need = need_outcome(inputs, tables) if tables.choices else None
    heads = heads_outcome(inputs)
    if need is None:
        sheet.note(_("A ceiling binds in every scenario of this run; spending under a ceiling is not a need."))
    else:
        _need(sheet, run, tables, inputs, need, cells, ranges, lang)
    _heads(sheet, run, inputs, heads, cells, lang)
    if need is not None:
        _months(sheet, tables, need, cells, ranges, lang)
    _starts(sheet, run, inputs, heads, cells, lang)
    for each in (sheet, data):
        each.sheet.protect("", _PROTECTED)


def _data(sheet: Sheet, run: Run, tables: Tables, lang: str) -> dict[str, str]:
    """Writes the stored figures and returns where they stand, by name, as ranges of another sheet's formulas."""
    _ = translator(lang)
    sheet.title(_("Stored figures that the sheet “{sheet}” reads").format(sheet=_("Work it out")),
                _("From the replicates of this run; nothing here is to be changed."))  # fmt: skip
    if not tables.choices:
        return {}
    sheet.heading(_("Need (rupiah): what is enough in how many cases") if tables.certain else _("Need (rupiah)"))
    words = [certainty_words(c, lang) for c in tables.certainties] if tables.certain else [_("middle")]
    sheet.header([_("scenario and year"), *words])
    grid = sheet.row([label(_("as a share")), *map(share, tables.certainties)])
    first = sheet.next
    for choice in tables.choices:
        sheet.row([label(choice.title), *map(money, choice.amounts)])
    last = sheet.next - 1
    sheet.heading(_("Part of the year's bill that has come by the end of each month (middle bill, added up)"))
    sheet.header([_("scenario and year"), *tables.months])
    parts = sheet.next
    exact = sheet.book.style("share", num_format="0.0000%")
    for choice in tables.choices:
        sheet.sheet.write_string(sheet.next, 0, choice.title, sheet.book.style("text"))
        for at, part in enumerate(choice.parts):
            sheet.sheet.write_number(sheet.next, 1 + at, part, exact)
        sheet.next += 1
    columns = len(tables.certainties)
    return {
        "titles": _range(sheet, first, 0, last, 0),
        "grid": _range(sheet, grid, 1, grid, columns),
        "amounts": _range(sheet, first, 1, last, columns),
        "parts": _range(sheet, parts, 1, parts + len(tables.choices) - 1, len(tables.months)),
    }


def _range(sheet: Sheet, first: int, left: int, last: int, right: int) -> str:
    from xlsxwriter.utility import quote_sheetname, xl_range_abs

    return f"{quote_sheetname(sheet.name)}!{xl_range_abs(first, left, last, right)}"


def _result(
    sheet: Sheet, text: str, formula: str, value: str | float, form: str, note: str = "", strong: bool = False
) -> str:
    """One line of the results; returns where its value stands."""
    row = line(sheet, text, note)
    more = {"bold": True, "font_color": palette.ACCENT} if strong else {}
    style = sheet.book.style("text", num_format=form, align="right", valign="vcenter", **more)
    sheet.sheet.write_formula(row, VALUE, formula, style, value=value)
    plain = sheet.book.style("text", num_format=form, align="right", valign="vcenter")
    if isinstance(value, str):
        sheet.sheet.write_string(row, START, value, plain)
    else:
        sheet.sheet.write_number(row, START, value, plain)
    return f"$B${row + 1}"


def _results_header(sheet: Sheet, text: str, lang: str) -> None:
    _ = translator(lang)
    sheet.heading(text)
    explained_header(sheet, [_("what"), _("your result"), _("result of the answer"), _("how")])


def _need(
    sheet: Sheet, run: Run, tables: Tables, inputs: Inputs, need: NeedOutcome, cells: dict[str, str],
    ranges: dict[str, str], lang: str,
) -> None:  # fmt: skip
    """The amount, the gap, and how likely the ceiling is to last; ``cells`` gets where the row of the choice, the
    district's part and the line on when money runs out stand."""
    _ = translator(lang)
    _results_header(sheet, _("What the district's line needs"), lang)
    if not tables.certain:
        sheet.note(too_few(run, lang))
    rupiah, grid, amounts = rupiah_format(lang), ranges.get("grid", ""), ranges["amounts"]
    cells["row"] = f"MATCH({cells['choice']},{ranges['titles']},0)"
    if tables.certain:
        at = f"MATCH({cells['certainty']},{grid},1)"
        after = f"MIN({at}+1,{len(tables.certainties)})"
        low, high = (f"INDEX({amounts},{cells['row']},{place})" for place in (at, after))
        left, right = (f"INDEX({grid},1,{place})" for place in (at, after))
        formula = (f"=ROUND({low}+IF({right}>{left},({high}-{low})*({cells['certainty']}-{left})"
                   f"/({right}-{left}),0),0)")  # fmt: skip
        told, how = _("Amount that lasts to December at that certainty"), _(
            "Read between the stored figures of the sheet “{sheet}”.").format(sheet=_("Figures for it"))  # fmt: skip
    else:
        formula, told, how = f"=INDEX({amounts},{cells['row']},1)", _("Need, middle"), ""
    cells["amount"] = _result(sheet, told, formula, need.amount, rupiah, how, strong=True)
    cells["own"] = _result(sheet, _("of it the district's share"), f"=ROUND({cells['amount']}*{cells['share']},0)",
                           need.own, rupiah)  # fmt: skip
    _result(sheet, _("Ceiling less the district's share"), f"={cells['ceiling']}-{cells['own']}", need.gap, rupiah,
            _("Below zero: money is missing."), strong=True)  # fmt: skip
    if tables.certain:
        _chance(sheet, tables, inputs, cells, ranges, lang)
    cells["out"] = f"$B${sheet.next + 1}"
    sheet.next += 1  # the month in which money runs out is written with the months


def _chance(
    sheet: Sheet, tables: Tables, inputs: Inputs, cells: dict[str, str], ranges: dict[str, str], lang: str
) -> None:
    """How likely the ceiling is to last, in words of tenths, from the stored figures turned round."""
    _ = translator(lang)
    low, high = (certainty_words(tables.certainties[at], lang) for at in (0, -1))
    below, above = _("below {chance}").format(chance=low), _("{chance} or more").format(chance=high)
    tenths = _("{tenths} in 10").format(tenths="\0").split("\0")
    row, reach = f"INDEX({ranges['amounts']},{cells['row']},0)", f"{cells['ceiling']}/{cells['share']}"
    at = f"MATCH({reach},{row},1)"
    edges = [f"INDEX({values},1,{place})" for values in (row, ranges["grid"]) for place in (at, f"{at}+1")]
    part = f"{edges[2]}+({edges[3]}-{edges[2]})*({reach}-{edges[0]})/({edges[1]}-{edges[0]})"
    formula = (f'=IF({reach}<INDEX({row},1,1),"{below}",IF({reach}>=INDEX({row},1,{len(tables.certainties)}),'
               f'"{above}","{tenths[0]}"&ROUND(10*({part}),0)&"{tenths[1]}"))')  # fmt: skip
    chance = chance_of(inputs, tables)
    value = below if chance is None else above
    if chance is not None and math.isfinite(chance):
        value = str(rounded(10 * chance)).join(tenths)
    _result(sheet, _("How likely the ceiling is to last"), formula, value, "@",
            _("From the stored figures; told in tenths, as far as they reach."))  # fmt: skip


def _months(
    sheet: Sheet, tables: Tables, need: NeedOutcome, cells: dict[str, str], ranges: dict[str, str], lang: str
) -> None:
    """Need and ceiling month by month with the chart, and the line above on when money runs out."""
    _ = translator(lang)
    sheet.fresh_page()
    sheet.heading(_("Need and ceiling by month (rupiah)"))
    sheet.note(_("The district's share spread over the months as the middle bill comes in."))
    header = sheet.header([_("month"), _("the month's part of the proposal"), _("need added up"), _("ceiling"),
                           _("left of the ceiling")])  # fmt: skip
    first = sheet.next
    rupiah = sheet.book.style("money", num_format=rupiah_format(lang))
    ceiling = need.gap + need.own
    for at, (month, added) in enumerate(zip(tables.months, need.added, strict=True)):
        row, before = sheet.next, need.added[at - 1] if at else 0
        part = f"INDEX({ranges['parts']},{cells['row']},{at + 1})"
        sheet.sheet.write_string(row, 0, month, sheet.book.style("text"))
        taken = f"=C{row + 1}" if at == 0 else f"=C{row + 1}-C{row}"
        for column, formula, value in (
            (1, taken, added - before), (2, f"=ROUND({cells['own']}*{part},0)", added),
            (3, f"={cells['ceiling']}", ceiling), (4, f"=D{row + 1}-C{row + 1}", ceiling - added),
        ):  # fmt: skip
            sheet.sheet.write_formula(row, column, formula, rupiah, value=value)
        sheet.next += 1
    last = sheet.next - 1
    sheet.next += 1
    _runs_out(sheet, tables, need, cells, (first, last), lang)
    draw(sheet, Drawing(
        _("Need added up, and the ceiling (rupiah million)"),
        _("Columns of the need added up by month, with the ceiling as a line; both follow the yellow cells."),
        (first, 0, last, 0), "column", [Series((header, 2), (first, 2, last, 2), fill=palette.FAN_5)],
        [Series((header, 3), (first, 3, last, 3), line=(palette.WARNING, "solid", 2.25))], number="#,##0,,",
    ))  # fmt: skip


def _runs_out(
    sheet: Sheet, tables: Tables, need: NeedOutcome, cells: dict[str, str], rows: tuple[int, int], lang: str
) -> None:
    """The line among the results on the month in which the ceiling runs out; it reads the months beneath."""
    _ = translator(lang)
    first, last = rows
    back, lasts = sheet.next, _("lasts to {month}").format(month=tables.months[-1])
    sheet.next = int(cells["out"].rsplit("$", 1)[1]) - 1
    added, names = f"$C${first + 1}:$C${last + 1}", f"$A${first + 1}:$A${last + 1}"
    at = f"IFERROR(MATCH({cells['ceiling']},{added},1),0)+1"
    formula = f'=IF({cells["ceiling"]}>=$C${last + 1},"{lasts}",INDEX({names},{at}))'
    month = lasts if need.runs_out is None else tables.months[need.runs_out]
    _result(sheet, _("Money runs out in, when so much is needed"), formula, month, "@",
            _("First month whose need, added up, is above the ceiling."), strong=True)  # fmt: skip
    sheet.next = back


def _heads(sheet: Sheet, run: Run, inputs: Inputs, heads: HeadsOutcome, cells: dict[str, str], lang: str) -> None:
    """The heads to the bars and their money; ``cells`` gets where heads and rupiah a month stand."""
    _ = translator(lang)
    _results_header(sheet, _("What new heads for UHC cost"), lang)
    sheet.note(_("It counts only the heads given here, from these counts on, without births, deaths, people who stop "
                 "paying, or the months that pass; the proposal comes from the model, so the two differ."))  # fmt: skip
    for key, bar, there, value, text in (
        ("lack_registered", "bar_registered", "registered", heads.for_registered,
         _("Heads missing to the registered bar")),
        ("lack_active", "bar_active", "active", heads.for_active, _("Heads missing to the active bar")),
    ):  # fmt: skip
        formula = f"=MAX(0,ROUNDUP(ROUND({cells[bar]}*{cells['population']},6),0)-{cells[there]})"
        cells[key] = _result(sheet, text, formula, value, "#,##0")
    most = f"MAX({cells['lack_registered']},{cells['lack_active']})"
    cells["taken"] = _result(sheet, _("Heads taken in"), f"=IF(ISNUMBER({cells['heads']}),{cells['heads']},{most})",
                             heads.heads, "#,##0", _("The larger of the two, unless you gave a number."))  # fmt: skip
    cells["a_month"] = _result(sheet, _("District's money a head and month"),
                               f"=ROUND({cells['premium']}*{cells['share']},0)", heads.a_month, rupiah_format(lang),
                               _("Premium and aid times the district's share."))  # fmt: skip
    months = f"(13-{cells['start']})"
    added = heads.additional[inputs.start_month - 1]
    cells["added"] = _result(sheet, _("Money for them to December"), f"={cells['taken']}*{cells['a_month']}*{months}",
                             added, rupiah_format(lang), _("Heads x money a head and month x months left."),
                             strong=True)  # fmt: skip
    _result(sheet, _("with what is budgeted already"), f"={cells['added']}+{cells['existing']}",
            added + inputs.existing, rupiah_format(lang))  # fmt: skip


def _starts(sheet: Sheet, run: Run, inputs: Inputs, heads: HeadsOutcome, cells: dict[str, str], lang: str) -> None:
    """The money for each start month, as ``prakira budget uhc`` tells it."""
    _ = translator(lang)
    sheet.heading(_("UHC budget by the month in which it begins (rupiah)"))
    sheet.header([_("first month"), _("months paid"), _("additional"), _("total with what is budgeted already")])
    rupiah, whole = sheet.book.style("money", num_format=rupiah_format(lang)), sheet.book.style("whole")
    for at, added in enumerate(heads.additional):
        row = sheet.next
        name = month_name(f"{run.year.year}-{at + 1:02d}", lang)
        sheet.sheet.write_string(row, 0, name, sheet.book.style("text"))
        sheet.sheet.write_number(row, 1, 12 - at, whole)
        sheet.sheet.write_formula(row, 2, f"={cells['taken']}*{cells['a_month']}*B{row + 1}", rupiah, value=added)
        total = added + inputs.existing
        sheet.sheet.write_formula(row, 3, f"=C{row + 1}+{cells['existing']}", rupiah, value=total)
        sheet.next += 1
