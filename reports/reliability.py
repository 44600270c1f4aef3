"""How reliable forecasts of a district were, in a planner's words: the lines of the table, and what they mean.

A *record* is what ``prakira backtest`` keeps (:mod:`scenarios.track_record`), or the part of it in a run's manifest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from districts.text import month_name, number, percent, translator
from reports.wording import lever_title

#: The forecasts that the table compares, in its order: the model first.
SHOWN = ("prakira", "naive", "drift", "ets", "arima")
MODEL, POOL = "prakira", "pool"
#: Months of the district's own history from which one speaks of a track record.
ENOUGH = 24
_SCALE = {"rupiah": 1e6}
#: A range of 8 in 10 is called too narrow when fewer than this share of at least so many facts lay inside.
_NARROW, _ENOUGH = 0.65, 12


@dataclass(frozen=True)
class Line:
    """One row of the table: what is forecast, how far ahead, the mean misses by forecast (as text, and which is least),
    and how many of the facts lay in the range of 8 in 10 ("" where that is not told)."""

    indicator: str
    kind: str
    what: str
    distance: str
    misses: dict[str, str]
    least: str
    inside: str
    entry: Mapping[str, Any]


def method_words(name: str, lang: str = "id") -> str:
    """The name of a forecast."""
    _ = translator(lang)
    words = {"naive": _("last value"), "seasonal_naive": _("same month last year"), "drift": _("trend"),
             "ets": "ETS", "arima": "ARIMA", MODEL: "Prakira", POOL: _("pooled")}  # fmt: skip
    return words[name]


def what_words(indicator: str, kind: str, lang: str = "id") -> str:
    """What is forecast, with its unit: "active members, persons"."""
    _ = translator(lang)
    money, heads = _("IDR m"), _("persons")
    words = {
        "registered": (_("registered members"), heads),
        "active": (_("active members"), heads),
        "arrears": (_("members in arrears"), heads),
        "arrears_rupiah": (_("arrears"), money),
        "billed": (_("billed to the Pemda"), heads),
        "bill_jkn": (_("bill to the Pemda"), money),
        "capitation_paid": (_("capitation paid"), money),
        "contacts": (_("members with a contact"), heads),
        "claims_paid": (_("hospital claims paid"), money),
        "hospital_admissions": (_("admissions (RITL)"), _("visits")),
        "ak": ("AK", "‰"),
        "rrns": ("RRNS", "%"),
        "rppt": ("RPPT", "%"),
    }
    name, unit = words[indicator]
    if kind == "facility":
        return _("{name} per clinic, {unit}").format(name=name, unit=unit)
    return _("{name} of all clinics, {unit}").format(name=name, unit=unit) if kind == "pooled" else f"{name}, {unit}"


def lines_of(record: Mapping[str, Any], lang: str = "id") -> list[Line]:
    """The rows of the table, by indicator and distance."""
    found = []
    for entry in record["scores"]:
        scale = _SCALE.get(entry["unit"], 1.0)
        shown = [name for name in SHOWN if name in entry["miss"]]
        values = [entry["miss"][name] / scale for name in shown]
        places = decimals(values)
        first, last = entry["group"]
        found.append(Line(
            entry["indicator"], entry["kind"], what_words(entry["indicator"], entry["kind"], lang), f"{first}–{last}",
            {name: number(value, lang, places) for name, value in zip(shown, values, strict=True)},
            min((name for name in entry["miss"] if name != POOL), key=entry["miss"].__getitem__),
            inside_words(entry, lang), entry,
        ))  # fmt: skip
    return found


def inside_words(entry: Mapping[str, Any], lang: str = "id") -> str:
    """ "96 of 120" facts inside the range of 8 in 10; "" with too few figures to tell."""
    if "inside" not in entry:
        return ""
    text = translator(lang)("{count} of {total}")
    return text.format(count=number(entry["inside"][MODEL]["80"], lang), total=number(entry["cases"], lang))


def enough(record: Mapping[str, Any] | None) -> bool:
    """Whether there is a record, of at least 24 months of the district's own history."""
    return record is not None and record["months"] >= ENOUGH


def first_page(record: Mapping[str, Any] | None, lang: str = "id") -> str:
    """What the first page says of the record."""
    _ = translator(lang)
    if record is None or not enough(record):
        return _("No track record of forecasts for this district yet.")
    text = _("Track record: forecasts from {origins} months of the past were held against what came; in {won} of "
             "{lines} comparisons Prakira missed least.")  # fmt: skip
    found = lines_of(record, lang)
    won = sum(line.least == MODEL for line in found)
    return text.format(origins=len(record["origins"]), won=won, lines=len(found))


def how_to(record: Mapping[str, Any] | None, lang: str = "id", commands: bool = False) -> str:
    """How a district gets a track record, with ``commands`` also what to type; empty where it has one."""
    _ = translator(lang)
    if enough(record):
        return ""
    if record is not None:
        return _("A track record needs {enough} months of the district's own history; this one has {months}. What "
                 "follows is a first look.").format(enough=ENOUGH, months=record["months"])  # fmt: skip
    told = _(
        "To get one: fill the history (sheet “Riwayat” of the workbook) with {enough} months of the district's own "
        "figures, calibrate, test past forecasts against what came, and repeat this run."
    ).format(enough=ENOUGH)
    return f"{told} (prakira calibrate, prakira backtest)" if commands else told


