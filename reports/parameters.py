"""How reports name the parameters that a calibration asks about, the series it compares, and their values."""

from __future__ import annotations

import math

from districts.history_catalogue import BY_KEY
from districts.text import number, percent, translator
from reports.parameter_words import labels
from reports.wording import segment_label
from sim.behaviour import PARAMETERS

_BY_NAME = {parameter.name: parameter for parameter in PARAMETERS}


def parameter_label(name: str, lang: str = "id") -> str:
    """A parameter in a planner's words; a switch keeps its name."""
    return labels(translator(lang)).get(name, name)


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
