"""The blocks of the model whose part in the uncertainty is told, and what it means to hold one at its centre.

A *probe* is a replicate of the headline scenario simulated once more, with the same luck, while one block is held:
its parameters at their centre (of the district's posterior, else of the priors), or the shocks at theirs. The probe of
luck is the other way round: all but luck is held. :mod:`scenarios.shares` turns the probes into shares of the variance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Literal

from scenarios.months import full_years, span
from scenarios.need import headline, unbounded_names
from scenarios.quantiles import MIN_REPLICATES_FOR_CERTAINTY
from sim.behaviour import PARAMETERS, Behaviour, Parameter
from sim.posterior import Posterior, centre_of, draw_of

LUCK, SHOCKS, ASSUMED = "luck", "shocks", "assumed"
CALIBRATED = "calibrated"
_NONE: frozenset[str] = frozenset()
#: The block of a parameter by the first part of its name: the only place that says so. Switches are never drawn.
PREFIXES: dict[str, str] = {
    "demo": "people", "register": "people", "stock": "people",
    "premium": "premiums",
    "segment": "segments",
    "care": "care",
    "referral": "referral",
    "chronic": "chronic", "prb": "chronic",
    "clinic": "clinics", "drugs": "clinics", "staff": "clinics",
    "money": "money", "claims": "money", "office": "money",
    "feedback": "switches", "shock": "switches",
}  # fmt: skip
#: Replicates that are simulated again for each block: eleven probes of the shipped example then cost about as much as
#: two and a half scenarios of 100 replicates, and a share of one half is known to about a quarter of itself.
PROBED = 32

Hindrance = Literal["line", "year", "luck", "replicates"]


def block_of(name: str) -> str:
    """The block of the parameter ``name``. Raises ``KeyError`` with the first part of a name that has none."""
    return PREFIXES[name.partition(".")[0]]


@cache
def members(block: str, calibrated: frozenset[str] = _NONE) -> tuple[Parameter, ...]:
    """The parameters that are drawn and belong to ``block``; of :data:`ASSUMED` those that no source gave, nor the
    district's history (names in ``calibrated``), whatever their block. Luck and shocks have none."""
    drawn = (parameter for parameter in PARAMETERS if parameter.scale != "fixed")
    if block == ASSUMED:
        return tuple(entry for entry in drawn if entry.kind == ASSUMED and entry.name not in calibrated)
    return tuple(parameter for parameter in drawn if block_of(parameter.name) == block)


def kinds(block: str, calibrated: frozenset[str] = _NONE) -> dict[str, int]:
    """How many of the block's parameters are published, calibrated (those named, whatever they were before) and
    assumed; only kinds that occur."""
    found = members(block, calibrated)
    return dict(Counter(CALIBRATED if entry.name in calibrated else entry.kind for entry in found))


def calibrated(manifest: Mapping[str, Any]) -> frozenset[str]:
    """The parameters of a run that the history of its district told of; none without a posterior."""
    return frozenset((manifest.get("posterior") or {}).get("informed", ()))


def probes() -> tuple[str, ...]:
    """What is held in turn: luck, shocks, each block with parameters that are drawn, all that is assumed."""
    blocks = [block for block in dict.fromkeys(PREFIXES.values()) if members(block)]
    return (LUCK, SHOCKS, *blocks, ASSUMED)


def probe(block: str, seed: int, replicate: int, posterior: Posterior | None = None) -> tuple[Behaviour, bool]:
    """What a probe is simulated with: its vector, and whether shocks stay at their centre (``luck_only``). Facility
    effects are shocks: those that the posterior knows are held at its centre with them."""
    centre = centre_of(posterior)
    if block == LUCK:
        return centre, True
    informed = _NONE if posterior is None else frozenset(posterior.informed)
    held = frozenset(parameter.name for parameter in members(block, informed))
    vector = draw_of(posterior, seed, replicate, held)
    return (replace(vector, places=centre.places), True) if block == SHOCKS else (vector, False)


def hindrance(manifest: Mapping[str, Any]) -> Hindrance | None:
    """Why no shares can be told of a run: every line binds, no full calendar year, only luck varies, too few
    replicates for a certainty; None when nothing hinders."""
    if headline(manifest, unbounded_names(manifest)) is None:
        return "line"
    if not full_years(span(manifest["start"], manifest["months"])):
        return "year"
    if manifest["luck_only"]:
        return "luck"
    return "replicates" if manifest["replicates"] < MIN_REPLICATES_FOR_CERTAINTY else None


def probing(manifest: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is probed in a run, as its manifest records it: the headline scenario, the first full calendar year and the
    number of replicates; None when something hinders."""
    if hindrance(manifest) is not None:
        return None
    return {
        "scenario": headline(manifest, unbounded_names(manifest)),
        "year": full_years(span(manifest["start"], manifest["months"]))[0],
        "replicates": PROBED,
    }
