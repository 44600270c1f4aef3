"""How strong a lever is, where nobody knows exactly: a range that each replicate draws from once."""

from __future__ import annotations

from zlib import crc32

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from scenarios.levers.fault import wrong
from sim.behaviour import Parameter
from sim.random import Purpose, make_key, normals

_TIMES: JsonDict = {"unit": "times the strength written"}


class Effect(BaseModel):
    """A factor on the strength that the lever is given: ``median``, and ``low`` and ``high``, between which it lies
    with a chance of 8 in 10. Normal on either side of the median, each with its own width, and cut off at 0."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: float = Field(ge=0, le=10, description="lower with a chance of 1 in 10", json_schema_extra=_TIMES)
    median: float = Field(default=1.0, ge=0, le=10, description="middle", json_schema_extra=_TIMES)
    high: float = Field(ge=0, le=10, description="higher with a chance of 1 in 10", json_schema_extra=_TIMES)

    @model_validator(mode="after")
    def _ordered(self) -> Effect:
        if not self.low <= self.median <= self.high:
            raise wrong("low, median and high in this order")
        return self

    def drawn(self, kind: str, seed: int, replicate: int) -> float:
        """The factor of a replicate for levers of this ``kind``: the same in every scenario, so that two which pull the
        lever alike differ in nothing else."""
        z = normals(make_key(seed, replicate), np.array([crc32(kind.encode())], np.uint32), 0, Purpose.LEVER)
        prior = Parameter(kind, self.median, self.low, self.high, "real", "times", "", "assumed", "assumed")
        return max(prior.quantile(float(z[0])), 0.0)
