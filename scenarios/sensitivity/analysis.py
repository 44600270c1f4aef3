"""A sensitivity analysis from end to end: screening, draws, a surrogate of each figure, and what it says.

The same for the simulator and for a function in memory: whatever answers a :class:`Question`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.sensitivity.known import DRAWN, known, shares, totals
from scenarios.sensitivity.question import Question
from scenarios.sensitivity.runs import AGAIN, DRAWS, SCREENING, Kept, Work, compute
from scenarios.sensitivity.screening import WAYS, Screened, design, screen
from scenarios.sensitivity.surrogate import Error, Surrogate, fit, held_out, judged

if TYPE_CHECKING:
    from scenarios.run import Progress

FloatArray = NDArray[np.float64]
#: Draws simulated unless more are asked for; fewer than the least are no basis for a surrogate.
RUNS, LEAST = 600, 60
#: One draw in so many is simulated again under another luck, but at least so many.
_AGAIN, _AGAIN_LEAST = 10, 20
#: Parts of the draws that are left out in turn, for the intervals of the shares.
_PARTS = 8
#: The joint draws that surrogates are asked about are those from this one on: none of them is simulated.
_ASKED = 2_000_000
#: A surrogate that tells less than this part of what is not luck is called rough.
_ROUGH = 0.6


@dataclass(frozen=True)
class Influence:
    """What one parameter is to one figure. ``share`` of the variance that is expected to go once it is known, with the
    interval ``low`` to ``high`` of about 95 % from the number of runs; ``total`` also counts what it does together with
    others (None where parameters go together); ``width`` of the range of 8 in 10 once it is known; the figure's mean
    ``at_low`` and ``at_high``: where the parameter lies about its 10 % and 90 % points, ``values`` (coordinates)."""

    name: str
    share: float
    low: float
    high: float
    total: float | None
    width: float
    at_low: float
    at_high: float
    values: tuple[float, float]


@dataclass(frozen=True)
class Finding:
    """What was found of one figure: ``mean``, ``variance`` and range of 8 in 10 (``low`` to ``high``) over the draws;
    ``width`` of that range as the surrogate and its errors make it, to compare with the widths of the influences;
    ``luck``, the share of the variance that is luck and shocks, which nobody can know, and ``told``, that of all
    parameters together as the surrogate has it; the ``error`` of the surrogate;
    the parameters that were looked at (``influences``, the most worth knowing first), how many others move the figure
    less (``slight``) or not at all (``idle``). A figure that does not vary, or that no parameter moves, has no error
    and no influences."""

    figure: str
    mean: float
    variance: float
    low: float
    high: float
    width: float
    luck: float
    told: float
    error: Error | None
    influences: tuple[Influence, ...]
    slight: int
    idle: tuple[str, ...]

    @property
    def untold(self) -> float:
        """The share of the variance that is neither luck nor told by the surrogate: what it misses, and what goes with
        a draw beside its parameters."""
        return max(0.0, 1.0 - self.told - self.luck) if self.error else 0.0

    @property
    def rough(self) -> bool:
        """Whether the surrogate tells too little of what is not luck for its shares to be trusted."""
        return self.error is not None and self.error.r2 < _ROUGH * self.error.most

    @property
    def next(self) -> Influence | None:
        """The parameter that is most worth measuring next; None where none surely matters, or nobody can tell."""
        return None if self.rough else next((one for one in self.influences if one.low > 0), None)


@dataclass(frozen=True)
class Sensitivity:
    """The findings of all figures, from so many ``runs`` (draws) and ``simulations`` in all; ``independent`` parameters
    or those of a posterior."""

    findings: tuple[Finding, ...]
    runs: int
    simulations: int
    independent: bool

    def of(self, figure: str) -> Finding:
        """The finding of one figure. Raises ``KeyError`` for another."""
        for finding in self.findings:
            if finding.figure == figure:
                return finding
        raise KeyError(figure)


def analyse(
    question: Question, kept: Kept, runs: int = RUNS, ways: int = WAYS, seed: int = 1, jobs: int = 1,
    progress: Callable[[Progress], None] | None = None,
) -> Sensitivity:  # fmt: skip
    """Simulate what is not ``kept`` yet, and tell of each figure which parameters its uncertainty comes from.

    ``ways`` of a Morris design, ``runs`` joint draws of all parameters; the same arguments give the same answer,
    whatever the number of ``jobs`` and however often it was stopped. Raises ``ValueError`` for fewer than
    :data:`LEAST` runs.
    """
    if runs < LEAST:
        raise ValueError(f"{runs} runs are no basis for a surrogate; at least {LEAST}")
    steps, points = design(question, ways, seed)
    again = max(_AGAIN_LEAST, runs // _AGAIN)
    units = [*((SCREENING, number) for number in range(len(points))), *((DRAWS, number) for number in range(runs)),
             *((AGAIN, number) for number in range(again))]  # fmt: skip
    found = compute(Work(question, points), units, kept, jobs, progress)

    def values(kind: str, count: int) -> FloatArray:
        return np.array([found[kind, number] for number in range(count)])

    drawn = np.array([question.draw(row) for row in range(runs)])
    asked = np.array([question.draw(_ASKED + row) for row in range(DRAWN)])
    screened, told, other = values(SCREENING, len(points)), values(DRAWS, runs), values(AGAIN, again)
    findings = [
        _finding(question, figure, screen(question, steps, screened[:, at]), _Draws(drawn, asked, told[:, at],
                 other[:, at]), seed)
        for at, figure in enumerate(question.figures)
    ]  # fmt: skip
    return Sensitivity(tuple(findings), runs, len(units), question.independent)


@dataclass(frozen=True)
class _Draws:
    """The draws of one figure: coordinates of those simulated (runs, D) and of those asked (DRAWN, D), the figure
    (runs,), and of the first draws under another luck (again,)."""

    points: FloatArray
    asked: FloatArray
    values: FloatArray
    again: FloatArray

    @property
    def luck(self) -> float:
        """The variance of luck and shocks: half the mean squared difference under two of them."""
        return float(np.mean((self.values[: len(self.again)] - self.again) ** 2) / 2)


def _finding(question: Question, figure: str, screened: Screened, draws: _Draws, seed: int) -> Finding:
    """What the draws say of one figure."""
    values, columns = draws.values, screened.kept
    variance = float(values.var(ddof=1))
    idle = tuple(name for name, still in zip(question.names, screened.idle, strict=True) if still)
    low, high = (float(end) for end in np.quantile(values, (0.1, 0.9)))
    whole = (figure, float(values.mean()), variance, low, high)
    luck = min(1.0, draws.luck / variance) if variance > 0 else 0.0
    if not columns or not variance > 0:
        return Finding(*whole, high - low, luck, 0.0, None, (), len(question.names) - len(idle), idle)
    apart = held_out(len(values))
    surrogate = fit(draws.points[~apart], values[~apart], columns)
    error = judged(surrogate, draws.points[apart], values[apart], int((~apart).sum()), draws.luck)
    rest = values[apart] - surrogate(draws.points[apart])
    # The whole as the surrogate has it, so that shares, luck and what is missed add up: what it tells of further draws,
    # and what it missed on those it did not see (one that is worse than the mean counts as the mean).
    told = float(surrogate(draws.asked).var())
    both = told + min(error.rmse**2, variance)
    worth, width = known(surrogate, draws.asked, columns, both, rest, seed)
    spread = _spread(surrogate, draws, columns, both)
    total = totals(question, surrogate, told / both, seed) if question.independent else {}
    influences = []
    for column, one, reach in zip(columns, worth, map(float, spread), strict=True):
        ends = np.quantile(draws.asked[:, column], (0.1, 0.9))
        influences.append(Influence(
            question.names[column], one.share, max(0.0, one.share - reach), min(1.0, one.share + reach),
            total.get(column), one.width, one.low, one.high, (float(ends[0]), float(ends[1])),
        ))  # fmt: skip
    influences.sort(key=lambda one: -one.share)
    slight = len(question.names) - len(idle) - len(columns)
    luck = min(draws.luck / both, 1.0 - told / both)
    return Finding(*whole, width, luck, told / both, error, tuple(influences), slight, idle)


def _spread(surrogate: Surrogate, draws: _Draws, columns: Sequence[int], variance: float) -> FloatArray:
    """Half the width of the 95 % interval of each share, (columns,): the jackknife over parts of the runs, with
    Student's t (Efron and Stein 1981, Annals of Statistics 9), lengths and variances held."""
    from scipy.special import stdtrit

    learned = np.flatnonzero(~held_out(len(draws.values)))
    without = []
    for part in range(_PARTS):
        rows = learned[np.arange(len(learned)) % _PARTS != part]
        other = fit(draws.points[rows], draws.values[rows], columns, surrogate)
        without.append(shares(other, draws.asked, columns, variance))
    scatter = np.array(without)
    error = np.sqrt((_PARTS - 1) / _PARTS * ((scatter - scatter.mean(axis=0)) ** 2).sum(axis=0))
    return np.asarray(stdtrit(_PARTS - 1, 0.975) * error, np.float64)
