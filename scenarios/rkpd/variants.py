"""The figure under other assumptions, on the same luck: rules that may come, and crowd-out off, default and high."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from districts.faults import UserError
from districts.model import Stock
from scenarios.rkpd.proposal import Variant
from sim.behaviour import PARAMETERS
from sim.rules import Rules

CROWD_OUT = "segment.crowd_out"
_FORM = re.compile(r"([\w-]+)=(\d+)@(0(\.\d+)?|1(\.0+)?)")


@dataclass(frozen=True)
class Possible:
    """A rule that may come: a gross class III premium of ``premium`` rupiah a head and month from January on, with
    ``classes`` for all classes; ``chance`` is whoever names it."""

    name: str
    premium: int
    chance: float
    source: str
    confidence: str
    classes: bool = False

    def changes(self, rules: Rules, year: int) -> tuple[tuple[str, str, object], ...]:
        """The changes of the rules: the aid of centre and region stays, the payer's part moves."""
        month = f"{year}-01"
        central, regional = (int(rules.value(f"premium.pbpu.class3.aid_{part}", month)) for part in
                             ("central", "regional"))  # fmt: skip
        own = self.premium - central - regional
        values = {
            "premium.pbpu.class3": self.premium,
            "premium.pbpu.class3.member_share": own,
            "premium.pbpu_pemda.premium": own,
            "premium.pbpu_pemda.district_cost": own + int(rules.value("premium.pbpu_pemda.aid", month)),
            **({"premium.pbpu.class1": self.premium, "premium.pbpu.class2": self.premium} if self.classes else {}),
        }
        return tuple((key, month, value) for key, value in values.items())


def possible_rules(stock: Stock, rules: Rules, year: int) -> tuple[Possible, ...]:
    """The rules that are spoken of, with assumed sizes and chances; nothing is enacted.

    A gradual rise of the premium was announced (Nota Keuangan RAPBN 2026) without date or size. KRIS was planned from
    July 2025 (Perpres 59/2024) and no premium was set: assumed is one that brings in as much from today's self-payers
    and Pemda heads.
    """
    rise = "announced in Nota Keuangan RAPBN 2026 without date or size; size and chance assumed"
    single = "Perpres 59/2024, no rate set; one premium that brings in as much as today's, size and chance assumed"
    return (
        Possible("premium_rise", 48_000, 0.3, rise, "assumed"),
        Possible("kris", _single_premium(stock, rules, f"{year}-01"), 0.1, single, "assumed", classes=True),
    )


def read_possible(text: str, rules: Rules, year: int) -> Possible:
    """``NAME=PREMIUM@CHANCE``, as in ``premium=48000@0.3``. Raises ``UserError`` for another form, or a premium below
    the aid that is in it."""
    found = _FORM.fullmatch(text)
    if not found:
        raise UserError("{text} is not a possible rule; write NAME=PREMIUM@CHANCE, as in premium=48000@0.3: the gross "
                        "class III premium in rupiah and a chance from 0 to 1", text=text)  # fmt: skip
    rule = Possible(found[1], int(found[2]), float(found[3]), "given by the user", "assumed")
    least = sum(int(rules.value(f"premium.pbpu.class3.aid_{part}", f"{year}-01")) for part in ("central", "regional"))
    if rule.premium < least:
        raise UserError("{text}: a class III premium is at least the aid in it, {least} rupiah", text=text, least=least)
    return rule


def crowd_out_levels() -> dict[str, float]:
    """Off, the prior's median and its 90 % point."""
    parameter = next(entry for entry in PARAMETERS if entry.name == CROWD_OUT)
    return {"off": 0.0, "default": parameter.default, "high": parameter.high}


def variant(
    name: str, value: float, theirs: NDArray[np.float64], ours: NDArray[np.float64], amount: int, median: int,
    rule: Possible | None = None,
) -> Variant:  # fmt: skip
    """The figure times what the variant does to the paired replicates' needs ``theirs`` against ``ours``, both (R,)."""
    each = theirs / np.maximum(ours, 1)
    ratio = float(theirs.sum() / max(ours.sum(), 1))
    parameter = next(entry for entry in PARAMETERS if entry.name == CROWD_OUT)
    source, confidence = (rule.source, rule.confidence) if rule else (parameter.source, parameter.confidence)
    return Variant(name, value, ratio, float(each.min()), float(each.max()), round(amount * ratio),
                   round(median * ratio), rule.chance if rule else None, source, confidence)  # fmt: skip


def _single_premium(stock: Stock, rules: Rules, month: str) -> int:
    """The mean gross premium of self-payers (by class) and Pemda heads (class III), to the next thousand."""
    paying = [(row.registered, row.klass or 3) for row in stock.segments
              if row.payer == "self" or row.segment == "pbpu_pemda"]  # fmt: skip
    heads = sum(count for count, _ in paying)
    total = sum(count * int(rules.value(f"premium.pbpu.class{klass}", month)) for count, klass in paying)
    return -(-total // max(heads, 1) // 1000) * 1000
