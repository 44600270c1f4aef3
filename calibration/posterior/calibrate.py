"""``prakira calibrate``: from a district with a history to a posterior beside it.

The window runs from the month after a membership stock to the last month of the history. What was decided within it is
a scenario like any other, *the past*: without it a jump of the members is read as behaviour. The table of simulations
grows in blocks until another block no longer moves the posterior.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from calibration.history.faults import refuse_faults
from calibration.history.observed import Observed, observe
from calibration.posterior.fit import DYNAMIC, LEVELS, POOLED_EFFECTS, Fit, fit, series_needed
from calibration.posterior.rows import DRAWN, Rows, load
from calibration.posterior.table import Setting, Table, grow, identity
from calibration.statistics.quiet import one_thread
from districts.faults import UserError
from districts.history import history_digest, row_numbers
from districts.model import District, HistoryRow
from districts.read import example_folder, read_district
from scenarios.levers.base import Context
from scenarios.months import number_of
from scenarios.run import Progress
from scenarios.scenario import Scenario, load_scenario
from sim.posterior import Posterior
from sim.rules import Rules, load_rules

#: Rows before the posterior is looked at, and rows added between two looks.
FIRST, BLOCK = 400, 200
#: The posterior stands when no mean of an informed parameter moved by more than this share of its standard deviation
#: over the last block, and no standard deviation by more than this share of itself.
MOVED = 0.25
#: Draws that are stored: as many as the table gives (an adjusted sample is worth 200 to 400 equal draws), four times
#: the replicates of a run, and 2 MB of facility effects for 22 facilities. A 10 % point is then good to 0.09 posterior
#: standard deviations; more draws would repeat the same rows.
DRAWS = 400
#: The longest history that is simulated when nobody names the stock, in months.
_LONGEST = 36
PAST = "past.yaml"


@dataclass(frozen=True)
class CalibrationPlan:
    """What a user asks for. ``past`` names a scenario of the library or a file; None: ``past.yaml`` in the district's
    folder or beside its workbook, else the baseline. ``stock`` is the month from which the window starts; None: see
    :func:`choose_stock`. ``drop_faulty`` leaves contradictory rows of the history out. At most ``most`` rows are
    simulated."""

    where: str
    past: str | None = None
    stock: str | None = None
    seed: int = 1
    most: int = 1200
    drop_faulty: bool = False


@dataclass(frozen=True)
class Ready:
    """A plan with everything it names loaded: the history within its window, what all rows of the table share, and the
    rows that were ``dropped`` from the history (numbered as in its file)."""

    plan: CalibrationPlan
    setting: Setting
    observed: Observed
    past: Scenario
    dropped: tuple[HistoryRow, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the facilities, in the district's order."""
        return tuple(facility.code for facility in self.setting.district.facilities)


@dataclass(frozen=True)
class Calibration:
    """A finished calibration: the fit, its posterior, how many rows it took, whether it stood still at the end, and how
    often it was looked at."""

    ready: Ready
    fit: Fit
    posterior: Posterior
    rows: Rows
    settled: bool
    seconds: float
    looks: int


def prepare(plan: CalibrationPlan) -> Ready:
    """Loads and checks all that ``plan`` names.

    Raises ``InputError`` for contradictions in the history (each with its row) unless they are to be left out, and
    ``UserError`` for what cannot be calibrated.
    """
    district = read_district(plan.where)
    rules = load_rules(Path(district.rules_file) if district.rules_file else None)
    kept, gone = refuse_faults(district, rules, plan.drop_faulty)
    numbered = zip(row_numbers(district.history), district.history, strict=True)
    dropped = tuple(row.model_copy(update={"row": number}) for number, row in numbered if number in gone)
    return prepare_loaded(plan, kept, rules, load_past(plan), dropped)


def prepare_loaded(
    plan: CalibrationPlan, district: District, rules: Rules, past: Scenario, dropped: tuple[HistoryRow, ...] = ()
) -> Ready:
    """As :func:`prepare`, for a district, rules and past already in memory."""
    if plan.most < FIRST:
        raise UserError("{name} is {value}; it lies between {least} and {most}",
                        name="rows", value=plan.most, least=FIRST, most=100_000)  # fmt: skip
    if not district.history:
        raise UserError("{district} has no history to calibrate to; fill the table history", district=district.title)
    stock = choose_stock(district) if plan.stock is None else plan.stock
    if stock not in [known.month for known in district.stocks]:
        raise UserError("no membership stock dated {month}; {district} has {known}", month=stock,
                        district=district.title, known=", ".join(s.month for s in district.stocks))  # fmt: skip
    observed = observe(district, stock)
    if not observed.asked():
        raise UserError("{district} has no history after its membership stock of {month}; calibration compares a "
                        "simulation that begins there with what followed", district=district.title,
                        month=stock)  # fmt: skip
    context = Context(district, rules, observed.first, observed.months)
    setting = Setting(district, rules, past.decided(context), stock, plan.seed)
    return Ready(plan, setting, observed, past, dropped)


def load_past(plan: CalibrationPlan) -> Scenario:
    """The scenario of what was decided in the window."""
    if plan.past is not None:
        return load_scenario(plan.past)
    beside = _beside(plan.where) / PAST
    return load_scenario(str(beside)) if beside.is_file() else load_scenario("baseline")


