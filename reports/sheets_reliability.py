"""The sheet on how reliable forecasts of this district were: every score, the last forecasts, the pooled forecast."""

from __future__ import annotations

import math
from typing import Any

from districts.text import month_name, translator
from reports.book import WORDS, Book, Cell, Sheet, decimal, label, share, whole
from reports.reliability import (
    MODEL,
    POOL,
    SHOWN,
    how_made,
    how_to,
    lines_of,
    method_words,
    weights_told,
    what_words,
    winners,
)
from reports.run import Run

_METHODS = (*SHOWN[:2], "seasonal_naive", *SHOWN[2:], POOL)


def reliability_sheet(book: Book, run: Run, lang: str = "id") -> None:
    """Mean misses, error of the whole distribution (CRPS), scaled error (MASE), facts inside the ranges of 5, 8 and 9.5
    in 10, and weights, by figure and distance; without a record, how to get one."""
    _ = translator(lang)
    record = run.record
    widths = WORDS if record is None else [34, 9, 9, *[12] * 8, *[9] * 4]
    sheet = book.sheet(_("Reliability"), widths, upright=record is None)
    sheet.title(_("How reliable forecasts of this district are"))
    if told := how_to(record, lang, commands=True):
        sheet.note(told, "lead")
    if record is None:
        sheet.note(_("No table stands here until then."))
        return
    for text in (*winners(record, lang), *how_made(record, lang)):
        sheet.note(text, "lead")
    _scores(sheet, record, lang)
    _recent(sheet, record, lang)
    _ahead(sheet, record, lang)


def _scores(sheet: Sheet, record: dict[str, Any], lang: str) -> None:
    _ = translator(lang)
    measures = (
        ("miss", _("Mean miss, in the unit of the figure (rupiah in millions)")),
        ("crps", _("Error of the whole forecast, ranges included (CRPS), same unit")),
        ("mase", _("Mean miss over the usual change from month to month (MASE)")),
    )
    lines = lines_of(record, lang)
    for measure, title in measures:
        sheet.heading(title)
        sheet.header([_("what is forecast"), _("months ahead"), _("forecasts"),
                      *(method_words(name, lang) for name in _METHODS)], numbers_from=1)  # fmt: skip
        for line in lines:
            entry = line.entry
            scale = 1e6 if entry["unit"] == "rupiah" and measure != "mase" else 1.0
            cells = [_figure(entry[measure].get(name), scale) for name in _METHODS]
            sheet.row([label(line.what, "wrap"), label(line.distance, "right"), whole(entry["cases"]), *cells])
    sheet.heading(_("Facts inside the range, and weights in the pool"))
    levels = (("50", _("of 5 in 10")), ("80", _("of 8 in 10")), ("95", _("of 19 in 20")))
    names = [name for name in _METHODS if name != POOL]
    sheet.header([
        _("what is forecast"), _("months ahead"), _("forecasts"),
        *(_("inside the range {level}").format(level=words) for _key, words in levels),
        *(_("weight: {name}").format(name=method_words(name, lang)) for name in names),
    ], numbers_from=1)  # fmt: skip
    for line in lines:
        entry = line.entry
        held = [share(entry["inside"][MODEL][key] / entry["cases"] if "inside" in entry else math.nan)
                for key, _words in levels]  # fmt: skip
        weights = dict(zip(entry["weights"]["names"], entry["weights"]["values"], strict=True))
        sheet.row([label(line.what, "wrap"), label(line.distance, "right"), whole(entry["cases"]), *held,
                   *(share(weights.get(name, math.nan)) for name in names)])  # fmt: skip


def _recent(sheet: Sheet, record: dict[str, Any], lang: str) -> None:
    _ = translator(lang)
    for key, points in record["recent"].items():
        sheet.heading(_("Forecasts made two months before: {what}").format(what=what_words(key, "district", lang)))
        sheet.header([_("month"), "", _("inside"), _("lower"), _("middle"), _("upper"), _("what came")], numbers_from=2)
        for point in points:
            scale = 1e6 if key == "bill_jkn" else 1.0
            numbers = [_figure(point[part], scale) for part in ("low", "middle", "high", "observed")]
            sheet.row([label(month_name(point["month"], lang)), label(""),
                       label(_("yes") if point["inside"] else _("no"), "right"), *numbers])  # fmt: skip


def _ahead(sheet: Sheet, record: dict[str, Any], lang: str) -> None:
    _ = translator(lang)
    parts = (_("lower"), _("middle"), _("upper"))
    for key, told in record["ahead"].items():
        sheet.heading(_("Pooled forecast: {what}").format(what=what_words(key, "district", lang)))
        for text in weights_told(record, key, lang):
            sheet.note(text)
        heads = [_("{name}: {part}").format(name=method_words(name, lang), part=part)
                 for name in (MODEL, POOL) for part in parts]  # fmt: skip
        sheet.header([_("month"), "", "", *heads], numbers_from=3)
        scale = 1e6 if key == "bill_jkn" else 1.0
        for at, month in enumerate(told["months"]):
            numbers = [_figure(value, scale) for part in ("own", "pool") for value in told[part][at]]
            sheet.row([label(month_name(month, lang)), label(""), label(""), *numbers])


def _figure(value: float | None, scale: float) -> Cell:
    return decimal(math.nan if value is None else value / scale, 2)
