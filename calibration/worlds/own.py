"""Made-up districts of the model's own world, and of one that differs from it: what happened, and what was reported.

A district's parameters are one draw of the priors, its facts one simulation with them; whoever forecasts it sees only
the start stock and the reports. Where the world differs, parameters and shocks have heavier tails, the year has a
rhythm that the model lacks, and the register holds more or fewer of the dead and moved than the stock says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibration.history.errors import error_of
from calibration.history.observed import Key, simulated
from calibration.posterior.rows import DRAWN
from districts.model import District, HistoryRow
from districts.tiny import tiny_district
from scenarios.levers.base import Context
from scenarios.levers.pemda_intake import PemdaIntake
from scenarios.months import later, span
from scenarios.reading import Placed
from scenarios.scenario import Scenario, load_scenario
from sim.behaviour import Behaviour, default_behaviour
from sim.policy import Policy
from sim.random import Generator, Purpose, numpy_generator
from sim.results import Results
from sim.rules import Rules
from sim.simulate import simulate

#: The month of the stock from which every district starts.
STOCK = "2024-05"
#: Where the world differs (all assumed): degrees of freedom of the t distributions of parameters and shocks; the
#: furthest a parameter may lie from its prior's median (standard deviations); the share of a list that a yearly rhythm
#: moves (least and most); how far the written share of dead and moved is off.
FREEDOM, FURTHEST, RHYTHM, REGISTER_OFF = 3, 4.0, (0.01, 0.05), 0.2
SOURCE = "MADE UP by a simulation of the model"


@dataclass(frozen=True)
class Kind:
    """Districts that share start and policy: ``segments`` are registered members per 1,000 residents; ``quota`` heads
    are taken in every month; ``held``: the Pemda keeps UHC status by agreement (non-cut-off)."""

    name: str
    residents: int
    facilities: int
    segments: tuple[tuple[str, int], ...]
    quota: int = 0
    held: bool = False

    def district(self) -> District:
        """The district as known at the start: its stock, and no history."""
        heads = {name: self.residents * share // 1000 for name, share in self.segments}
        made = tiny_district(self.residents, self.facilities, heads, STOCK)
        return made.model_copy(update={"name": self.name, "uhc_agreement": self.held})

    def scenario(self) -> Scenario:
        """What its Pemda decides, in the past and in the years to come alike."""
        if self.held:
            return load_scenario("uhc-non-cut-off")
        if not self.quota:
            return load_scenario("baseline")
        title = {"id": "Kuota bulanan", "en": "Monthly quota"}
        return Scenario("quota", title, title, (Placed(PemdaIntake(quota=self.quota), "quota"),), ("quota",))

    def policy(self, rules: Rules, months: int) -> Policy:
        """The policy of the first ``months`` months after the stock."""
        return self.scenario().policy(Context(self.district(), rules, later(STOCK, 1), months))


def lived(kind: Kind, rules: Rules, seed: int, number: int, months: int, differs: bool = False) -> Results:
    """What happens in district ``number`` of ``kind`` over ``months`` months: replicate ``number`` of the priors, in
    the model's own world or in the one that ``differs``."""
    district, policy = kind.district(), kind.policy(rules, months)
    behaviour = default_behaviour().draw(seed, number)
    if differs:
        luck = numpy_generator(number, Purpose.WALK)
        district = register_off(district, luck)
        behaviour, policy = heavier(behaviour, luck), with_rhythm(policy, district, luck)
    return simulate(district, rules, behaviour, policy, seed, replicate=number, stock=STOCK)


def heavier(behaviour: Behaviour, luck: Generator) -> Behaviour:
    """Parameters from t distributions about the priors' medians, each its own; all shocks from one."""
    wide = np.sqrt(FREEDOM / luck.chisquare(FREEDOM, len(DRAWN) + 1))
    moved = {
        parameter.name: parameter.quantile(float(np.clip(parameter.z(behaviour[parameter.name]) * factor,
                                                         -FURTHEST, FURTHEST)))
        for parameter, factor in zip(DRAWN, wide[:-1], strict=True)
    }  # fmt: skip
    return behaviour.but({**moved, "shock.size": float(wide[-1])})


def with_rhythm(policy: Policy, district: District, luck: Generator) -> Policy:
    """In one month of every year a check switches off a share of the Pemda's heads, in another as many are applied
    for; the ministry does the same with PBI-JK, in months of its own."""
    heads = {row.segment: row.active for row in district.stock().segments}
    month = np.arange(policy.months) % 12
    off, on, out, back = (month == at for at in luck.integers(12, size=4))
    pemda, central = luck.uniform(*RHYTHM, size=2)
    return policy.but(
        switch_off=policy.switch_off + pemda * off,
        intake_quota=policy.intake_quota + round(pemda * heads["pbpu_pemda"]) * on,
        pbi_cut=policy.pbi_cut + central * out,
        added_central=policy.added_central + round(central * heads["pbi_jk"]) * back,
    )


def register_off(district: District, luck: Generator) -> District:
    """The register holds a fifth more or fewer of the dead and moved than its stock says."""
    stock = district.stock()
    share = stock.ghost_share * (1 + REGISTER_OFF * float(luck.choice([-1, 1])))
    return district.model_copy(update={"stocks": (stock.model_copy(update={"ghost_share": share}),)})


def reported(
    results: Results, codes: Sequence[str], keys: Sequence[Key], months: int, number: int
) -> tuple[HistoryRow, ...]:
    """The first ``months`` months of every key as an office reports them: whole numbers, with the errors that
    calibration expects (``errors.yaml``), and never more active members than registered."""
    luck = numpy_generator(number, Purpose.OBSERVATION)
    told: dict[Key, np.ndarray] = {}
    for key in keys:
        error = error_of(key[0])
        noise = error.series * luck.standard_normal() + error.month * luck.standard_normal(months)
        told[key] = np.maximum(np.rint(np.expm1(np.log1p(simulated(results, codes, key)[:months]) + noise)), 0.0)
    for (indicator, place), values in told.items():
        if indicator == "active" and ("registered", place) in told:
            np.minimum(values, told["registered", place], out=values)
    return tuple(
        HistoryRow(month=month, indicator=indicator, place=place, value=value, source=SOURCE, confidence="assumed")
        for (indicator, place), values in told.items()
        for month, value in zip(span(later(STOCK, 1), months), values.tolist(), strict=True)
    )
