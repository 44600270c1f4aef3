"""How far past forecasts of a branch missed what became true: MAPE and bias over facilities and months."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from scenarios.branch.actual import WHOLE, Actual, Figure
from scenarios.months import number_of


class Told(NamedTuple):
    """What a forecast said of a figure: the middle of its replicates, and the range of 8 in 10 (None: no range)."""

    middle: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Forecast:
    """An earlier run of the branch: its ``folder`` (name), of each district the last month that it could have known
    (``known``), and what it ``told``."""

    folder: str
    known: Mapping[str, str]
    told: Mapping[Figure, Told]


@dataclass(frozen=True)
class Pair:
    """One figure: what became true, what was forecast of it, by which run, and how many months ahead."""

    figure: Figure
    actual: float
    told: Told
    folder: str
    ahead: int


@dataclass(frozen=True)
class Miss:
    """How far forecasts of one indicator missed, over ``cases`` figures of single places (``of_facilities``: of
    facilities, else of whole districts) and months.

    ``mape`` is the mean of |forecast − actual| / actual over the cases with an actual above zero (``zero`` are left
    out), None without any. ``bias`` is the sum of forecast − actual over the sum of actual (above zero: forecasts were
    too high), None where that is zero; ``difference`` is the sum itself. ``inside`` of ``ranged`` figures lay in their
    range.
    """

    indicator: str
    of_facilities: bool
    cases: int
    zero: int
    mape: float | None
    bias: float | None
    difference: float
    inside: int
    ranged: int


def pairs(actual: Actual, forecasts: Iterable[Forecast]) -> list[Pair]:
    """Each actual figure beside the last forecast of it: of those runs that knew no more than the months before, the
    one that knew the latest month, among equals the one named last in ``forecasts``. Figures of which there is no
    forecast are left out."""
    earlier = list(forecasts)
    found = []
    for figure, value in sorted(actual.items()):
        fit = [one for one in earlier if figure in one.told and one.known[figure.district] < figure.month]
        if fit:
            best = max(reversed(fit), key=lambda one: one.known[figure.district])
            ahead = number_of(figure.month) - number_of(best.known[figure.district])
            found.append(Pair(figure, value, best.told[figure], best.folder, ahead))
    return found


def misses(found: Sequence[Pair]) -> list[Miss]:
    """The misses by indicator, of facilities before whole districts; indicators without a pair are left out."""
    kinds = sorted({(pair.figure.indicator, pair.figure.place == WHOLE) for pair in found})
    return [_miss(indicator, whole, [pair for pair in found if pair.figure.indicator == indicator
                                     and (pair.figure.place == WHOLE) == whole])
            for indicator, whole in kinds]  # fmt: skip


def _miss(indicator: str, whole: bool, own: Sequence[Pair]) -> Miss:
    relative = [abs(pair.told.middle - pair.actual) / pair.actual for pair in own if pair.actual > 0]
    total, difference = sum(pair.actual for pair in own), sum(pair.told.middle - pair.actual for pair in own)
    ranges = [(pair.actual, pair.told.low, pair.told.high) for pair in own]
    held = [low <= value <= high for value, low, high in ranges if low is not None and high is not None]
    return Miss(
        indicator, not whole, len(own), len(own) - len(relative),
        sum(relative) / len(relative) if relative else None, difference / total if total > 0 else None, difference,
        sum(held), len(held),
    )  # fmt: skip
