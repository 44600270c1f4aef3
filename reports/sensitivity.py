"""What a sensitivity analysis says, in a planner's words.

Where the uncertainty of a figure comes from, how well that is known, and what is worth measuring next.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from districts.text import number, percent, rupiah_short, translator
from reports.origins import block_words, short_share
from reports.parameters import parameter_label, parameter_value
from scenarios.blocks import block_of
from scenarios.sensitivity.analysis import Finding, Influence, Sensitivity
from scenarios.sensitivity.question import ACTIVE, CAPITATION, NEED
from sim.behaviour import PARAMETERS

_BY_NAME = {parameter.name: parameter for parameter in PARAMETERS}
#: A share that small is not worth a line.
_SHOWN = 0.005


def figure_words(figure: str, year: int, lang: str = "id") -> str:
    """The name of a figure."""
    _ = translator(lang)
    words = {
        NEED: _("need of {year}"),
        CAPITATION: _("capitation paid in {year}"),
        ACTIVE: _("active share at the end of {year}"),
    }
    return words[figure].format(year=year)


def amount(figure: str, value: float, lang: str = "id") -> str:
    """A value of a figure, or a difference of two, in its unit."""
    return percent(value, lang) if figure == ACTIVE else rupiah_short(value, lang)


def plain(finding: Finding, value: float, lang: str = "id") -> str:
    """A value of the finding's figure as tables and axes show it, without its unit."""
    if finding.figure == ACTIVE:
        return number(100 * value, lang, 1)
    return number(value / (1e9 if _billions(finding) else 1e6), lang, 2)


def unit_words(finding: Finding, lang: str = "id") -> str:
    """The unit of :func:`plain`: percent, or billions or millions of rupiah."""
    _ = translator(lang)
    if finding.figure == ACTIVE:
        return "%"
    return _("IDR bn") if _billions(finding) else _("IDR m")


def _billions(finding: Finding) -> bool:
    return finding.mean >= 1e9


def interval_told(one: Influence, lang: str = "id") -> str:
    """A share with its interval: "52 % (45–59 %)"."""
    return f"{short_share(one.share, lang)} ({number(100 * one.low, lang)}–{percent(one.high, lang, 0)})"


def range_told(one: Influence, lang: str = "id") -> tuple[str, str]:
    """The 10 % and 90 % points of a parameter, in its own unit."""
    parameter = _BY_NAME[one.name]
    low, high = (parameter_value(one.name, parameter.quantile(z), lang) for z in one.values)
    return low, high


def shown(finding: Finding) -> list[Influence]:
    """The influences that are worth a line, the most worth knowing first."""
    return [one for one in finding.influences if one.share >= _SHOWN]


def headline(finding: Finding, year: int, lang: str = "id") -> str:
    """What the uncertainty comes from first of all, in one sentence."""
    _ = translator(lang)
    what = figure_words(finding.figure, year, lang)
    if (best := finding.next) is None:
        text = (_("Which parameter moves the {what} cannot be told from so few runs") if finding.rough else
                _("No single parameter surely matters to the {what}"))  # fmt: skip
        return text.format(what=what)
    if finding.luck > best.share:
        return _("The uncertainty of the {what} is luck and shocks first of all: {share}; of the parameters “{name}” "
                 "matters most").format(what=what, share=short_share(finding.luck, lang),
                                        name=parameter_label(best.name, lang))  # fmt: skip
    return _("The uncertainty of the {what} comes first of all from “{name}”: {share} of it").format(
        what=what, name=parameter_label(best.name, lang), share=short_share(best.share, lang)
    )


def error_told(finding: Finding, lang: str = "id") -> str:
    """How well the stand-in foretells runs that it did not see; empty without one."""
    _ = translator(lang)
    if (error := finding.error) is None:
        return ""
    text = _("Stand-in for the simulator, on {runs} runs it did not see: R² {r2} of at most {most} (the rest is luck "
             "and shocks); error {rmse}, of which luck {luck}.")  # fmt: skip
    told = text.format(runs=error.runs, r2=number(error.r2, lang, 2), most=number(error.most, lang, 2),
                       rmse=amount(finding.figure, error.rmse, lang),
                       luck=amount(finding.figure, error.luck, lang))  # fmt: skip
    if finding.rough:
        told += " " + _("It tells too little: take its shares as rough, or give more --runs.")
    return told


