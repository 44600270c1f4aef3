"""A branch on a terminal, 80 columns: the cash call, districts, hospitals, the error of past forecasts."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.answer import WIDTH, table
from districts.text import month_name, number, translator
from reports.branch import words

#: From this monthly cash call on (rupiah) the tables are in billions, below in millions.
_LARGE = 5e9
#: Months of the cash call that are told; the workbook has all.
_MONTHS = 6


def answer(record: words.Record, folder: Path, written: list[Path], lang: str) -> str:
    """The whole answer."""
    parts = [_heading(record, lang), _cash(record, lang), _districts(record, lang), _hospitals(record, lang),
             _error(record, lang), _files(folder, written, lang)]  # fmt: skip
    return "\n\n".join(part for part in parts if part)


def _heading(record: words.Record, lang: str) -> str:
    _ = translator(lang)
    first, last = (month_name(record["months"][at], lang) for at in (0, -1))
    heading = _("Branch {name}, {first} to {last}, {replicates} replicates. Scenario: {scenario}.").format(
        name=words.bare_name(record), first=first, last=last, replicates=record["replicates"],
        scenario=record["scenario"]["title"][lang],
    )  # fmt: skip
    sentences = f"{words.headline(record, lang)}. {words.cash_told(record, lang)}"
    return f"{_filled(heading)}\n\n{_filled(sentences)}"


@dataclass(frozen=True)
class _Unit:
    """What the tables count in."""

    size: float
    decimals: int
    lang: str

    @classmethod
    def of(cls, record: words.Record, lang: str) -> _Unit:
        large = max(record["cash"]["total"]["middle"]) >= _LARGE
        return cls(1e9, 2, lang) if large else cls(1e6, 1, lang)

    def told(self) -> str:
        _ = translator(self.lang)
        return _("billions of rupiah") if self.size == 1e9 else _("millions of rupiah")

    def cell(self, value: float | None) -> str:
        return "–" if value is None else number(value / self.size, self.lang, self.decimals)

    def range(self, point: dict[str, Any]) -> str:
        return "–" if point["low"] is None else f"{self.cell(point['low'])} … {self.cell(point['high'])}"


def _cash(record: words.Record, lang: str) -> str:
    """The next months by kind, then the years."""
    _, unit = translator(lang), _Unit.of(record, lang)
    rows = []
    for at, month in enumerate(record["months"][:_MONTHS]):
        cells = [unit.cell(record["cash"][kind]["middle"][at]) for kind in _KINDS]
        ends = {part: record["cash"]["total"][part][at] for part in ("low", "high")}
        rows.append([month_name(month, lang, True), *cells, unit.range(ends)])
    for year, entry in record["years"].items():
        cells = [unit.cell(entry[kind]["middle"]) for kind in _KINDS]
        rows.append([words.year_head(record, year, lang), *cells, unit.range(entry["total"])])
    head = ["", _("capitation"), _("non-cap."), _("claims"), _("cash call"), _("8 in 10")]
    title = _("Cash call, {unit} (with {penalty})").format(unit=unit.told(), penalty=words.kind_label("penalty", lang))
    note = _filled(_("Each is a middle of its own; the parts need not add up to the cash call."))
    return f"{title}\n{table(head, rows)}\n{note}"


_KINDS = ("capitation", "non_capitation", "claims", "total")


def _districts(record: words.Record, lang: str) -> str:
    """A year of each district: what its facilities get and what its members' care costs."""
    _, unit = translator(lang), _Unit.of(record, lang)
    year = words.year_of(record)
    rows = [[one["title"], number(one["heads"]["middle"][0], lang),
             *(unit.cell(one["years"][year][key]["middle"]) for key in ("full", "paid", "claims_paid", "total"))]
            for one in record["districts"]]  # fmt: skip
    head = [_("district"), _("capitated"), _("full"), _("paid"), _("claims"), _("cash call")]
    title = _("By district, {year}, {unit}").format(year=words.year_head(record, year, lang), unit=unit.told())
    return f"{title}\n{table(head, rows)}"


def _hospitals(record: words.Record, lang: str) -> str:
    _, unit = translator(lang), _Unit.of(record, lang)
    year = words.year_of(record)
    rows = [[one["name"], str(len(one["districts"])),
             *(unit.cell(one["years"][year][key]["middle"]) for key in ("incurred", "paid"))]
            for one in record["hospitals"]]  # fmt: skip
    head = [_("hospital"), _("districts"), _("incurred"), _("paid")]
    title = _("Hospital claims, {year}, {unit}").format(year=words.year_head(record, year, lang), unit=unit.told())
    return f"{title}\n{table(head, rows)}"


def _error(record: words.Record, lang: str) -> str:
    """The misses of last month, and of all months where there are more."""
    _ = translator(lang)
    error = record["error"]
    if error["last"] is None:
        return _filled(words.error_told(record, lang))
    blocks = []
    for title, key in ((month_name(error["last"], lang), "last_month"),
                       (_("All {months} months compared").format(months=error["months"]), "all_months")):  # fmt: skip
        if key == "all_months" and error["months"] == 1:
            continue
        rows = [[words.indicator_label(miss, lang), words.cases_told(miss, lang), words.shown(miss["mape"], lang),
                 words.shown(miss["bias"], lang, True),
                 f"{miss['inside']}/{miss['ranged']}" if miss["ranged"] else "–"] for miss in error[key]]  # fmt: skip
        blocks.append(f"{title}\n{table(['', '', 'MAPE', _('bias'), _('inside 8 in 10')], rows)}")
    return "\n".join([_("How far past forecasts missed"), *blocks])


def _files(folder: Path, written: list[Path], lang: str) -> str:
    _ = translator(lang)
    names = ", ".join(path.name for path in written)
    return _filled(_("Files in {folder}: {names}").format(folder=folder, names=names))


def _filled(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)
