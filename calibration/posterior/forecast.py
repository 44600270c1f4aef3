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
    (found,) = together((future,), replicate)
    return found


def together(futures: Sequence[Future], replicate: int) -> tuple[FloatArray, ...]:
    """The series of one replicate of each of ``futures``, (keys, months). They differ in what is decided and in the
    keys only; the months that they have in common are simulated once."""
    like = futures[0]
    if like.posterior is None:
        behaviour = default_behaviour().draw(like.seed, replicate)
    else:
        behaviour = like.posterior.draw(like.seed, replicate)
    decided = {f"{_TOLD} {at}": future.decided for at, future in enumerate(futures)}
    decided |= {f"{_ASIDE} {at}": future.aside for at, future in enumerate(futures) if future.aside is not None}
    policies = {name: decision.of(like.seed, replicate) for name, decision in decided.items()}
    results = dict(
        simulate_futures(like.district, like.rules, behaviour, policies, like.seed, replicate=replicate,
                         stock=like.stock)
    )  # fmt: skip
    codes = [facility.code for facility in like.district.facilities]

    def series(at: int, future: Future, key: Key) -> FloatArray:
        apart = future.aside is not None and key in future.aside_keys
        return simulated(results[f"{_ASIDE if apart else _TOLD} {at}"], codes, key)

    return tuple(np.stack([series(at, future, key) for key in future.keys]) for at, future in enumerate(futures))


def sample(
    future: Future, replicates: Sequence[int], jobs: int = 1, tell: Callable[[int], None] | None = None
) -> dict[Key, FloatArray]:
    """The series of every replicate by key, (replicates, months); the same for any number of ``jobs``."""
    (found,) = samples((future,), replicates, jobs, tell)
    return found


def samples(
    futures: Sequence[Future], replicates: Sequence[int], jobs: int = 1, tell: Callable[[int], None] | None = None
) -> tuple[dict[Key, FloatArray], ...]:
    """As :func:`sample` of each of ``futures``, simulated :func:`together`."""
    found: dict[int, tuple[FloatArray, ...]] = {}
    with closing(each(together, tuple(futures), list(replicates), jobs)) as ended:
        for replicate, series in ended:
            found[replicate] = series
            if tell:
                tell(len(found))
    stacked = [np.stack([found[replicate][at] for replicate in replicates]) for at in range(len(futures))]
    return tuple({key: stacked[at][:, position] for position, key in enumerate(future.keys)}
                 for at, future in enumerate(futures))  # fmt: skip
