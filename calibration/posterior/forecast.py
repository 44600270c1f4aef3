"""Simulations of a district's future, or of its past, with draws of a posterior: samples of the series asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.history.observed import Key, simulated
from districts.model import District
from scenarios.scenario import Decision
from scenarios.workers import each
from sim.behaviour import default_behaviour
from sim.futures import simulate_futures
from sim.posterior import Posterior
from sim.rules import Rules

FloatArray = NDArray[np.float64]
_TOLD, _ASIDE = "told", "aside"


@dataclass(frozen=True)
class Future:
    """What is simulated: ``district`` from the end of the month ``stock`` under what was ``decided``, ``posterior``
    None for the priors, and the ``keys`` that are kept. Of those in ``aside_keys`` it is what they are under ``aside``,
    with the same luck."""

    district: District
    rules: Rules
    decided: Decision
    stock: str
    posterior: Posterior | None
    seed: int
    keys: tuple[Key, ...]
    aside: Decision | None = None
    aside_keys: frozenset[Key] = frozenset()


def one(future: Future, replicate: int) -> FloatArray:
    """The series of one replicate, (keys, months)."""
    if future.posterior is None:
        behaviour = default_behaviour().draw(future.seed, replicate)
    else:
        behaviour = future.posterior.draw(future.seed, replicate)
    decisions = {_TOLD: future.decided, **({_ASIDE: future.aside} if future.aside else {})}
    policies = {name: decided.of(future.seed, replicate) for name, decided in decisions.items()}
    results = dict(simulate_futures(
        future.district, future.rules, behaviour, policies, future.seed, replicate=replicate, stock=future.stock
    ))  # fmt: skip
    codes = [facility.code for facility in future.district.facilities]
    of = {key: results[_ASIDE if future.aside and key in future.aside_keys else _TOLD] for key in future.keys}
    return np.stack([simulated(of[key], codes, key) for key in future.keys])


def sample(
    future: Future, replicates: Sequence[int], jobs: int = 1, tell: Callable[[int], None] | None = None
) -> dict[Key, FloatArray]:
    """The series of every replicate by key, (replicates, months); the same for any number of ``jobs``."""
    found: dict[int, FloatArray] = {}
    with closing(each(one, future, list(replicates), jobs)) as ended:
        for replicate, series in ended:
            found[replicate] = series
            if tell:
                tell(len(found))
    stacked = np.stack([found[replicate] for replicate in replicates])
    return {key: stacked[:, position] for position, key in enumerate(future.keys)}
