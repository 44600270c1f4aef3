"""Rates and luck of the compartment world: each district's rates from broad ranges, and the laws its counts follow."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.random import Generator, numpy_generator

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


class Flow(IntEnum):
    """Names of the draws; each month and flow has its own generator, so that a policy moves no other month's luck."""

    RATES = 1
    BIRTH = 2
    DEATH = 3
    MOVE = 4
    CLEANSE = 5
    PBI_OUT = 6
    PBI_IN = 7
    JOB_LOSS = 8
    JOB_GAIN = 9
    JOIN = 10
    PAY = 11
    INTAKE = 12
    PEMDA_OUT = 13
    CUT_BACK = 14
    WALK = 15
    REPORT = 16
    CARE = 17
    CARE_RATES = 18


def luck(seed: int, month: int, flow: Flow) -> Generator:
    """The generator of one flow in one month (0: before the history)."""
    return numpy_generator(seed, 1000 * month + int(flow))


def spread_binomial(draw: Generator, heads: int, chance: float, dispersion: float = 3.0) -> int:
    """Beta-binomial: how many of ``heads``, with ``dispersion`` times a binomial's variance (families move as one)."""
    chance = min(max(chance, 0.0), 1.0)
    if heads <= dispersion or chance in (0.0, 1.0):
        return int(draw.binomial(heads, chance))
    weight = (heads - 1) / (dispersion - 1) - 1
    return int(draw.binomial(heads, draw.beta(max(chance * weight, 1e-9), max((1 - chance) * weight, 1e-9))))


def spread_count(draw: Generator, mean: float, dispersion: float = 3.0) -> int:
    """Negative binomial (gamma-Poisson) count with ``dispersion`` times the variance of a Poisson count."""
    return int(draw.poisson(draw.gamma(mean / (dispersion - 1), dispersion - 1))) if mean > 0 else 0


@dataclass(frozen=True)
class Rates:
    """One district's rates, per month unless said otherwise, and how they wander."""

    birth: float
    death: float
    out: float
    moves_in: float  # over moves out
    newcomers_never: float  # share of newcomers who are not registered
    noticed: float  # share of deaths and moves of active members that the register learns at once
    cleansed: float
    pbi_out: float
    burst_chance: float
    burst_size: float  # median share of PBI-JK removed in a burst
    replaced: float  # share of the vacated places that is filled again
    update_chance: float  # of a month in which places are filled
    cut_back: float  # return of those taken off by an announced cut
    job_loss: float
    job_balance: float  # jobs found over jobs lost, in the long run
    job_season: float  # contracts that end in December and January, over other months
    join_never: float
    join_lapsed: float
    miss: tuple[float, float, float]  # by class
    back: float  # of those who owe one month
    back_decay: float  # on the log scale, per further month owed
    back_floor: float
    season: float  # amplitude of the yearly wave of missed payments, logit scale
    season_peak: float  # month 0-12
    pemda_out: float
    pemda_replaced: float
    intake_failed: float
    intake_never: float  # weights of the sources of the Pemda's intake
    intake_arrears: float
    walk_memory: float
    walk_sd: float  # innovations, logit scale


def draw_rates(seed: int) -> Rates:
    """The rates of the district that ``seed`` names (medians and ranges assumed)."""
    draw = luck(seed, 0, Flow.RATES)

    def near(median: float, spread: float) -> float:
        return float(median * np.exp(spread * draw.standard_normal()))

    def within(low: float, high: float) -> float:
        return float(draw.uniform(low, high))

    return Rates(
        birth=near(0.0168 / 12, 0.12),
        death=near(0.0065 / 12, 0.12),
        out=near(0.015 / 12, 0.5),
        moves_in=within(0.6, 1.5),
        newcomers_never=within(0.15, 0.4),
        noticed=within(0.3, 0.7),
        cleansed=within(0.02, 0.1),
        pbi_out=near(0.0012, 0.5),
        burst_chance=within(0.03, 0.12),
        burst_size=near(0.012, 0.4),
        replaced=within(0.5, 1.1),
        update_chance=within(0.2, 0.6),
        cut_back=near(0.012, 0.6),
        job_loss=near(0.009, 0.35),
        job_balance=within(0.8, 1.2),
        job_season=within(1.3, 3.0),
        join_never=near(0.0015, 0.5),
        join_lapsed=near(0.002, 0.5),
        miss=(near(0.02, 0.35), near(0.025, 0.35), near(0.035, 0.35)),
        back=within(0.15, 0.4),
        back_decay=within(0.25, 0.6),
        back_floor=near(0.004, 0.5),
        season=within(0.0, 0.3),
        season_peak=within(0.0, 12.0),
        pemda_out=near(0.002, 0.5),
        pemda_replaced=within(0.3, 1.0),
        intake_failed=within(0.0, 0.06),
        intake_never=within(0.3, 0.7),
        intake_arrears=within(0.02, 0.15),
        walk_memory=within(0.8, 0.97),
        walk_sd=within(0.05, 0.18),
    )
