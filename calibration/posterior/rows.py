"""The table of simulations in memory, as far as a history asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.history.observed import Key, simulated
from calibration.posterior.table import Table
from sim.behaviour import PARAMETERS

FloatArray = NDArray[np.float64]
#: The parameters that are drawn at all, in the order of PARAMETERS.
DRAWN = tuple(parameter for parameter in PARAMETERS if parameter.scale != "fixed")
_AT = np.array([number for number, parameter in enumerate(PARAMETERS) if parameter.scale != "fixed"])


@dataclass(frozen=True)
class Rows:
    """``z`` (n, DRAWN) parameters as standard normals of their priors, ``effects`` (n, EFFECTS, facilities), and the
    ``series`` (n, months) of every key that was asked for. ``numbers`` (n,) name the rows."""

    numbers: NDArray[np.int64]
    z: FloatArray
    effects: FloatArray
    series: dict[Key, FloatArray]

    def first(self, count: int) -> Rows:
        """The first ``count`` rows."""
        return Rows(
            self.numbers[:count], self.z[:count], self.effects[:count],
            {key: values[:count] for key, values in self.series.items()},
        )  # fmt: skip


def load(table: Table, keys: Sequence[Key], codes: Sequence[str], count: int, before: Rows | None = None) -> Rows:
    """The first ``count`` rows of ``table``; those of ``before`` are not read again."""
    known = 0 if before is None else len(before.numbers)
    fresh = range(known, count)
    parameters, effects = [], []
    series: dict[Key, list[FloatArray]] = {key: [] for key in keys}
    for number in fresh:
        row = table.row(number)
        parameters.append(row.parameters[_AT])
        effects.append(row.effects)
        for key in keys:
            series[key].append(simulated(row.results, codes, key))
    values = np.array(parameters).reshape(len(fresh), len(DRAWN))
    columns = [[parameter.z(float(value)) for value in values[:, at]] for at, parameter in enumerate(DRAWN)]
    z = np.array(columns).reshape(len(DRAWN), len(fresh)).T
    new = Rows(np.arange(known, count), z, np.array(effects), {key: np.array(found) for key, found in series.items()})
    if before is None or known == 0:
        return new
    if not len(fresh):
        return before
    return Rows(
        np.concatenate([before.numbers, new.numbers]),
        np.concatenate([before.z, new.z]),
        np.concatenate([before.effects, new.effects]),
        {key: np.concatenate([before.series[key], new.series[key]]) for key in keys},
    )
