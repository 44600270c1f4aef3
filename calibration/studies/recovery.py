"""Does calibration find what is hidden, and are its intervals right as often as they say?

``python -m calibration.studies.recovery docs/recovery.md``: one table of simulations of a made-up district; its rows
are taken in turn for the history, and fitted from the others. A parameter counts as identifiable when its posterior is
on average narrower than 0.7 of its prior. Which ones are is decided on rows of their own, and stored, before any
coverage is looked at on other rows.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.history.facility_rates import columns, error_variance, rates
from calibration.history.observed import Key
from calibration.posterior.calibrate import CalibrationPlan, Ready, prepare_loaded
from calibration.posterior.fit import (
    DYNAMIC,
    INFORMED,
    LEVEL_AT,
    LEVELS,
    dynamics,
    pool_rates,
    response_of,
    series_needed,
)
from calibration.posterior.forecast import Future, sample
from calibration.posterior.rows import Rows, load
from calibration.posterior.table import Table, grow, identity
from calibration.statistics.checks import LEVELS as SHARES
from calibration.statistics.checks import holm, joint_band, leave_one_out, rank_test
from calibration.statistics.quiet import one_thread
from districts.model import HistoryRow
from districts.tiny import tiny_district
from districts.whole import write_whole
from scenarios.levers.base import Context
from scenarios.months import later, span
from scenarios.scenario import load_scenario
from scenarios.workers import cores
from sim.random import Purpose, make_key, normals, numbered, numpy_generator, uniforms
from sim.rules import load_rules

FloatArray = NDArray[np.float64]
#: Chance that the whole is called wrong although all is right: coverage (joint), and even ranks (after Holm).
MISS, UNEVEN = 0.01, 0.01
_SEED = 2026
_DISTRICT = ("registered", "active", "arrears", "arrears_rupiah", "billed", "bill_jkn", "pbi_out", "pbi_in", "job_loss",
             "job_gain")  # fmt: skip
_SEGMENTS = ("pbi_jk", "pbpu_pemda", "ppu", "pbpu", "bp")
_FACILITY = ("capitated", "sick_visits", "contacts", "referrals", "referrals_nonspecialist", "ht_diagnosed",
             "dm_diagnosed", "ht_prolanis", "dm_prolanis", "ht_controlled", "dm_controlled")  # fmt: skip
#: What an office reports every month of the district, its segments, and those in arrears by class.
DISTRICT_KEYS: tuple[Key, ...] = (
    *((name, "district") for name in _DISTRICT),
    *((name, f"segment:{segment}") for segment in _SEGMENTS for name in ("registered", "active")),
    ("arrears", "class:3"),
    ("arrears_rupiah", "class:3"),
)
_DRAWS, _WARM = 200, 60


@dataclass(frozen=True)
class Recovery:
    """Posterior width and coverage of ``names``: ``width`` (k,) posterior over prior standard deviation on the rows
    that decide, ``ranks`` (n, k) of the truth on the rows that are judged."""

    names: tuple[str, ...]
    width: FloatArray
    ranks: FloatArray

    def identifiable(self) -> tuple[str, ...]:
        """The parameters whose posterior is on average narrower than :data:`INFORMED` of the prior."""
        return tuple(name for name, width in zip(self.names, self.width, strict=True) if width < INFORMED)

    def coverage(self) -> FloatArray:
        """Share of truths inside the central 50, 80 and 95 % intervals, (3, k)."""
        return np.stack([(np.abs(self.ranks - 0.5) < share / 2).mean(axis=0) for share in SHARES])


def made_up(population: int, facilities: int, months: int, most: int) -> Ready:
    """A made-up district with a full monthly history of ``months`` months, which one draw of the priors made; what its
    figures are does not matter, only which there are."""
    district, rules, past = tiny_district(population, facilities), load_rules(), load_scenario("baseline")
    keys = [*DISTRICT_KEYS, *((name, facility.code) for facility in district.facilities for name in _FACILITY)]
    first = later(district.default_stock, 1)
    decided = past.decided(Context(district, rules, first, months))
    series = sample(Future(district, rules, decided, district.default_stock, None, _SEED + 1, tuple(keys)), [0])
    history = tuple(
        HistoryRow(month=month, indicator=name, place=place, value=value, source="made up", confidence="assumed")
        for (name, place), values in series.items()
        for month, value in zip(span(first, months), values[0].tolist(), strict=True)
    )
    plan = CalibrationPlan(district.name, seed=_SEED, most=most)
    return prepare_loaded(plan, district.model_copy(update={"history": history}), rules, past)


def simulations(ready: Ready, folder: Path, count: int, jobs: int) -> Rows:
    """The first ``count`` rows of the table in ``folder``, made where they are missing."""
    with Table.open(folder, identity(ready.setting, ready.past)) as table:
        grow(table, ready.setting, count, jobs)
        return load(table, series_needed(ready.observed, ready.codes), ready.codes, count)


def dynamic_fits(ready: Ready, rows: Rows, at: range) -> tuple[FloatArray, FloatArray]:
    """Rows ``at`` taken for the history: posterior standard deviations and ranks of the truth, (len(at), DYNAMIC)."""
    theta, raw, _ = dynamics(rows, ready.observed, ready.codes, _SEED)
    luck = uniforms(make_key(_SEED, at.start), numbered(len(at) * len(DYNAMIC)), 7, Purpose.OBSERVATION)
    alone = leave_one_out(theta, raw, np.array(at), luck.reshape(len(at), len(DYNAMIC)))
    return alone.sd, alone.rank


def level_fits(ready: Ready, rows: Rows, at: range, apart: int) -> tuple[FloatArray, FloatArray]:
    """As :func:`dynamic_fits` for the levels that facilities share, (len(at), LEVELS); the response is learned from
    the rows from ``apart`` on, which are not among ``at``."""
    layout = columns(ready.observed, ready.codes)
    rest = {key: values[apart:] for key, values in rows.series.items()}
    response = response_of(Rows(rows.numbers[apart:], rows.z[apart:], rows.effects[apart:], rest), ready.codes, layout)
    told = rates(layout, rows.series.__getitem__, ready.codes)
    width = told.shape[1] * told.shape[2]
    ties = uniforms(make_key(_SEED, at.start), numbered(len(at) * len(LEVELS)), 9, Purpose.OBSERVATION)
    luck = numpy_generator(_SEED + at.start, Purpose.WALK)
    sd, ranks = np.empty((len(at), len(LEVELS))), np.empty((len(at), len(LEVELS)))
    for number, row in enumerate(at):
        noise = normals(make_key(_SEED, row), numbered(width), 8, Purpose.OBSERVATION).reshape(told.shape[1:])
        seen = told[row] + noise * np.sqrt(error_variance(layout, told[row]))
        pooled = pool_rates(response, seen, layout, _DRAWS, luck, _WARM, 1)
        sd[number] = pooled.levels.std(axis=0, ddof=1)
        below = (pooled.levels < rows.z[row, LEVEL_AT]).sum(axis=0)
        ranks[number] = (below + ties.reshape(len(at), -1)[number]) / (_DRAWS + 1.0)
    return sd, ranks


def verdict(found: Recovery) -> tuple[bool, bool]:
    """Whether coverage of every identifiable parameter lies in the joint band, and whether all ranks are even."""
    at = [found.names.index(name) for name in found.identifiable()]
    if not at:
        return True, True
    band = joint_band(len(found.ranks), SHARES, len(at), 1 - MISS)
    shares = found.coverage()[:, at]
    inside = (shares >= band[:, :1]) & (shares <= band[:, 1:])
    return bool(inside.all()), bool((holm(rank_test(found.ranks[:, at])) >= UNEVEN).all())


def page(parts: dict[str, Recovery], about: str) -> str:
    """The text of docs/recovery.md."""
    lines = ["# Recovery: does calibration find what is hidden?", "",
             "Written by `python -m calibration.studies.recovery docs/recovery.md`; do not edit.", "", about,
             ""]  # fmt: skip
    lines += ["## Verdicts", ""]
    for title, found in parts.items():
        covered, even = verdict(found)
        lines.append(
            f"- {title}: {len(found.identifiable())} of {len(found.names)} identifiable; coverage in the joint 99 % "
            f"band: {'met' if covered else '**not met**'}; even ranks: {'met' if even else '**not met**'}"
        )
    lines.append("")
    for title, found in parts.items():
        names = found.identifiable()
        band = joint_band(len(found.ranks), SHARES, max(len(names), 1), 1 - MISS)
        covered, even = verdict(found)
        p = dict(zip(found.names, holm(rank_test(found.ranks)), strict=True))
        edges = ", ".join(
            f"{share:.0%}: {low:.1%} to {high:.1%}" for share, (low, high) in zip(SHARES, band, strict=True)
        )
        lines += [
            f"## {title}", "",
            f"{len(names)} of {len(found.names)} parameters are identifiable; {len(found.ranks)} rows are judged. If "
            f"all is right, all shares covered lie together in the band with 99 % ({edges}): "
            f"{'they do' if covered else '**they do not**'}. Ranks of the truth are even at {UNEVEN:.0%} (Kolmogorov, "
            f"Holm): {'yes' if even else '**no**'}.", "",
            "| parameter | posterior/prior width | identifiable | in 50 % | in 80 % | in 95 % | p of even ranks |",
            "|---|--:|---|--:|--:|--:|--:|",
        ]  # fmt: skip
        for at, name in enumerate(found.names):
            shares = " | ".join(f"{share:.1%}" for share in found.coverage()[:, at])
            mark = "yes" if name in names else "no"
            lines.append(f"| {name} | {found.width[at]:.2f} | {mark} | {shares} | {p[name]:.3f} |")
        lines.append("")
    return "\n".join(lines)


def recover(
    ready: Ready, rows: Rows, deciding: int, judged: int, store: Callable[[dict[str, list[str]]], None] = lambda _: None
) -> dict[str, Recovery]:
    """Decide on the first ``deciding`` rows, hand the names of the identifiable to ``store``, then judge the next."""
    first, second = range(deciding), range(deciding, deciding + judged)
    fits = {
        "Membership, payment and Prolanis (ABC)": (DYNAMIC, partial(dynamic_fits, ready, rows)),
        "Levels shared by facilities (pooling)": (LEVELS, partial(level_fits, ready, rows, apart=second.stop)),
    }
    widths = {title: one(at=first)[0].mean(axis=0) for title, (_, one) in fits.items()}
    nothing = np.zeros((0, 0))
    store({title: list(Recovery(fits[title][0], width, nothing).identifiable()) for title, width in widths.items()})
    return {title: Recovery(names, widths[title], one(at=second)[1]) for title, (names, one) in fits.items()}


def main(where: Path, count: int = 2400, deciding: int = 700, judged: int = 400) -> None:
    """Make the table (kept in outputs/recovery), store the list of identifiable parameters, then judge."""
    ready = made_up(20_000, 8, 24, count)
    rows = simulations(ready, Path("outputs") / "recovery", count, cores())
    stored = where.with_name(f"{where.stem}-identifiable.json")

    def store(names: dict[str, list[str]]) -> None:
        stored.write_text(json.dumps(names, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    with one_thread():
        parts = recover(ready, rows, deciding, judged, store)
    about = (
        f"A made-up district of 20,000 residents and 8 facilities with 24 months of history; {count} simulations, seed "
        f"{_SEED}. Rows 0 to {deciding - 1} decide which parameters are identifiable (mean posterior standard "
        f"deviation below {INFORMED} of the prior's); the list is in {stored.name} before the next {judged} rows "
        "are judged: each is taken for the history, with errors of observation, and fitted from rows without it."
    )
    write_whole(where, page(parts, about))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
