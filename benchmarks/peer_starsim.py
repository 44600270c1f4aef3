"""W1 in Starsim 3: one module with states and named distributions, as its users write it."""

from __future__ import annotations

import numpy as np
import starsim as ss

from benchmarks import w1


class Month(ss.Module):
    """All of W1 as one Starsim module."""

    def __init__(self, people: w1.Population) -> None:
        super().__init__()
        self.given = people
        numbers = [ss.FloatArr(name) for name in ("months", "status", "segment", "facility", "propensity")]
        self.define_states(*numbers, ss.BoolState("hypertension"), ss.BoolState("controlled"), reset=True)
        self.premium, self.pressure = ss.random(), ss.random()
        self.contact, self.referral = ss.bernoulli(p=0.1), ss.bernoulli(p=w1.REFER)
        self.simple = ss.bernoulli(p=w1.NON_SPECIALIST)
        self.counts = w1.empty_counts()

    def init_post(self) -> None:
        """Give the residents their first states."""
        super().init_post()
        self.months[:] = self.given.age
        for name in ("status", "segment", "facility", "hypertension", "controlled", "propensity"):
            getattr(self, name)[:] = getattr(self.given, name)

    def step(self) -> None:
        """One month."""
        if self.ti >= w1.MONTHS:
            return
        everybody = self.sim.people.auids
        self.months[everybody] = self.months[everybody] + 1
        age, status = self.months[everybody], self.status[everybody].astype(np.int64)
        cell = status * 9 + self.segment[everybody].astype(np.int64) * 3
        cell += (age >= w1.BAND_STARTS[0]).astype(np.int64) + (age >= w1.BAND_STARTS[1])
        luck = self.premium.rvs(everybody)
        second = np.where(luck < w1.HIGH[cell], w1.SECOND[status], status)
        status = np.where(luck < w1.LOW[cell], w1.FIRST[status], second)
        self.status[everybody] = status
        ill = self.hypertension.uids
        luck, of_ill = self.pressure.rvs(ill), self.status[ill].astype(np.int64)
        self.controlled[ill] = np.where(self.controlled[ill], luck >= w1.LOSE[of_ill], luck < w1.GAIN[of_ill])
        paying = everybody[status == 0]
        self.contact.set(p=self.propensity[paying])
        contacts = self.contact.filter(paying)
        uncontrolled = self.hypertension[contacts] & ~self.controlled[contacts]
        self.referral.set(p=np.where(uncontrolled, w1.REFER_UNCONTROLLED, w1.REFER))
        referrals = self.referral.filter(contacts)
        simple = self.simple.filter(referrals)
        for measure, who in enumerate((paying, contacts, referrals, simple, self.controlled.uids)):
            facility = self.facility[who].astype(np.int64)
            self.counts[self.ti, :, measure] = np.bincount(facility, minlength=w1.FACILITIES)


def prepare(people: w1.Population, replicate: int) -> ss.Sim:
    """An initialised simulation of the residents."""
    sim = ss.Sim(
        n_agents=people.age.size, modules=Month(people), dt=ss.month, start="2025-01-01", dur=ss.months(w1.MONTHS),
        rand_seed=replicate + 1, verbose=0,
    )  # fmt: skip
    sim.init()
    return sim


def run(sim: ss.Sim) -> w1.IntArray:
    """Counts of one run, shape (months, facilities, measures)."""
    sim.run()
    counts: w1.IntArray = sim.get_module(Month).counts
    return counts
