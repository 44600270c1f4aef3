"""Cost and effect in words: whose money, what is bought, what a unit costs or why that is not told, and who is best."""

from __future__ import annotations

import re
from collections.abc import Mapping

from districts.text import month_name, number, rupiah, rupiah_short, translator
from reports.wording import enough
from scenarios.comparison.costs import UnitCost
from scenarios.comparison.frontier import Option
from scenarios.comparison.information import Information
from scenarios.comparison.runs import Source
from scenarios.quantiles import MIN_REPLICATES_FOR_RANGE


def payer_words(payer: str, lang: str = "id") -> str:
    """Whose money it is and what it is spent on."""
    _ = translator(lang)
    return {
        "pemda": _("money of the Pemda (district JKN bill, lever costs included)"),
        "bpjs": _("money of BPJS (capitation, hospital claims, PRB drugs, its programmes)"),
    }[payer]


def payer_name(payer: str) -> str:
    """The payer's short name."""
    return {"pemda": "Pemda", "bpjs": "BPJS"}[payer]


def effect_words(effect: str, lang: str = "id") -> str:
    """One unit of what is bought."""
    _ = translator(lang)
    return {
        "active_months": _("active person-month"),
        "contacts": _("recorded contact"),
        "averted_referrals": _("averted non-specialist referral"),
        "controlled_months": _("patient-month under control"),
    }[effect]


def period_words(source: Source, lang: str = "id") -> str:
    """The months over which costs and effects are summed."""
    first, last = (month_name(month, lang, short=True) for month in (source.months[0], source.months[-1]))
    return f"{first}–{last}"


def signed(value: float, lang: str = "id", money: bool = False) -> str:
    """A change with its sign: ``+12.345``, ``−Rp1,20 miliar``."""
    text = rupiah_short(value, lang) if money else number(value, lang, 1 if 0 < abs(value) < 10 else 0)
    return f"+{text}" if value > 0 and re.search("[1-9]", text) else text


def unit_cost_words(found: UnitCost, lang: str = "id") -> str:
    """What a unit costs, with both intervals, or why it is not told."""
    _ = translator(lang)
    unit = effect_words(found.effect, lang)
    if found.value is None or found.low is None or found.high is None:
        return {
            "none": _("no effect"),
            "few": _("too few replicates for a cost per unit: it takes at least {least}").format(
                least=MIN_REPLICATES_FOR_RANGE
            ),
            "unclear": _("the effect cannot be told from zero, so no cost per unit is told"),
            "better": _("more effect for less money"),
            "worse": _("less effect for more money"),
            "lost": _("less effect, and no saving that can be told from zero"),
        }[found.status]
    value, low, high = (rupiah(edge, lang) for edge in (found.value, found.low, found.high))
    text = _("{value} per {unit}") if found.status == "costs" else _("{value} saved per {unit} lost")
    told = text.format(value=value, unit=unit)
    told += " " + _("(precision of the calculation: {low} to {high})").format(low=low, high=high)
    if found.spread is not None:
        edges = [rupiah(edge, lang) for edge in found.spread]
        told += "; " + _("8 in 10 replicates: {low} to {high}").format(low=edges[0], high=edges[1])
    return told


def option_words(
    option: Option, effect: str, replicates: int, lang: str = "id", titles: Mapping[str, str] | None = None
) -> str:
    """Where an option stands, and in how many replicates it is on the frontier; others by ``titles`` where given."""
    _ = translator(lang)
    others = [f"“{(titles or {}).get(name, name)}”" for name in option.by]
    if option.place == "frontier":
        told = _("efficient") if option.step is None else _("efficient, {value} per further {unit}").format(
            value=rupiah(option.step, lang), unit=effect_words(effect, lang))  # fmt: skip
        if option.low is not None and option.high is not None:
            low, high = (rupiah(edge, lang) for edge in (option.low, option.high))
            told += " " + _("(precision of the calculation: {low} to {high})").format(low=low, high=high)
    elif option.place == "equal":
        told = _("the same cost and effect as {other}").format(other=others[0])
    elif option.place == "dominated":
        told = _("outdone by {other}: at least the effect for at most the money").format(other=others[0])
    else:
        told = _("outdone by a mixture of {first} and {second}").format(first=others[0], second=others[1])
    return told + "; " + _("on the line: {often}").format(often=_often(option.sure, replicates, lang))


def information_words(found: Information, effect: str, payer: str, lang: str = "id") -> list[str]:
    """The best option at the stated worth, how often each is best, and what knowing beforehand would be worth."""
    _ = translator(lang)
    best = _("If one {unit} is worth {worth} of the money of {payer}, “{best}” is best on average.").format(
        unit=effect_words(effect, lang), worth=rupiah(found.worth, lang), payer=payer_name(payer), best=found.best
    )
    shares = ", ".join(f"{name} {_often(share, found.replicates, lang)}"
                       for name, share in found.often.items() if share > 0)  # fmt: skip
    told = [best, _("Best of all: {shares}.").format(shares=shares)]
    if found.value <= 0:
        return [*told, _("The same option is best in every replicate: knowing more would not change the choice.")]
    text = _("Knowing beforehand which is best would be worth at most {value}").format(
        value=rupiah_short(found.value, lang)
    )
    if found.low is not None and found.high is not None:
        low, high = (rupiah_short(edge, lang) for edge in (found.low, found.high))
        text += " " + _("(precision of the calculation: {low} to {high})").format(low=low, high=high)
    return [*told, text + ": " + _("a survey or count for this choice should cost less.")]


def _often(share: float, replicates: int, lang: str) -> str:
    """A share of the replicates as a chance; counted where they are too few for one."""
    _ = translator(lang)
    if not enough(replicates):
        return _("{hits} of {replicates} replicates").format(
            hits=number(share * replicates, lang, 0), replicates=replicates
        )
    tenths = round(share * 10)
    if share < 0.05:
        return _("below 1 in 10")
    return _("{tenths} in 10").format(tenths=tenths)
