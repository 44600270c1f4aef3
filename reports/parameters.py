"""How reports name the parameters that a calibration asks about, the series it compares, and their values."""

from __future__ import annotations

import math

from districts.history_catalogue import BY_KEY
from districts.text import number, percent, translator
from reports.wording import segment_label
from sim.behaviour import PARAMETERS

_BY_NAME = {parameter.name: parameter for parameter in PARAMETERS}


def parameter_label(name: str, lang: str = "id") -> str:
    """A parameter in a planner's words; one that no calibration asks about keeps its name."""
    _ = translator(lang)
    labels = {
        "premium.miss": _("paying families that miss a premium, a month"),
        "premium.return": _("families in arrears that pay all, a month"),
        "segment.pbi_out": _("PBI-JK removed by the ministry's update, a month"),
        "segment.pbi_in": _("PBI-JK heads added for each one removed"),
        "segment.job_loss": _("families that lose wage cover (PPU), a month"),
        "segment.job_gain": _("families that gain wage cover (PPU), a month"),
        "segment.job_gain_lapsed": _("families fallen out of PPU that are back in it, a month"),
        "segment.join": _("families without cover that join PBPU, a month"),
        "segment.join_when_sick": _("joining when hospital care is needed (times)"),
        "segment.ask_pemda": _("families in arrears that ask the Pemda, a month"),
        "segment.pemda_out": _("heads taken off the Pemda's list, a month"),
        "segment.nik_invalid": _("applications without a valid NIK"),
        "segment.pemda_replaced": _("heads who left the Pemda's list and are replaced"),
        "care.sick": _("sick visits per active member and month"),
        "care.well": _("well contacts per active member and month"),
        "care.recorded": _("contacts entered in P-Care"),
        "care.kbk_effort": _("rise of well contacts below the AK target"),
        "referral.rate": _("sick visits that are referred"),
        "referral.nonspecialist": _("referrals with a 4A diagnosis"),
        "referral.tacc": _("4A referrals with a TACC reason"),
        "chronic.ht_diagnosed": _("diagnosed hypertension, times the national share"),
        "chronic.dm_diagnosed": _("diagnosed diabetes, times the national share"),
        "chronic.diagnosis": _("contacts that find unknown HT or DM"),
        "chronic.prolanis_ht": _("diagnosed HT in Prolanis"),
        "chronic.prolanis_dm": _("diagnosed DM in Prolanis"),
        "chronic.attendance": _("Prolanis members measured in a month"),
    }
    return labels.get(name, name)


def parameter_value(name: str, value: float, lang: str = "id") -> str:
    """A value of a parameter: a share in percent, anything else as a number, three digits that count."""
    shown = value * 100 if (share := _BY_NAME[name].scale == "share") else value
    decimals = 0 if shown == 0 else min(5, max(0, 2 - math.floor(math.log10(abs(shown)))))
    return percent(value, lang, decimals) if share else number(value, lang, decimals)


def indicator_words(indicator: str, lang: str = "id") -> str:
    """An indicator of a history by its label."""
    found = BY_KEY[indicator]
    return found.label_id if lang == "id" else found.label_en


def place_words(place: str, lang: str = "id") -> str:
    """The place of a series of a history: the district, a segment, a class, all facilities, or a facility's code."""
    _ = translator(lang)
    if place == "district":
        return _("the district")
    if place == "facilities":
        return _("all facilities")
    if place.startswith("segment:"):
        return segment_label(place.removeprefix("segment:"), lang)
    if place.startswith("class:"):
        return _("class {number}").format(number=place.removeprefix("class:"))
    return place