def _beside(where: str) -> Path:
    """The folder in which the past of a district lies: its own, that of its workbook, or the shipped example's."""
    path = Path(where)
    if path.is_dir():
        return path
    return path.parent if path.is_file() else example_folder(where)


def choose_stock(district: District) -> str:
    """The stock from which a calibration starts when nobody names one: the earliest with at most 36 months of history
    after it; else the latest with any. Raises ``UserError`` when no stock has history after it."""
    last = max(number_of(row.month if "-" in row.month else f"{row.month}-12") for row in district.history)
    lengths = {stock.month: last - number_of(stock.month) for stock in district.stocks}
    usable = sorted(month for month, length in lengths.items() if length > 0)
    if not usable:
        raise UserError("{district} has no history after its membership stock of {month}; calibration compares a "
                        "simulation that begins there with what followed", district=district.title,
                        month=max(lengths))  # fmt: skip
    return next((month for month in usable if lengths[month] <= _LONGEST), usable[-1])


def calibrate(
    ready: Ready, folder: Path, jobs: int = 1, progress: Callable[[Progress], None] | None = None
) -> Calibration:
    """Grow the table in ``folder`` until the posterior stands, and fit it. Nothing is written but the table.

    Rows that are there already are used; the result depends on neither the number of processes nor on interruptions.
    """
    began, tell = time.monotonic(), progress or (lambda _: None)
    plan, observed, codes = ready.plan, ready.observed, ready.codes
    rows, before, settled, looks = None, None, False, 0
    with Table.open(folder, identity(ready.setting, ready.past)) as table:
        there = len(table.numbers())

        def count(done: int) -> None:
            fresh = done - there
            pace = (time.monotonic() - began) / fresh if fresh > 0 else None
            tell(Progress(done, plan.most, "", done, None if pace is None else pace * (plan.most - done)))

        wanted = FIRST
        while True:
            grow(table, ready.setting, wanted, jobs, count)
            with one_thread():
                rows = load(table, series_needed(observed, codes), codes, wanted, rows)
                found = fit(rows, observed, codes, plan.seed, DRAWS)
                looks += 1
                settled = before is not None and stands(before, found)
                if settled:
                    # with other errors of observation and draws, too: blocks share those, and would agree too easily
                    settled = stands(found, fit(rows, observed, codes, plan.seed + 1, DRAWS))
            if settled or wanted >= plan.most:
                break
            before, wanted = found, min(wanted + BLOCK, plan.most)
    posterior = as_posterior(ready, found, len(rows.numbers))
    return Calibration(ready, found, posterior, rows, settled, time.monotonic() - began, looks)


def stands(before: Fit, after: Fit) -> bool:
    """Whether the posterior of the informed parameters moved by no more than :data:`MOVED` from one look to another."""
    at = [index for index, parameter in enumerate(DRAWN) if parameter.name in after.informed()]
    sd = after.sd()[at]
    mean_moved = np.abs(after.mean()[at] - before.mean()[at]) / sd
    width_moved = np.abs(np.log(sd / before.sd()[at]))
    return bool((mean_moved <= MOVED).all() and (width_moved <= np.log1p(MOVED)).all())


def as_posterior(ready: Ready, found: Fit, rows: int) -> Posterior:
    """The draws in the units of the parameters, with what they were made of."""
    values = np.array([[parameter.quantile(float(z)) for z in found.z[:, at]] for at, parameter in enumerate(DRAWN)]).T
    facilities = ready.codes
    places = np.zeros((len(values), 0, len(facilities))) if found.places is None else found.places
    about: dict[str, Any] = {
        "district": ready.setting.district.name,
        "title": ready.setting.district.title,
        "history": [ready.observed.first, ready.observed.last],
        "stock": ready.setting.stock,
        "past": ready.past.name,
        "made_of": identity(ready.setting, ready.past),
        "rows": rows,
        "free": [*DYNAMIC, *LEVELS],
        "informed": list(found.informed()),
        "uninformed": list(found.uninformed()),
        "extrapolated": list(found.extrapolated()),
        "outside_window": ready.observed.left_out,
        "history_sha256": history_digest(ready.setting.district),
        "effective": round(found.effective, 1),
        "outside": [found.labels[at] for at in found.outside.columns],
        "left_out": [
            {"row": row.row, "indicator": row.indicator, "place": row.place, "month": row.month, "value": row.value}
            for row in ready.dropped
        ],
    }
    effects = () if found.places is None else POOLED_EFFECTS
    return Posterior(tuple(p.name for p in DRAWN), values, effects, facilities, places, about)


def default_table(ready: Ready) -> Path:
    """Where the table of a district lies when nobody says: a folder for each district as it is, stock, window and past,
    so that a new month begins a new table and no other is in the way."""
    made_of = hashlib.sha256(json.dumps(identity(ready.setting, ready.past), sort_keys=True).encode()).hexdigest()
    window = f"{ready.observed.first}-{ready.observed.last}-{made_of[:8]}"
    return Path("outputs") / f"{ready.setting.district.name}-calibration" / window
