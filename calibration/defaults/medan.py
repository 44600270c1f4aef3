"""The joint fit of levels and of spreads between facilities to Medan and to the national means.

Medan, December 2023: of 273 FKTP 42 % reach the target of AK, 83 % that of RRNS, 32 % that of RPPT. A share depends on
a level and on a spread; the national means hold the levels, and the shares then say what the spreads must be. All are
fitted at once, because a Prolanis session is a contact, and a sick visit the start of a referral.

Gauss-Newton on the scales of the parameters (logit of shares, log of rates), same luck in every evaluation, the slopes
corrected by Broyden's rule after each step. ``python -m calibration.defaults.medan`` runs it in a few minutes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from calibration.defaults.predictive import Over, processes, sample
from calibration.defaults.targets import load_targets
from calibration.defaults.watch import FloatArray
from districts.model import District
from districts.read import read_district
from sim.behaviour import PARAMETERS, default_behaviour

#: The three shares, together, and the facilities they are shares of.
MEDAN: dict[str, float] = {"share_ak": 0.42, "share_rrns": 0.83, "share_rppt": 0.32}
FKTP = 273
#: Means that hold the levels; each is expected in the interval of ``targets.yaml``, read as one of 90 %.
MEANS = (
    "sick_rate", "well_rate", "outpatient_rate", "admission_rate", "referral_median", "referral_spread", "rrns_mean",
    "prolanis_ht", "prolanis_dm",
)  # fmt: skip
#: What neither settles: (middle, standard deviation on the parameter's scale). The spread of contacts: between what
#: the national means leave for Medan (0.2) and what Jakarta Timur 2017 shows under the older rule (0.7). Attendance:
#: the visit ratio of Aceh 2020 (44.9 %), Surabaya 2017 (15 %) and Jombang 2021 (50 % and more). Hospital visits per
#: referral: 2 to 4 (general knowledge). The other spreads: assumed.
PRIORS: dict[str, tuple[float, float]] = {
    "care.facility_sd": (0.30, 0.5),
    "referral.outpatient_visits": (3.0, 0.2),
    "referral.tacc_facility_sd": (0.70, 0.7),
    "chronic.prolanis_facility_sd": (0.70, 0.5),
    "chronic.attendance": (0.45, 0.4),
}
FITTED = (
    "care.sick", "care.well", "care.emergency", "care.facility_sd", "referral.rate", "referral.facility_sd",
    "referral.outpatient_visits", "referral.tacc", "referral.tacc_facility_sd", "chronic.prolanis_ht",
    "chronic.prolanis_dm", "chronic.prolanis_facility_sd", "chronic.attendance",
)  # fmt: skip
#: In the search a share weighs this many times its error, so that the three are met and the means give way within
#: their intervals; the uncertainty is that of the true errors.
_WEIGHT = 4.0
#: Step of the finite differences on the parameters' scales; shares of facilities are rough below it.
_STEP = 0.15
_SEED = 273
_Z95 = 1.6448536269514722
_TRANSFORM: dict[str, tuple[Callable[[float], float], Callable[[float], float]]] = {
    "share": (logit, expit),
    "rate": (math.log, math.exp),
}
_SCALE = {parameter.name: parameter.scale for parameter in PARAMETERS}


@dataclass(frozen=True)
class Aim:
    """A quantity on a scale ("share": logit, "rate": log) with the ``value`` expected there and its ``error``."""

    quantity: str
    scale: str
    value: float
    error: float


def aims() -> tuple[Aim, ...]:
    """Medan's shares with the binomial error of 273 FKTP, and the means with the width of their sources."""
    shares = [
        Aim(name, "share", _TRANSFORM["share"][0](share), 1 / math.sqrt(FKTP * share * (1 - share)))
        for name, share in MEDAN.items()
    ]
    targets = {target["quantity"]: target for target in load_targets()}
    means = []
    for name in MEANS:
        low, high = math.log(targets[name]["low"]), math.log(targets[name]["high"])
        means.append(Aim(name, "rate", (low + high) / 2, (high - low) / 2 / _Z95))
    return (*shares, *means)


@dataclass(frozen=True)
class Fit:
    """Where the fit began and ended. ``start`` and ``end`` are parameter values, ``before`` and ``after`` the
    quantities, in the order of :func:`aims`; ``covariance`` that of the parameters on their scales, shape
    (parameters, parameters), from the errors of the aims and the priors."""

    names: tuple[str, ...]
    start: dict[str, float]
    end: dict[str, float]
    before: FloatArray
    after: FloatArray
    covariance: FloatArray


def on_scale(name: str, value: float) -> float:
    """A parameter's ``value`` on the scale of its prior: logit of shares, log of rates."""
    return float(_TRANSFORM[_SCALE[name]][0](value))


