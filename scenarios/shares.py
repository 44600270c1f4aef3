"""Which block carries how much of the variance of the need and of capitation.

A block's share is its total effect by freezing: the variance of y − y(block held), replicate by replicate under the
same luck, over the variance of y in the same replicates. The share of luck is the variance of the runs in which all
but luck is held. For a sum of independent parts this is each part's share of the variance; where parts work on each
other it holds what a block does together with others, so that shares need not add to 100 % (Saltelli et al., Global
Sensitivity Analysis, 2008, 4.5: total effects). Residual luck counts in every share: a share no larger than that of
luck may be nothing else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.blocks import ASSUMED, LUCK, probes
from scenarios.need import need, needed, within, yearly
from scenarios.store import RunStore
from sim.results import Results

FloatArray = NDArray[np.float64]
#: The two figures whose variance is told: the RKPD figure, and capitation paid, each of the headline's year.
FIGURES = ("need", "capitation")
#: Chance that the interval of a share misses, where the figures are near normal.
MISS = 0.05


@dataclass(frozen=True)
class Share:
    """A share of the variance (0-1, above 1 where blocks work against each other) with its 95 % interval.

    All NaN when the figure does not vary at all; exactly zero, all three, when the block moves nothing; ``high`` is
    ``inf`` when a single replicate decides.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Shares:
    """The shares of a run: of ``need`` and ``capitation``, by block in the order of :func:`scenarios.blocks.probes`,
    from ``replicates`` replicates of ``scenario`` in the calendar year ``year``."""

    scenario: str
    year: int
    replicates: int
    need: dict[str, Share]
    capitation: dict[str, Share]

    def of(self, figure: str) -> dict[str, Share]:
        """The shares of one of :data:`FIGURES`."""
        return self.need if figure == "need" else self.capitation

    def ranking(self, figure: str) -> list[str]:
        """The blocks, the heaviest first; what is assumed as a whole is none. Empty when the figure does not vary."""
        shares = self.of(figure)
        if math.isnan(shares[LUCK].value):
            return []
        return sorted((block for block in shares if block != ASSUMED), key=lambda block: -shares[block].value)


def block_shares(store: RunStore) -> Shares | None:
    """The shares of a run; None when it was asked for none, or not all of its probes are stored yet."""
    asked = store.manifest.get("blocks")
    if asked is None:
        return None
    scenario, year, replicates = asked["scenario"], asked["year"], range(asked["replicates"])
    held, rows = store.probes(), store.replicates(scenario)
    if not {(block, number) for block in probes() for number in replicates} <= held.keys():
        return None
    at = [rows.index(number) for number in replicates]
    whole = {
        "need": need(store, scenario, year, None).sample[at],
        "capitation": yearly(store, scenario, "capitation_paid")[year].values[at],
    }
    found: dict[str, dict[str, Share]] = {figure: {} for figure in FIGURES}
    for block in probes():
        values = np.array([held[block, number] for number in replicates])
        for column, figure in enumerate(FIGURES):
            part = values[:, column] if block == LUCK else whole[figure] - values[:, column]
            found[figure][block] = share(whole[figure], part)
    return Shares(scenario, year, len(replicates), found["need"], found["capitation"])


def figures(results: Results, year: int, others: int) -> tuple[float, float]:
    """The need of ``year`` and the capitation paid in it, rupiah, of one unit; ``others`` as in the manifest."""
    months = within(results, year)
    bill, debt = results.series("bill_jkn")[None], results.series("debt_pemda")[None]
    return float(needed(bill, debt, months, others)[0]), float(results.series("capitation_paid")[months].sum())


def share(whole: FloatArray, part: FloatArray) -> Share:
    """The variance of ``part`` over that of ``whole``, both (n,) over the same replicates, n at least 3.

    The interval is the delete-one jackknife's of the logarithm of the ratio, with Student's t (Miller, Jackknifing
    variances, Annals of Mathematical Statistics 39, 1968): without randomness, it needs no normal distribution, and it
    uses that part and whole are drawn together. It covers 95 % of near normal figures, and some 85 % of heavily skewed
    ones.
    """
    n = len(whole)
    if not np.ptp(whole):
        return Share(math.nan, math.nan, math.nan)
    if not np.ptp(part):
        return Share(0.0, 0.0, 0.0)
    value = float(part.var() / whole.var())
    tops, bottoms = _left_out(part), _left_out(whole)
    if not (tops.all() and bottoms.all()):
        return Share(value, 0.0, math.inf)
    from scipy.special import stdtrit

    logs = np.log(tops / bottoms)
    error = math.sqrt((n - 1) * float(logs.var()))
    reach = math.exp(float(stdtrit(n - 1, 1 - MISS / 2)) * error)
    return Share(value, value / reach, value * reach)


def _left_out(sample: FloatArray) -> FloatArray:
    """The variance of ``sample`` (n,) without each of its values in turn, (n,)."""
    return np.array([np.delete(sample, at).var() for at in range(len(sample))])
