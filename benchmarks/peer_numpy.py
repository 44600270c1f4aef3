"""W1 in vectorised NumPy: float64 uniforms for everybody where everybody needs one, index arrays for the rest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from benchmarks import w1


class State(NamedTuple):
    """The generator, the residents (their age, status and control are overwritten), and who has hypertension."""

    draw: np.random.Generator
    people: w1.Population
    row: w1.IntArray
    ill: w1.IntArray


def prepare(people: w1.Population, replicate: int) -> State:
    """Copies of what changes, the first cell of each resident's segment, the indices of those with hypertension."""
    changing = people._replace(age=people.age.copy(), status=people.status.copy(), controlled=people.controlled.copy())
    row = 3 * people.segment.astype(np.int64)
    return State(np.random.default_rng([7, replicate]), changing, row, np.flatnonzero(people.hypertension))


def run(state: State) -> w1.IntArray:
    """Counts of one run, shape (months, facilities, measures)."""
    draw, people, row, ill = state
    residents, counts = people.age.size, w1.empty_counts()
    age, status, controlled = people.age, people.status, people.controlled
    for month in range(w1.MONTHS):
        age += 1
        cell = status * 9 + row + (age >= w1.BAND_STARTS[0]) + (age >= w1.BAND_STARTS[1])
        luck = draw.random(residents)
        second = np.where(luck < w1.HIGH[cell], w1.SECOND[status], status)
        status = np.where(luck < w1.LOW[cell], w1.FIRST[status], second)
        luck, of_ill = draw.random(ill.size), status[ill]
        controlled[ill] = np.where(controlled[ill], luck >= w1.LOSE[of_ill], luck < w1.GAIN[of_ill])
        paying = status == 0
        contacts = np.flatnonzero(paying & (draw.random(residents) < people.propensity))
        uncontrolled = people.hypertension[contacts] & ~controlled[contacts]
        refer = np.where(uncontrolled, w1.REFER_UNCONTROLLED, w1.REFER)
        referrals = contacts[draw.random(contacts.size) < refer]
        simple = referrals[draw.random(referrals.size) < w1.NON_SPECIALIST]
        for measure, who in enumerate((paying, contacts, referrals, simple, controlled)):
            counts[month, :, measure] = np.bincount(people.facility[who], minlength=w1.FACILITIES)
    return counts