@dataclass(frozen=True)
class _Problem:
    """The distances from aims and priors as a function of the fitted parameters on their scales."""

    district: District
    names: tuple[str, ...]
    replicates: int
    over: Over

    def values(self, at: FloatArray) -> dict[str, float]:
        return {name: float(_TRANSFORM[_SCALE[name]][1](value)) for name, value in zip(self.names, at, strict=True)}

    def look(self, at: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The quantities, mean over replicates with default behaviour and shocks on, and all distances."""
        quantities = [aim.quantity for aim in aims()]
        behaviour = default_behaviour().but(self.values(at))
        runs = range(self.replicates)
        drawn = sample(self.district, quantities, runs, _SEED, behaviour=behaviour, over=self.over)
        found: FloatArray = drawn.mean(axis=0)
        return found, np.concatenate([_misses(found), _prior_misses(self.names, at)])

    def slopes(self, at: FloatArray, miss: FloatArray) -> FloatArray:
        """Forward differences of the distances, shape (distances, parameters)."""
        return np.stack([(self.look(at + step)[1] - miss) / _STEP for step in _STEP * np.eye(len(at))], axis=1)


def fit(
    district: District,
    names: Sequence[str] = FITTED,
    *,
    start: Mapping[str, float] | None = None,
    replicates: int = 24,
    steps: int = 6,
    over: Over = map,
) -> Fit:
    """Move the parameters ``names`` from ``start`` (default: the defaults) until all aims are met as well as can be.

    Runs ``replicates`` x (parameters + 1 + ``steps``) simulations of 14 months.
    """
    problem = _Problem(district, tuple(names), replicates, over)
    behaviour = default_behaviour().but(dict(start or {}))
    x = np.array([on_scale(name, behaviour[name]) for name in names])
    before, miss = problem.look(x)
    slopes = problem.slopes(x, miss)
    weight = np.ones(len(miss))
    weight[: len(MEDAN)] = _WEIGHT
    best = (float(np.sum((weight * miss) ** 2)), x, before)
    for _ in range(steps):
        change = np.linalg.lstsq(weight[:, None] * slopes, -weight * miss, rcond=None)[0]
        after, now = problem.look(x + change)
        slopes += np.outer(now - miss - slopes @ change, change) / (change @ change)
        x, miss = x + change, now
        best = min(best, (float(np.sum((weight * miss) ** 2)), x, after), key=lambda kept: kept[0])
    covariance: FloatArray = np.linalg.inv(slopes.T @ slopes).astype(np.float64)
    return Fit(problem.names, {n: behaviour[n] for n in names}, problem.values(best[1]), before, best[2], covariance)


def uncertainty(district: District, replicates: int = 12, over: Over = map) -> FloatArray:
    """Covariance of the fitted parameters on their scales around the defaults, shape (parameters, parameters)."""
    problem = _Problem(district, FITTED, replicates, over)
    x = np.array([on_scale(name, default_behaviour()[name]) for name in FITTED])
    slopes = problem.slopes(x, problem.look(x)[1])
    covariance: FloatArray = np.linalg.inv(slopes.T @ slopes).astype(np.float64)
    return covariance


def _misses(found: FloatArray) -> FloatArray:
    """Distances of the quantities from the aims, in standard errors."""
    return np.array([
        (_TRANSFORM[aim.scale][0](float(value)) - aim.value) / aim.error
        for aim, value in zip(aims(), found, strict=True)
    ])  # fmt: skip


def _prior_misses(names: Sequence[str], at: FloatArray) -> FloatArray:
    """Distances of the parameters with a prior from its middle, in its standard deviations."""
    return np.array([
        (float(value) - on_scale(name, PRIORS[name][0])) / PRIORS[name][1]
        for name, value in zip(names, at, strict=True) if name in PRIORS
    ])  # fmt: skip


def distance(shares: FloatArray) -> float:
    """Squared Mahalanobis distance of simulated shares from Medan's, shape of ``shares`` (replicates, 3).

    The covariance is Medan's binomial one (the three shares of 273 FKTP taken as independent) plus that of the mean
    of the replicates; chi-square with three degrees of freedom if the model is right.
    """
    aim = np.array(list(MEDAN.values()))
    error = np.diag(aim * (1 - aim) / FKTP) + np.cov(shares.T) / len(shares)
    miss = shares.mean(axis=0) - aim
    return float(miss @ np.linalg.solve(error, miss))


def main() -> None:
    """Fit on the shipped district and print start, end, distances and uncertainty."""
    with processes() as over:
        found = fit(read_district("bengkulu-utara"), over=over)
    print(f"{'quantity':18}{'aim':>10}{'start':>10}{'end':>10}{'errors off':>12}")
    for aim, before, after, miss in zip(aims(), found.before, found.after, _misses(found.after), strict=True):
        print(f"{aim.quantity:18}{_TRANSFORM[aim.scale][1](aim.value):10.4g}{before:10.4g}{after:10.4g}{miss:12.2f}")
    spread = np.sqrt(np.diag(found.covariance))
    print(f"\n{'parameter':30}{'start':>10}{'end':>10}{'error':>8}  (on the parameter's scale)")
    for name, error in zip(found.names, spread, strict=True):
        print(f"{name:30}{found.start[name]:10.4g}{found.end[name]:10.4g}{error:8.3f}")
    print("\ncorrelations")
    for name, row in zip(found.names, found.covariance / np.outer(spread, spread), strict=True):
        print(f"{name:30}" + " ".join(f"{value:5.2f}" for value in row))


if __name__ == "__main__":
    main()
