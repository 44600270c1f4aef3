"""Where the uncertainty comes from, in words: the blocks of the model, the heaviest one, and what would narrow it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from districts.text import month_name, percent, translator
from reports.run import Run
from reports.wording import scenario_title
from scenarios.blocks import ASSUMED, LUCK, SHOCKS, hindrance, kinds
from scenarios.quantiles import MIN_REPLICATES_FOR_CERTAINTY
from scenarios.shares import Share, Shares

_SMALL = 0.005  # rounds to 0 %
#: From this share on a block carries nearly all; shares overlap, so that one may lie above 100 %.
NEARLY_ALL = 0.95
_PERCENT = "\u00a0%"


@dataclass(frozen=True)
class BlockWords:
    """A block as a planner knows it: its name within a sentence, what it holds, and what would narrow it."""

    name: str
    holds: str
    narrow: str


def block_words(block: str, lang: str = "id") -> BlockWords:
    """The words for ``block``. Raises ``KeyError`` for one that has none."""
    _ = translator(lang)
    words = {
        LUCK: BlockWords(
            _("luck"),
            _("who falls ill, pays or moves, and when"),
            _("No data narrow it; it weighs less in a larger district."),
        ),
        SHOCKS: BlockWords(
            _("shocks nobody in the district controls"),
            _("good and bad months and places, PBI-JK updates, late cash, delivery times, errors of the register"),
            _("Two years of monthly figures by facility would tell how large they are; when they come stays unknown."),
        ),
        "people": BlockWords(
            _("residents and the register"),
            _("births, deaths, moves, the dead and the moved on the register, the lapsed at the start"),
            _("A register checked against Dukcapil would narrow it: the dead, the moved and the lapsed by segment."),
        ),
        "premiums": BlockWords(
            _("premiums of self-payers"),
            _("missing and resuming payment, REHAB, autodebit, collectors, change of class"),
            _("Monthly counts of members in arrears, stopping and returning by class (BPJS branch) would narrow it."),
        ),
        "segments": BlockWords(
            _("changes of segment"),
            _("jobs lost and found, voluntary joining, PBI-JK updates, families who stop to wait or ask the Pemda"),
            _("Monthly joiners and leavers by segment, and the families who asked the Pemda to take them over, would "
              "narrow it."),
        ),
        "care": BlockWords(
            _("contacts with the clinics"),
            _("sick and well contacts, frailty, season, distance, outreach, entry in P-Care"),
            _("P-Care contacts by facility and month, sick and well apart, would narrow it."),
        ),
        "referral": BlockWords(
            _("referrals"),
            _("share of visits referred, 4A diagnoses and TACC, hospital visits and admissions per referral"),
            _("P-Care referrals by facility with 4A diagnosis and TACC reason would narrow it."),
        ),
        "chronic": BlockWords(
            _("chronic illness"),
            _("hypertension and diabetes, Prolanis, drugs taken, control, complications, refer-back"),
            _("Prolanis lists by facility (enrolled, measured, under control) would narrow it."),
        ),
        "clinics": BlockWords(
            _("clinics, drugs and staff"),
            _("consultation times, patience, drug use, lead times and stocks, staff"),
            _("Stock cards and the attendance of patients by day would narrow it."),
        ),
        "money": BlockWords(
            _("money, claims and offices"),
            _("wages, use of capitation, when the Pemda pays, prices and verification of claims, enrolment office"),
            _("Claims by month and price, and the dates on which the Pemda paid, would narrow it."),
        ),
        ASSUMED: BlockWords(
            _("all assumed parameters together"),
            _("every parameter without a published figure, whatever its block"),
            _("Calibration to the district's own monthly history would narrow it."),
        ),
    }  # fmt: skip
    return words[block]


def calibration_told(manifest: Mapping[str, Any], lang: str = "id", commands: bool = False) -> str:
    """Whether the parameters of a run come from the history of its district, in a sentence; with ``commands`` also what
    to type to change that."""
    _ = translator(lang)
    if posterior := manifest.get("posterior"):
        text = _("Calibrated to the history of this district, {first} to {last}: it told of {informed} of {count} "
                 "parameters that were asked about.")  # fmt: skip
        first, last = (month_name(month, lang) for month in posterior["history"])
        informed, count = len(posterior["informed"]), len(posterior.get("asked", posterior["parameters"]))
        told = text.format(first=first, last=last, informed=informed, count=count)
        if posterior.get("extrapolated"):
            told += " " + _("For {count} of them it lies beyond what was simulated: these are a guess "
                            "(see kalibrasi.html).").format(count=len(posterior["extrapolated"]))  # fmt: skip
        if posterior.get("stale"):
            told += " " + _("The history has changed since: calibrate anew.")
            told += " (prakira calibrate)" if commands else ""
        return told
    if manifest.get("prior"):
        return _("Parameters as they are without the history of this district.") + (" (--prior)" if commands else "")
    told = _("Nobody has calibrated the parameters to the history of this district yet.")
    return f"{told} (prakira calibrate)" if commands else told


def history_told(manifest: Mapping[str, Any], lang: str = "id") -> str:
    """The source of a calibrated parameter: the district's history with its months; a run without a posterior has
    none."""
    _ = translator(lang)
    first, last = (month_name(month, lang) for month in manifest["posterior"]["history"])
    return _("history of the district, {first} – {last}").format(first=first, last=last)


def kinds_told(block: str, lang: str = "id", calibrated: frozenset[str] = frozenset()) -> str:
    """How the block's parameters are known: "2 terbitan, 14 asumsi"; "–" where it has none. Those that are
    ``calibrated`` to the district are told so."""
    _ = translator(lang)
    labels = {"published": _("published"), "calibrated": _("calibrated"), "assumed": _("assumed")}
    counts = kinds(block, calibrated)
    return ", ".join(f"{counts[kind]} {label}" for kind, label in labels.items() if kind in counts) or "–"


def share_told(share: Share, lang: str = "id") -> str:
    """A share with its interval: "65 % (38–111 %)"; without one where it is below half a percent, exactly nothing
    ("0 %") or undefined ("–")."""
    value, low, high = (short_share(part, lang) for part in (share.value, share.low, share.high))
    if math.isnan(share.value) or share.high < _SMALL:
        return value
    return f"{value} ({low.rstrip(_PERCENT)}–{high})"


def bounded(value: float) -> float:
    """A share as it may be told: none is more than the whole, though its estimate may be."""
    return min(value, 1.0) if math.isfinite(value) else value


def short_share(value: float, lang: str = "id") -> str:
    """A share in whole percent: "<1 %" when it is small but not zero, "?" without a bound, "–" when undefined."""
    value = bounded(value)
    if not math.isfinite(value):
        return "–" if math.isnan(value) else "?"
    return percent(value, lang, 0) if value >= _SMALL or not value else f"<{percent(0.01, lang, 0)}"


def heaviest_told(shares: Shares, figure: str, lang: str = "id", narrow: bool = True) -> str:
    """One sentence on the two heaviest blocks of a figure and, with ``narrow``, one on what would narrow the first;
    empty when the figure does not vary."""
    _ = translator(lang)
    if not (ranking := shares.ranking(figure)):
        return ""
    first, second = (block_words(block, lang) for block in ranking[:2])
    nearly = shares.of(figure)[ranking[0]].value >= NEARLY_ALL
    if figure == "need" and nearly:
        text = _("The uncertainty of the need of {year} comes nearly all from {first}; next comes {second}: {next}.")
    elif nearly:
        text = _("The uncertainty of the capitation of {year} comes nearly all from {first}; next comes {second}: "
                 "{next}.")  # fmt: skip
    elif figure == "need":
        text = _("The uncertainty of the need of {year} comes first of all from {first}: {share} of it; "
                 "next comes {second}: {next}.")  # fmt: skip
    else:
        text = _("The uncertainty of the capitation of {year} comes first of all from {first}: {share} of it; "
                 "next comes {second}: {next}.")  # fmt: skip
    told = [share_told(shares.of(figure)[block], lang) for block in ranking[:2]]
    words = {"first": first.name, "second": second.name, "share": told[0], "next": told[1]}
    return text.format(year=shares.year, **words) + (f" {first.narrow}" if narrow else "")


def findings(run: Run, lang: str = "id") -> list[str]:
    """What the shares say, in sentences: the heaviest block of each figure, the weight of what is assumed, how it was
    computed. A run without shares says why."""
    _ = translator(lang)
    if (shares := run.shares) is None:
        return [why_none(run, lang)]
    assumed = _("Assumed parameters as a whole carry {need} of the uncertainty of the need and {capitation} of that of "
                "capitation.").format(need=share_told(shares.need[ASSUMED], lang),
                                      capitation=share_told(shares.capitation[ASSUMED], lang))  # fmt: skip
    method = _("{replicates} replicates of “{scenario}” were simulated once more for each part, the part held at its "
               "centre and the luck the same: its share is the variance (how far the figure may stray) that goes with "
               "it. Parts act on each other, so that shares need not add up to 100%; an estimate above 100% is told as "
               "100%. In brackets: the share lies there "
               "in about 95 of 100 cases, in fewer where a figure is very lopsided. A share no larger than that of "
               "luck may be luck itself.")  # fmt: skip
    same = shares.ranking("need")[:1] == shares.ranking("capitation")[:1]
    told = [heaviest_told(shares, "need", lang), heaviest_told(shares, "capitation", lang, narrow=not same)]
    scenario = scenario_title(run.manifest, shares.scenario, lang)
    return [*filter(None, told), assumed, method.format(replicates=shares.replicates, scenario=scenario)]


def why_none(run: Run, lang: str = "id") -> str:
    """Why a run tells no shares."""
    _ = translator(lang)
    reasons = {
        "line": _("A ceiling binds in every scenario of this run, so there is no need to take apart."),
        "year": _("This cannot be told: the run covers no full calendar year."),
        "luck": _("This cannot be told: only luck varies in this run (--luck-only)."),
        "replicates": _("This cannot be told yet: it takes at least {least} replicates and this run has {found}."),
    }
    if (reason := hindrance(run.manifest)) is not None:
        return reasons[reason].format(least=MIN_REPLICATES_FOR_CERTAINTY, found=run.manifest["replicates"])
    return _("This was not computed: the run was asked with --no-blocks, or stopped before its end. The same command "
             "with --resume and without --no-blocks adds it.")  # fmt: skip