def how_made(record: Mapping[str, Any], lang: str = "id") -> list[str]:
    """How the forecasts were made, and what they cannot tell, in sentences."""
    _ = translator(lang)
    first, last = (month_name(record["origins"][at], lang) for at in (0, -1))
    made = _("Forecasts were made as if at the end of {origins} months, {first} to {last}, each from the months "
             "before alone: the model fitted anew, {draws} replicates. Misses are mean absolute errors of the "
             "middle.")  # fmt: skip
    said = [made.format(origins=len(record["origins"]), first=first, last=last, draws=record["draws"])]
    if record["start"] == "calibration":
        said.append(_("They pass through the history before and are anchored to its last months; the scenarios of a "
                      "run begin from the latest stock and are not anchored."))  # fmt: skip
    else:
        said.append(_("They begin from the latest stock, as the scenarios of a run do."))
    if record["announced"]:
        levers = ", ".join(lever_title(kind, lang) for kind in record["announced"])
        said.append(_("Of what was decided after the first of these months ({levers}) the model was told; the other "
                      "forecasts were not.").format(levers=levers))  # fmt: skip
    if any("inside" not in entry for entry in record["scores"]):
        said.append(_("Where fewer than 18 monthly figures are there, only the last value and the trend stand beside "
                      "Prakira, and nothing is said of ranges."))  # fmt: skip
    return said


def winners(record: Mapping[str, Any], lang: str = "id") -> list[str]:
    """Who missed least, how often; where another forecast was better than Prakira beyond luck; and whether ranges held
    what they promise."""
    _ = translator(lang)
    found = lines_of(record, lang)
    winning = [line.least for line in found]
    counts = {name: winning.count(name) for name in dict.fromkeys(winning)}
    ranking = sorted(counts, key=lambda name: -counts[name])
    told = ", ".join(f"{method_words(name, lang)} {counts[name]}" for name in ranking)
    said = [_("Least mean miss, by number of lines: {told} (of {lines}).").format(told=told, lines=len(found))]
    for sign, text in (
        (-1, _("Prakira was better than the best of the others beyond chance in {count} of {lines} lines.")),
        (1, _("Another forecast was better than Prakira beyond chance: {lines}.")),
    ):
        beyond = [line for line in found if _beyond(line.entry["difference"], sign)]
        if sign < 0:
            said.append(text.format(count=len(beyond), lines=len(found)))
        elif beyond:
            named = [f"{line.what.rsplit(',', 1)[0]} {line.distance} ({method_words(line.entry['best'], lang)})"
                     for line in beyond]  # fmt: skip
            said.append(text.format(lines="; ".join(named)))
    ranged = [entry for entry in record["scores"] if "inside" in entry]
    if ranged:
        held = sum(entry["inside"][MODEL]["80"] for entry in ranged)
        cases = sum(entry["cases"] for entry in ranged)
        text = _("Of all facts {share} lay inside the range that should hold 8 in 10.")
        said.append(text.format(share=percent(held / cases, lang, 0)))
        narrow = [
            _named(entry, lang)
            for entry in ranged
            if entry["cases"] >= _ENOUGH and entry["inside"][MODEL]["80"] / entry["cases"] < _NARROW
        ]
        if narrow:
            text = _("Its ranges were clearly too narrow for: {names}.")
            said.append(text.format(names="; ".join(dict.fromkeys(narrow))))
    return said


def weights_told(record: Mapping[str, Any], indicator: str, lang: str = "id") -> list[str]:
    """For each distance of a main figure: which forecast weighs how much in the pool, why, and whether the pool did
    better than Prakira alone."""
    _ = translator(lang)
    said = []
    for entry in record["scores"]:
        if (entry["indicator"], entry["kind"]) != (indicator, "district"):
            continue
        weights = entry["weights"]
        parts = ", ".join(f"{method_words(name, lang)} {percent(value, lang, 0)}"
                          for name, value in zip(weights["names"], weights["values"], strict=True))  # fmt: skip
        text = (_("{first}–{last} months ahead: {parts}. The pool had less error than Prakira alone.")
                if entry["crps"][POOL] < entry["crps"][MODEL] else
                _("{first}–{last} months ahead: {parts}. The pool had more error than Prakira alone."))  # fmt: skip
        first, last = entry["group"]
        said.append(text.format(first=first, last=last, parts=parts))
    return said


def chart_finding(points: Sequence[Mapping[str, Any]], lang: str = "id") -> str:
    """How many of the facts lay inside their range, as a title."""
    _ = translator(lang)
    inside = sum(bool(point["inside"]) for point in points)
    return _("{inside} of {count} facts lay inside the range of the forecast").format(inside=inside, count=len(points))


def _beyond(difference: Mapping[str, Any], sign: int) -> bool:
    """Whether the interval of a difference of errors lies wholly on one side of zero."""
    end = difference["low"] if sign > 0 else difference["high"]
    return end is not None and end * sign > 0


def _named(entry: Mapping[str, Any], lang: str) -> str:
    return what_words(entry["indicator"], entry["kind"], lang).rsplit(",", 1)[0]


def decimals(values: Sequence[float]) -> int:
    """Decimals that tell the misses apart: two digits of the smallest above zero, none above ten."""
    least = min((value for value in values if value > 0), default=1.0)
    return 0 if least >= 10 else 1 if least >= 1 else 2
