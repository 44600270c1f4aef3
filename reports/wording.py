"""How reports speak: chances in words, names of scenarios and places, ranges. Indonesian first, English beside."""

from __future__ import annotations

from typing import Any

from districts.sheet_words import spoken
from districts.text import number, translator

#: The range that holds 8 of 10 replicates: one tenth lies below, one tenth above.
RANGE = (0.1, 0.9)
_RARE = 0.05  # a chance below it is told as less than 1 in 10


def enough(replicates: int) -> bool:
    """Whether there are replicates enough to speak of certainty at all."""
    from scenarios.quantiles import MIN_REPLICATES_FOR_CERTAINTY

    return replicates >= MIN_REPLICATES_FOR_CERTAINTY


def ranged(replicates: int) -> bool:
    """Whether there are replicates enough to tell the range that holds 8 of 10 of them."""
    from scenarios.quantiles import MIN_REPLICATES_FOR_RANGE

    return replicates >= MIN_REPLICATES_FOR_RANGE


def chance_words(hits: Any, lang: str = "id") -> str:
    """A chance in words from one true/false per replicate.

    With too few replicates for a chance it only counts them ("16 dari 20 ulangan"); at the edges it says no more than
    the interval of the count allows. Raises ``ValueError`` for an empty sample.
    """
    import numpy as np

    from scenarios.quantiles import chance

    _ = translator(lang)
    sample = np.asarray(hits, dtype=bool)
    if not sample.size:
        raise ValueError("a chance needs at least one replicate")
    if not enough(sample.size):
        return _("{hits} of {replicates} replicates").format(hits=int(sample.sum()), replicates=sample.size)
    estimate = chance(sample)
    if estimate.high < 0.01:
        return _("less than 1 in 100")
    if not sample.any():
        return _("almost impossible")
    if estimate.value < _RARE:
        return _("below 1 in 10")
    if estimate.low > 0.99:
        return _("more than 99 in 100")
    if estimate.value > 0.975:
        return _("more than 19 in 20")
    if estimate.value > 0.925:
        return _("19 in 20")
    return _("{tenths} in 10").format(tenths=max(1, round(estimate.value * 10)))


def filled(chance: float) -> int:
    """Of ten squares how many a chance (0-1) fills: all only for a certain one, none where the words say less than 1 in
    10."""
    if chance < _RARE:
        return 0
    return 10 if chance == 1 else min(max(round(10 * chance), 1), 9)


def chance_told(hits: Any, lang: str = "id") -> str:
    """A chance within a sentence: "kemungkinan 8 dari 10", or the count of replicates where those are too few."""
    words = chance_words(hits, lang)
    return translator(lang)("chance {words}").format(words=words) if enough(len(hits)) else words


def scenario_title(manifest: dict[str, Any], name: str, lang: str = "id") -> str:
    """The scenario's title in ``lang``; its name when the manifest has no title."""
    return str(_scenario(manifest, name).get("title", {}).get(lang) or name)


def scenario_explanation(manifest: dict[str, Any], name: str, lang: str = "id") -> str:
    """What the scenario decides, in ``lang``; empty when the manifest does not say."""
    return str(_scenario(manifest, name).get("explanation", {}).get(lang, ""))


def _scenario(manifest: dict[str, Any], name: str) -> dict[str, Any]:
    """The manifest's entry of a scenario; empty where it has none."""
    return next((entry for entry in manifest["scenarios"] if entry["name"] == name), {})


def segment_label(segment: str, lang: str = "id") -> str:
    """The segment's label as officials write it."""
    own = {"pbi_jk": "PBI-JK", "pbpu_pemda": "PBPU Pemda", "ppu": "PPU", "bp": "BP"}
    return own.get(segment) or translator(lang)("independent members (PBPU)")


def lever_title(kind: str, lang: str = "id") -> str:
    """The name of a lever as readers see it; its key where the program has no such lever (any more)."""
    from scenarios.levers import LEVERS

    lever = LEVERS.get(kind)
    return kind if lever is None else str(lever.title_id if lang == "id" else lever.title_en)


def source_told(source: str, lang: str = "id") -> str:
    """The source of an input: what the program itself wrote in ``lang``, else as the district's files give it."""
    return translator(lang)(source) if source else ""


def value_told(text: str, lang: str = "id") -> str:
    """A value as a reader writes it: a number with the separators of the language, yes or no; else as it is, with the
    program's words in the language."""
    _ = translator(lang)
    if text in ("True", "False"):
        return _("yes") if text == "True" else _("no")
    whole, _point, rest = text.partition(".")
    if not whole.isdecimal() or (rest and not rest.isdecimal()):
        return spoken(text, lang)
    return number(float(text), lang, 0 if not rest.strip("0") else len(rest))


def unit_label(unit: str, lang: str = "id") -> str:
    """The unit of a count or an amount, in words. Raises ``KeyError`` for a unit that no table of counts shows."""
    _ = translator(lang)
    words = {"persons": _("persons"), "families": _("families"), "visits": _("visits"), "rupiah": _("rupiah")}
    return words[unit]


def confidence_label(confidence: str, lang: str = "id") -> str:
    """high, medium, low or assumed, in words."""
    _ = translator(lang)
    words = {"high": _("high"), "medium": _("medium"), "low": _("low"), "assumed": _("assumed")}
    return words.get(confidence, confidence)
