"""What a proposal's parts are called in sentences: chances, causes, regimes, other assumptions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from districts.text import percent, rupiah, rupiah_short, signed_rupiah, translator
from reports.answer import certainty_words
from reports.wording import chance_told, chance_words, ranged
from scenarios.rkpd.proposal import Change, Proposal, Variant, YearNeed


def chance_of(share: float, replicates: int, lang: str = "id") -> str:
    """A chance that was counted in ``replicates`` replicates, within a sentence."""
    return chance_told(_hits(share, replicates), lang)


def chance_short(share: float, replicates: int, lang: str = "id") -> str:
    """The same for a table: "8 in 10", or the count where the replicates are too few for a chance."""
    return chance_words(_hits(share, replicates), lang)


def _hits(share: float, replicates: int) -> np.ndarray:
    """One true or false per replicate: as many as made up the share."""
    return np.arange(replicates) < round(share * replicates)


def spread_words(need: YearNeed, replicates: int, lang: str = "id") -> str:
    """The central estimate of a year, with the range of 8 in 10 where the replicates are enough for one."""
    _ = translator(lang)
    middle, low, high = (rupiah_short(value, lang) for value in (need.median, need.low, need.high))
    if not ranged(replicates):
        return _("Central estimate of {year}: {middle}.").format(year=need.year, middle=middle)
    return _("Central estimate of {year}: {middle}, range {low} to {high} (8 in 10 cases).").format(
        year=need.year, middle=middle, low=low, high=high
    )


def whole_words(lang: str = "id") -> str:
    """Why the proposal is a little more than the need that the report of a run tells."""
    return translator(lang)(
        "The proposal is rounded up to whole people for whole months: slightly more than the need that a run reports."
    )


def reserve_words(proposal: Proposal, lang: str = "id") -> str:
    """What P-APBD must add if only the central estimate is budgeted; empty without a certainty to add for."""
    if proposal.certainty is None:
        return ""
    return translator(lang)(
        "If only the central estimate is budgeted, Perubahan APBD must be able to add {over}; it must add something: "
        "{chance}."
    ).format(
        over=rupiah_short(proposal.reserve.over_median, lang),
        chance=chance_of(proposal.reserve.chance_median, proposal.basis.replicates, lang),
    )


def change_words(changes: Sequence[Change], lang: str = "id") -> str:
    """Why a figure moved between two stages, with signs."""
    _ = translator(lang)
    words = {
        "stock": _("later count of members"),
        "debt": _("debt to BPJS"),
        "rates": _("rates calibrated on the history"),
    }
    return "; ".join(f"{words[change.cause]} {signed_rupiah(change.rupiah, lang)}" for change in changes)


def regime_words(regime: str, lang: str = "id") -> str:
    """What the district does when the money is gone."""
    _ = translator(lang)
    words = {
        "owe": _("members stay active and the bill becomes debt"),
        "drop": _("members are switched off"),
        "freeze": _("no new members are registered"),
        "grace_then_drop": _("the bill is owed for a while, then members are switched off"),
    }
    return words[regime]


def variant_words(variant: Variant, lang: str = "id") -> str:
    """What is assumed otherwise."""
    _ = translator(lang)
    words = {
        "off": _("no paying family moves to the district's bill"),
        "default": _("families move at the middle of its range ({share} a month)"),
        "high": _("many families move ({share} a month)"),
        "premium_rise": _("the premium of class III rises to {premium}"),
        "kris": _("one premium of {premium} for all classes (KRIS)"),
    }
    other = _("possible rule “{name}”: premium {premium}") if variant.value else _("possible rule “{name}”")
    text = words.get(variant.name, other)
    return text.format(name=variant.name, share=percent(variant.value, lang), premium=rupiah(variant.value, lang))


def tenths(chance: float, lang: str = "id") -> str:
    """A stated chance as a part of ten or twenty; none and all are said so."""
    _ = translator(lang)
    if chance in (0.0, 1.0):
        return _("never") if chance == 0.0 else _("always")
    return certainty_words(chance, lang)


def group_words(group: str, lang: str = "id") -> str:
    """What a group of rows pays for, in a sentence."""
    _ = translator(lang)
    words = {
        "premium": _("premium of PBPU Pemda"),
        "aid": _("aid of PBPU Pemda"),
        "aid_self": _("aid of active self-paying class III members"),
        "debt": _("debt of years before"),
        "levers": _("programmes"),
    }
    return words[group]


def fund_words(fund: str, lang: str = "id") -> str:
    """A source of money, in a sentence."""
    _ = translator(lang)
    words = {
        "pad_dau": "DAU/PAD",
        "dau_earmarked": _("earmarked DAU"),
        "dbh_cht": "DBH-CHT",
        "cigarette_tax": _("cigarette tax"),
        "province": _("the province"),
        "third_party": _("third parties"),
    }
    return words.get(fund, fund)


def stage_words(key: str, lang: str = "id") -> str:
    """A stage of planning, in a sentence; forms name it as :data:`reports.rkpd.names.STAGES` does."""
    _ = translator(lang)
    return {
        "initial_draft": _("initial draft"),
        "musrenbang": "Musrenbang",
        "final_draft": _("final draft"),
        "kua_ppas": "KUA-PPAS",
        "r_apbd": "R-APBD",
        "p_apbd": "P-APBD",
    }[key]
