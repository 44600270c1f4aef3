"""W1 in polars expressions (the engine of mesa-frames); uniforms from NumPy."""

from __future__ import annotations

import numpy as np
import polars as pl

from benchmarks import w1

State = tuple[np.random.Generator, pl.DataFrame]


def prepare(people: w1.Population, replicate: int) -> State:
    """The generator and the residents."""
    return np.random.default_rng([9, replicate]), pl.DataFrame(people._asdict())


def run(state: State) -> w1.IntArray:
    """Counts of one run, shape (months, facilities, measures)."""
    draw, people = state
    counts, residents, col = w1.empty_counts(), people.height, pl.col
    low, high, lose, gain = (pl.lit(pl.Series(table)) for table in (w1.LOW, w1.HIGH, w1.LOSE, w1.GAIN))
    first, second = pl.lit(pl.Series(w1.FIRST)), pl.lit(pl.Series(w1.SECOND))
    band = (col("age") >= w1.BAND_STARTS[0]).cast(pl.Int32) + (col("age") >= w1.BAND_STARTS[1]).cast(pl.Int32)
    cell = col("status").cast(pl.Int32) * 9 + col("segment").cast(pl.Int32) * 3 + band
    status = col("status").cast(pl.UInt32)
    refer = pl.when(col("hypertension") & ~col("controlled")).then(w1.REFER_UNCONTROLLED).otherwise(w1.REFER)
    for month in range(w1.MONTHS):
        luck = draw.random((4, residents))
        people = (
            people.with_columns(age=col("age") + 1, u0=luck[0], u1=luck[1], u2=luck[2], u3=luck[3])
            .with_columns(cell=cell)
            .with_columns(
                status=pl.when(col("u0") < low.gather(col("cell")))
                .then(first.gather(status))
                .when(col("u0") < high.gather(col("cell")))
                .then(second.gather(status))
                .otherwise(col("status"))
            )
            .with_columns(
                controlled=col("hypertension")
                & pl.when(col("controlled"))
                .then(col("u1") >= lose.gather(status))
                .otherwise(col("u1") < gain.gather(status)),
                paying=col("status") == 0,
            )
            .with_columns(contact=col("paying") & (col("u2") < col("propensity")))
            .with_columns(referral=col("contact") & (col("u3") < refer))
        )
        referred = people.filter(col("referral"))["facility"].to_numpy()
        simple = referred[draw.random(referred.size) < w1.NON_SPECIALIST]
        sums = people.group_by("facility").agg(col("paying", "contact", "referral", "controlled").sum())
        counts[month][:, [0, 1, 2, 4]] = sums.sort("facility").drop("facility").to_numpy()
        counts[month][:, 3] = np.bincount(simple, minlength=w1.FACILITIES)
    return counts
