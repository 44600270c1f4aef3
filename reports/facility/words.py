"""The page of one facility in words: the answer, the shares that may be paid, the three indicators, the ways up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from districts.text import month_name, number, percent, rupiah, rupiah_short, signed_rupiah, translator
from reports import palette
from reports.facility import facts as facts_of
from reports.facility.bands import Strip, strip
from reports.facility.facts import Facts, Indicator
from reports.kbk_plan_words import best_words, lacking, terms_words
from reports.wording import chance_told, chance_words, enough, filled, scenario_title
from sim.kbk import Scheme, Step
from sim.kbk_plan import Plan


@dataclass(frozen=True)
class Chance:
    """A chance in words, and of ten boxes how many are filled (None: too few replicates to draw it)."""

    words: str
    tenths: int | None


@dataclass(frozen=True)
class Payment:
    """One share that may be paid; ``central`` marks that of the middle counts."""

    rupiah: str
    told: str
    chance: Chance
    central: bool


@dataclass(frozen=True)
class Rating:
    """One rating of an indicator with its colours and its chance."""

    rating: int
    ground: str
    ink: str
    chance: Chance


@dataclass(frozen=True)
class Row:
    """One indicator: what it is and stands at, the drawing of its bands, what is missing to the next, its chances."""

    name: str
    value: str
    counted: str
    weight: str
    drawing: Strip
    edges: tuple[tuple[float, str], ...]
    here: str
    range: str
    missing: str
    money: str
    ratings: tuple[Rating, ...]


@dataclass(frozen=True)
class Words:
    """Everything the page says; ``strong`` is the part of the answer that stands out."""

    title: str
    place: str
    made: str
    stamp: str
    strong: str
    answer: str
    sentences: tuple[str, ...]
    payments: tuple[Payment, ...]
    rows: tuple[Row, ...]
    ways_title: str
    ways: tuple[tuple[str, ...], ...]
    unseen: tuple[tuple[str, str], ...]
    footer: str


def words(facts: Facts, rule: Scheme, manifest: dict[str, Any], lang: str = "id") -> Words:
    """The page's words from its figures; ``rule`` is the KBK rule of the month, ``manifest`` that of the run."""
    _ = translator(lang)
    place = _("{heads} members capitated · tariff {tariff} a member").format(
        heads=number(facts.capitated, lang), tariff=rupiah(facts.tariff, lang))  # fmt: skip
    made = _("{month} · scenario: {scenario} · {replicates} replicates").format(
        month=month_name(facts.month, lang), scenario=scenario_title(manifest, facts.scenario, lang),
        replicates=number(facts.replicates, lang),
    )  # fmt: skip
    stamp = ""
    if assumed := sum(bool(entry["assumed"]) for entry in manifest.get("inputs", [])):
        stamp = _("{assumed} of {count} inputs assumed").format(assumed=assumed, count=len(manifest["inputs"]))
    strong, answer = _answer(facts, lang)
    return Words(
        f"{facts.facility} · KBK {month_name(facts.month, lang)}", place, made, stamp, strong, answer,
        (*_sentences(facts, lang), *_beside(facts, manifest, lang)), _payments(facts, rule, lang),
        tuple(_row(facts, entry, rule, lang) for entry in facts.indicators),
        _("The cheapest way from {share} to each higher share, rupiah a month").format(
            share=_share(facts.now.share_permille, lang)),
        tuple(_way(facts, at, lang) for at in range(len(facts.plans))), _unseen(facts, lang), _footer(facts, lang),
    )  # fmt: skip


