"""What a sensitivity analysis asks: which parameters are uncertain, how, and what follows from a set of them.

Parameters are told in *coordinates*: standard normals of their priors, so that all have one scale. Under a posterior
they are no longer standard, nor independent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from districts.faults import UserError
from districts.model import District
from scenarios.months import full_years, number_of, span
from scenarios.plan import Prepared, RunPlan, others_pay, prepare, prepare_loaded
from scenarios.shares import figures
from sim.behaviour import PARAMETERS, Behaviour, coordinates, default_behaviour
from sim.policy import Policy
from sim.posterior import Posterior, centre_of, draw_of
from sim.rules import Rules
from sim.simulate import simulate

if TYPE_CHECKING:
    from scenarios.scenario import Scenario

FloatArray = NDArray[np.float64]
#: The scenario whose need is asked about when nobody says otherwise: that of the second run of `prakira run`.
SCENARIO = "uhc-non-cut-off"
#: The figures whose uncertainty is told: the need of the year and capitation paid in it (rupiah), and active members
#: over the official population at its end (share).
NEED, CAPITATION, ACTIVE = "need", "capitation", "active"
FIGURES = (NEED, CAPITATION, ACTIVE)
_AT = [at for at, parameter in enumerate(PARAMETERS) if parameter.scale != "fixed"]
_DRAWN = tuple(PARAMETERS[at] for at in _AT)


class Question(Protocol):
    """What can be asked: ``names`` of D parameters and of O ``figures``; whether the parameters are ``independent``."""

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters."""

    @property
    def figures(self) -> tuple[str, ...]:
        """The figures."""

    @property
    def independent(self) -> bool:
        """Whether parameters vary independently of each other."""

    def draw(self, row: int) -> FloatArray:
        """Coordinates (D,) of one joint draw of the parameters; rows are independent of each other."""

    def quantiles(self, shares: FloatArray) -> FloatArray:
        """Coordinates (n, D) at the ``shares`` (n, D) of each parameter's own distribution."""

    def outcome(self, point: FloatArray, luck: int, row: int | None = None) -> FloatArray:
        """The figures (O,) that follow from coordinates (D,) under the luck of that number. ``row`` says which draw the
        point is, where it is one: what goes with that draw beside its parameters is then taken along."""


@dataclass(frozen=True)
class SensitivityPlan:
    """What a user asks for. ``year`` None is the first whole calendar year after the stock; ``posterior`` and ``prior``
    as in :class:`scenarios.plan.RunPlan`."""

    where: str
    scenario: str = SCENARIO
    year: int | None = None
    seed: int = 1
    stock: str | None = None
    posterior: str | None = None
    prior: bool = False


@dataclass(frozen=True)
class DistrictQuestion:
    """A district, a scenario whose line does not bind, and a calendar year. Every parameter of ``behaviour`` that is
    drawn at all is uncertain as the ``posterior`` says, else as its prior; switches stay as ``behaviour`` has them."""

    district: District
    rules: Rules
    policy: Policy
    stock: str
    year: int
    seed: int
    posterior: Posterior | None = None
    behaviour: Behaviour = default_behaviour()

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters that are drawn, in the order of the table of parameters."""
        return tuple(parameter.name for parameter in _DRAWN)

    @property
    def figures(self) -> tuple[str, ...]:
        """:data:`FIGURES`."""
        return FIGURES

    @property
    def independent(self) -> bool:
        """True without a posterior."""
        return self.posterior is None

    def draw(self, row: int) -> FloatArray:
        """The coordinates of the vector that replicate ``row`` of a run has."""
        if self.posterior is None:
            return coordinates(self.seed, row)[_AT]
        drawn = draw_of(self.posterior, self.seed, row).as_dict()
        return np.array([parameter.z(drawn[parameter.name]) for parameter in _DRAWN])

    def quantiles(self, shares: FloatArray) -> FloatArray:
        """Standard normal quantiles; of a parameter that the posterior knows, the quantiles of its draws."""
        found = np.asarray(ndtri(shares), np.float64)
        for at, parameter in enumerate(_DRAWN):
            if self.posterior is not None and parameter.name in self.posterior.names:
                values = self.posterior.values[:, self.posterior.names.index(parameter.name)]
                known = np.array([parameter.z(float(value)) for value in values])
                found[:, at] = np.quantile(known, shares[:, at])
        return found

    def outcome(self, point: FloatArray, luck: int, row: int | None = None) -> FloatArray:
        """One simulation to the end of the year. Facility effects that a posterior knows are those of the draw, else
        its centre's; shocks go with the luck."""
        values = {parameter.name: parameter.quantile(float(z)) for parameter, z in zip(_DRAWN, point, strict=True)}
        known = centre_of(self.posterior) if row is None else draw_of(self.posterior, self.seed, row)
        behaviour = replace(self.behaviour.but(values), places=known.places)
        results = simulate(self.district, self.rules, behaviour, self.policy, self.seed, replicate=luck,
                           stock=self.stock)  # fmt: skip
        need, capitation = figures(results, self.year, others_pay(self.district).get(str(self.year), 0))
        active = results.series("active")[-1] / results.series("population_dukcapil")[-1]
        return np.array([need, capitation, active])


def prepare_question(plan: SensitivityPlan) -> tuple[DistrictQuestion, Prepared]:
    """The question of ``plan`` with all it names loaded, and the run of that scenario to the end of the year.

    Raises ``InputError`` or ``UserError`` for what cannot be asked: a scenario whose line binds, a year that is not
    simulated whole.
    """
    run = RunPlan(plan.where, (plan.scenario,), seed=plan.seed, stock=plan.stock, posterior=plan.posterior,
                  prior=plan.prior)  # fmt: skip
    ready = prepare(run)
    first = ready.first_month
    year = full_years(span(first, 24))[0] if plan.year is None else plan.year
    if number_of(f"{year:04d}-01") < number_of(first):
        raise UserError("the year {year} begins before the run, which starts in {first}; the first whole year is "
                        "{next}", year=year, first=first, next=full_years(span(first, 24))[0])  # fmt: skip
    months = number_of(f"{year:04d}-12") - number_of(first) + 1
    ready = prepare_loaded(replace(run, months=months), ready.district, ready.rules)
    scenario: Scenario = ready.scenarios[0]
    policy = ready.policies[scenario.name]
    if policy.line_rule != "unbounded":
        raise UserError(
            "the line of scenario {name} binds; need comes only from a run whose line does not", name=scenario.name
        )
    stock = ready.plan.stock or ready.district.default_stock
    return DistrictQuestion(ready.district, ready.rules, policy, stock, year, plan.seed, ready.posterior), ready
