"""What a calibration says in sentences: its finding, its warnings and what to do about each. Page and terminal."""

from __future__ import annotations

from typing import Any

from districts.text import month_name, number, percent, translator
from reports.parameters import indicator_words, parameter_label, place_words
from sim.posterior import Posterior

#: A history as far off as fewer than this share of the simulations themselves is told.
_UNLIKE = 0.01
_MOST = 6  # entries of one kind that are told one by one


def finding(posterior: Posterior, lang: str = "id") -> str:
    """How many of the parameters that were asked about the history told of."""
    _ = translator(lang)
    first, last = (month_name(month, lang) for month in posterior.history)
    text = _("The history from {first} to {last} tells of {informed} of {count} parameters")
    return text.format(first=first, last=last, informed=len(posterior.informed), count=len(posterior.about["free"]))


def settled_told(posterior: Posterior, lang: str = "id") -> str:
    """Whether more simulations would still move the posterior."""
    _ = translator(lang)
    rows = number(posterior.about["rows"], lang)
    if posterior.about["diagnostics"]["settled"]:
        return _("{rows} simulations; the last ones no longer moved the answer.").format(rows=rows)
    if posterior.about["diagnostics"].get("looks", 2) < 2:
        return _(
            "{rows} simulations, looked at once: whether more (--rows) would move the answer is not known."
        ).format(rows=rows)
    return _("{rows} simulations; the last ones still moved the answer. More (--rows) would make it firmer.").format(
        rows=rows
    )


def targets_told(posterior: Posterior, lang: str = "id") -> str:
    """How many observed series the calibrated model reproduces."""
    _ = translator(lang)
    targets = posterior.about["diagnostics"]["targets"]
    met = sum(bool(target["met"]) for target in targets)
    return _("The calibrated model reproduces {met} of {count} observed series.").format(met=met, count=len(targets))


def warnings_told(posterior: Posterior, lang: str = "id") -> list[str]:
    """What to look at before the posterior is used, each with what to do; empty when there is nothing."""
    told = posterior.about["diagnostics"]
    return [*_extrapolated(posterior, lang), *_outside(told, lang), *_missed(told, lang), *_second(told, lang),
            *_unsound(told, lang)]  # fmt: skip


def _extrapolated(posterior: Posterior, lang: str) -> list[str]:
    """Parameters that the history pushes beyond what was simulated, and a history that is unlike all simulations."""
    _ = translator(lang)
    lines = []
    if names := posterior.about.get("extrapolated"):
        words = "; ".join(parameter_label(name, lang) for name in names)
        lines.append(_("Beyond what was simulated, hence a guess: {names}. Do not use these before the cause is known: "
                       "a decision of the past left out (--past), a wrong figure, or a district the model does not "
                       "fit.").format(names=words))  # fmt: skip
    if posterior.about["diagnostics"].get("outside_p", 1.0) < _UNLIKE:
        lines.append(_("Taken together the figures are unlike any simulation (fewer than 1 in 100 are as far off)."))
    return lines


def _outside(told: dict[str, Any], lang: str) -> list[str]:
    """Observations that no simulation comes near, by series."""
    _ = translator(lang)
    entries = told["outside"]
    lines = []
    for entry in entries[:_MOST]:
        text = (_("{indicator}, {place}, {months}: higher than the model ever gives.") if entry["above"]
                else _("{indicator}, {place}, {months}: lower than the model ever gives."))  # fmt: skip
        told_of = text.format(indicator=indicator_words(entry["indicator"], lang),
                              place=place_words(entry["place"], lang), months=_months(entry, lang))  # fmt: skip
        lines.append(told_of[:1].upper() + told_of[1:])
    if len(entries) > _MOST:
        lines.append(_("… and {count} more of this kind.").format(count=len(entries) - _MOST))
    if entries and not any(entry.get("used", True) for entry in entries):
        lines.append(_("These series were left out of the fit; only the rates of facilities use their reports."))
    if lines:
        lines.append(_("Was a decision of those months left out? Name it with --past. If not, is the figure right?"))
    return lines


def _missed(told: dict[str, Any], lang: str) -> list[str]:
    """Series that the posterior does not reproduce, beyond those out of reach."""
    _ = translator(lang)
    known = {(entry["indicator"], entry["place"]) for entry in told["outside"]}
    names = [
        f"{indicator_words(target['indicator'], lang)} ({place_words(target['place'], lang)})"
        for target in told["targets"]
        if not target["met"] and (target["indicator"], target["place"]) not in known
    ]
    if not names:
        return []
    more = [_("{count} more").format(count=len(names) - _MOST)] if len(names) > _MOST else []
    text = _("Not reproduced: {names}. Trust forecasts of these less.")
    return [text.format(names=", ".join(names[:_MOST] + more))]


def _second(told: dict[str, Any], lang: str) -> list[str]:
    """Where the second method says something else."""
    _ = translator(lang)
    if told["second"] is None or told["second"]["agree"]:
        return []
    names = [parameter_label(name, lang) for name, one in told["second"]["parameters"].items() if not one["agree"]]
    return [_("A second method differs on: {names}. Take these ranges as less certain.").format(names="; ".join(names))]


def _unsound(told: dict[str, Any], lang: str) -> list[str]:
    """Parameters whose ranges do not hold on simulations with known truth."""
    _ = translator(lang)
    names = [parameter_label(name, lang) for part in told["checked"].values()
             for name, one in part["parameters"].items() if not one["sound"]]  # fmt: skip
    if not names:
        return []
    text = _("On simulations whose truth is known the ranges do not quite hold for: {names}.")
    return [text.format(names="; ".join(names))]


def left_out_told(posterior: Posterior, lang: str = "id") -> list[str]:
    """The contradictory rows that were left out of the history, one line each."""
    _ = translator(lang)
    return [
        _("row {row}: {indicator}, {place}, {month}, {value}").format(
            row=row["row"], indicator=indicator_words(row["indicator"], lang), place=place_words(row["place"], lang),
            month=row["month"], value=f"{row['value']:.10g}",
        )
        for row in posterior.about["left_out"]
    ]  # fmt: skip


def covered_told(share: float, lang: str = "id") -> str:
    """A share of months in whole percent."""
    return percent(share, lang, 0)


def _months(entry: dict[str, Any], lang: str) -> str:
    first, last = (month_name(entry[end], lang, short=True) for end in ("first", "last"))
    return first if first == last else f"{first}–{last}"
