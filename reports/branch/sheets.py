"""``cabang.xlsx``: the answer, the cash call, capitation by facility, claims by hospital, errors of past forecasts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from districts.text import month_name, translator
from reports import palette
from reports.book import Book, Cell, Sheet, label, money, quotient, share, whole
from reports.branch import words
from reports.branch.words import Record
from reports.tables.charts import Drawing, Series, draw
from scenarios.branch.totals import CASH

_KINDS = (*CASH, "total")
_PARTS = ("middle", "low", "high")


def write_book(record: Record, path: Path, lang: str = "id") -> None:
    """Writes the workbook to ``path``. Its date is the first month: equal forecasts give equal files."""
    year, month = (int(part) for part in record["months"][0].split("-"))
    with Book(path, record["branch"], datetime(year, month, 1), lang) as book:
        _summary(book, record, lang)
        _cash(book, record, lang)
        _facilities(book, record, lang)
        _capitation(book, record, lang)
        _hospitals(book, record, lang)
        _errors(book, record, lang)


def _parts(lang: str) -> list[str]:
    _ = translator(lang)
    return [_("middle"), _("lower"), _("upper")]


def _filled(value: float | None) -> float:
    return math.nan if value is None else value


def _point(point: dict[str, Any]) -> list[Cell]:
    return [money(_filled(point[part])) for part in _PARTS]


def _at(band: dict[str, Any], at: int) -> list[Cell]:
    return [money(_filled(band[part][at])) for part in _PARTS]


def _summary(book: Book, record: Record, lang: str) -> None:
    _ = translator(lang)
    sheet = book.sheet(_("Summary"), [34, *[16] * 7])
    sheet.title(_("Branch {name}").format(name=words.bare_name(record)))
    sheet.note(words.headline(record, lang), "answer")
    sheet.note(words.cash_told(record, lang), "lead")
    sheet.note(words.error_told(record, lang), "lead")
    sheet.heading(_("Cash call by year"))
    sheet.header([_("year"), *_cash_heads(lang)])
    for year, entry in record["years"].items():
        sheet.row([label(words.year_head(record, year, lang)), *_cash_cells(entry)])
    for year in record["years"]:
        sheet.heading(_("By district, {year}").format(year=words.year_head(record, year, lang)))
        sheet.header([_("district"), *_cash_heads(lang)])
        for district in record["districts"]:
            sheet.row([label(district["title"], "wrap"), *_cash_cells(district["years"][year])])
        sheet.row([label(_("Branch, by replicate"), "bold"), *_cash_cells(record["years"][year])])
    sheet.heading(_("How to read this"))
    for text in words.notes(record, lang):
        sheet.note(text)


def _cash_heads(lang: str) -> list[str]:
    return [*(words.kind_label(kind, lang) for kind in _KINDS), *_parts(lang)[1:]]


def _cash_cells(entry: dict[str, Any]) -> list[Cell]:
    """The middles of all kinds, and the range of their sum."""
    return [*(money(_filled(entry[kind]["middle"])) for kind in _KINDS), *_point(entry["total"])[1:]]


def _cash(book: Book, record: Record, lang: str) -> None:
    _ = translator(lang)
    sheet = book.sheet(_("Cash call"), [18, *[17] * 7])
    sheet.title(
        _("Cash call by month"),
        _("Rupiah, middle of the replicates; the range of the cash call holds 8 in 10 of them. All sums are formed "
          "replicate by replicate."),
    )  # fmt: skip
    header = sheet.header([_("month"), *_cash_heads(lang)], freeze=True)
    first = sheet.next
    for at, month in enumerate(record["months"]):
        sheet.row([label(month_name(month, lang)), *(money(record["cash"][kind]["middle"][at]) for kind in _KINDS),
                   *_at(record["cash"]["total"], at)[1:]])  # fmt: skip
    last = sheet.next - 1
    sheet.next += 1
    fills = (palette.FAN_8, palette.FAN_5, palette.ACCENT, palette.WARNING)
    draw(sheet, Drawing(
        _("Cash call by month: its parts (rupiah million)"),
        _("Columns by month: capitation, non-capitation, hospital claims and late fines, one on another."),
        (first, 0, last, 0), "stacked",
        [Series((header, 1 + at), (first, 1 + at, last, 1 + at), fill=fill)
         for at, fill in enumerate(fills[: len(_KINDS) - 1])],
        number="#,##0,,",
    ))  # fmt: skip


def _facilities(book: Book, record: Record, lang: str) -> None:
    """The year of each facility, and the district as it was added up replicate by replicate."""
    _ = translator(lang)
    sheet = book.sheet(_("FKTP by year"), [28, 30, 10, *[16] * 6])
    sheet.title(
        _("Capitation by facility and year"),
        _("Rupiah. A sum of middles differs a little from the middle of the sums: the district's line is the latter."),
    )
    names = [f"{_('full capitation')}: {part}" for part in _parts(lang)]
    names += [f"{_('paid')}: {part}" for part in _parts(lang)]
    header = sheet.header([_("district"), _("facility"), _("year"), *names], numbers_from=2, freeze=True)
    for district in record["districts"]:
        for year in record["years"]:
            told = words.year_head(record, year, lang)
            for name, one in (*((one["name"], one) for one in district["facilities"]),
                              (_("District, by replicate"), district)):  # fmt: skip
                entry = one["years"][year]
                sheet.row([label(district["title"]), label(name, "bold" if one is district else "text"),
                           label(told, "right"), *_point(entry["full"]), *_point(entry["paid"])])  # fmt: skip
    sheet.filter(header)


def _capitation(book: Book, record: Record, lang: str) -> None:
    _ = translator(lang)
    sheet = book.sheet(_("Capitation by FKTP"), [26, 28, 12, 10, 10, 10, 10, 16, 10, 16, 16, 16, 9], keys=0)
    sheet.title(
        _("Capitation by facility and month"),
        _("Heads are capitated members on day 1; tariff in rupiah a head; share is the most frequent share of "
          "capitation that the KBK score pays. Lower and upper hold 8 in 10 of the replicates. Every column is a "
          "middle of its own: full times share need not be what is paid; the last column is paid over full."),
    )  # fmt: skip
    heads = [f"{_('heads')}: {part}" for part in _parts(lang)]
    paid = [f"{_('paid')}: {part}" for part in _parts(lang)]
    names = [_("district"), _("facility"), _("month"), *heads, _("tariff"), _("full capitation"),
             _("most frequent share, %"), *paid, _("paid of full")]  # fmt: skip
    header = sheet.header(names, numbers_from=2, freeze=True)
    for district in record["districts"]:
        for one in district["facilities"]:
            for at, month in enumerate(record["months"]):
                permille = one["share_permille"][at]
                sheet.row([
                    label(district["title"]), label(one["name"]), label(month_name(month, lang, True), "right"),
                    *(whole(_filled(one["heads"][part][at])) for part in _PARTS), money(_filled(one["tariff"][at])),
                    money(_filled(one["full"]["middle"][at])),
                    Cell(permille / 10, "kbk"), *_at(one["paid"], at),
                    quotient(sheet.next, ("J", one["paid"]["middle"][at] or 0), ("H", one["full"]["middle"][at] or 0)),
                ])  # fmt: skip
    sheet.filter(header)


def _hospitals(book: Book, record: Record, lang: str) -> None:
    _ = translator(lang)
    sheet = book.sheet(_("Hospital claims"), [32, 34, 12, *[16] * 7])
    sheet.title(
        _("Hospital claims by hospital and month"),
        _("Rupiah: incurred by the month of care, paid by the month of payment, not yet paid at the month's end."),
    )
    names = [f"{_('incurred')}: {part}" for part in _parts(lang)] + [f"{_('paid')}: {part}" for part in _parts(lang)]
    header = sheet.header([_("hospital"), _("districts"), _("month"), *names, _("not yet paid")], numbers_from=2,
                          freeze=True)  # fmt: skip
    for one in record["hospitals"]:
        for at, month in enumerate(record["months"]):
            sheet.row([label(one["name"]), label(", ".join(one["districts"])),
                       label(month_name(month, lang, True), "right"), *_at(one["incurred"], at), *_at(one["paid"], at),
                       money(one["owed"]["middle"][at])])  # fmt: skip
    sheet.filter(header)


def _errors(book: Book, record: Record, lang: str) -> None:
    _ = translator(lang)
    sheet = book.sheet(_("Forecast error"), [26, 28, 16, 17, 17, 17, 14, 18])
    error = record["error"]
    sheet.title(_("How far past forecasts missed"), words.error_told(record, lang))
    for text in words.error_notes(record, lang):
        sheet.note(text)
    if error["last"] is None:
        return
    for title, key in ((month_name(error["last"], lang), "last_month"),
                       (_("All {months} months compared").format(months=error["months"]), "all_months")):  # fmt: skip
        sheet.heading(title)
        sheet.header([_("what is forecast"), _("figures compared"), "MAPE", _("bias"), _("difference"),
                      _("inside 8 in 10")])  # fmt: skip
        for miss in error[key]:
            inside = f"{miss['inside']}/{miss['ranged']}" if miss["ranged"] else "–"
            sheet.row([label(words.indicator_label(miss, lang)), label(words.cases_told(miss, lang), "right"),
                       share(_filled(miss["mape"])), share(_filled(miss["bias"])), money(miss["difference"]),
                       label(inside, "right")])  # fmt: skip
    _pairs(sheet, record, error["pairs"], lang)


def _pairs(sheet: Sheet, record: Record, pairs: Sequence[dict[str, Any]], lang: str) -> None:
    """Every figure that became true beside its forecast."""
    _ = translator(lang)
    titles = {one["name"]: one["title"] for one in record["districts"]}
    places = {(one["name"], facility["code"]): facility["name"] for one in record["districts"]
              for facility in one["facilities"]}  # fmt: skip
    sheet.heading(_("Every figure"))
    sheet.header([_("district"), _("facility"), _("what is forecast"), _("became true"), _("forecast"), _("difference"),
                  _("month"), _("forecast by")], numbers_from=3)  # fmt: skip
    for pair in pairs:
        place = places.get((pair["district"], pair["place"]), _("whole district"))
        sheet.row([label(titles[pair["district"]]), label(place), label(words.indicator_label(pair, lang)),
                   money(pair["actual"]), money(pair["middle"]), money(pair["middle"] - pair["actual"]),
                   label(month_name(pair["month"], lang, True), "right"), label(pair["run"], "right")])  # fmt: skip
