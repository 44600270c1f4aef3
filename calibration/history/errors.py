"""The error model of a district's history: how far a figure may lie from what happened (``errors.yaml``)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_RATIOS = ("ak", "rrns", "rppt")
_FLOWS = ("births", "deaths", "pbi_in", "pbi_out", "job_gain", "job_loss", "pbpu_joined", "intake", "suspended",
          "reactivated")  # fmt: skip


@dataclass(frozen=True)
class ErrorModel:
    """Standard deviations on the log scale: ``month`` of each month on its own, ``series`` shared by the series."""

    month: float
    series: float
    source: str
    confidence: str


@cache
def _table() -> dict[str, ErrorModel]:
    from ruamel.yaml import YAML

    text = files("calibration.history").joinpath("errors.yaml").read_text(encoding="utf-8")
    return {name: ErrorModel(**fields) for name, fields in YAML(typ="safe").load(text).items()}


def error_of(indicator: str) -> ErrorModel:
    """The error model of a history's ``indicator``: its own, or that of its kind (flow, ratio, claims, count)."""
    table = _table()
    if indicator in table:
        return table[indicator]
    if indicator in _FLOWS:
        return table["flow"]
    if indicator in _RATIOS:
        return table["ratio"]
    return table["claims" if indicator.startswith("claims_") else "count"]
