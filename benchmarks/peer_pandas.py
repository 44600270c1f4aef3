"""W1 in vectorised pandas: one data frame, whole columns, ``groupby`` for the counts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks import w1

State = tuple[np.random.Generator, pd.DataFrame, pd.DataFrame]


def prepare(people: w1.Population, replicate: int) -> State:
    """The generator, the residents, and the premium rates by 3 x segment + band."""
    columns = {"miss": w1.MISS, "catch_up": w1.CATCH_UP, "suspend": w1.SUSPEND, "back": w1.RETURN}
    rates = pd.DataFrame({name: table.ravel() for name, table in columns.items()})
    return np.random.default_rng([8, replicate]), pd.DataFrame(people._asdict()), rates


def run(state: State) -> w1.IntArray:
    """Counts of one run, shape (months, facilities, measures)."""
    draw, people, rates = state
    counts, residents = w1.empty_counts(), len(people)
    lose, gain = pd.Series(w1.LOSE), pd.Series(w1.GAIN)
    for month in range(w1.MONTHS):
        people["age"] += 1
        band = (people["age"] >= w1.BAND_STARTS[0]).astype(int) + (people["age"] >= w1.BAND_STARTS[1])
        rate = rates.loc[people["segment"] * 3 + band].set_axis(people.index)
        luck, now = pd.Series(draw.random(residents), index=people.index), people["status"]
        status = now.mask((now == 0) & (luck < rate["miss"]), 1)
        status = status.mask((now == 1) & (luck < rate["catch_up"]), 0)
        worse = (luck >= rate["catch_up"]) & (luck < rate["catch_up"] + rate["suspend"])
        status = status.mask((now == 1) & worse, 2)
        people["status"] = status.mask((now == 2) & (luck < rate["back"]), 0)
        ill = people.loc[people["hypertension"], ["status", "controlled"]]
        luck, was = pd.Series(draw.random(len(ill)), index=ill.index), ill["controlled"]
        kept, gained = was & (luck >= ill["status"].map(lose)), ~was & (luck < ill["status"].map(gain))
        people.loc[ill.index, "controlled"] = kept | gained
        people["paying"] = people["status"] == 0
        people["contact"] = people["paying"] & (draw.random(residents) < people["propensity"])
        seen = people.loc[people["contact"]]
        refer = np.where(seen["hypertension"] & ~seen["controlled"], w1.REFER_UNCONTROLLED, w1.REFER)
        seen = seen.assign(referral=draw.random(len(seen)) < refer)
        seen = seen.assign(simple=seen["referral"] & (draw.random(len(seen)) < w1.NON_SPECIALIST))
        everybody = people.groupby("facility")[["paying", "contact", "controlled"]].sum()
        onward = seen.groupby("facility")[["referral", "simple"]].sum().reindex(range(w1.FACILITIES), fill_value=0)
        counts[month][:, [0, 1, 4]], counts[month][:, [2, 3]] = everybody, onward
    return counts