def next_told(finding: Finding, lang: str = "id") -> str:
    """Which parameter is worth measuring next, what it would bring, and whose figures tell of it."""
    _ = translator(lang)
    if (best := finding.next) is None:
        return "" if finding.rough else _("Measuring any one parameter would hardly narrow it.")
    text = _("Worth measuring next: “{name}”, now {low} to {high} (8 in 10). Were it known, the range of 8 in 10 would "
             "narrow from {now} to about {then}.")  # fmt: skip
    low, high = range_told(best, lang)
    told = text.format(name=parameter_label(best.name, lang), low=low, high=high,
                       now=amount(finding.figure, finding.width, lang),
                       then=amount(finding.figure, best.width, lang))  # fmt: skip
    return f"{told} {block_words(block_of(best.name), lang).narrow}"


def others_told(finding: Finding, lang: str = "id") -> str:
    """How many parameters matter less, and how many not at all."""
    _ = translator(lang)
    return _("{slight} other parameters move it little, {idle} not at all.").format(
        slight=number(finding.slight, lang), idle=number(len(finding.idle), lang)
    )


def method_told(found: Sensitivity, lang: str = "id") -> str:
    """How it was computed, and what the shares mean."""
    _ = translator(lang)
    text = _("{simulations} simulations: elementary effects (Morris) choose the parameters, a Gaussian process learns "
             "from {runs} joint draws. A share is the part of the variance expected to go once the parameter is "
             "known; in brackets where it lies in about 95 of 100 cases.")  # fmt: skip
    told = text.format(simulations=number(found.simulations, lang), runs=number(found.runs, lang))
    if found.independent:
        return told + " " + _("“Together” also counts what it does with others (Sobol).")
    return told + " " + _("The posterior's parameters go together: knowing one tells of others, which counts in its "
                          "share; shares may then add up to more than the whole, and are not parted (no Sobol total)."
                          )  # fmt: skip


def record(found: Sensitivity, about: Mapping[str, Any]) -> dict[str, Any]:
    """All of it as plain JSON: rupiah whole, shares between 0 and 1, parameters in their own units."""
    figures = []
    for finding in found.findings:
        unit = "share" if finding.figure == ACTIVE else "rupiah"
        digits = 6 if unit == "share" else 0

        def told(value: float, digits: int = digits) -> float | int:
            return round(value, digits) if digits else round(value)

        error = finding.error
        figures.append({
            "figure": finding.figure, "unit": unit, "mean": told(finding.mean), "sd": told(finding.variance**0.5),
            "low": told(finding.low), "high": told(finding.high), "width": told(finding.width),
            "luck": round(finding.luck, 4), "untold": round(finding.untold, 4), "rough": finding.rough,
            "error": None if error is None else {
                "learned": error.learned, "runs": error.runs, "r2": round(error.r2, 4), "most": round(error.most, 4),
                "rmse": told(error.rmse), "luck": told(error.luck)},
            "next": None if finding.next is None else finding.next.name,
            "parameters": [{
                "name": one.name, "share": round(one.share, 4), "share_low": round(one.low, 4),
                "share_high": round(one.high, 4), "total": None if one.total is None else round(one.total, 4),
                "width_if_known": told(one.width), "at_low": told(one.at_low), "at_high": told(one.at_high),
                "low": _BY_NAME[one.name].quantile(one.values[0]), "high": _BY_NAME[one.name].quantile(one.values[1]),
            } for one in finding.influences],
            "slight": finding.slight, "idle": list(finding.idle),
        })  # fmt: skip
    return {**about, "runs": found.runs, "simulations": found.simulations, "independent": found.independent,
            "figures": figures}  # fmt: skip
