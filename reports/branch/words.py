"""The sentences of a branch's forecast, for the page, the workbook and the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from districts.text import month_name, number, percent, rupiah_short, translator
from reports.wording import enough, ranged
from scenarios.branch.totals import CASH

Record = dict[str, Any]


def kind_label(kind: str, lang: str = "id") -> str:
    """What BPJS pays out, as a column's head."""
    _ = translator(lang)
    return {
        "capitation": _("capitation"),
        "non_capitation": _("non-capitation"),
        "claims": _("hospital claims"),
        "penalty": _("late-payment penalty"),
        "total": _("cash call"),
    }[kind]


def bare_name(record: Record) -> str:
    """The branch's name without a leading "Cabang", which every heading puts before it."""
    name = str(record["branch"]).strip()
    first, _space, rest = name.partition(" ")
    return rest if rest and first.casefold() in ("cabang", "branch") else name


def headline(record: Record, lang: str = "id") -> str:
    """The cash call of the first month."""
    _ = translator(lang)
    return _("The cash call of {month} is about {amount}").format(
        amount=rupiah_short(record["cash"]["total"]["middle"][0], lang), month=month_name(record["months"][0], lang)
    )


def cash_told(record: Record, lang: str = "id") -> str:
    """How sure the first month is, and what it is made of."""
    _ = translator(lang)
    money = record["cash"]
    parts = ", ".join(f"{kind_label(kind, lang)} {rupiah_short(money[kind]['middle'][0], lang)}"
                      for kind in CASH if money[kind]["middle"][0])  # fmt: skip
    return f"{_sure(record, lang)} {_('Of it: {parts}; middles of parts need not add up.').format(parts=parts)}"


def _sure(record: Record, lang: str) -> str:
    """The range of the first month, and what its upper end is good for; or that there is none."""
    _ = translator(lang)
    replicates, total = record["replicates"], record["cash"]["total"]
    if not ranged(replicates):
        return _("Central estimate; {replicates} replicates are too few for a range.").format(replicates=replicates)
    text = (_("8-in-10 range: {low} to {high}; with {high} ready, the cash is enough in 9 of 10 cases.")
            if enough(replicates) else _("Range of 8 in 10 of {replicates} replicates: {low} to {high}."))  # fmt: skip
    return text.format(low=rupiah_short(total["low"][0], lang), high=rupiah_short(total["high"][0], lang),
                       replicates=replicates)  # fmt: skip


def years_told(record: Record, lang: str = "id") -> str:
    """The cash call of each calendar year, or of the part that the run covers."""
    _ = translator(lang)
    told = []
    for year, entry in record["years"].items():
        amount, low, high = (rupiah_short(entry["total"][key] or 0, lang) for key in ("middle", "low", "high"))
        text = _("{year} {amount}") if entry["total"]["low"] is None else _("{year} {amount} ({low} to {high})")
        told.append(text.format(year=year_head(record, year, lang), amount=amount, low=low, high=high))
    return _("By year: {told}.").format(told="; ".join(told))


def year_of(record: Record) -> str:
    """The year that is told where there is room for one: the first full calendar year, the first at all when none is
    full."""
    found = record["years"]
    return next((year for year, entry in found.items() if entry["months"] == 12), next(iter(found)))


def year_head(record: Record, year: str, lang: str = "id") -> str:
    """A calendar year of the forecast; with the number of months where it covers only a part."""
    months = record["years"][year]["months"]
    return year if months == 12 else translator(lang)("{year} ({months} mo)").format(year=year, months=months)


def error_told(record: Record, lang: str = "id") -> str:
    """How far last month's forecast missed, or why that cannot be told yet."""
    _ = translator(lang)
    error = record["error"]
    if error["last"] is None:
        if not error["earlier_runs"]:
            return _("No error of past forecasts yet: this branch has no earlier run.")
        if error["reported"] is None:
            return _("No error of past forecasts yet: no month has a reported figure, neither in the districts' "
                     "history nor in a file given with --actual.")  # fmt: skip
        return _("No error of past forecasts yet: no earlier run forecast a month that is reported by now (the last is "
                 "{month}) without knowing it.").format(month=month_name(error["reported"], lang))  # fmt: skip
    parts = [f"{indicator_label(miss, lang)} {miss_told(miss, lang)}" for miss in error["last_month"]]
    return _("The forecast of {month} missed: {parts}.").format(
        month=month_name(error["last"], lang), parts="; ".join(parts)
    )


def miss_told(miss: Mapping[str, Any], lang: str = "id") -> str:
    """MAPE and bias of one indicator within a sentence."""
    return translator(lang)("MAPE {mape}, bias {bias}, {cases}").format(
        mape=shown(miss["mape"], lang), bias=shown(miss["bias"], lang, True), cases=cases_told(miss, lang)
    )


def cases_told(miss: Mapping[str, Any], lang: str = "id") -> str:
    """How many figures were compared: facility-months, or district-months."""
    _ = translator(lang)
    text = _("{count} facility-months") if miss["of_facilities"] else _("{count} district-months")
    return text.format(count=number(miss["cases"], lang))


def shown(share: float | None, lang: str = "id", signed: bool = False) -> str:
    """A relative error as percent, with its sign where the direction counts; "–" where there is none."""
    if share is None:
        return "–"
    return ("+" if signed and round(share, 3) > 0 else "") + percent(share, lang)


def indicator_label(miss: Mapping[str, Any], lang: str = "id") -> str:
    """The indicator of an error."""
    _ = translator(lang)
    return {
        "capitation_paid": _("capitation"),
        "capitated": _("capitated heads"),
        "claims_incurred": _("claims incurred"),
        "claims_paid": _("claims paid"),
    }[miss["indicator"]]


def error_notes(record: Record, lang: str = "id") -> list[str]:
    """What the two measures are and which forecast is held against a figure."""
    _ = translator(lang)
    return [
        _("MAPE: the mean of how far forecasts lie from what became true, in percent of it. Bias: all forecasts "
          "together minus all that became true, in percent of it; above zero, forecasts were too high."),
        _("Each figure is held against the last earlier run of this branch whose data, and whose calibration, ended "
          "before its month."),
    ]  # fmt: skip


def notes(record: Record, lang: str = "id") -> list[str]:
    """How the figures are made and what they leave out."""
    _ = translator(lang)
    told = [
        _("The cash call is what leaves the account of BPJS in a month: capitation, non-capitation, hospital claims on "
          "the day on which they are paid, and the penalty on late ones."),
        _("Of the non-capitation payments only drugs of those referred back (PRB) are computed; inpatient care and "
          "deliveries at puskesmas, screening, family planning and ambulances are not, and come on top."),
        _("Sums over districts are formed replicate by replicate: the same replicate has the same luck, behaviour and "
          "shocks in every district, so that the districts' errors add up and do not cancel out. A sum of central "
          "estimates differs a little from the central estimate of the sum."),
        _("A hospital that treats members of several districts is one row: entries with the same name, or the same "
          "code in the national list, are added."),
    ]  # fmt: skip
    bare = [one["title"] for one in record["districts"] if not one["calibrated"]]
    if bare:
        told.append(_("Not calibrated to the district's own history: {districts}.").format(districts=", ".join(bare)))
    return told
