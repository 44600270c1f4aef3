"""The figure under other assumptions, on the same luck: rules that may come, and crowd-out off, default and high."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from districts.faults import UserError
from scenarios.levers.kris import Kris
from scenarios.levers.premium_change import PremiumChange
from scenarios.rkpd.proposal import Variant
from scenarios.scenario import Scenario, load_scenario
from sim.behaviour import PARAMETERS
from sim.rules import Rules

CROWD_OUT = "segment.crowd_out"
#: Scenarios of the library whose possible rules are always shown.
SPOKEN_OF = ("premium-rise-possible", "kris")
_FORM = re.compile(r"([\w-]+)=(\d+)@(0(\.\d+)?|1(\.0+)?)")
_HIGHEST = 10**6  # rupiah, as the levers allow


@dataclass(frozen=True)
class Possible:
    """A rule that may come: ``lever`` as if it came in January of the year, ``chance`` that it does, and the gross
    ``premium`` of class III in it, rupiah per head and month."""

    name: str
    lever: PremiumChange | Kris
    chance: float

    @property
    def premium(self) -> int:
        """Rupiah per head and month, aid included; 0 where the rule leaves class III as it is."""
        return (self.lever.premium if isinstance(self.lever, Kris) else self.lever.class3) or 0


def possible_rules(scenario: Scenario, year: int) -> tuple[Possible, ...]:
    """The possible rules of the premium in ``scenario`` and in the library's :data:`SPOKEN_OF`, each once.

    Nothing of it is enacted; sizes and chances are the scenarios' (assumed). Their evidence is the lever's.
    """
    found: dict[str, Possible] = {}
    for source in (scenario, *map(load_scenario, SPOKEN_OF)):
        for placed in source.levers:
            lever = placed.lever
            if isinstance(lever, PremiumChange | Kris) and lever.chance < 1:
                name = (lever.rule or lever.kind).replace("-", "_")
                certain = lever.model_copy(update={"start": f"{year}-01", "chance": 1.0})
                found.setdefault(name, Possible(name, certain, lever.chance))
    return tuple(found.values())


def read_possible(text: str, rules: Rules, year: int) -> Possible:
    """``NAME=PREMIUM@CHANCE``, as in ``premium=48000@0.3``. Raises ``UserError`` for another form, or a premium below
    the aid that is in it."""
    found = _FORM.fullmatch(text)
    if not found:
        raise UserError("{text} is not a possible rule; write NAME=PREMIUM@CHANCE, as in premium=48000@0.3: the gross "
                        "class III premium in rupiah and a chance from 0 to 1", text=text)  # fmt: skip
    name, premium, chance = found[1], int(found[2]), float(found[3])
    least = sum(int(rules.value(f"premium.pbpu.class3.aid_{part}", f"{year}-01")) for part in ("central", "regional"))
    if not least <= premium <= _HIGHEST:
        raise UserError("{text}: a class III premium lies between the aid in it, {least} rupiah, and {most}",
                        text=text, least=least, most=_HIGHEST)  # fmt: skip
    return Possible(name, PremiumChange(start=f"{year}-01", class3=premium), chance)


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
    source, confidence = (rule.lever.evidence, "assumed") if rule else (parameter.source, parameter.confidence)
    return Variant(name, value, ratio, float(each.min()), float(each.max()), round(amount * ratio),
                   round(median * ratio), rule.chance if rule else None, source, confidence)  # fmt: skip
