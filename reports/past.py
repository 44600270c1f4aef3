"""What a run's manifest keeps of the months before it, as charts draw it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from reports.numbers import FloatArray, ratio
from scenarios.months import number_of


@dataclass(frozen=True)
class Past:
    """The months before a run that starts in ``start`` ("YYYY-MM"); ``kept`` is the manifest's entry ``past``."""

    kept: Mapping[str, Any]
    start: str

    @property
    def months(self) -> tuple[str, ...]:
        """The months, "YYYY-MM"; none where nothing is known."""
        return tuple(self.kept.get("months", ()))

    @cached_property
    def positions(self) -> FloatArray:
        """Where the months stand on an axis on which the run's first month is 0: below zero, (H,)."""
        return np.array([number_of(month) - number_of(self.start) for month in self.months], np.float64)

    def district(self, key: str) -> FloatArray:
        """One figure of the district by month, NaN where it is not known, (H,)."""
        return _column(self.kept.get("district", {}).get(key), len(self.months))

    def active_share(self) -> FloatArray:
        """Active members over the latest population count, share, (H,)."""
        return ratio(self.district("active"), self.district("population"))

    def share(self, facility: str) -> FloatArray:
        """The share of capitation that ``facility`` was paid, percent, (H,)."""
        return _column(self.kept.get("share_permille", {}).get(facility), len(self.months)) / 10

    def ratings(self, facility: str) -> list[tuple[int, int, int] | None]:
        """The ratings of AK, RRNS and RPPT of ``facility`` by month, None where its counts are not known, [H]."""
        found = self.kept.get("ratings", {}).get(facility, [None] * len(self.months))
        return [None if one is None else (int(one[0]), int(one[1]), int(one[2])) for one in found]

    def last(self, most: int, *columns: FloatArray) -> slice:
        """The last ``most`` months, from the first on in which one of the ``columns`` is known; to the last such."""
        known = np.flatnonzero(np.isfinite(np.stack(columns)).any(axis=0)) if columns else np.array([], np.int64)
        if not known.size:
            return slice(0, 0)
        end = int(known[-1]) + 1
        return slice(max(int(known[0]), end - most), end)


def _column(values: Sequence[float | None] | None, months: int) -> FloatArray:
    found = [None] * months if values is None else values
    return np.array([np.nan if value is None else value for value in found], np.float64)