def _hits(facts: Facts, replicates: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.arange(facts.replicates) < replicates


def _chance(facts: Facts, replicates: int, lang: str) -> Chance:
    tenths = filled(replicates / facts.replicates) if enough(facts.replicates) else None
    return Chance(chance_words(_hits(facts, replicates), lang), tenths)


def _share(permille: int, lang: str) -> str:
    return percent(permille / 1000, lang, 0 if permille % 10 == 0 else 1)


def _answer(facts: Facts, lang: str) -> tuple[str, str]:
    """(what stands out, the rest of the sentence)."""
    _ = translator(lang)
    month = month_name(facts.paid_in, lang)
    if facts.exempt:
        return _("Exempt"), _("from the cut: capitation of {month} is paid in full whatever the score.").format(
            month=month
        )
    if facts.now.share_permille >= 1000:
        return _("Nothing is lacking"), _("for the full capitation of {month}, by the central estimate.").format(
            month=month
        )
    if not facts.plans:
        return _("No higher share can be reached"), _("for {month}: too few members, referrals or patients.").format(
            month=month)  # fmt: skip
    way = facts.plans[0]
    told = lacking(way, lang)
    return told[0].upper() + told[1:], _("to rise from {now} to {share} of the capitation of {month}.").format(
        now=_share(facts.now.share_permille, lang), share=_share(way.share_permille, lang), month=month)  # fmt: skip


def _sentences(facts: Facts, lang: str) -> tuple[str, ...]:
    """What is paid if nothing changes, by the middle counts on which the whole page rests, and what most replicates
    say where that differs; then the next way up, from which share to which."""
    _ = translator(lang)
    paid = {payment.share_permille: payment for payment in facts.payments}
    central = paid[facts.now.share_permille]
    likely = max(facts.payments, key=lambda payment: payment.replicates)
    told = [_("If nothing changes, the capitation of {month} by the central estimate is {rupiah}, {share} "
              "({chance}).").format(month=month_name(facts.paid_in, lang), **_paid(facts, central, lang))]  # fmt: skip
    if likely.replicates > central.replicates:
        told.append(_("Most often it is {share}, {rupiah} ({chance}).").format(**_paid(facts, likely, lang)))
    if facts.plans:
        way = facts.plans[0]
        without = sum(one.replicates for share, one in paid.items() if share >= way.share_permille)
        told.append(_("From {now} to {share}: {gain} a month, cost {cost}. It is enough: {chance}; reached without it: "
                      "{without}.").format(
            now=_share(facts.now.share_permille, lang), share=_share(way.share_permille, lang),
            gain=signed_rupiah(way.gain, lang), cost=rupiah_short(way.cost, lang),
            chance=chance_words(_hits(facts, facts.enough[0]), lang),
            without=chance_words(_hits(facts, without), lang)))  # fmt: skip
        told += best_words(facts.best, facts.replicates, lang)
    return tuple(told)


def _beside(facts: Facts, manifest: dict[str, Any], lang: str) -> tuple[str, ...]:
    """What the reference scenario pays for the same month; nothing on its own page."""
    if facts.beside is None:
        return ()
    _ = translator(lang)
    words = {"scenario": scenario_title(manifest, facts.beside.scenario, lang),
             "month": month_name(facts.paid_in, lang)}  # fmt: skip
    central = next(one for one in facts.payments if one.share_permille == facts.now.share_permille)
    if (facts.beside.share_permille, facts.beside.rupiah) == (central.share_permille, central.rupiah):
        return (_("With “{scenario}” the capitation of {month} is the same.").format(**words),)
    words |= {"share": _share(facts.beside.share_permille, lang), "rupiah": rupiah_short(facts.beside.rupiah, lang)}
    return (_("With “{scenario}” the capitation of {month} is {rupiah}, {share}.").format(**words),)


def _paid(facts: Facts, payment: facts_of.Payment, lang: str) -> dict[str, str]:
    return {"share": _share(payment.share_permille, lang), "rupiah": rupiah_short(payment.rupiah, lang),
            "chance": chance_told(_hits(facts, payment.replicates), lang)}  # fmt: skip


def _payments(facts: Facts, rule: Scheme, lang: str) -> tuple[Payment, ...]:
    _ = translator(lang)
    least = {permille: score for score, permille in rule.payment[facts.type]}
    found, above = [], 41
    for payment in facts.payments:
        share = _share(payment.share_permille, lang)
        if facts.exempt:
            told = _("paid {share}, exempt").format(share=share)
        else:
            low, high = least[payment.share_permille], above - 1
            scores = number(low / 10, lang, 1) + ("" if low == high else f"–{number(high / 10, lang, 1)}")
            told, above = _("if {share} is paid (score {scores})").format(share=share, scores=scores), low
            if payment.share_permille == facts.now.share_permille:
                told += " · " + _("central estimate")
        found.append(Payment(rupiah(payment.rupiah, lang), told, _chance(facts, payment.replicates, lang),
                             payment.share_permille == facts.now.share_permille))  # fmt: skip
    return tuple(found)


def _row(facts: Facts, entry: Indicator, rule: Scheme, lang: str) -> Row:
    _ = translator(lang)
    counts = facts.counts
    names = {"ak": _("Contact rate (AK)"), "rrns": _("Non-specialist referrals (RRNS)"),
             "rppt": _("Controlled Prolanis (RPPT)")}  # fmt: skip
    counted = {
        "ak": _("{part} of {whole} members").format(
            part=number(counts.contacts, lang), whole=number(counts.members, lang)),
        "rrns": _("{part} of {whole} referrals").format(
            part=number(counts.nonspecialist, lang), whole=number(counts.referrals, lang)),
        "rppt": _("DM {dm} of {dm_all} · HT {ht} of {ht_all}").format(
            dm=number(counts.dm_controlled, lang), dm_all=number(counts.dm_diagnosed, lang),
            ht=number(counts.ht_controlled, lang), ht_all=number(counts.ht_diagnosed, lang)),
    }  # fmt: skip
    places, unit = (1, "‰") if entry.key == "ak" else (2, "%")

    def figure(value: float, decimals: int = places) -> str:
        return f"{number(value, lang, decimals)}\u00a0{unit}"

    told_range = ""
    if entry.low is not None and entry.high is not None:
        words = _("8 in 10 cases") if enough(facts.replicates) else _("8 in 10 replicates")
        told_range = f"{words}: {number(entry.low, lang, places)}–{number(entry.high, lang, places)}"
    drawing = strip(rule.bands[entry.key], entry.value, entry.low, entry.high)
    missing, money = _missing(facts, entry, lang)
    here = "–" if entry.value is None else figure(entry.value)
    weight = _("weight {weight} · rating {rating}").format(
        weight=percent(entry.weight_tenths / 10, lang, 0), rating=entry.rating)  # fmt: skip
    ratings = tuple(
        Rating(rating, *palette.KBK[share], _chance(facts, entry.replicates[rating], lang))
        for rating, share in ((4, 100), (3, 95), (2, 90), (1, 85))
    )
    edges = tuple((place, number(edge, lang, 0 if edge == round(edge) else 1)) for place, edge in drawing.edges)
    return Row(names[entry.key], here, counted[entry.key], weight, drawing, edges, here, told_range, missing, money,
               ratings)  # fmt: skip


def _missing(facts: Facts, entry: Indicator, lang: str) -> tuple[str, str]:
    """(people to the next rating of one indicator, what that alone brings a month)."""
    _ = translator(lang)
    if entry.value is None:
        return _("Nothing to divide by in this month: rated as the rule says."), ""
    if entry.rating >= 4:
        return _("Rating 4 is reached; keep it."), ""
    if facts.gap is None:
        return _("Not cut whatever the rating: the facility is exempt."), ""
    steps: list[Step | None] = {"ak": [facts.gap.ak], "rrns": [facts.gap.rrns],
                                "rppt": [facts.gap.dm, facts.gap.ht]}[entry.key]  # fmt: skip
    known = [step for step in steps if step is not None]
    if not known:
        return _("No better rating can be reached with the people there are."), ""
    counts = [number(step.people, lang) for step in known]
    text = {
        "ak": _("lacking {count} members with a recorded contact"),
        "rrns": _("{count} non-specialist referrals too many"),
        "rppt": _("lacking {count} DM patients under control")
        if facts.gap.dm
        else _("lacking {count} HT patients under control"),
    }[entry.key]
    if len(known) == 2:
        text = _("lacking {count} DM or {other} HT patients under control")
    best = max(known, key=lambda step: step.rupiah)
    people = _("Rating {rating}: {people}").format(
        rating=best.rating, people=text.format(count=counts[0], other=counts[-1]))  # fmt: skip
    money = (_("alone it brings {rupiah} a month").format(rupiah=signed_rupiah(best.rupiah, lang)) if best.rupiah
             else _("alone it does not raise the share paid"))  # fmt: skip
    return people, money


def _way(facts: Facts, at: int, lang: str) -> tuple[str, ...]:
    """A row of the table of ways: share, people, brings, costs, net if reached, net on average, enough."""
    _ = translator(lang)
    plan: Plan = facts.plans[at]
    return (
        _share(plan.share_permille, lang), lacking(plan, lang), rupiah(plan.gain, lang), rupiah(plan.cost, lang),
        rupiah(plan.net, lang), rupiah(facts.mean_nets[at], lang),
        chance_words(_hits(facts, facts.enough[at]), lang),
    )  # fmt: skip


def _unseen(facts: Facts, lang: str) -> tuple[tuple[str, str], ...]:
    _ = translator(lang)
    names = {"members": _("members without a recorded contact"), "prolanis": _("Prolanis members not seen"),
             "queue": _("visits lost to the queue")}  # fmt: skip
    return tuple((names[key], number(count, lang)) for key, count in facts.unseen.items() if count)


def _footer(facts: Facts, lang: str) -> str:
    _ = translator(lang)
    parts: Sequence[str] = (
        _("Rule: Peraturan BPJS Kesehatan 7/2019; the score of a month sets the payment of {month}.").format(
            month=month_name(facts.paid_in, lang)),
        _("AK is divided by capitated members; by the registered ({heads}) its rating would be {rating}.").format(
            heads=number(facts.registered, lang), rating=facts.registered_rating),
        terms_words(facts.costs, lang), _("These costs are assumed unless the district gave its own."),
        _("Counts are the middle of the replicates; money is rupiah a month."),
    )  # fmt: skip
    return " ".join(parts)
