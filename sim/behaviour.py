"""How people and clinics act: the named parameters that calibration estimates, with unit, source and prior.

The table is ``behaviour.yaml``. A :class:`Behaviour` is one vector of values; :meth:`Behaviour.draw` makes the vector
of a replicate from the priors. ``shock.size`` 0 and the default vector are what ``--luck-only`` means.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Literal
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from districts.faults import UserError
from sim.random import Purpose, make_key, normals

Scale = Literal["share", "rate", "real", "fixed"]
#: How a district's history tells of a parameter: not at all, by the course of its months, by its levels.
Fit = Literal["", "dynamic", "level"]
#: Standard normal quantile at 90 %: ``low`` and ``high`` are the 10 % and 90 % points of a prior.
_Z90 = 1.2815515655446004
#: Parameters that are levels, not rates: with every *rate* at zero nothing changes.
_CHANGE_RATES = ("demo.", "register.cleansing", "premium.miss", "premium.return", "premium.rehab_join",
                 "premium.class_down", "segment.", "chronic.ht_incidence", "chronic.dm_incidence",
                 "chronic.diagnosis", "chronic.prolanis_drop", "staff.turnover")  # fmt: skip


@dataclass(frozen=True)
class Parameter:
    """One parameter: ``default`` is the prior's median, ``low`` and ``high`` its 10 % and 90 % points, on ``scale``
    ("share" normal on the logit, "rate" on the log, "real" linear, either side its own width; "fixed" never drawn).
    ``fit`` says how a calibration to the district's history estimates it."""

    name: str
    default: float
    low: float
    high: float
    scale: Scale
    unit: str
    source: str
    confidence: Literal["high", "medium", "low", "assumed"]
    kind: Literal["calibrated", "published", "assumed"]
    fit: Fit = ""

    def quantile(self, z: float) -> float:
        """The value at standard normal ``z`` of the prior."""
        if self.scale == "fixed":
            return self.default
        forward, back = _TRANSFORM[self.scale]
        middle, edge = forward(self.default), forward(self.high if z > 0 else self.low)
        return back(middle + abs(edge - middle) / _Z90 * z)

    def allows(self, value: float) -> bool:
        """Whether ``value`` lies on the scale: shares between 0 and 1, rates above 0, all finite."""
        most = 1.0 if self.scale == "share" else math.inf
        return (0.0 if self.scale in ("share", "rate") else -math.inf) < value < most

    def z(self, value: float) -> float:
        """The standard normal of the prior at which :meth:`quantile` gives ``value``.

        Raises ``ValueError`` for a parameter that is never drawn, or a value outside its scale (shares lie between 0
        and 1, rates above 0), or off the default where that side of the prior has no width.
        """
        if self.scale == "fixed":
            raise ValueError(f"{self.name} is never drawn")
        if not self.allows(value):
            raise ValueError(f"{self.name} cannot be {value}")
        forward, _ = _TRANSFORM[self.scale]
        away = forward(value) - forward(self.default)
        if away == 0.0:
            return 0.0
        width = abs(forward(self.high if away > 0 else self.low) - forward(self.default)) / _Z90
        if width == 0.0:
            raise ValueError(f"{self.name} cannot be {value}: its prior has no width on that side")
        return away / width


_TRANSFORM = {
    "share": (lambda p: math.log(p / (1 - p)), lambda x: 1 / (1 + math.exp(-x))),
    "rate": (math.log, math.exp),
    "real": (float, float),
}


@cache
def _parameters() -> tuple[Parameter, ...]:
    from ruamel.yaml import YAML

    table = YAML(typ="safe").load(files("sim").joinpath("behaviour.yaml").read_text(encoding="utf-8"))
    return tuple(Parameter(name=name, **fields) for name, fields in table.items())


PARAMETERS: tuple[Parameter, ...] = _parameters()
#: Draws are named by a checksum of the parameter's name, so that a new parameter moves no other.
_NAMES = np.array([crc32(parameter.name.encode()) for parameter in PARAMETERS], np.uint32)
_DEFAULTS: dict[str, float] = {parameter.name: float(parameter.default) for parameter in PARAMETERS}


@dataclass(frozen=True)
class Behaviour:
    """One vector of parameter values; look one up with ``behaviour["care.sick"]``.

    ``places`` are the facility effects that are known (see :data:`sim.shocks.EFFECTS`), by name, each one value a
    facility in the district's order; what is not among them is drawn by the shocks.
    """

    values: tuple[tuple[str, float], ...]
    places: tuple[tuple[str, tuple[float, ...]], ...] = ()

    def __getitem__(self, name: str) -> float:
        return self.as_dict()[name]

    def value(self, name: str) -> float:
        """The value of ``name``. Raises ``UserError`` for an unknown parameter."""
        if name not in _DEFAULTS:
            raise UserError("unknown parameter {name}", name=name)
        return self[name]

    def as_dict(self) -> dict[str, float]:
        """All values by name."""
        return dict(self.values)

    def but(self, changes: dict[str, float]) -> Behaviour:
        """A copy with ``changes``. Raises ``UserError`` for an unknown parameter."""
        unknown = sorted(set(changes) - set(_DEFAULTS))
        if unknown:
            raise UserError("unknown parameter {name}", name=", ".join(unknown))
        return replace(self, values=tuple({**self.as_dict(), **changes}.items()))

    def at_places(self, effects: Mapping[str, Sequence[float]]) -> Behaviour:
        """A copy in which the facility effects ``effects`` are known, beside those that were."""
        known = {name: tuple(map(float, values)) for name, values in effects.items()}
        return replace(self, places=tuple(sorted({**dict(self.places), **known}.items())))

    def draw(self, seed: int, replicate: int, held: frozenset[str] = frozenset()) -> Behaviour:
        """The vector of ``replicate``: every parameter at the quantile of its own standard normal.

        A parameter set away from its default keeps the value that was set, and one ``held`` the value it has here;
        all others are drawn as they would be if none were held. Known facility effects stay.
        """
        mine, drawn = self.as_dict(), []
        for parameter, draw in zip(PARAMETERS, coordinates(seed, replicate), strict=True):
            here = mine[parameter.name]
            free = here == parameter.default and parameter.name not in held
            value = parameter.quantile(float(draw)) if free else here
            drawn.append((parameter.name, value))
        return replace(self, values=tuple(drawn))

    def without_change(self) -> Behaviour:
        """The vector in which every rate of change is zero: nobody is born, moves, misses, joins or leaves."""
        frozen = {p.name: 0.0 for p in PARAMETERS if p.name.startswith(_CHANGE_RATES)}
        return self.but(frozen)


def coordinates(seed: int, replicate: int) -> NDArray[np.float64]:
    """The standard normals at which a replicate's parameters are drawn, in the order of :data:`PARAMETERS`."""
    return normals(make_key(seed, replicate), _NAMES, 0, Purpose.BEHAVIOUR)


def default_behaviour() -> Behaviour:
    """The medians of all priors."""
    return Behaviour(tuple(_DEFAULTS.items()))
